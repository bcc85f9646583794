import base64
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers import streets as layer
from geo_service.maps.layers.streets import draw_streets
from geo_service.maps.packing import to_pixels
from geo_service.maps.view import view_of


def rows_of(data: dict[str, Any]) -> list[list[Any]]:
    """Return class and card of each street, in the order in which they are drawn."""
    classes = [step for step, lines in enumerate(data["lines"]) for _ in range(lines["lines"])]
    return [[step, *card] for step, card in zip(classes, data["cards"]["rows"], strict=True)]


def test_ridden_streets_are_drawn_the_busiest_on_top(
    content: MapContent, drawn_data: Callable
) -> None:
    rows = rows_of(drawn_data(content, "streets", "riddenStreets"))
    assert len(rows) == 11
    by_class = [[row[3] for row in rows if row[0] == step] for step in range(rows[-1][0] + 1)]
    assert all(by_class)
    for quieter, busier in pairwise(by_class):
        assert max(quieter) < min(busier)


def test_card_bears_the_name_of_the_edge_it_was_counted_on(
    content: MapContent, drawn_data: Callable
) -> None:
    rows = rows_of(drawn_data(content, "streets", "riddenStreets"))
    # Row r of the figures is edge 11 - r; edges 4 and 5 bear names.
    names = {row[3]: row[1] for row in rows}
    assert names[12 * (11 - 4)] == "长虹路"
    assert names[12 * (11 - 5)] == "建设街"
    assert names[12] == "1&#47;forward"


def test_lines_are_those_of_the_edges_counted(content: MapContent, drawn_data: Callable) -> None:
    network = content.network
    assert network is not None
    data = drawn_data(content, "streets", "riddenStreets")
    rows = rows_of(data)
    drawn = []
    for lines in data["lines"]:
        # Counts and steps share one row of numbers, and each line goes on from the last.
        numbers, x, y = iter(unfolded(lines["text"])), 0, 0
        for _ in range(lines["lines"]):
            points = []
            for _ in range(next(numbers)):
                x, y = x + signed(next(numbers)), y + signed(next(numbers))
                points.append((x, y))
            drawn.append(points)
    for row, points in zip(rows, drawn, strict=True):
        edge = 11 - row[3] // 12
        place = slice(network.edge_shape[edge], network.edge_shape[edge + 1])
        x, y = to_pixels(network.shape_lon[place], network.shape_lat[place])
        ends = list(zip(x.tolist(), y.tolist(), strict=True))
        assert points[0] == ends[0]
        assert points[-1] == ends[-1]


def unfolded(text: str) -> list[int]:
    """Read numbers of seven bits to a byte."""
    found, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    return found


def signed(folded: int) -> int:
    """Fold a sign out again."""
    return -(folded + 1) // 2 if folded % 2 else folded // 2


def test_where_cards_are_too_many_those_of_the_busiest_are_kept(
    content: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "MOST_LETTERS", 180)
    cards = drawn_data(content, "streets", "riddenStreets")["cards"]["rows"]
    assert len(cards) == 11, "every street is drawn"
    told = [card[2] for card in cards if card is not None]
    assert 0 < len(told) < 11
    assert max(told) == 132


def test_no_figures_or_no_trips_no_layer(content: MapContent, bare: MapContent) -> None:
    assert draw_streets(bare, view_of(bare)) is None
    assert content.street_exposure is not None
    still = replace(
        content,
        street_exposure=replace(content.street_exposure, trips=content.street_exposure.trips * 0),
    )
    assert draw_streets(still, view_of(content)) is None
