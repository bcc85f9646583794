import html
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers import blind_spots as layer
from geo_service.maps.layers.blind_spots import draw_blind_spots
from geo_service.maps.view import view_of
from geo_service.overlay.blind_spots import BlindSpots
from geo_service.streets.network import Network


def with_blind(content: MapContent, *edges: int, issues: tuple[int, ...] = ()) -> MapContent:
    """Return the content with some edges that nobody rode, in no order."""
    assert content.network is not None
    place = np.array(edges, dtype=np.int64)
    counts = np.array([*issues, *[0] * (len(edges) - len(issues))], dtype=np.int64)
    return replace(
        content, blind=BlindSpots(place, content.network.edge_length_mm[place] / 1000.0, counts)
    )


def legend_of(content: MapContent) -> str:
    drawn = draw_blind_spots(content, view_of(content))
    assert drawn is not None
    return html.unescape(drawn.legend)


def test_lines_have_name_class_length_and_issues(
    content: MapContent, chequerboard: Network, drawn_data: Callable, steps_of: Callable
) -> None:
    # Edges 4 and 5 are main roads with names; 0 and 2 are residential streets without.
    data = drawn_data(with_blind(content, 5, 4, 2, 0, issues=(3, 0, 0, 2)), "blind_spots",
                      "blindSpots")  # fmt: skip
    streets = [[count, *map(html.unescape, words)] for count, *words in data["streets"]]
    assert sorted(streets) == [
        [1, "建设街", "建设街 Street", "主干路 Primary road"],
        [1, "长虹路", "长虹路 Street", "主干路 Primary road"],
        [2, "无名街道 Street without a name", "", "居住区道路 Residential street"],
    ]
    line_of = {}
    for street in streets:
        line_of[street[1]] = sum(count for count, *_ in streets[: streets.index(street)])
    metres = steps_of(data["metres"])
    assert len(metres) == data["lines"]["lines"] == 4
    long = np.rint(chequerboard.edge_length_mm / 1000.0).tolist()
    assert metres[line_of["建设街"]] == long[5]
    assert metres[line_of["长虹路"]] == long[4]
    bare = line_of["无名街道 Street without a name"]
    assert sorted(metres[bare : bare + 2]) == sorted([long[0], long[2]])
    told = dict(data["issues"])
    assert told.pop(line_of["建设街"]) == 3
    assert list(told.values()) == [2]


def test_stretches_of_one_street_are_one_line(
    content: MapContent, drawn_data: Callable, streets_of: Callable, steps_of: Callable
) -> None:
    corners = [(112.14 + 0.001 * at, 32.04) for at in range(5)]
    aside = [(112.142, 32.04), (112.142, 32.042)]
    pieces = [list(pair) for pair in pairwise(corners)]
    network = streets_of(*pieces, aside, name="A<b>").network
    data = drawn_data(
        with_blind(replace(content, network=network), *range(network.edges)),
        "blind_spots",
        "blindSpots",
    )
    assert data["lines"]["lines"] == 2 < network.edges
    assert sum(steps_of(data["metres"])) == pytest.approx(
        network.edge_length_mm.sum() / 1000, abs=1
    )
    assert data["streets"][0][1] == "A&#60;b&#62;"


def test_legend_tells_length_share_and_issues(content: MapContent, chequerboard: Network) -> None:
    legend = legend_of(with_blind(content, 7, 2, 3, issues=(2, 1)))
    blind = chequerboard.edge_length_mm[[7, 2, 3]].sum() / 1e6
    whole = chequerboard.edge_length_mm.sum() / 1e6
    assert f"{blind:.1f} km · {100 * blind / whole:.1f} %" in legend
    assert '<span class="gm-figure">3</span>' in legend
    assert "does not mean that nothing is wrong" in legend
    assert "longest" not in legend


def test_only_the_longest_are_drawn_where_a_page_has_no_room(
    content: MapContent, drawn_data: Callable, steps_of: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = with_blind(content, *range(12))
    whole = drawn_data(blind, "blind_spots", "blindSpots")
    monkeypatch.setattr(layer, "MOST_LETTERS", layer._size(whole) - 40)
    data = drawn_data(blind, "blind_spots", "blindSpots")
    assert 0 < data["lines"]["lines"] < whole["lines"]["lines"]
    kept = steps_of(data["metres"])
    assert sorted(kept) == sorted(steps_of(whole["metres"]))[-len(kept) :]
    assert sum(count for count, *_ in data["streets"]) == len(kept)
    assert f"Only the {len(kept)} longest" in legend_of(blind)
    assert f"{sum(steps_of(whole['metres'])) / 1000:.1f} km · 100.0 %" in legend_of(blind)


def test_many_lines_are_coarser_and_take_their_share_of_the_page_only(
    content: MapContent, drawn_data: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = with_blind(content, *range(12))
    grains = [drawn_data(blind, "blind_spots", "blindSpots")["lines"]["grain"]]
    monkeypatch.setattr(layer, "_MANY_EDGES", 11)
    data = drawn_data(blind, "blind_spots", "blindSpots")
    grains.append(data["lines"]["grain"])
    monkeypatch.setattr(layer, "MOST_LETTERS", layer._size(data) - 1)
    grains.append(drawn_data(blind, "blind_spots", "blindSpots")["lines"]["grain"])
    assert grains == [1, 4, 8]


def test_nothing_blind_or_not_asked_no_layer(content: MapContent, bare: MapContent) -> None:
    not_asked = replace(content, blind=None)
    no_streets = replace(content, network=None)
    for none in (not_asked, bare, with_blind(content), no_streets):
        assert draw_blind_spots(none, view_of(none)) is None
