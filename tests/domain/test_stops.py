from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo_service.domain.stops import find_stops
from geo_service.domain.trace import Fixes, no_fixes

GEOD = Geod(ellps="WGS84")
Trip: TypeAlias = list[tuple[float, float, float]]
"""Seconds, longitude, latitude of each fix."""
METRE = 1.0 / 110_600.0
"""Degrees of latitude in about a metre near the equator."""


def fixes_of(*trips: Trip) -> Fixes:
    rows = [row for trip in trips for row in trip]
    return Fixes(
        trip_ids=tuple(f"trip-{number}" for number in range(len(trips))),
        rider_ids=("r",),
        rider=np.zeros(len(trips), dtype=np.int64),
        offsets=np.concatenate(([0], np.cumsum([len(trip) for trip in trips]))).astype(np.int64),
        t=np.array([round(row[0] * 1e6) for row in rows], dtype=np.int64),
        lon=np.array([row[1] for row in rows], dtype=np.float64),
        lat=np.array([row[2] for row in rows], dtype=np.float64),
    )


def stops_of(*trips: Trip) -> list[tuple[int, int, float]]:
    stops = find_stops(fixes_of(*trips), radius_m=30.0, min_s=180.0)
    assert len(stops) == len(stops.first) == len(stops.last) == len(stops.seconds)
    return list(zip(stops.first.tolist(), stops.last.tolist(), stops.seconds.tolist(), strict=True))


def plain_stops(trip: Trip, before: int) -> list[tuple[int, int, float]]:
    """Find stops by the words of the rule; ``before`` fixes come before the trip's."""
    if not trip:
        return []
    near = 1
    while near < len(trip) and GEOD.inv(*trip[0][1:], *trip[near][1:])[2] <= 30.0:
        near += 1
    seconds = trip[near - 1][0] - trip[0][0]
    if near > 1 and seconds >= 180.0:
        return [(before, before + near - 1, seconds), *plain_stops(trip[near:], before + near)]
    return plain_stops(trip[1:], before + 1)


STEPS = st.lists(
    st.tuples(
        st.sampled_from([1, 20, 60, 90, 180, 4000]),
        st.sampled_from([0.0, 0.0001, -0.0001, 0.0003, -0.0004, 0.01]),
        st.sampled_from([0.0, 0.0, 0.0002, -0.0002]),
    ),
    min_size=1,
    max_size=25,
)


def walk(steps: Trip) -> Trip:
    t, east, north = np.cumsum(np.array(steps), axis=0).T
    lon = (179.9999 + east + 180.0) % 360.0 - 180.0
    return list(zip(t.tolist(), lon.tolist(), (60.0 + north).tolist(), strict=True))


@settings(max_examples=300, deadline=None)
@given(st.lists(STEPS.map(walk), min_size=1, max_size=4))
def test_it_agrees_with_the_plain_rule(trips: list[Trip]) -> None:
    expected, before = list[tuple[int, int, float]](), 0
    for trip in trips:
        expected += plain_stops(trip, before)
        before += len(trip)
    assert stops_of(*trips) == expected


@pytest.mark.parametrize(("seconds", "stops"), [(180.0, [(0, 1, 180.0)]), (179.0, [])])
def test_a_stop_lasts_at_least_so_long(seconds: float, stops: list[object]) -> None:
    assert stops_of([(0.0, 0.0, 0.0), (seconds, 0.0, 0.0)]) == stops


@pytest.mark.parametrize(("metres", "count"), [(29.5, 1), (30.5, 0)])
def test_the_radius_is_that_around_the_first_fix(metres: float, count: int) -> None:
    trip = [(0.0, 0.0, 0.0), (100.0, 0.0, -29.0 * METRE), (200.0, 0.0, metres * METRE)]
    assert len(stops_of(trip)) == count


def test_a_ride_has_no_stop_and_two_stays_at_one_place_are_two() -> None:
    ride = [(10.0 * step, 0.0, 50.0 * METRE * step) for step in range(100)]
    assert stops_of(ride) == []
    home = [(20.0 * step, 0.0, 0.0) for step in range(10)]
    away = [(300.0, 0.0, 500.0 * METRE)]
    assert stops_of([*home, *away, *((t + 600.0, x, y) for t, x, y in home)]) == [
        (0, 9, 180.0),
        (11, 20, 180.0),
    ]


def test_two_trips_that_meet_are_no_stop() -> None:
    assert stops_of([(0.0, 0.0, 0.0)], [(500.0, 0.0, 0.0)]) == []
    assert len(find_stops(no_fixes(), radius_m=30.0, min_s=180.0)) == 0
