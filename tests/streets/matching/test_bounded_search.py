"""A search looks as far as its bound and towards its goal, and no farther."""

from collections.abc import Callable

import numpy as np
import pytest
from pyproj import Geod

from geo_service.streets.assemble import build_network
from geo_service.streets.matching.bounded_search import (
    COST,
    LENGTH,
    SEARCH,
    Goal,
    Labels,
    Streets,
    _still_mm,
    blank_labels,
    goal_at,
    search,
    streets_of,
    want,
)
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways

GEOD = Geod(ellps="WGS84")
STREET = {"highway": "residential"}
TURN_MM = 10_000
RADIUS_M = 50.0


@pytest.fixture
def row_of_streets(draw_ways: Callable[..., Ways]) -> Streets:
    """Ten streets of 111 m, from west to east; street n begins at n thousandths of a degree."""
    places = {node: (0.001 * node, 0.0) for node in range(11)}
    ways = draw_ways(places, *(([node, node + 1], STREET) for node in range(10)))
    return streets_of(build_network(ways, Profile.WALK).network)


def ahead(street: int) -> int:
    return 2 * street


def back(street: int) -> int:
    return 2 * street + 1


def look_for(
    streets: Streets, start: int, target: int, bound_mm: int, goal: Goal
) -> tuple[Labels, int]:
    """Search from the beginning of one arc for that of another."""
    labels = blank_labels(streets)
    wanted = want(labels, np.array([target]))
    return labels, search(streets, labels, start, 0, wanted, 1, bound_mm, TURN_MM, goal)


def test_way_that_costs_just_the_bound_is_followed_and_none_that_costs_more(
    row_of_streets: Streets,
) -> None:
    whole = int(row_of_streets.arcs[[ahead(2), ahead(3), ahead(4)], LENGTH].sum())
    goal = goal_at(0.005, 0.0, RADIUS_M)
    labels, number = look_for(row_of_streets, ahead(2), ahead(5), whole, goal)
    assert labels.table[ahead(5), SEARCH] == number
    assert labels.table[ahead(5), COST] == whole
    labels, number = look_for(row_of_streets, ahead(2), ahead(5), whole - 1, goal)
    assert labels.table[ahead(5), SEARCH] != number


def test_streets_from_which_the_goal_is_too_far_are_not_followed(row_of_streets: Streets) -> None:
    whole = int(row_of_streets.arcs[[ahead(5), ahead(6), ahead(7), ahead(8)], LENGTH].sum())
    goal = goal_at(0.009, 0.0, RADIUS_M)
    labels, number = look_for(row_of_streets, ahead(5), ahead(9), whole + 20_000, goal)
    assert labels.table[ahead(9), SEARCH] == number
    # Whoever turns at once may still be in time, but not from one street farther west.
    assert labels.table[back(4), SEARCH] == number
    assert labels.table[back(3), SEARCH] != number


@pytest.mark.parametrize("lat", [0.0, 32.0, -60.0, 70.0])
@pytest.mark.parametrize("lon", [112.14, 179.999, -179.999])
def test_what_is_still_to_go_is_the_straight_line_or_hardly_less(lon: float, lat: float) -> None:
    random = np.random.default_rng(int(abs(lat)))
    azimuth, metres = random.uniform(0, 360, 200), random.uniform(0, 3_000, 200)
    at = GEOD.fwd(np.full(200, lon), np.full(200, lat), azimuth, metres)
    positions = np.column_stack(at[:2])
    goal = goal_at(lon, lat, RADIUS_M)
    still_m = np.array([_still_mm(positions, node, goal) / 1000 for node in range(200)])
    assert (still_m <= metres - RADIUS_M + 0.001).all()
    assert (still_m >= 0.996 * metres - RADIUS_M - 0.001).all()
