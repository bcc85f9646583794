"""Issues as arrays, who is open when, and the grid that loses nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.overlay import issue_grid
from geo_service.overlay.issue_grid import (
    STILL_OPEN,
    build_grid,
    issue_points,
    open_during,
    slots_near,
)

if TYPE_CHECKING:
    from tests.overlay.conftest import Plan

    Ends = tuple[tuple[float, float], tuple[float, float]]
    from geo_service.overlay.issue_grid import IssuePoints

GEOD = Geod(ellps="WGS84")


def test_issues_become_arrays_with_their_lives(plan: Plan) -> None:
    points = issue_points([plan.issue(0, 0, (0, 10), (20, None)), plan.issue(5, 0, (1, 2))])
    assert points.interval_offsets.tolist() == [0, 2, 3]
    starts = points.interval_from - points.interval_from[0]
    assert starts.tolist() == [0, 20_000_000, 1_000_000]
    assert (points.interval_to - points.interval_from)[[0, 2]].tolist() == [10_000_000, 1_000_000]
    assert points.interval_to[1] == STILL_OPEN
    assert (points.lon[0], points.lat[0]) == plan.at(0, 0)


def test_times_are_kept_to_the_microsecond() -> None:
    reported = datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    points = issue_points(
        [Issue("i", "c", 0.0, 0.0, reported, datetime(2024, 1, 1, 0, 0, 0, 7, UTC))]
    )
    assert points.interval_from.tolist() == [-1]
    assert points.interval_to.tolist() == [1_704_067_200_000_007]


def test_no_issues_are_empty_arrays() -> None:
    points = issue_points([])
    assert len(points) == 0
    assert points.interval_offsets.tolist() == [0]
    assert open_during(points, 0, 1).tolist() == []


def test_open_during_holds_beginnings_but_not_ends(plan: Plan) -> None:
    lives = [(0, 10), (10, 20), (20, 30), (5, 5), (-50, None), (31, None)]
    points = issue_points(
        [plan.issue(0, 0, life) for life in lives] + [plan.issue(0, 0, (0, 1), (15, 16))]
    )
    start = int(points.interval_from[0])
    assert open_during(points, start + 10_000_000, start + 20_000_000).tolist() == [1, 2, 4, 6]
    assert open_during(points, start + 9_999_999, start + 9_999_999).tolist() == [0, 4]


def near_by_grid(points: IssuePoints, radius_m: float, ends: Ends) -> list[int]:
    grid = build_grid(points, np.arange(len(points)), radius_m=radius_m, longest_m=500.0)
    found = np.empty(len(points), dtype=np.int64)
    count = slots_near(grid, *ends[0], *ends[1], found)
    return sorted(grid.issue[found[:count]].tolist())


@pytest.mark.parametrize("lat", [0.0, 32.04, -60.0, 75.0, 88.99, -89.5, 89.9999])
@pytest.mark.parametrize("lon", [112.15, 180.0, -179.9995])
@pytest.mark.parametrize("spread_m", [300.0, 3000.0])
def test_no_issue_within_the_radius_is_lost(
    lon: float, lat: float, spread_m: float, plan_at: type[Plan]
) -> None:
    rng = np.random.default_rng([int(abs(lat) * 10), int(abs(lon)), int(spread_m)])
    plan = plan_at(lon, lat)
    middles, halves = rng.uniform(-spread_m, spread_m, (8, 2)), rng.uniform(-170, 170, (8, 2))
    beside = np.repeat(middles, 10, axis=0) + rng.uniform(-60, 60, (80, 2))
    issues = [plan.issue(*place) for place in beside]
    points = issue_points(issues)
    for middle, half in zip(middles, halves, strict=True):
        ends = plan.at(*(middle - half)), plan.at(*(middle + half))
        way = np.array([ends[0], *GEOD.npts(*ends[0], *ends[1], 60), ends[1]])
        close = [
            number
            for number, one in enumerate(issues)
            if min(GEOD.inv(*way.T, [one.lon] * 62, [one.lat] * 62)[2]) <= 25.0
        ]
        proposed = near_by_grid(points, 25.0, ends)
        assert set(close) <= set(proposed)
        assert len(proposed) == len(set(proposed))


def test_few_are_proposed_that_are_far(plan: Plan) -> None:
    rng = np.random.default_rng(0)
    points = issue_points([plan.issue(*rng.uniform(-5000, 5000, 2)) for _ in range(5000)])
    ends = plan.at(-5, 0), plan.at(5, 5)
    for number in near_by_grid(points, 25.0, ends):
        lon, lat = points.lon[number], points.lat[number]
        assert GEOD.inv(*plan.at(0, 0), lon, lat)[2] < 50.0


def test_issues_spread_over_two_cities_do_not_make_a_grid_of_all_between(
    monkeypatch: pytest.MonkeyPatch, plan_at: type[Plan]
) -> None:
    monkeypatch.setattr(issue_grid, "_MOST_CELLS", 1000)
    plans = [plan_at(112.15, 32.04), plan_at(116.4, 39.9)]
    points = issue_points([plan.issue(at, 0) for plan in plans for at in (0, 70, 140)])
    grid = build_grid(points, np.arange(6), radius_m=25.0, longest_m=500.0)
    assert grid.ruling.rows * grid.ruling.columns <= 1100
    for number, plan in ((1, plans[0]), (4, plans[1])):
        assert number in near_by_grid(points, 25.0, (plan.at(70, 5), plan.at(70, -5)))


@pytest.mark.parametrize("lon", [0.0, 180.0, -180.0, 90.0])
def test_a_city_on_any_meridian_is_one_small_grid(plan_at: type[Plan], lon: float) -> None:
    plan = plan_at(lon, 30.0)
    points = issue_points([plan.issue(east, 0) for east in (-400, 0, 400)])
    grid = build_grid(points, np.arange(3), radius_m=25.0, longest_m=500.0)
    assert grid.ruling.span == pytest.approx(0.0083, abs=0.0001)
    assert 10 < grid.ruling.columns < 25


def test_an_issue_on_the_first_longitude_stays_in_the_first_column() -> None:
    # -119.7 brought into [0, 360) and back is not -119.7 to the last digit.
    rng = np.random.default_rng(4)
    for west in rng.uniform(-180.0, 0.0, 300):
        points = issue_points(
            [
                Issue("i", "c", lon, 40.0, datetime(2024, 1, 1, tzinfo=UTC))
                for lon in (west, west + 0.05)
            ]
        )
        ends = (west, 40.0001), (west + 1e-5, 40.0001)
        assert near_by_grid(points, 25.0, ends) == [0]


HOUR = st.integers(0, 50)


@given(st.lists(st.tuples(HOUR, st.lists(HOUR, max_size=3), st.none() | HOUR)))
def test_when_issues_were_last_confirmed_is_what_each_says(
    lives: list[tuple[int, list[int], int | None]],
) -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=hour)

    issues = [
        Issue(
            str(row),
            "noise",
            112.0,
            32.0,
            at(reported),
            at(reported),
            reopened=tuple((at(hour), None) for hour in sorted(reopened)),
            confirmed_at=None if confirmed is None else at(confirmed),
        )
        for row, (reported, reopened, confirmed) in enumerate(lives)
    ]
    expected = [to_microseconds(issue.last_confirmed_at) for issue in issues]
    assert issue_points(issues).confirmed_us.tolist() == expected
