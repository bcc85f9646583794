"""Which fixes are joined, and how long the segments are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from pyproj import Geod

from geo_service.domain.pass_rule import PassRule
from geo_service.overlay.trip_path import max_gap_us, segment_metres

if TYPE_CHECKING:
    from tests.overlay.conftest import FixesFrom, Plan

GEOD = Geod(ellps="WGS84")


def test_metres_are_those_of_the_geodesic(plan_at: type[Plan], fixes_from: FixesFrom) -> None:
    rng = np.random.default_rng(2)
    for place in ((112.15, 32.04), (180.0, -70.0), (5.0, 89.995)):
        rows = [(t, *rng.uniform(-170, 170, 2)) for t in range(50)]
        fixes = fixes_from(plan_at(*place).trip("r", rows))
        exact = GEOD.inv(fixes.lon[:-1], fixes.lat[:-1], fixes.lon[1:], fixes.lat[1:])[2]
        metres = segment_metres(fixes, PassRule())
        assert metres[:-1] == pytest.approx(exact, rel=1e-6)
        assert np.isnan(metres[-1])


def test_gaps_and_the_ends_of_trips_have_no_segment(plan: Plan, fixes_from: FixesFrom) -> None:
    one = plan.trip("r", [(0, 0, 0), (120, 0, 100), (241, 0, 100), (242, 0, 601), (243, 0, 600)])
    two = plan.trip("r", [(244, 0, 600), (245, 0, 610)])
    metres = segment_metres(fixes_from(one, two), PassRule(25.0, 120.0, 500.0))
    assert np.isnan(metres).tolist() == [False, True, True, False, True, False, True]
    assert metres[[0, 3, 5]] == pytest.approx([100.0, 1.0, 10.0], abs=1e-3)


def test_an_endless_pause_is_allowed() -> None:
    assert max_gap_us(PassRule(max_gap_s=float("inf"))) > 10**18
    assert max_gap_us(PassRule(max_gap_s=1.5)) == 1_500_000
