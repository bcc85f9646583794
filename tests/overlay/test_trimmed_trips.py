"""The ends of trips that nobody may learn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyproj import Geod

from geo_service.domain.pass_rule import PassRule
from geo_service.overlay.trimmed_trips import trim_ends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.overlay.conftest import Fix, FixesFrom, Plan, Seconds

GEOD = Geod(ellps="WGS84")
RULE = PassRule()


def eastings(
    plan: Plan, fixes_from: FixesFrom, rows: Sequence[Fix], trim_m: float = 200.0
) -> list[float]:
    """Trim a trip along a line and return how far east its fixes are, in metres."""
    fixes = trim_ends(fixes_from(plan.trip("r", rows)), RULE, trim_m)
    assert fixes.offsets.tolist() == [0, len(fixes)]
    away = [GEOD.inv(plan.lon, plan.lat, x, y) for x, y in zip(fixes.lon, fixes.lat, strict=True)]
    return [metres if bearing > 0 else -metres for bearing, _, metres in away]


def near(metres: Sequence[float]) -> object:
    return pytest.approx(list(metres), abs=0.05)


def test_a_straight_ride_is_cut_at_the_metre(plan: Plan, fixes_from: FixesFrom) -> None:
    rows = [(t * 10, t * 90, 0) for t in range(11)]
    assert eastings(plan, fixes_from, rows) == near([200, 270, 360, 450, 540, 630, 700])
    rows = [(0, 0, 0), (20, 150, 0), (25, 205, 0), (40, 400, 0), (60, 800, 0)]
    assert eastings(plan, fixes_from, rows) == near([200, 205, 400, 600])


def test_the_moment_of_the_cut_is_linear_in_time(
    plan: Plan, fixes_from: FixesFrom, seconds: Seconds
) -> None:
    fixes = trim_ends(
        fixes_from(plan.trip("r", [(0, 0, 0), (40, 400, 0), (80, 800, 0)])), RULE, 200.0
    )
    assert [seconds(t) for t in fixes.t] == near([20, 40, 60])


def test_one_long_segment_keeps_its_middle(plan: Plan, fixes_from: FixesFrom) -> None:
    assert eastings(plan, fixes_from, [(0, 0, 0), (50, 450, 0)]) == near([200, 250])


@pytest.mark.parametrize("metres", [0.0, 150.0, 399.0])
def test_a_trip_shorter_than_its_two_ends_has_nothing_left(
    plan: Plan, fixes_from: FixesFrom, metres: float
) -> None:
    assert eastings(plan, fixes_from, [(0, 0, 0), (20, metres / 2, 0), (40, metres, 0)]) == []


def test_at_a_gap_the_trip_begins_and_ends_with_a_fix(plan: Plan, fixes_from: FixesFrom) -> None:
    rows = [(0, 0, 0), (300, 390, 0), (320, 500, 0), (340, 600, 0), (900, 990, 0)]
    assert eastings(plan, fixes_from, rows) == near([390, 500, 600])
    assert eastings(plan, fixes_from, [(0, 0, 0), (300, 390, 0), (900, 780, 0)]) == near([390])


def test_waiting_at_the_door_does_not_use_the_metres_up(plan: Plan, fixes_from: FixesFrom) -> None:
    waiting = [(t, 15 * (-1) ** t, 0) for t in range(100)]
    rows = [*waiting, (110, 100, 0), (140, 500, 0), (180, 900, 0)]
    assert eastings(plan, fixes_from, rows) == near([215, 500, 700])


def test_the_end_counts_from_where_it_is_last_far(plan: Plan, fixes_from: FixesFrom) -> None:
    rows = [(0, 0, 0), (30, 400, 0), (60, 800, 0), (90, 1000, 0), (120, 600, 0), (150, 1000, 0)]
    assert eastings(plan, fixes_from, rows) == near([200, 400, 800, 1000, 600, 800])


def test_cutting_nothing_leaves_everything(plan: Plan, fixes_from: FixesFrom) -> None:
    rows = [(0, -9, 0), (5, 30, 0), (10, 60, 0)]
    assert eastings(plan, fixes_from, rows, trim_m=0.0) == near([-9, 30, 60])
    assert eastings(plan, fixes_from, rows[:1], trim_m=0.0) == near([-9])


def test_trips_keep_their_riders_and_places(plan: Plan, fixes_from: FixesFrom) -> None:
    long = [(t * 10, t * 90, 0) for t in range(11)]
    trips = [plan.trip("a", long), plan.trip("b", [(0, 0, 0)]), ("c", []), plan.trip("b", long)]
    fixes = trim_ends(fixes_from(*trips), RULE, 200.0)
    assert fixes.trip_ids == ("t0", "t1", "t2", "t3")
    assert [fixes.rider_ids[rider] for rider in fixes.rider] == ["a", "b", "c", "b"]
    assert np.diff(fixes.offsets).tolist() == [7, 0, 0, 7]


def test_the_180th_meridian_is_no_seam(plan_at: type[Plan], fixes_from: FixesFrom) -> None:
    plan = plan_at(180.0, -17.0)
    rows = [(0, -400, 0), (50, 90, 0), (100, 580, 0)]
    assert eastings(plan, fixes_from, rows) == near([-200, 90, 380])
    fixes = trim_ends(fixes_from(plan.trip("r", rows)), RULE, 400.0)
    assert (np.abs(fixes.lon) <= 180.0).all()


def metres(here: Fix, there: Fix) -> float:
    return float(GEOD.inv(here[1], here[2], there[1], there[2])[2])


def part_way(here: Fix, there: Fix, share: float) -> Fix:
    """Return a moment and a place on a segment that is straight in degrees."""
    t, lon, lat = (b - a for a, b in zip(here, there, strict=True))
    lon = (lon + 180.0) % 360.0 - 180.0
    return here[0] + share * t, here[1] + share * lon, here[2] + share * lat


def away_from_the_first(rows: Sequence[Fix], trim_m: float) -> list[Fix]:
    """Return the rest of a way from where it is so far from its first fix, by geodesics."""
    far = [number for number, fix in enumerate(rows) if metres(rows[0], fix) >= trim_m]
    if not far:
        return []
    before, fix = rows[max(far[0] - 1, 0)], rows[far[0]]
    joined = abs(fix[0] - before[0]) <= RULE.max_gap_s and metres(before, fix) <= RULE.max_gap_m
    if far[0] == 0 or not joined:
        return list(rows[far[0] :])
    low, high = 0.0, 1.0
    for _ in range(50):
        share = (low + high) / 2.0
        outside = metres(rows[0], part_way(before, fix, share)) >= trim_m
        low, high = (low, share) if outside else (share, high)
    cut = part_way(before, fix, high)
    return [cut, *(rows[far[0] + (high == 1.0) :])]


def trimmed(rows: Sequence[Fix], trim_m: float) -> list[Fix]:
    """What stands both in the way without its beginning and in the way without its end."""
    if not rows:
        return []
    ahead = away_from_the_first(rows, trim_m)
    back = away_from_the_first(rows[::-1], trim_m)[::-1]
    if not ahead or not back or ahead[0][0] > back[-1][0]:
        return []
    within = [fix for fix in rows if ahead[0][0] < fix[0] < back[-1][0]]
    return [ahead[0], *within, *([back[-1]] if back[-1][0] > ahead[0][0] else [])]


def random_way(random: np.random.Generator, plan: Plan) -> Sequence[Fix]:
    """Draw a ride with waits, leaps, pauses and places that it comes back to."""
    rows = [(0.0, 0.0, 0.0)][: random.integers(0, 8)]
    for _ in range(random.integers(0, 40) if rows else 0):
        t, east, north = rows[-1]
        stride = random.choice([0.0, 3.0, 60.0, 60.0, 200.0, 700.0])
        aside = random.normal(0.3, 1.0, 2) * stride
        if random.random() < 0.08:
            aside = -np.array([east, north])
        wait = random.choice([1.0, 10.0, 30.0, 300.0], p=[0.3, 0.4, 0.25, 0.05])
        rows.append((t + wait, east + aside[0], north + aside[1]))
    return plan.trip("r", rows)[1]


@pytest.mark.parametrize("place", [(112.0, 32.0), (180.0, -17.0), (-179.999, 70.0), (5.0, -85.0)])
@pytest.mark.parametrize("trim_m", [0.0, 20.0, 200.0, 1500.0])
def test_what_is_left_of_random_rides_is_what_plain_steps_leave(
    plan_at: type[Plan],
    fixes_from: FixesFrom,
    seconds: Seconds,
    place: tuple[float, float],
    trim_m: float,
) -> None:
    random = np.random.default_rng(round(trim_m + abs(place[1])))
    ways = [random_way(random, plan_at(*place)) for _ in range(60)]
    fixes = trim_ends(fixes_from(*(("r", way) for way in ways)), RULE, trim_m)
    expected = [trimmed(way, trim_m) for way in ways]
    assert np.diff(fixes.offsets).tolist() == [len(rows) for rows in expected]
    rows = [row for rows in expected for row in rows]
    assert len(rows) > 20
    assert [seconds(t) for t in fixes.t] == pytest.approx([row[0] for row in rows], abs=0.01)
    off = GEOD.inv(fixes.lon, fixes.lat, [row[1] for row in rows], [row[2] for row in rows])[2]
    assert max(off) < 0.01
    assert (np.abs(fixes.lon) <= 180.0).all()
