"""The compiled loop against plain loops on azimuthal maps, over random rides and issues."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo_service.domain.passage import PassRule
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.passes import find_passes, passes_at, track_of, watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geo_service.domain.issue import Issue
    from tests.overlay.conftest import FixesFrom, Oracle, Plan, Seconds, Trip

PLACES = [(112.15, 32.04), (0.0, 0.0), (180.0, 15.0), (-179.999, -62.0), (25.0, 70.0)]
PLACES += [(10.0, -85.0), (77.0, 89.99), (180.0, -89.995), (-71.06, 42.36)]


def random_rides(rng: np.random.Generator, plan: Plan) -> list[Trip]:
    """Draw rides with stops, noise, pauses, jumps and lone fixes, all in one square kilometre."""
    trips = []
    for number in range(rng.integers(1, 6)):
        rows = []
        t, east, north = rng.uniform(0, 500), *rng.uniform(-400, 400, 2)
        for _ in range(rng.integers(1, 60)):
            rows.append((round(t, 3), east, north))
            kind = rng.random()
            t += 200 if kind < 0.05 else rng.choice([1.0, 5.0, 15.0, 0.0])
            stride = 600 if kind > 0.97 else 0 if kind > 0.85 else rng.choice([3, 20, 120])
            east, north = (east, north) + stride * rng.uniform(-1, 1, 2)
        trips.append(plan.trip(f"r{number % 3}", rows))
    return trips


def random_issues(rng: np.random.Generator, plan: Plan, trips: Sequence[Trip]) -> list[Issue]:
    """Draw issues beside the rides, with lives that begin and end among them."""
    issues = []
    fixes = [fix for _, rows in trips for fix in rows]
    for _ in range(25):
        t, lon, lat = fixes[rng.integers(len(fixes))]
        beside = type(plan)(lon, lat)
        lives = np.sort(t + rng.uniform(-300, 300, 4))
        shape = rng.integers(4)
        intervals = [
            [(-1e6, None)],
            [(lives[0], lives[3])],
            [(lives[0], lives[1]), (lives[2], None)],
            [(lives[0] - 2e4, lives[1] - 2e4)],
        ][shape]
        issues.append(beside.issue(*rng.uniform(-40, 40, 2), *intervals))
    return issues


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
    trips = random_rides(rng, plan)
    issues = random_issues(rng, plan, trips)
    rule = PassRule(rng.choice([8.0, 25.0, 60.0]), 120.0, rng.choice([100.0, 500.0]))

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
    issues = random_issues(rng, plan, trips)
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


def test_the_oracle_is_sure_of_most_and_finds_many(plan: Plan, oracle: Oracle) -> None:
    rng = np.random.default_rng(1)
    trips = random_rides(rng, plan)
    issues = random_issues(rng, plan, trips)
    expected, unsure = oracle(trips, issues, PassRule())
    assert len(expected) > 10
    assert len(unsure) < len(trips) * len(issues) / 4
