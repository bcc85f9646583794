"""What cells and street edges see of trips, riders, issues and passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h3
import numpy as np
import pytest
from scipy.stats import chi2, poisson

from geo_service.domain.pass_rule import PassRule
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.exposure import (
    count_cell_exposure,
    count_street_exposure,
    rate_interval,
)
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.passes import find_passes
from geo_service.overlay.seen import Seen, seen_in_cells
from geo_service.overlay.visits import Visits

if TYPE_CHECKING:
    from tests.overlay.conftest import FixesFrom, Plan

RULE = PassRule()


def ridden(*rows: tuple[int, int, float]) -> Visits:
    return Visits(
        *(np.array(column) for column in zip(*rows, strict=True)), np.zeros(len(rows), np.int64)
    )


def test_cells_have_their_trips_riders_metres_issues_and_passes(
    plan: Plan, fixes_from: FixesFrom
) -> None:
    cell = h3.latlng_to_cell(plan.lat, plan.lon, 9)
    lat, lon = h3.cell_to_latlng(cell)
    middle = type(plan)(lon, lat)
    crossing = [(0, -60, 0), (20, 60, 0)]
    days = [
        fixes_from(middle.trip("a", crossing), middle.trip("b", crossing)),
        fixes_from(middle.trip("a", crossing), middle.trip("c", [(0, 3000, 0)])),
    ]
    far = middle.issue(-3000, 0)
    points = issue_points([middle.issue(0, 5), middle.issue(10, 90), middle.issue(0, 9), far])

    finder = CellFinder(9)
    seen = (seen_in_cells(fixes, points, RULE, finder) for fixes in days)
    exposure = count_cell_exposure(seen, points, 9)

    row = exposure.key.index(cell)
    assert (exposure.trips[row], exposure.riders[row]) == (3, 2)
    assert exposure.metres[row] == pytest.approx(360.0, rel=1e-4)
    assert (exposure.issues[row], exposure.passes[row]) == (3, 6)
    assert exposure.issues_per_1000_trips[row] == pytest.approx(1000.0)
    row = exposure.key.index(h3.latlng_to_cell(far.lat, far.lon, 9))
    assert (exposure.trips[row], exposure.riders[row], exposure.metres[row]) == (0, 0, 0.0)
    assert (exposure.issues[row], exposure.passes[row]) == (1, 0)
    assert np.isnan([exposure.issues_per_1000_trips[row], exposure.rate_low[row]]).all()
    assert len(exposure) == 3
    assert list(exposure.key) == sorted(exposure.key)


def test_edges_have_theirs_both_directions_together(plan: Plan, fixes_from: FixesFrom) -> None:
    crossing = [(0, -60, 0), (20, 60, 0)]
    one = fixes_from(plan.trip("a", crossing), plan.trip("b", crossing))
    two = fixes_from(plan.trip("b", crossing))
    points = issue_points([plan.issue(0, 5), plan.issue(0, -5), plan.issue(900, 0)])

    there = [(0, 7, 100.0), (0, 7, 50.0), (1, 7, 20.0), (1, 3, 5.0)]
    exposure, edge = count_street_exposure(
        [
            Seen(one, ridden(*there), find_passes(one, points, RULE)),
            Seen(two, ridden((0, 7, 1.0)), find_passes(two, points, RULE)),
        ],
        points,
        issue_edge=np.array([7, 9, -1]),
        edge_id=lambda edge: f"way/{edge}",
    )

    assert (exposure.key, edge.tolist()) == (("way/3", "way/7", "way/9"), [3, 7, 9])
    assert exposure.trips.tolist() == [1, 3, 0]
    assert exposure.riders.tolist() == [1, 2, 0]
    assert exposure.metres.tolist() == [5.0, 171.0, 0.0]
    assert exposure.issues.tolist() == [0, 1, 1]
    assert exposure.passes.tolist() == [0, 3, 3]


def test_the_interval_is_the_exact_one_of_a_poisson_count() -> None:
    issues, trips = np.arange(30), np.full(30, 400)
    rate, low, high = rate_interval(issues, trips)
    assert rate == pytest.approx(issues / 0.4)
    assert low[0] == 0.0
    assert low[1:] == pytest.approx(chi2.ppf(0.025, 2 * issues[1:]) / 2 / 0.4)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * issues + 2) / 2 / 0.4)
    # What the ends mean: each leaves one fortieth beyond the count that was seen.
    assert poisson.cdf(issues, high * 0.4) == pytest.approx(np.full(30, 0.025))
    assert poisson.sf(issues[1:] - 1, low[1:] * 0.4) == pytest.approx(np.full(29, 0.025))


def test_without_trips_there_is_no_rate() -> None:
    assert np.isnan(rate_interval(np.array([0, 3]), np.array([0, 0]))).all()


def test_nothing_at_all_is_no_rows() -> None:
    assert len(count_cell_exposure([], issue_points([]), 10)) == 0
    exposure, edge = count_street_exposure(
        [], issue_points([]), issue_edge=np.zeros(0, dtype=np.int64), edge_id=str
    )
    assert (exposure.key, edge.tolist()) == ((), [])
