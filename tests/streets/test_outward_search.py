"""Of ways that cost the same, the search takes the one with the lower other cost."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geo_service.streets.outward_search import (
    Origin,
    Places,
    Roads,
    fresh_labels,
    off_street_ms,
    search_outward,
)


def whole(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


# From node 0, nodes 1 and 2 are reached in 9 and 10 ms; between them an edge of 5 ms with a site.
ROADS = Roads(
    leaving_offsets=whole(0, 2, 3, 4),
    leaving=whole(0, 2, 4, 5),
    head=whole(1, 0, 2, 0, 2, 1),
    edge_from=whole(0, 0, 1),
    edge_to=whole(1, 2, 2),
    edge_forward=np.array([True, True, True]),
    edge_backward=np.array([False, False, True]),
    edge_length_mm=whole(100, 50, 50),
    edge_time_ms=whole(9, 10, 5),
)
PLACES = Places(
    node_offsets=whole(0, 0, 0, 0),
    node_site=whole(),
    edge_offsets=whole(0, 0, 0, 1),
    edge_site=whole(0),
    offset_mm=whole(30),
    off_mm=whole(0),
    rank=whole(0),
)
AT_NODE_0 = Origin(edge=whole(0), offset_mm=whole(0), off_mm=whole(0), node=whole(0))


@pytest.mark.parametrize("by_time", [True, False])
def test_shorter_of_two_ways_equally_quick_is_taken(*, by_time: bool) -> None:
    wanted = np.array([True])
    found = search_outward(ROADS, PLACES, wanted, fresh_labels(3), AT_NODE_0, 1, by_time)
    assert [column.tolist() for column in found] == [[0], [1], [0], [70], [12]]


def test_labels_serve_one_search_after_another() -> None:
    wanted = np.array([True])
    both = Origin(*(np.repeat(column, 2) for column in AT_NODE_0))
    found = search_outward(ROADS, PLACES, wanted, fresh_labels(3), both, 1, True)
    assert [column.tolist() for column in found] == [[0, 1], [1, 1], [0, 0], [70, 70], [12, 12]]


def test_nothing_wanted_is_nothing_found() -> None:
    nobody = np.array([False])
    found = search_outward(ROADS, PLACES, nobody, fresh_labels(3), AT_NODE_0, 0, True)
    assert [len(column) for column in found] == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("off_mm", "ms"), [(0, 0), (3, 3), (6, 5), (1200, 1000), (500_000, 416_667)]
)
def test_off_the_street_a_metre_takes_as_long_as_on_foot(off_mm: int, ms: int) -> None:
    assert off_street_ms(off_mm) == ms
    assert abs(off_street_ms(off_mm) - off_mm / 1.2) <= 0.5
