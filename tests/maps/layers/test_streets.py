from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers import streets as layer
from geo_service.maps.layers.streets import draw_streets
from geo_service.maps.packing import pack_lines, to_pixels
from geo_service.maps.view import view_of


def test_ridden_streets_are_drawn_the_busiest_on_top(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "streets", "shapes")
    trips = [row[3] for row in data["rows"]]
    assert trips == sorted(trips)
    assert len(trips) == data["lines"]["lines"] == 11
    steps = [row[0] for row in data["rows"]]
    assert steps == sorted(steps)


def test_card_bears_the_name_of_the_edge_it_was_counted_on(
    content: MapContent, drawn_data: Callable
) -> None:
    data = drawn_data(content, "streets", "shapes")
    # Row r of the figures is edge 11 - r; edges 4 and 5 bear names.
    names = {row[3]: row[2] for row in data["rows"]}
    assert names[12 * (11 - 4)] == "长虹路"
    assert names[12 * (11 - 5)] == "建设街"
    assert names[12] == "1&#47;forward"


def test_lines_are_those_of_the_edges_counted(content: MapContent, drawn_data: Callable) -> None:
    network = content.network
    assert network is not None
    edges = range(10, -1, -1)
    places = [range(network.edge_shape[edge], network.edge_shape[edge + 1]) for edge in edges]
    points = [point for place in places for point in place]
    x, y = to_pixels(network.shape_lon[points], network.shape_lat[points])
    packed = pack_lines(x, y, np.cumsum([0, *map(len, places)]))
    data = drawn_data(content, "streets", "shapes")
    assert data["lines"]["text"] == packed.text


def test_too_many_streets_leave_out_the_quiet_ones_and_say_so(
    content: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "MOST_STREETS", 3)
    assert [row[3] for row in drawn_data(content, "streets", "shapes")["rows"]] == [108, 120, 132]
    drawn = draw_streets(content, view_of(content))
    assert drawn is not None
    assert "Only&#32;the&#32;3&#32;busiest" in drawn.legend


def test_streets_of_long_names_are_fewer(
    content: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "MOST_LETTERS", 180)
    rows = drawn_data(content, "streets", "shapes")["rows"]
    assert 0 < len(rows) < 11
    assert rows[-1][3] == 132, "the busiest is kept"
    assert rows[0][0] == 0, "the classes are those of the streets drawn"


def test_no_figures_or_no_trips_no_layer(content: MapContent, bare: MapContent) -> None:
    assert draw_streets(bare, view_of(bare)) is None
    assert content.streets is not None
    still = replace(content, streets=replace(content.streets, trips=content.streets.trips * 0))
    assert draw_streets(still, view_of(content)) is None
