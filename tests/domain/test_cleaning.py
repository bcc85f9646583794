from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from geo_service.domain.cleaning import (
    DUPLICATE,
    IMPOSSIBLE_SPEED,
    OUT_OF_ORDER,
    SAME_TIME,
    Cleaned,
    clean,
)
from geo_service.domain.trace import Fixes

GEOD = Geod(ellps="WGS84")
Trip: TypeAlias = list[tuple[float, float, float]]
"""Seconds, longitude, latitude of each fix."""

METRE = 1.0 / 110_600.0
"""Degrees of latitude in about a metre near the equator."""


def fixes_of(*trips: Trip) -> Fixes:
    """Make fixes of trips, each a list of (seconds, lon, lat)."""
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


def cleaned(*trips: Trip, share: float = 0.2, lost: NDArray[np.int64] | None = None) -> Cleaned:
    return clean(fixes_of(*trips), max_speed_m_s=40.0, max_dropped_share=share, lost=lost)


def ride(count: int, *, start: float = 0, step_s: float = 10.0, step_m: float = 50.0) -> Trip:
    return [(start + step_s * i, 0.0, step_m * METRE * i) for i in range(count)]


def judge(trip: Trip, max_speed_m_s: float) -> tuple[Trip, dict[str, int]]:
    """Say by the plain rule which fixes of a trip are kept, and why the others are not."""
    kept, dropped = (
        [trip[0]],
        dict.fromkeys((OUT_OF_ORDER, SAME_TIME, IMPOSSIBLE_SPEED, DUPLICATE), 0),
    )
    for seconds, lon, lat in trip[1:]:
        last_seconds, last_lon, last_lat = kept[-1]
        metres = GEOD.inv(last_lon, last_lat, lon, lat)[2]
        if seconds < last_seconds:
            dropped[OUT_OF_ORDER] += 1
        elif seconds == last_seconds:
            dropped[DUPLICATE if (lon, lat) == (last_lon, last_lat) else SAME_TIME] += 1
        elif metres / (seconds - last_seconds) > max_speed_m_s:
            dropped[IMPOSSIBLE_SPEED] += 1
        else:
            kept.append((seconds, lon, lat))
    return kept, dropped


FIX = st.tuples(
    st.integers(0, 40),
    st.sampled_from([179.9995, -179.9999, 179.9, 10.0]),
    st.sampled_from([59.0, 59.0001, 59.003, 59.01]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(FIX, min_size=1, max_size=12), min_size=1, max_size=4))
def test_it_agrees_with_the_plain_rule(trips: list[Trip]) -> None:
    result = cleaned(*trips, share=1.0)
    expected = [judge(trip, 40.0) for trip in trips]
    rows = [row for kept, _ in expected for row in kept]
    assert result.fixes.trips == len(trips)
    assert np.diff(result.fixes.offsets).tolist() == [len(kept) for kept, _ in expected]
    assert result.fixes.t.tolist() == [row[0] * 1_000_000 for row in rows]
    assert result.fixes.lon.tolist() == [row[1] for row in rows]
    assert result.fixes.lat.tolist() == [row[2] for row in rows]
    assert result.dropped == {
        name: sum(dropped[name] for _, dropped in expected) for name in result.dropped
    }


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(FIX, min_size=1, max_size=12), min_size=1, max_size=4), st.floats(0, 1))
def test_a_trip_is_refused_exactly_when_it_loses_more_than_the_share(
    trips: list[Trip], share: float
) -> None:
    refused = {name for name, _ in cleaned(*trips, share=share).refused}
    for number, trip in enumerate(trips):
        kept, dropped = judge(trip, 40.0)
        gone = sum(dropped.values()) - dropped[DUPLICATE]
        assert (f"trip-{number}" in refused) == (gone > share * (gone + len(kept)))


def test_a_good_trip_is_left_as_it_is() -> None:
    fixes = fixes_of(ride(100))
    result = clean(fixes, max_speed_m_s=40.0, max_dropped_share=0.2)
    assert result.fixes is fixes
    assert sum(result.dropped.values()) == 0
    assert (result.refused, result.warnings) == ((), ())


def test_speed_is_measured_from_the_last_good_fix() -> None:
    trip = ride(20)
    # Away at once, then two fixes that are near each other, but not near the last good one.
    trip[8], trip[9] = (80.0, 0.05, 0.0), (90.0, 0.05, 0.0)
    result = cleaned(trip)
    assert result.dropped[IMPOSSIBLE_SPEED] == 2
    assert len(result.fixes) == 18


@pytest.mark.parametrize(("metres", "dropped"), [(399.0, 0), (401.0, 1)])
def test_forty_metres_a_second_is_the_limit(metres: float, dropped: int) -> None:
    trip = [*ride(10, step_m=0.0), (100.0, metres / 111_319.5, 0.0)]
    assert cleaned(trip).dropped[IMPOSSIBLE_SPEED] == dropped


def test_exactly_a_fifth_may_be_lost() -> None:
    trip = ride(10)
    trip[3], trip[6] = (30.0, 1.0, 0.0), (60.0, 1.0, 0.0)
    assert cleaned(trip).refused == ()
    trip[8] = (80.0, 1.0, 0.0)
    assert cleaned(trip).refused == (
        (
            "trip-0",
            (
                "The trip loses 3 of its 10 fixes (3 impossibly fast), more than 20%. Sort the "
                "file by time, and look at the device's clock."
            ),
        ),
    )


def test_what_was_lost_before_counts() -> None:
    trips = ride(8), ride(8)
    result = cleaned(*trips, lost=np.array([2, 3]))
    assert [name for name, _ in result.refused] == ["trip-1"]
    assert "3 of its 11 fixes (3 unusable)" in result.refused[0][1]


def test_duplicates_collapse_and_cost_nothing() -> None:
    trip = [fix for fix in ride(5) for _ in range(4)]
    result = cleaned(trip)
    assert result.refused == ()
    assert result.dropped == {OUT_OF_ORDER: 0, SAME_TIME: 0, IMPOSSIBLE_SPEED: 0, DUPLICATE: 15}
    assert len(result.fixes) == 5


def test_a_clock_that_jumps_back_costs_the_fixes_after_it() -> None:
    trip = [*ride(10), *ride(1, start=50), *ride(10, start=200)]
    trip[10] = (50.0, 0.0, 450 * METRE)
    result = cleaned(trip)
    assert result.dropped[OUT_OF_ORDER] == 1
    assert len(result.fixes) == 20


def test_the_first_fix_of_a_trip_has_no_fix_before_it() -> None:
    assert cleaned(ride(3, start=1000), [(0.0, 90.0, 45.0)]).dropped[OUT_OF_ORDER] == 0


def test_dropped_counts_are_those_of_the_trips_taken() -> None:
    bad = [(0.0, 0.0, 0.0), (10.0, 1.0, 0.0), (20.0, 0.0, 0.0)]
    result = cleaned(bad, ride(5))
    assert result.fixes.trip_ids == ("trip-1",)
    assert sum(result.dropped.values()) == 0


def test_trips_of_one_fix_are_kept_with_a_warning() -> None:
    result = cleaned(ride(1), ride(5), ride(1))
    assert result.fixes.trips == 3
    assert result.warnings == (
        "2 trips have one fix only, and are kept as points: trip-0, trip-2.",
    )


def test_no_trips_at_all() -> None:
    result = cleaned()
    assert (result.fixes.trips, result.refused, result.warnings) == (0, (), ())
