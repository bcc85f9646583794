import html
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers import hours as layer
from geo_service.maps.layers.hours import draw_hours, fits
from geo_service.maps.view import view_of
from geo_service.overlay.slot_exposure import SlotExposure


def read_back(data: dict) -> dict[tuple[str, int], tuple[int, int, int]]:
    """Read figures as the page's script does: by title and slot."""
    figures = data["figures"]
    keys = np.cumsum(figures["step"]).tolist()
    passes = dict.fromkeys(range(len(keys)), 0)
    passes |= dict(zip(np.cumsum(figures["passedStep"]).tolist(), figures["passes"], strict=True))
    return {
        (html.unescape(data["titles"][key // 200]).split()[-1], key % 200): (
            figures["trips"][row],
            figures["trips"][row] - figures["again"][row],
            passes[row],
        )
        for row, key in enumerate(keys)
    }


def test_page_holds_every_figure(content: MapContent, drawn_data: Callable) -> None:
    assert content.hours is not None
    week = content.hours.week
    data = drawn_data(content, "hours", "hours")
    expected = {
        (f"{place:x}", slot): (trips, riders, passes)
        for place, slot, trips, riders, passes in zip(
            week.place, week.slot, week.trips, week.riders, week.passes, strict=True
        )
    }
    assert read_back(data) == expected
    assert data["lines"]["lines"] == len(data["titles"]) == len(np.unique(week.place))


def test_any_figures_come_back(content: MapContent, drawn_data: Callable) -> None:
    assert content.hours is not None
    rng = np.random.default_rng(4)
    keys = np.sort(rng.choice(12 * 200, 900, replace=False))
    place = np.unique(content.hours.week.place)[keys // 200]
    trips = rng.integers(0, 400, 900)
    week = SlotExposure(
        place, keys % 200, trips, rng.integers(0, trips + 1), trips * 1.0,
        rng.integers(0, 3, 900) * 50,
    )  # fmt: skip
    data = drawn_data(replace(content, hours=replace(content.hours, week=week)), "hours", "hours")
    assert list(read_back(data).values()) == list(
        zip(week.trips, week.riders, week.passes, strict=True)
    )


def test_classes_are_those_of_all_slots_of_a_kind(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "hours", "hours")
    assert content.hours is not None
    week = content.hours.week
    weekday, hour = week.slot // 25, week.slot % 25
    kinds = ((0, 0), (0, 1), (1, 0), (1, 1))
    for (day, at), limits in zip(kinds, data["limits"], strict=True):
        trips = week.trips[((weekday > 0) == day) & ((hour > 0) == at)]
        assert limits[0] == 1
        assert limits == sorted(set(limits))
        assert 0.5 * trips.max() < limits[-1] <= trips.max()
        assert len(limits) <= len(data["colours"])


def test_legend_has_days_hours_a_scale_each_and_the_period(content: MapContent) -> None:
    drawn = draw_hours(content, view_of(content))
    assert drawn is not None
    legend = html.unescape(drawn.legend)
    assert legend.count('type="radio"') == 8
    assert legend.count(" checked") == 1
    assert 'min="-1" max="23" step="1" value="-1"' in legend
    assert 'aria-valuetext="每天 All days 全天 all hours"' in legend
    assert [f'data-kind="{kind}"' in legend for kind in range(4)] == [True] * 4
    assert legend.count(" hidden>") == 3
    assert "Added up from 2026-09-02 to 2026-10-01, by local time." in legend


def test_figures_fit_up_to_so_many_cells_rows_and_letters(
    content: MapContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert content.hours is not None
    week = content.hours.week
    assert fits(week)
    for name, enough in (("MOST_CELLS", len(np.unique(week.place))), ("MOST_ROWS", len(week))):
        with monkeypatch.context() as patched:
            patched.setattr(layer, name, enough)
            assert fits(week)
            patched.setattr(layer, name, enough - 1)
            assert not fits(week)
    monkeypatch.setattr(layer, "MOST_LETTERS", 100)
    assert not fits(week)


def test_full_table_of_few_trips_has_room() -> None:
    rng = np.random.default_rng(5)
    cells = 600
    keys = np.arange(cells * 200)
    place = int("8a40a3781737fff", 16) + (keys // 200 << 15)
    trips = 1 + rng.poisson(3, len(keys))
    week = SlotExposure(place, keys % 200, trips, trips, trips * 1.0, trips % 2)
    assert fits(week)
    assert len(layer.fold(layer.as_script(layer._figures(week)))) > 50_000


def test_no_trips_no_layer(content: MapContent, bare: MapContent) -> None:
    assert content.hours is not None
    week = content.hours.week
    nobody = replace(week, trips=np.zeros_like(week.trips))
    for none in (bare, replace(content, hours=replace(content.hours, week=nobody))):
        assert draw_hours(none, view_of(none)) is None
