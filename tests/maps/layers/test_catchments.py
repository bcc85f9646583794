import base64
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers import catchments as layer
from geo_service.maps.layers.catchments import draw_catchments
from geo_service.maps.palette import CATCHMENT_COLOURS, HOLE
from geo_service.maps.view import view_of
from geo_service.streets.catchment_totals import sum_up


@pytest.fixture
def data(with_catchments: MapContent, drawn_data: Callable) -> dict:
    return drawn_data(with_catchments, "catchments", "catchments")


def legend_of(content: MapContent) -> str:
    drawn = draw_catchments(content, view_of(content))
    assert drawn is not None
    return drawn.legend


def test_kinds_are_in_the_order_of_the_facilities_layer(
    data: dict, with_catchments: MapContent
) -> None:
    titles = [[site[4] for site in kind["sites"]] for kind in data["kinds"]]
    assert titles == [["西站", "East"], ["&#60;b&#62;北&#60;&#47;b&#62;"]]
    legend = legend_of(with_catchments)
    assert legend.index("休息驿站") < legend.index("repair&#32;shop")
    assert legend.count('type="radio"') == 2
    assert legend.count(" checked") == 1


def test_sites_hold_all_lines_in_order_and_their_places(data: dict) -> None:
    kind = data["kinds"][0]
    assert sum(site[0] for site in kind["sites"]) == kind["lines"]["lines"]
    assert [site[2:4] for site in kind["sites"]] == [[32.045, 112.14], [32.045, 112.15]]
    colours = {site[1] for site in kind["sites"]}
    assert len(colours) == 2
    assert colours < set(range(len(CATCHMENT_COLOURS)))
    assert data["colours"] == list(CATCHMENT_COLOURS)
    assert data["hole"] == HOLE


def test_card_tells_kind_streets_and_the_farthest_of_them(data: dict) -> None:
    west = data["kinds"][0]["sites"][0]
    assert west[4:6] == ["西站", "West"]
    assert "休息驿站" in west[6]
    assert west[7].endswith("km")
    assert west[8].endswith(" min")
    assert len(west) == 6 + len(data["labels"]) - 1, "the page itself tells how far it is"


def test_metres_beyond_each_minute_are_those_of_the_catchments(
    data: dict, with_catchments: MapContent
) -> None:
    one = with_catchments.catchments[1]
    total = sum_up(one.catchments, 2).total_mm
    kind = data["kinds"][0]
    assert kind["metres"] == total // 1000
    assert kind["beyond"][0] == pytest.approx(kind["metres"], abs=2)
    assert kind["beyond"] == sorted(kind["beyond"], reverse=True)
    assert len(kind["beyond"]) == layer.MOST_MINUTES + 1
    assert 0 < kind["beyond"][1] < kind["metres"]
    assert kind["beyond"][-1] == 0


def test_worst_spot_is_the_dead_end(data: dict) -> None:
    lat, lon, away = data["kinds"][0]["worst"]
    assert (lat, lon) in {(32.041, 112.145), (32.049, 112.145)}
    assert away.endswith(" min")


def test_every_point_has_its_seconds(data: dict) -> None:
    for kind in data["kinds"]:
        raw = np.frombuffer(base64.b64decode(kind["seconds"]), np.uint8)
        assert (raw < 128).sum() == kind["lines"]["points"], "a number ends in a byte below 128"


def test_slider_opens_at_the_minutes_asked_and_reaches_the_farthest(
    with_catchments: MapContent,
) -> None:
    assert 'min="1" max="3" step="1" value="1"' in legend_of(with_catchments)
    wide = replace(with_catchments, hole_minutes=25)
    assert 'min="1" max="25" step="1" value="25"' in legend_of(wide)


def test_what_a_page_has_no_room_for_is_named(
    with_catchments: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "MOST_POINTS", 1)
    data = drawn_data(with_catchments, "catchments", "catchments")
    assert len(data["kinds"]) == 1, "the first kind is drawn however large"
    legend = legend_of(with_catchments)
    assert "Left&#32;out" in legend
    assert legend.count('type="radio"') == 1


def test_page_with_figures_of_traces_has_less_room(
    with_catchments: MapContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowded = replace(with_catchments, crowded=True)
    assert "Left&#32;out" not in legend_of(crowded)
    monkeypatch.setattr(layer, "MOST_EDGES_IN_A_CROWD", 5)
    assert "Left&#32;out" in legend_of(crowded)
    assert legend_of(crowded).count('type="radio"') == 1
    monkeypatch.setattr(layer, "MOST_EDGES_IN_A_CROWD", 3)
    assert "type=" not in legend_of(crowded), "not even the first kind is drawn"
    assert "Left&#32;out" not in legend_of(with_catchments)


def test_kind_without_a_facility_on_the_streets_is_one_hole(
    with_catchments: MapContent, drawn_data: Callable
) -> None:
    one = with_catchments.catchments[0]
    nobody = replace(
        one.catchments,
        site=one.catchments.site * 0 - 1,
        cost_start=one.catchments.site * 0 - 1,
        cost_end=one.catchments.site * 0 - 1,
    )
    content = replace(with_catchments, catchments=[replace(one, catchments=nobody)])
    kind = drawn_data(content, "catchments", "catchments")["kinds"][0]
    assert kind["sites"] == [[kind["lines"]["lines"], -1]]
    assert kind["worst"] is None
    assert set(kind["beyond"]) == {kind["metres"]}


def test_no_catchments_no_layer(bare: MapContent) -> None:
    assert draw_catchments(bare, view_of(bare)) is None
