"""Named cases of what is a pass."""

from __future__ import annotations

import itertools
import os
from typing import TYPE_CHECKING

import numpy as np
import pytest

from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import no_fixes
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import NO_MOMENT, count_passes
from geo_service.overlay.passes import find_passes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geo_service.domain.issue import Issue
    from tests.overlay.conftest import Fix, FixesFrom, Plan, Seconds

    PassesOf = Callable[..., list[tuple[float, float]]]

RULE = PassRule(radius_m=25.0, max_gap_s=120.0, max_gap_m=500.0)
ODD_PLACES = [(180.0, 0.0), (-180.0, -17.0), (179.9999, 65.0), (180.0, 70.0), (10.0, 70.0)]
ODD_PLACES += [(10.0, -70.0), (0.0, 89.0), (30.0, 89.9), (-120.0, -89.999), (0.0, 90.0), (0.0, 0.0)]


@pytest.fixture
def passes_of(plan: Plan, fixes_from: FixesFrom, seconds: Seconds) -> PassesOf:
    """Return what finds the (moment, distance) of one trip's passes at one issue."""

    def find(
        rows: Sequence[Fix], issue: Issue | None = None, rule: PassRule = RULE, plan: Plan = plan
    ) -> list[tuple[float, float]]:
        fixes = fixes_from(plan.trip("r", rows))
        issue = issue or plan.issue(0, 0)
        found = find_passes(fixes, issue_points([issue]), rule)
        return [
            (seconds(t), distance) for t, distance in zip(found.t, found.distance_m, strict=True)
        ]

    return find


def near(expected: Sequence[float]) -> object:
    return pytest.approx(expected, abs=0.01)


def test_a_segment_that_goes_by_is_a_pass_at_its_closest_point(passes_of: PassesOf) -> None:
    assert passes_of([(0, -100, 10), (20, 100, 10)]) == [near((10.0, 10.0))]


def test_a_segment_beyond_the_radius_is_none(passes_of: PassesOf) -> None:
    assert passes_of([(0, -100, 25.1), (20, 100, 25.1)]) == []
    assert len(passes_of([(0, -100, 24.9), (20, 100, 24.9)])) == 1


def test_beside_its_line_but_beyond_its_end_a_segment_does_not_hit(passes_of: PassesOf) -> None:
    assert passes_of([(0, -200, 0), (10, -26, 0)]) == []
    assert passes_of([(0, -200, 0), (10, -24, 0)]) == [near((10.0, 24.0))]
    assert passes_of([(0, 24, 0), (10, 200, 0)]) == [near((0.0, 24.0))]


def test_an_issue_on_a_segments_end_is_passed_once(passes_of: PassesOf) -> None:
    assert passes_of([(0, -100, 0), (10, 0, 0), (20, 0, 100)]) == [near((10.0, 0.0))]


def test_the_moment_is_linear_in_time_along_the_segment(passes_of: PassesOf) -> None:
    assert passes_of([(0, -30, 5), (40, 90, 5)]) == [near((10.0, 5.0))]


def test_the_moment_is_the_nearest_whole_microsecond(passes_of: PassesOf) -> None:
    ((t, _),) = passes_of([(0, -60, 5), (3e-6, 40, 5)])
    assert t == pytest.approx(2e-6, abs=1e-9)


def test_it_counts_if_the_issue_is_open_at_the_moment_not_at_the_ends(
    passes_of: PassesOf, plan: Plan
) -> None:
    rows = [(0, -100, 0), (20, 100, 0)]
    assert len(passes_of(rows, plan.issue(0, 0, (9.9, 10.1)))) == 1
    assert passes_of(rows, plan.issue(0, 0, (-50, 9.9))) == []
    assert passes_of(rows, plan.issue(0, 0, (10.1, 50))) == []


def test_an_interval_holds_its_beginning_and_not_its_end(passes_of: PassesOf, plan: Plan) -> None:
    stop = [(10, 0, 0)]
    assert len(passes_of(stop, plan.issue(0, 0, (10, None)))) == 1
    assert len(passes_of(stop, plan.issue(0, 0, (10, 10.000001)))) == 1
    assert passes_of(stop, plan.issue(0, 0, (5, 10))) == []
    corner = [(0, -100, 0), (10, 0, 0), (20, 0, 100)]
    assert len(passes_of(corner, plan.issue(0, 0, (10, None)))) == 1
    assert passes_of(corner, plan.issue(0, 0, (5, 10))) == []


def test_a_moment_in_two_overlapping_intervals_counts_once(passes_of: PassesOf, plan: Plan) -> None:
    assert len(passes_of([(10, 0, 0)], plan.issue(0, 0, (0, 20), (5, 30)))) == 1


def test_an_interval_that_ends_before_it_begins_is_never_open(
    passes_of: PassesOf, plan: Plan
) -> None:
    assert passes_of([(10, 0, 0)], plan.issue(0, 0, (20, 5))) == []
    assert passes_of([(10, 0, 0)], plan.issue(0, 0, (10, 10))) == []


def test_a_reopened_issue_is_passed_in_each_of_its_lives(passes_of: PassesOf, plan: Plan) -> None:
    issue = plan.issue(0, 0, (0, 20), (40, 60), (80, None))
    rows = [(t, 200 * (-1) ** row, 0) for row, t in enumerate((0, 20, 40, 60, 80, 100))]
    away = [
        (t + 10, 0, 0) if row % 2 == 0 else (t + 10, 0, 90) for row, (t, _, _) in enumerate(rows)
    ]
    assert [t for t, _ in passes_of(sorted(rows + away), issue)] == near([10, 50, 90])


def test_segments_that_hit_one_after_the_other_are_one_pass(passes_of: PassesOf) -> None:
    rows = [(0, 200, 0), (20, -200, 0), (40, 200, 1), (60, -200, 0)]
    assert [t for t, _ in passes_of(rows)] == near([10])


def test_an_issue_closed_before_the_trip_is_not_passed(passes_of: PassesOf, plan: Plan) -> None:
    assert passes_of([(0, -50, 0), (20, 50, 0)], plan.issue(0, 0, (-500, -100))) == []


def test_a_trip_that_returns_passes_twice(passes_of: PassesOf) -> None:
    rows = [(0, -100, 0), (20, 100, 0), (40, 100, 50), (60, 100, 5), (80, -100, 5)]
    assert passes_of(rows) == [near((10.0, 0.0)), near((70.0, 5.0))]


def test_a_run_is_one_pass_at_its_closest_segment(passes_of: PassesOf) -> None:
    rows = [(t, 5 * (t - 10), 20 - t) for t in range(21)]
    ((t, distance),) = passes_of(rows)
    assert (t, distance) == near((10.385, 9.806))


def test_leaving_the_radius_between_two_approaches_makes_two_passes(passes_of: PassesOf) -> None:
    assert len(passes_of([(0, 0, 0), (5, 0, 40), (10, 0, 80), (15, 0, 40), (20, 0, 0)])) == 2
    assert len(passes_of([(0, 0, 0), (5, 0, 24), (10, 0, 24), (15, 0, 24), (20, 0, 0)])) == 1


@pytest.mark.parametrize(("pause", "count"), [(120, 1), (121, 2)])
def test_a_gap_in_time_ends_a_run(passes_of: PassesOf, pause: float, count: int) -> None:
    rows = [(0, -5, 0), (10, 0, 5), (10 + pause, 5, 5), (20 + pause, 5, 0)]
    assert len(passes_of(rows)) == count


@pytest.mark.parametrize(("metres", "count"), [(499.9, 1), (500.2, 0)])
def test_fixes_far_apart_are_not_joined(passes_of: PassesOf, metres: float, count: int) -> None:
    rows = [(0, -metres / 2, 0), (60, metres / 2, 0)]
    assert len(passes_of(rows)) == count


def test_a_gap_in_space_ends_a_run(passes_of: PassesOf) -> None:
    rule = PassRule(25.0, 120.0, 20.0)
    rows = [(0, -15, 0), (5, -12, 0), (10, 12, 0), (15, 15, 0)]
    assert passes_of(rows, rule=rule) == [near((5.0, 12.0)), near((10.0, 12.0))]


def test_a_single_fix_counts_as_a_point(passes_of: PassesOf) -> None:
    assert passes_of([(7, 0, 20)]) == [near((7.0, 20.0))]
    assert passes_of([(7, 0, 26)]) == []


def test_lone_fixes_are_passes_of_their_own(passes_of: PassesOf) -> None:
    rows = [(0, 0, 10), (200, 0, 12), (400, 0, 14), (405, 0, 13)]
    assert passes_of(rows) == [near((0, 10)), near((200, 12)), near((405, 13))]


def test_a_fix_with_a_segment_is_no_point_besides(passes_of: PassesOf) -> None:
    assert passes_of([(0, -100, 0), (10, 0, 0), (300, 0, 0)]) == [near((10, 0)), near((300, 0))]


def test_a_stop_beside_an_issue_is_one_pass_at_its_first_moment(passes_of: PassesOf) -> None:
    stop = [(20 + second, 0, 10) for second in range(100)]
    rows = [(0, -200, 10), *stop, (140, 200, 10)]
    assert passes_of(rows) == [near((20.0, 10.0))]


def test_of_tied_closest_moments_the_earliest_counts(passes_of: PassesOf, plan: Plan) -> None:
    there_and_back = [(0, -20, 0), (10, -10, 0), (20, -20, 0), (30, -10, 0), (40, -20, 0)]
    assert passes_of(there_and_back) == [near((10.0, 10.0))]
    assert passes_of(there_and_back, plan.issue(0, 0, (25, None))) == []


def test_two_fixes_at_one_moment_are_a_segment_all_the_same(passes_of: PassesOf) -> None:
    assert passes_of([(5, -50, 0), (5, 50, 0)]) == [near((5.0, 0.0))]


@pytest.mark.parametrize(("lon", "lat"), ODD_PLACES)
def test_distances_hold_at_the_180th_meridian_and_at_high_latitudes(
    passes_of: PassesOf, plan_at: type[Plan], lon: float, lat: float
) -> None:
    plan = plan_at(lon, lat)
    rows = [(0, -200, 24.9), (20, 200, 24.9)]
    assert passes_of(rows, plan.issue(0, 0), plan=plan) == [near((10.0, 24.9))]
    rows = [(0, -24.9, -200), (20, -24.9, 200)]
    assert passes_of(rows, plan.issue(0, 0), plan=plan) == [near((10.0, 24.9))]
    rows = [(0, -200, 25.1), (20, 200, 25.1)]
    assert passes_of(rows, plan.issue(0, 0), plan=plan) == []


def test_issues_all_round_the_earth_are_found(plan_at: type[Plan], fixes_from: FixesFrom) -> None:
    places = [(lon, lat) for lon in range(-180, 180, 30) for lat in (-60, 0, 35, 71)]
    plans = [plan_at(lon, lat) for lon, lat in places]
    fixes = fixes_from(*(one.trip("r", [(0, -90, 3), (20, 90, 3)]) for one in plans))
    found = find_passes(fixes, issue_points([one.issue(0, 0) for one in plans]), RULE)
    assert found.trip.tolist() == found.issue.tolist() == list(range(len(places)))
    assert found.distance_m == pytest.approx(np.full(len(places), 3.0), abs=0.003)


def test_issues_round_a_pole_are_found_on_either_side_of_any_meridian(
    plan_at: type[Plan], fixes_from: FixesFrom
) -> None:
    corners = 2000.0 * np.exp(2j * np.pi * np.arange(37) / 36)
    plan = plan_at(0.0, 90.0)
    places = [(float(corner.real), float(corner.imag)) for corner in corners]
    rides = [plan.trip("r", [(0, *start), (60, *end)]) for start, end in itertools.pairwise(places)]
    issues = issue_points([plan.issue(*place) for place in places[:-1]])
    found = find_passes(fixes_from(*rides), issues, RULE)
    met = sorted(zip(found.trip.tolist(), found.issue.tolist(), strict=True))
    assert met == sorted([(k, k) for k in range(36)] + [(k, (k + 1) % 36) for k in range(36)])


def test_a_long_segment_may_pass_poleward_of_its_ends(
    passes_of: PassesOf, plan_at: type[Plan]
) -> None:
    plan, rule = plan_at(10.0, 85.0), PassRule(25.0, 120.0, 5000.0)
    rows = [(0, -1000, 0), (60, 1000, 0)]
    assert passes_of(rows, plan.issue(0, 24.9), rule, plan) == [near((30.0, 24.9))]


def test_passes_come_by_trip_then_moment_then_issue(plan: Plan, fixes_from: FixesFrom) -> None:
    # The first issue is met first but is closest last; the other two are one place.
    issues = issue_points([plan.issue(33, 0), plan.issue(20, 24), plan.issue(20, 24)])
    ride = plan.trip("r", [(t, 10 * t, 0) for t in range(6)])
    found = find_passes(fixes_from(ride, ride), issues, RULE)
    assert found.trip.tolist() == [0, 0, 0, 1, 1, 1]
    assert found.issue.tolist() == [1, 2, 0, 1, 2, 0]


def test_trips_do_not_run_on_into_each_other(plan: Plan, fixes_from: FixesFrom) -> None:
    one, two = plan.trip("r", [(0, -5, 0), (5, 0, 0)]), plan.trip("r", [(6, 0, 0), (9, 5, 0)])
    found = find_passes(fixes_from(one, two), issue_points([plan.issue(0, 1)]), RULE)
    assert found.trip.tolist() == [0, 1]


def test_two_overlapping_trips_of_one_rider_are_two_passes_by_one(
    plan: Plan, fixes_from: FixesFrom
) -> None:
    ride = plan.trip("wang", [(0, -100, 0), (20, 100, 0)])
    other = plan.trip("li", [(5, 0, 100), (25, 0, -100)])
    counts = count_passes(
        [fixes_from(ride, ride), fixes_from(other, ride)], issue_points([plan.issue(0, 3)]), RULE
    )
    assert counts.passes.tolist() == [4]
    assert counts.riders.tolist() == [2]


def test_riders_are_told_apart_by_their_id_in_every_partition(
    plan: Plan, fixes_from: FixesFrom
) -> None:
    rows = [(0, -100, 0), (20, 100, 0)]
    days = [("a", "b", "c"), ("c", "a", "d"), ("d",), ("e", "e", "b")]
    partitions = [fixes_from(*(plan.trip(rider, rows) for rider in day)) for day in days]
    counts = count_passes(iter(partitions), issue_points([plan.issue(0, 0)]), RULE)
    assert (counts.passes.tolist(), counts.riders.tolist()) == ([10], [5])


def test_figures_of_an_issue_are_over_its_counted_passes(
    plan: Plan, fixes_from: FixesFrom, seconds: Seconds
) -> None:
    issue = plan.issue(0, 0, (50, 200))
    trips = [plan.trip("r", [(t, -100, off), (t + 20, 100, off)]) for t, off in
             ((0, 1), (60, 9), (100, 7), (300, 2))]  # fmt: skip
    counts = count_passes([fixes_from(*trips)], issue_points([issue]), RULE)
    assert counts.passes.tolist() == [2]
    assert seconds(counts.first_us[0]) == near(70.0)
    assert seconds(counts.last_us[0]) == near(110.0)
    assert counts.closest_m[0] == near(7.0)


def test_an_issue_without_passes_has_a_row_of_zeros(plan: Plan, fixes_from: FixesFrom) -> None:
    issues = issue_points([plan.issue(0, 0), plan.issue(900, 900)])
    counts = count_passes([fixes_from(plan.trip("r", [(0, 0, 0)]))], issues, RULE)
    assert counts.passes.tolist() == [1, 0]
    assert counts.riders.tolist() == [1, 0]
    assert (counts.first_us[1], counts.last_us[1]) == (NO_MOMENT, NO_MOMENT)
    assert np.isnan(counts.closest_m[1])


def test_no_issues_and_no_fixes_are_no_passes(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("r", [(0, 0, 0)]))
    assert len(find_passes(fixes, issue_points([]), RULE)) == 0
    assert len(find_passes(no_fixes(), issue_points([plan.issue(0, 0)]), RULE)) == 0
    assert count_passes([], issue_points([plan.issue(0, 0)]), RULE).passes.tolist() == [0]
    assert count_passes([fixes], issue_points([]), RULE).passes.tolist() == []


def test_a_trip_without_fixes_is_no_pass(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(("r", []), plan.trip("r", [(0, 0, 0)]), ("r", []))
    assert find_passes(fixes, issue_points([plan.issue(0, 0)]), RULE).trip.tolist() == [1]


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="plain Python refuses such numbers itself"
)
def test_positions_that_are_no_numbers_hit_nothing(plan: Plan, fixes_from: FixesFrom) -> None:
    nowhere = ("r", [(0, float("nan"), float("nan")), (5, float("inf"), 0.0)])
    assert len(find_passes(fixes_from(nowhere), issue_points([plan.issue(0, 0)]), RULE)) == 0
