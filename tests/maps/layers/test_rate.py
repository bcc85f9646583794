from collections.abc import Callable
from dataclasses import replace

import numpy as np

from geo_service.maps.content import MapContent
from geo_service.maps.layers.rate import draw_rate
from geo_service.maps.palette import EMPTY_CELL, RATE_RAMP
from geo_service.maps.view import view_of
from geo_service.overlay.hotspots import HotSpots


def test_cells_without_trips_have_no_rate(content: MapContent, drawn_data: Callable) -> None:
    assert content.rate_cells is not None
    data = drawn_data(content, "rate", "cells")
    assert len(data["rows"]) == data["lines"]["lines"] == len(content.rate_cells) - 1


def test_cell_without_issues_is_pale_and_the_worst_is_darkest(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "rate", "cells")
    assert content.rate_cells is not None
    rate = content.rate_cells.issues_per_1000_trips[1:]
    colours = [data["colours"][row[0]] for row in data["rows"]]
    assert {colours[place] for place in np.flatnonzero(rate == 0)} == {EMPTY_CELL}
    assert colours[int(np.argmax(rate))] == RATE_RAMP[-1]


def test_cell_with_few_trips_is_faint(content: MapContent, drawn_data: Callable) -> None:
    data = drawn_data(content, "rate", "cells")
    trips = data["labels"].index("行程数 Trips") + 3
    for row in data["rows"]:
        assert row[1] == (row[0] > 0 and row[trips] >= 30)


def test_card_gives_the_interval(content: MapContent, drawn_data: Callable) -> None:
    data = drawn_data(content, "rate", "cells")
    facts = dict(zip(data["labels"], data["rows"][0][3:], strict=True))
    assert facts["每千次行程问题数 Issues&#32;per&#32;1&#44;000&#32;trips"] == "83.3"
    assert facts["95&#37;&#32;区间 95&#32;&#37;&#32;interval"] == "41.7–167"  # noqa: RUF001


def test_cells_without_any_issue_are_one_class(content: MapContent, drawn_data: Callable) -> None:
    assert content.rate_cells is not None
    quiet = replace(
        content.rate_cells,
        issues_per_1000_trips=np.where(content.rate_cells.trips > 0, 0.0, np.nan),
    )
    data = drawn_data(replace(content, rate_cells=quiet), "rate", "cells")
    assert {row[0] for row in data["rows"]} == {0}
    drawn = draw_rate(replace(content, rate_cells=quiet), view_of(content))
    assert drawn is not None
    assert drawn.legend.count("background:") == 1


def judged(content: MapContent, *hot: int) -> MapContent:
    """Say that some rows are hot spots."""
    assert content.rate_cells is not None
    row = np.arange(len(content.rate_cells))
    value = np.where(row > 0, row / 100, np.nan)
    value[list(hot)] = 0.0004
    return replace(content, rate_hot=HotSpots(row / 8, value, np.isin(row, hot)))


def test_hot_spots_lie_on_top_with_an_outline_and_their_card_says_why(
    content: MapContent, drawn_data: Callable
) -> None:
    plain, data = (drawn_data(one, "rate", "cells") for one in (content, judged(content, 2, 5)))
    assert content.rate_cells is not None
    titles = [f"网格 Cell {key}".replace(" ", "&#32;") for key in content.rate_cells.key]
    assert data["ringed"] == 2
    assert [row[2].replace(" ", "&#32;") for row in data["rows"][-2:]] == [titles[2], titles[5]]
    assert sorted(row[2] for row in data["rows"]) == sorted(row[2] for row in plain["rows"])
    said = {row[2].replace(" ", "&#32;"): row[-3:] for row in data["rows"]}
    assert said[titles[5]][0].startswith("问题多于行程所能解释 More&#32;issues&#32;than")
    assert said[titles[5]][1:] == ["0.625", "&#60;&#32;0&#46;001"]
    assert said[titles[4]][0].startswith("不能断定偏多")
    assert said[titles[4]][1:] == ["0.5", "0&#46;040"]


def test_legend_counts_hot_spots_only_where_cells_were_judged(content: MapContent) -> None:
    for one, wanted in ((content, None), (judged(content), 0), (judged(content, 1, 3, 4), 3)):
        drawn = draw_rate(one, view_of(one))
        assert drawn is not None
        assert ("gm-ringed" in drawn.legend) == (wanted is not None)
        if wanted is not None:
            assert f'gm-figure">{wanted}<' in drawn.legend


def test_no_cells_no_layer(content: MapContent, bare: MapContent) -> None:
    assert draw_rate(bare, view_of(bare)) is None
    assert content.rate_cells is not None
    unknown = replace(content.rate_cells, issues_per_1000_trips=np.full(len(content.cells), np.nan))
    assert draw_rate(replace(content, rate_cells=unknown), view_of(content)) is None
