"""The compiled loop against plain loops on azimuthal maps, over random rides and issues."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo_service.domain.pass_rule import PassRule
from geo_service.overlay import pass_kernel
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_kernel import Track
from geo_service.overlay.passes import find_passes, passes_at, track_of, watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_service.domain.issue import Issue
    from tests.overlay.conftest import FixesFrom, Oracle, Plan, Seconds, Trip

PLACES = [(112.15, 32.04), (0.0, 0.0), (180.0, 15.0), (-179.999, -62.0), (25.0, 70.0)]
PLACES += [(10.0, -85.0), (77.0, 89.99), (180.0, -89.995), (-71.06, 42.36)]


def random_rides(rng: np.random.Generator, plan: Plan) -> list[Trip]:
    """Draw rides with stops, noise, pauses, jumps and lone fixes, all in one square kilometre.

    Some are of one fix only, some turn back on their way, and now and then a clock is set back.
    A rider's trips overlap in time.
    """
    trips = []
    for number in range(rng.integers(2, 6)):
        rows = []
        t, east, north = rng.uniform(0, 500), *rng.uniform(-400, 400, 2)
        for _ in range(1 if rng.random() < 0.15 else rng.integers(2, 60)):
            rows.append((round(t, 3), east, north))
            kind = rng.random()
            t += 200 if kind < 0.05 else -30 if kind < 0.08 else rng.choice([1.0, 5.0, 15.0, 0.0])
            if kind > 0.94 and len(rows) > 1:
                east, north = rows[-2][1:]
                continue
            stride = 600 if kind > 0.92 else 0 if kind > 0.82 else rng.choice([3, 20, 120])
            east, north = (east, north) + stride * rng.uniform(-1, 1, 2)
        trips.append(plan.trip(f"r{number % 2}", rows))
    return trips


def random_issues(
    rng: np.random.Generator, plan: Plan, trips: Sequence[Trip], radius_m: float
) -> list[Issue]:
    """Draw issues beside the rides, with lives that begin and end among them.

    Some lie on a fix, some almost a radius from one.
    """
    issues = []
    fixes = [fix for _, rows in trips for fix in rows]
    for number in range(24):
        t, lon, lat = fixes[rng.integers(len(fixes))]
        beside = type(plan)(lon, lat)
        lives = np.sort(t + rng.uniform(-300, 300, 4))
        shape = rng.integers(5)
        intervals = [
            [(-1e6, None)],
            [(lives[0], lives[3])],
            [(lives[0], lives[1]), (lives[2], None)],
            [(lives[0] - 2e4, lives[1] - 2e4)],
            [(t - 0.5, t + 0.5)],
        ][shape]
        turn = rng.uniform(0, 2 * np.pi)
        almost = radius_m * rng.choice([0.997, 0.9985, 1.0, 1.0015, 1.003])
        off = [
            rng.uniform(-40, 40, 2),
            np.zeros(2),
            almost * np.array([np.cos(turn), np.sin(turn)]),
        ][number % 3]
        issues.append(beside.issue(*off, *intervals))
    return issues


def random_rule(rng: np.random.Generator) -> PassRule:
    return PassRule(rng.choice([8.0, 25.0, 60.0]), 120.0, rng.choice([100.0, 500.0]))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", range(6))
def test_it_finds_what_plain_loops_find(
    plan_at: type[Plan],
    fixes_from: FixesFrom,
    oracle: Oracle,
    seconds: Seconds,
    place: tuple[float, float],
    seed: int,
) -> None:
    rng = np.random.default_rng([seed, *(int(abs(part) * 1000) for part in place)])
    plan = plan_at(*place)
    rule = random_rule(rng)
    trips = random_rides(rng, plan)
    issues = random_issues(rng, plan, trips, rule.radius_m)

    expected, unsure = oracle(trips, issues, rule)
    found = find_passes(fixes_from(*trips), issue_points(issues), rule)

    sure = [
        (trip, issue, seconds(t), distance)
        for trip, issue, t, distance in zip(
            found.trip, found.issue, found.t, found.distance_m, strict=True
        )
        if (trip, issue) not in unsure
    ]
    wanted = [one for one in expected if (one.trip, one.issue) not in unsure]
    wanted.sort(key=lambda one: (one.trip, one.issue, one.t))
    sure.sort()
    assert [row[:2] for row in sure] == [(one.trip, one.issue) for one in wanted]
    assert [row[2] for row in sure] == pytest.approx([one.t for one in wanted], abs=0.02)
    assert [row[3] for row in sure] == pytest.approx(
        [one.distance_m for one in wanted], rel=0.001, abs=0.001
    )


@pytest.mark.parametrize("place", [*PLACES[:3], PLACES[4], PLACES[-1]])
def test_no_figure_of_an_issue_hangs_on_the_others(
    plan_at: type[Plan], fixes_from: FixesFrom, place: tuple[float, float]
) -> None:
    rng = np.random.default_rng(8)
    plan = plan_at(*place)
    trips = random_rides(rng, plan)
    issues = random_issues(rng, plan, trips, 25.0)
    far = plan_at(place[0] - 179.0, 10.0), plan_at(place[0] - 90.0, 10.0)
    points = issue_points([*issues, plan.issue(-900, 0), *(one.issue(0, 0) for one in far)])
    track, rule = track_of(fixes_from(*trips)), PassRule()
    among = passes_at(track, watch(points, np.arange(len(points)), rule))
    assert len(among) > 5
    for issue in range(len(issues)):
        alone = passes_at(track, watch(points, np.array([issue]), rule))
        rows = among.issue == issue
        assert among.t[rows].tolist() == alone.t.tolist()
        assert among.distance_m[rows].tolist() == alone.distance_m.tolist()


def read_only(values: np.ndarray, kind: type[np.generic]) -> np.ndarray:
    """Return whole numbers as the trace lake gives them."""
    rounded = np.rint(values).astype(kind)
    rounded.flags.writeable = False
    return rounded


@pytest.mark.parametrize("place", PLACES)
def test_whole_numbers_give_what_the_same_numbers_with_decimals_give(
    plan_at: type[Plan], fixes_from: FixesFrom, place: tuple[float, float]
) -> None:
    rng = np.random.default_rng(5)
    plan, rule = plan_at(*place), PassRule()
    trips = random_rides(rng, plan)
    points = issue_points(random_issues(rng, plan, trips, rule.radius_m))
    watched = watch(points, np.arange(len(points)), rule)
    fixes = fixes_from(*trips)
    packed = Track(
        read_only(fixes.offsets, np.int64),
        read_only(fixes.t / 1000, np.int64),
        read_only(fixes.lon * 1e7, np.int32),
        read_only(fixes.lat * 1e7, np.int32),
        tick_us=1000,
        step=1e-7,
    )
    plain = Track(fixes.offsets, packed.t * 1000, packed.lon * 1e-7, packed.lat * 1e-7)
    one, other = passes_at(packed, watched), passes_at(plain, watched)
    assert len(one) > 5
    for column in ("trip", "issue", "t", "distance_m"):
        assert getattr(one, column).tolist() == getattr(other, column).tolist(), column


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("radius_m", [8.0, 25.0, 60.0])
def test_just_outside_of_a_thousandth_the_radius_holds(
    plan_at: type[Plan], fixes_from: FixesFrom, place: tuple[float, float], radius_m: float
) -> None:
    plan, rule = plan_at(*place), PassRule(radius_m=radius_m)
    bearings = np.radians(np.arange(0, 360, 20))
    issues = [
        plan.issue(radius_m * share * np.sin(bearing), radius_m * share * np.cos(bearing))
        for bearing in bearings
        for share in (0.9989, 1.0011)
    ]
    stop = fixes_from(plan.trip("r", [(0, 0, 0)]))
    within = find_passes(stop, issue_points(issues), rule)
    assert within.issue.tolist() == list(range(0, len(issues), 2))


@pytest.mark.parametrize("corner", [(-85, -85), (-85, 85), (85, -85), (85, 85)])
def test_a_trip_that_begins_at_an_issue_passes_it_wherever_it_goes(
    plan: Plan, fixes_from: FixesFrom, corner: tuple[float, float]
) -> None:
    """The square of the former trip's end is not taken for that of the first fix."""
    rides = [
        plan.trip("r", [(0, *corner), (5, *corner)]),
        plan.trip("r", [(0, 0, 0), (20, *corner)]),
    ]
    found = find_passes(fixes_from(*rides), issue_points([plan.issue(1, 0)]), PassRule())
    assert found.trip.tolist() == [1]


def test_more_passes_than_there_is_room_for_at_first_are_all_there(
    plan: Plan, fixes_from: FixesFrom
) -> None:
    issues = issue_points([plan.issue(number % 7, number % 5) for number in range(150)])
    ride = plan.trip("r", [(t, 0, 80 * (t // 10 % 2)) for t in range(0, 1000, 5)])
    found = find_passes(fixes_from(ride), issues, PassRule())
    assert len(found) > 2 * pass_kernel._ROOM / 3
    counted = np.bincount(found.issue, minlength=150)
    assert counted.tolist() == [50] * 150
    assert np.unique(np.column_stack((found.issue, found.t)), axis=0).shape == (len(found), 2)
    assert found.distance_m == pytest.approx(found.issue % 7, abs=0.01)


def test_the_oracle_is_sure_of_most_and_finds_many(plan: Plan, oracle: Oracle) -> None:
    rng = np.random.default_rng(1)
    trips = random_rides(rng, plan)
    issues = random_issues(rng, plan, trips, 25.0)
    expected, unsure = oracle(trips, issues, PassRule())
    assert len(expected) > 10
    assert len(unsure) < len(trips) * len(issues) / 3


def test_rides_and_issues_are_drawn_for_every_case(plan: Plan, oracle: Oracle) -> None:
    seen: Counter[str] = Counter()
    for seed in range(8):
        rng = np.random.default_rng(seed)
        rule, trips = random_rule(rng), random_rides(rng, plan)
        issues = random_issues(rng, plan, trips, rule.radius_m)
        found, unsure = oracle(trips, issues, rule)
        for rider, rows in trips:
            steps = np.diff([t for t, _, _ in rows])
            seen["lone fix"] += len(rows) == 1
            seen["clock set back"] += int((steps < 0).sum())
            seen["gap in time"] += int((steps > rule.max_gap_s).sum())
            seen["stop"] += sum(one[1:] == two[1:] for one, two in itertools.pairwise(rows))
            seen["rider twice at a time"] += sum(
                other is not rows and name == rider and other[0][0] < rows[-1][0]
                and rows[0][0] < other[-1][0]
                for name, other in trips
            )  # fmt: skip
        places = {(round(lon, 9), round(lat, 9)) for _, rows in trips for _, lon, lat in rows}
        seen["issue on a fix"] += sum(
            (round(one.lon, 9), round(one.lat, 9)) in places for one in issues
        )
        pairs = Counter((one.trip, one.issue) for one in found)
        seen["return"] += sum(count > 1 for count in pairs.values())
        seen["within a thousandth of the radius"] += len(unsure)
        for one in found:
            off = abs(one.distance_m / rule.radius_m - 1.0)
            seen["just inside the radius"] += 0.001 < off < 0.005
            seen["open for a moment only"] += issues[one.issue].closed_at is not None and (
                (issues[one.issue].closed_at - issues[one.issue].reported_at).total_seconds() <= 1
            )
    assert len(seen) == 10
    assert min(seen.values()) >= 3, seen
