"""Names of edges, extents and shares of a cost."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.streets.assemble import build_network
from geo_service.streets.network import part_cost
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways

ROAD = {"highway": "residential"}
DrawWays = Callable[..., Ways]


@given(whole=st.integers(0, 10_000_000), length=st.integers(1, 50_000_000), data=st.data())
def test_part_of_a_cost_is_the_share_of_the_length_to_the_nearest(
    whole: int, length: int, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(0, length))
    assert abs(part_cost(whole, offset, length) * length - whole * offset) * 2 <= length


def test_no_part_and_the_whole_of_a_cost_are_exact() -> None:
    assert part_cost(77, 0, 13) == 0
    assert part_cost(77, 13, 13) == 77


def test_edge_without_length_costs_nothing() -> None:
    assert part_cost(0, 0, 0) == 0


def test_extent_is_the_box_of_all_shape_points(draw_ways: DrawWays) -> None:
    places = {1: (10.0, 50.0), 2: (10.2, 50.3), 3: (10.1, 49.9)}
    network = build_network(draw_ways(places, ([1, 2, 3], ROAD)), Profile.WALK).network
    assert network.extent == (10.0, 49.9, 10.2, 50.3)


@pytest.mark.parametrize("east_end", [-180.0, -179.9])
def test_extent_across_the_180th_meridian_goes_from_west_to_east(
    draw_ways: DrawWays, east_end: float
) -> None:
    places = {1: (179.9, 0.0), 2: (east_end, 0.1)}
    network = build_network(draw_ways(places, ([1, 2], ROAD)), Profile.WALK).network
    assert network.extent == (179.9, 0.0, east_end, 0.1)


def test_counts_are_those_of_the_arrays(draw_ways: DrawWays) -> None:
    places = {1: (10.0, 50.0), 2: (10.2, 50.3), 3: (10.1, 49.9)}
    network = build_network(draw_ways(places, ([1, 2], ROAD), ([2, 3], ROAD)), Profile.WALK).network
    assert (network.nodes, network.edges) == (3, 2)
