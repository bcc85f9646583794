"""The weighted points of heat layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h3
import pytest

from geo_service.domain.passage import PassRule
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.exposure import count_cell_exposure
from geo_service.overlay.heat import exposure_heat, pass_heat
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import count_passes
from geo_service.overlay.seen import seen_in_cells

if TYPE_CHECKING:
    from tests.overlay.conftest import FixesFrom, Plan


def test_pass_heat_lies_at_the_issues_with_their_passes(plan: Plan, fixes_from: FixesFrom) -> None:
    points = issue_points([plan.issue(900, 900), plan.issue(0, 5), plan.issue(70, 0)])
    fixes = fixes_from(
        plan.trip("a", [(0, 0, 0)]), plan.trip("a", [(0, 0, 0), (9, 70, 0)]), plan.trip("b", [])
    )
    heat = pass_heat(points, count_passes([fixes], points, PassRule()))
    assert heat.weight.tolist() == [2.0, 1.0]
    assert heat.lon.tolist() == points.lon[1:].tolist()
    assert heat.lat.tolist() == points.lat[1:].tolist()
    assert len(heat) == 2


def test_exposure_heat_lies_amid_ridden_cells(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("a", [(0, 0, 0)]), plan.trip("b", [(0, 0, 0)]))
    points = issue_points([plan.issue(2000, 0)])
    heat = exposure_heat(
        count_cell_exposure([seen_in_cells(fixes, points, PassRule(), CellFinder(10))], points, 10)
    )
    assert heat.weight.tolist() == [2.0]
    lat, lon = h3.cell_to_latlng(h3.latlng_to_cell(plan.lat, plan.lon, 10))
    assert (heat.lon[0], heat.lat[0]) == pytest.approx((lon, lat))
