"""Nearest by street, and in a straight line for positions off all streets."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.geometry.metric import geodesic_m
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import Reached, find_nearest, find_straight
from geo_service.streets.nearest_or_straight import Answered, nearest_or_straight
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.tables import make_table
from geo_service.streets.ways import Ways

Town: TypeAlias = tuple[Streets, Sites]

LON, LAT = 112.14, 32.04
NEAR, FAR = LON + 0.001, LON + 0.05


@pytest.fixture(scope="module")
def town(draw_ways: Callable[..., Ways]) -> Town:
    """A street of two kilometres eastward, with three sites on it and one far from it."""
    places = {1: (LON, LAT), 2: (LON + 0.01, LAT), 3: (LON + 0.02, LAT)}
    network = build_network(
        draw_ways(places, ([1, 2, 3], {"highway": "residential"})), Profile.EBIKE
    ).network
    streets = Streets.of(network)
    lon = np.array([LON + 0.002, LON + 0.004, LON + 0.019, LON + 0.06])
    sites = place_sites(network, streets.grid, ["a", "b", "c", "far"], lon, np.full(4, LAT), 500.0)
    return streets, sites


def ask(
    town: Town, lon: Sequence[float], *, k: int = 9, wanted: Sequence[int] = (1, 1, 1, 1)
) -> Answered:
    return nearest_or_straight(
        *town,
        make_table(*town, np.array(wanted, dtype=np.bool_), Measure.TIME),
        np.array(lon, dtype=np.float64),
        np.full(len(lon), LAT),
        k=k,
        max_snap_m=500.0,
    )


def rows(reached: Reached) -> list[tuple[int, int, int]]:
    return list(
        zip(reached.query.tolist(), reached.rank.tolist(), reached.site.tolist(), strict=True)
    )


def test_positions_keep_their_order_whatever_way_they_are_answered(town: Town) -> None:
    answered = ask(town, [FAR, NEAR, FAR, NEAR], k=2)
    assert answered.straight.tolist() == [True, False, True, False]
    straight, by_street = [3, 2], [0, 1]
    assert rows(answered.reached) == [
        (query, rank, site)
        for query, sites in enumerate([straight, by_street, straight, by_street])
        for rank, site in enumerate(sites, start=1)
    ]


def test_each_row_is_what_its_own_search_says(town: Town) -> None:
    answered = ask(town, [FAR, NEAR])
    everyone, lat = np.ones(4, np.bool_), np.array([LAT])
    table = make_table(*town, everyone, Measure.TIME)
    alone = (
        find_straight(town[1], everyone, np.array([FAR]), lat, np.array([-1]), 9),
        find_nearest(*town, table, np.array([NEAR]), lat, k=9, max_snap_m=500.0),
    )
    for query in (0, 1):
        mine = answered.reached.query == query
        for name in ("rank", "site", "distance_mm", "duration_ms", "off_mm"):
            said = getattr(answered.reached, name)[mine].tolist()
            assert said == getattr(alone[query], name).tolist()


def test_position_off_all_streets_is_walked_straight_and_has_no_snap(town: Town) -> None:
    reached = ask(town, [FAR], k=1).reached
    metres = float(geodesic_m(FAR, LAT, LON + 0.06, LAT))
    assert reached.site.tolist() == [3]
    assert reached.distance_mm[0] == pytest.approx(metres * 1000, abs=1)
    assert reached.duration_ms[0] == pytest.approx(metres / 1.2 * 1000, abs=2)
    assert reached.off_mm.tolist() == [-1]


def test_site_far_from_streets_is_found_only_in_a_straight_line(town: Town) -> None:
    assert 3 not in ask(town, [NEAR]).reached.site
    assert 3 in ask(town, [FAR]).reached.site


def test_filters_come_before_k(town: Town) -> None:
    assert ask(town, [NEAR, FAR], k=1, wanted=(0, 0, 1, 0)).reached.site.tolist() == [2, 2]


def test_no_position_and_nothing_wanted_give_no_row(town: Town) -> None:
    assert len(ask(town, []).reached.query) == 0
    assert len(ask(town, [NEAR, FAR], wanted=(0, 0, 0, 0)).reached.query) == 0
