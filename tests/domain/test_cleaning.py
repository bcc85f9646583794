from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod

from geo_service.domain.cleaning import (
    CLOCK_JUMP,
    DUPLICATE,
    IMPOSSIBLE_SPEED,
    OUT_OF_ORDER,
    RULES,
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


def cleaned(
    *trips: Trip,
    share: float = 0.2,
    jump_s: float = 3600.0,
    lost: NDArray[np.int64] | None = None,
) -> Cleaned:
    return clean(
        fixes_of(*trips),
        max_speed_m_s=40.0,
        max_dropped_share=share,
        clock_jump_s=jump_s,
        clock_jump_fixes=3,
        lost=lost,
    )


def dropped_of(result: Cleaned) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {name: count for name, count in result.dropped.items() if count}


def ride(count: int, *, start: float = 0, step_s: float = 10.0, step_m: float = 50.0) -> Trip:
    return [(start + step_s * i, 0.0, step_m * METRE * i) for i in range(count)]


Fix: TypeAlias = tuple[float, float, float]


@dataclass(eq=False)
class Run:
    """Fixes of which each follows the one before."""

    cause: str
    fixes: list[Fix] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def broken(good: Fix, fix: Fix, jump_s: float) -> str:
    """Name the rule a fix breaks after a good one, or nothing."""
    seconds = fix[0] - good[0]
    if abs(seconds) > jump_s:
        return CLOCK_JUMP
    if seconds < 0:
        return OUT_OF_ORDER
    if seconds == 0:
        return DUPLICATE if fix == good else SAME_TIME
    metres = GEOD.inv(good[1], good[2], fix[1], fix[2])[2]
    return IMPOSSIBLE_SPEED if metres / seconds > 40.0 else ""


def judge(trip: Trip, jump_s: float) -> tuple[Trip, dict[str, int]]:
    """Say by the plain rule which fixes of a trip are kept, and why the others are not."""
    runs = [Run("", [trip[0]], [0])]
    followed, best, latest, repeated = list(runs), runs[0], runs[0], 0
    for place, fix in enumerate(trip[1:], start=1):
        by_size = sorted(followed, key=lambda run: -len(run.fixes))
        back = latest.cause in {OUT_OF_ORDER, CLOCK_JUMP}
        first = latest if back and latest.fixes[-1][0] >= best.fixes[-1][0] else best
        order = [first, *(run for run in by_size if run is not first)]
        told = [broken(run.fixes[-1], fix, jump_s) for run in order]
        fitting = [number for number, name in enumerate(told) if name in {"", DUPLICATE}]
        if fitting and told[fitting[0]] == DUPLICATE:
            repeated += 1
            continue
        if fitting:
            latest = order[fitting[0]]
        else:
            latest = Run(broken(best.fixes[-1], fix, jump_s))
            runs.append(latest)
            if len(followed) == 8:
                fewest = min(
                    (run for run in followed if run is not best), key=lambda r: len(r.fixes)
                )
                followed[followed.index(fewest)] = latest
            else:
                followed.append(latest)
        latest.fixes.append(fix)
        latest.places.append(place)
        if len(latest.fixes) > len(best.fixes):
            best = latest
    dropped = Counter({DUPLICATE: repeated})
    for run in runs:
        cause = run.cause or best.cause
        if cause == OUT_OF_ORDER and len(run.fixes) >= 3:
            cause = CLOCK_JUMP
        if cause == SAME_TIME and len(run.fixes) > 1:
            cause = IMPOSSIBLE_SPEED
        if run is not best:
            dropped[cause] += len(run.fixes)
    return best.fixes, {name: dropped[name] for name in RULES}


FIX = st.tuples(
    st.one_of(st.integers(0, 40), st.integers(0, 150)),
    st.sampled_from([179.9995, -179.9999, 179.9, 10.0]),
    st.sampled_from([59.0, 59.0001, 59.003, 59.01]),
)
NOISE = st.lists(FIX, min_size=1, max_size=40)
SCATTERED = st.lists(
    st.tuples(
        st.integers(0, 12).map(lambda number: 100.0 * number),
        st.sampled_from([0.0, 1.0]),
        st.just(59.0),
    ),
    min_size=20,
    max_size=60,
)
"""Times so far apart that more runs begin than are followed."""
PIECES = st.lists(
    st.tuples(st.integers(0, 150), st.integers(1, 8), st.integers(1, 9), st.booleans()),
    min_size=1,
    max_size=6,
).map(
    lambda pieces: [
        (float(start + step * number), 10.0 + far, 59.0 + number * 1e-5)
        for start, count, step, far in pieces
        for number in range(count)
    ]
)
"""Rides whose clock is set again and again, some of them elsewhere."""
TRIPS = st.lists(st.one_of(NOISE, SCATTERED, PIECES), min_size=1, max_size=4)


@settings(max_examples=500, deadline=None)
@given(TRIPS)
def test_it_agrees_with_the_plain_rule(trips: list[Trip]) -> None:
    result = cleaned(*trips, share=1.0, jump_s=60.0)
    expected = [judge(trip, 60.0) for trip in trips]
    rows = [row for kept, _ in expected for row in kept]
    assert result.fixes.trips == len(trips)
    assert np.diff(result.fixes.offsets).tolist() == [len(kept) for kept, _ in expected]
    assert result.fixes.t.tolist() == [row[0] * 1_000_000 for row in rows]
    assert result.fixes.lon.tolist() == [row[1] for row in rows]
    assert result.fixes.lat.tolist() == [row[2] for row in rows]
    assert result.dropped == {
        name: sum(dropped[name] for _, dropped in expected) for name in result.dropped
    }


@settings(max_examples=300, deadline=None)
@given(TRIPS)
def test_what_is_kept_can_be_true_and_cleaning_it_again_drops_nothing(trips: list[Trip]) -> None:
    kept = cleaned(*trips, share=1.0, jump_s=60.0).fixes
    rows = list(zip(kept.t / 1e6, kept.lon, kept.lat, strict=True))
    for start, end in zip(kept.offsets[:-1], kept.offsets[1:], strict=True):
        for good, fix in zip(rows[start : end - 1], rows[start + 1 : end], strict=True):
            assert broken(good, fix, 60.0) == ""


@settings(max_examples=200, deadline=None)
@given(TRIPS, st.floats(0, 1))
def test_a_trip_is_refused_exactly_when_it_loses_more_than_the_share(
    trips: list[Trip], share: float
) -> None:
    refused = {name for name, _ in cleaned(*trips, share=share, jump_s=60.0).refused}
    for number, trip in enumerate(trips):
        kept, dropped = judge(trip, 60.0)
        gone = sum(dropped.values()) - dropped[DUPLICATE]
        assert (f"trip-{number}" in refused) == (gone > share * (gone + len(kept)))


def test_a_good_trip_is_left_as_it_is() -> None:
    fixes = fixes_of(ride(100))
    result = clean(
        fixes,
        max_speed_m_s=40.0,
        max_dropped_share=0.2,
        clock_jump_s=3600.0,
        clock_jump_fixes=3,
    )
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


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(st.sampled_from([-180.0, -179.9999, 0.0, 112.0, 179.9999]), st.floats(-89, 89)),
    st.floats(-180, 180),
    st.floats(0.01, 60),
    st.sampled_from([0.5, 0.999, 1.001, 3.0]),
)
def test_forty_metres_a_second_is_the_limit_all_over_the_earth(
    place: tuple[float, float], bearing: float, seconds: float, share: float
) -> None:
    seconds = round(seconds, 6)
    lon, lat, _ = GEOD.fwd(*place, bearing, 40.0 * seconds * share)
    result = cleaned([(0.0, *place), (seconds, lon, lat)], share=1.0)
    assert dropped_of(result) == ({IMPOSSIBLE_SPEED: 1} if share > 1 else {})


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
    assert dropped_of(result) == {DUPLICATE: 15}
    assert len(result.fixes) == 5


@pytest.mark.parametrize("back_s", [60.0, 120.0, 1800.0, 3600.0, 86_400.0])
def test_a_clock_set_back_costs_the_shorter_side(back_s: float) -> None:
    early, late = ride(20), ride(100)[20:]
    trip = [*early, *((seconds - back_s, lon, lat) for seconds, lon, lat in late)]
    result = cleaned(trip)
    assert dropped_of(result) == {CLOCK_JUMP: 20}
    assert result.fixes.t[0] == round((200.0 - back_s) * 1e6)
    result = cleaned([*late, *((seconds - back_s, lon, lat) for seconds, lon, lat in early)])
    assert dropped_of(result) == {CLOCK_JUMP: 20}
    assert result.fixes.t[0] == 200_000_000


def test_a_clock_set_back_stays_so_when_it_comes_to_the_hour_it_left() -> None:
    morning = ride(100)
    again = [(seconds - 95.0, lon, lat) for seconds, lon, lat in ride(125, step_m=0.0)[100:]]
    result = cleaned([*morning, *again])
    assert dropped_of(result) == {CLOCK_JUMP: 25}
    assert len(result.fixes) == 100


@pytest.mark.parametrize(("silent_s", "dropped"), [(3600.0, {}), (3600.001, {CLOCK_JUMP: 10})])
def test_time_that_goes_on_by_more_than_a_pause_is_a_clock_jump(
    silent_s: float, dropped: dict[str, int]
) -> None:
    trip = [*ride(50), *((490.0 + silent_s + 10 * step, 0.0, 0.0) for step in range(10))]
    assert dropped_of(cleaned(trip)) == dropped


def test_a_clock_set_forward_and_back_costs_only_the_fixes_between() -> None:
    trip = [
        (seconds + 28_800.0 * (40 <= number < 50), lon, lat)
        for number, (seconds, lon, lat) in enumerate(ride(100))
    ]
    result = cleaned(trip)
    assert dropped_of(result) == {CLOCK_JUMP: 10}
    assert len(result.fixes) == 90


def test_a_trip_whose_clock_was_set_halfway_is_refused() -> None:
    trip = [*ride(10), *ride(10, start=-7200)]
    assert (
        cleaned(trip)
        .refused[0][1]
        .startswith("The trip loses 10 of its 20 fixes (10 by a clock that jumps), more than 20%.")
    )


@pytest.mark.parametrize(("count", "rule"), [(2, OUT_OF_ORDER), (3, CLOCK_JUMP)])
def test_few_fixes_that_go_back_are_out_of_order(count: int, rule: str) -> None:
    trip = [*ride(30), *ride(count, start=55), *ride(60)[30:]]
    assert dropped_of(cleaned(trip)) == {rule: count}


@pytest.mark.parametrize(
    ("first", "rule"),
    [
        ((-10.0, 1.0, 0.0), IMPOSSIBLE_SPEED),
        ((-1e9, 0.0, 0.0), CLOCK_JUMP),
        ((1e6, 0.0, 0.0), CLOCK_JUMP),
        ((600.0, 0.0, 0.0), OUT_OF_ORDER),
        ((0.0, 1.0, 0.0), SAME_TIME),
    ],
)
def test_a_wrong_first_fix_costs_only_itself(first: Fix, rule: str) -> None:
    result = cleaned([first, *ride(50)])
    assert dropped_of(result) == {rule: 1}
    assert result.fixes.t.tolist() == fixes_of(ride(50)).t.tolist()


@pytest.mark.parametrize(("count", "rule"), [(1, SAME_TIME), (2, IMPOSSIBLE_SPEED)])
def test_a_run_elsewhere_is_named_by_its_size(count: int, rule: str) -> None:
    elsewhere = [(90.0 + step, 1.0, 0.0) for step in range(count)]
    assert dropped_of(cleaned([*ride(10), *elsewhere, *ride(30)[10:]])) == {rule: count}


def test_one_run_is_found_among_more_noise_than_can_be_followed() -> None:
    noise = [(1e5 * number, 0.0, 0.0) for number in range(20, 0, -1)]
    result = cleaned([*noise, *ride(100)])
    assert dropped_of(result) == {CLOCK_JUMP: 20}


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
