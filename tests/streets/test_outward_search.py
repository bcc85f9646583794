"""Of ways that cost the same, the search takes the one with the lower other cost."""

import numpy as np
import pytest
from numpy.typing import NDArray

from geo_service.streets.arcs import Arcs
from geo_service.streets.outward_search import search_outward
from geo_service.streets.prepared import Roads
from geo_service.streets.sites import Places


def whole(*numbers: int) -> NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


# From node 0, nodes 1 and 2 are reached in 9 and 10 ms; between them an edge of 5 ms with a site.
ARCS = Arcs(
    leaving_offsets=whole(0, 2, 3, 4), leaving=whole(0, 2, 4, 5), head=whole(1, 0, 2, 0, 2, 1)
)
ROADS = Roads(
    edge_from=whole(0, 0, 1),
    edge_to=whole(1, 2, 2),
    edge_forward=np.array([True, True, True]),
    edge_backward=np.array([False, False, True]),
    edge_length_mm=whole(100, 50, 50),
    edge_time_ms=whole(9, 10, 5),
)
PLACES = Places(
    rank=whole(0),
    by_rank=whole(0),
    edge=whole(2),
    node=whole(-1),
    offset_mm=whole(30),
    off_mm=whole(0),
    edge_offsets=whole(0, 0, 0, 1),
    edge_site=whole(0),
    node_offsets=whole(0, 0, 0, 0),
    node_site=whole(),
)
AT_NODE_0 = (whole(0), whole(0), whole(0))


@pytest.mark.parametrize(("by_time", "first", "second"), [(True, 12, 70), (False, 70, 12)])
def test_shorter_of_two_ways_equally_quick_is_taken(
    *, by_time: bool, first: int, second: int
) -> None:
    wanted = np.array([True])
    key, other = search_outward(ARCS, ROADS, PLACES, wanted, *AT_NODE_0, 1, by_time)
    assert (key >> 32).tolist() == [[first]]
    assert other.tolist() == [[second]]


def test_one_search_after_another_finds_the_same() -> None:
    wanted, both = np.array([True]), [np.repeat(column, 2) for column in AT_NODE_0]
    key, other = search_outward(ARCS, ROADS, PLACES, wanted, *both, 1, True)
    assert (key >> 32).tolist() == [[12], [12]]
    assert other.tolist() == [[70], [70]]


def test_nothing_asked_for_is_nothing_found() -> None:
    key, other = search_outward(ARCS, ROADS, PLACES, np.array([False]), *AT_NODE_0, 0, True)
    assert key.shape == other.shape == (1, 0)
