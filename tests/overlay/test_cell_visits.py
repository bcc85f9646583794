"""Visits to cells against the same rides sampled every few centimetres."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

import h3
import numpy as np
import pytest

from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import no_fixes
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits, cells_along
from geo_service.overlay.cells import cell_names, edge_metres
from geo_service.overlay.trip_path import segment_metres

if TYPE_CHECKING:
    from geo_service.domain.trace import Fixes
    from tests.overlay.conftest import FixesFrom, Plan

RULE = PassRule()


def metres_by_cell(fixes: Fixes, resolution: int) -> dict[tuple[int, str], float]:
    visits = cell_visits(fixes, RULE, CellFinder(resolution))
    total: dict[tuple[int, str], float] = defaultdict(float)
    for trip, cell, metres in zip(
        visits.trip, cell_names(visits.place), visits.metres, strict=True
    ):
        total[int(trip), cell] += metres
    return total


@pytest.mark.parametrize("place", [(112.15, 32.04), (180.0, 20.0), (20.0, 70.0)])
@pytest.mark.parametrize("stride", [8.0, 60.0, 300.0])
def test_metres_are_shared_out_as_fine_sampling_shares_them(
    plan_at: type[Plan], fixes_from: FixesFrom, place: tuple[float, float], stride: float
) -> None:
    rng = np.random.default_rng(int(stride))
    ways = np.cumsum(rng.uniform(-stride, stride, (2, 12, 2)), axis=1)
    plan = plan_at(*place)
    trips = [plan.trip("r", [(t, *at) for t, at in enumerate(way)]) for way in ways]
    sampled: dict[tuple[int, str], float] = defaultdict(float)
    for trip, way in enumerate(ways):
        for start, end in itertools.pairwise(way):
            length = float(np.hypot(*(end - start)))
            for share in (np.arange(2000) + 0.5) / 2000:
                lon, lat = plan.at(*(start + share * (end - start)))
                sampled[trip, h3.latlng_to_cell(lat, lon, 10)] += length / 2000

    found = metres_by_cell(fixes_from(*trips), 10)

    piece = edge_metres(10) / 16
    for key in sampled.keys() | found.keys():
        # Each border crossed may be off by half a piece, in or out.
        assert found.get(key, 0.0) == pytest.approx(sampled.get(key, 0.0), abs=4 * piece)
    assert sum(found.values()) == pytest.approx(sum(sampled.values()), rel=1e-3)


def test_the_metres_sum_to_all_segments(plan: Plan, fixes_from: FixesFrom) -> None:
    rows = [(0, 0, 0), (20, 450, 0), (40, 450, 300), (400, 900, 900), (420, 600, 900)]
    fixes = fixes_from(plan.trip("r", rows))
    visits = cell_visits(fixes, RULE, CellFinder(10))
    assert visits.metres.sum() == pytest.approx(np.nansum(segment_metres(fixes, RULE)))
    assert visits.metres.sum() == pytest.approx(450 + 300 + 300, rel=1e-4)


def test_a_ride_back_has_the_same_metres(plan: Plan, fixes_from: FixesFrom) -> None:
    rows = [(0, 0, 0), (60, 470, 130), (120, 700, -200)]
    there = metres_by_cell(fixes_from(plan.trip("r", rows)), 10)
    back = [(120 - t, east, north) for t, east, north in reversed(rows)]
    assert metres_by_cell(fixes_from(plan.trip("r", back)), 10) == pytest.approx(there, abs=1e-6)


def test_a_segment_visits_the_cells_between_its_fixes(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("r", [(0, 0, 0), (60, 480, 0)]))
    far = [h3.latlng_to_cell(*reversed(plan.at(east, 0)), 10) for east in (0, 240, 480)]
    cells = {cell for _, cell in metres_by_cell(fixes, 10)}
    assert cells >= set(far)


def test_a_gap_visits_no_cell_between(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("r", [(0, 0, 0), (121, 480, 0)]))
    ends = {h3.latlng_to_cell(*reversed(plan.at(east, 0)), 10) for east in (0, 480)}
    assert dict(metres_by_cell(fixes, 10)) == {(0, cell): 0.0 for cell in ends}


def test_a_stop_visits_its_cell_for_no_metres(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("r", [(t, 3, 3) for t in range(5)]), plan.trip("r", [(9, 3, 3)]))
    cell = h3.latlng_to_cell(*reversed(plan.at(3, 3)), 10)
    assert dict(metres_by_cell(fixes, 10)) == {(0, cell): 0.0, (1, cell): 0.0}


def test_points_come_with_the_pieces_of_the_segment_after_them(plan: Plan) -> None:
    lon, lat = np.array([plan.at(0, 0), plan.at(480, 0), plan.at(484, 0)]).T
    along = cells_along(lon, lat, np.array([480.0, 4.0, np.nan]), CellFinder(10))
    pieces = len(along.point) - 3
    assert along.point.tolist() == [0] * (1 + pieces) + [1, 2]
    expected = [0.0, *((np.arange(pieces) + 0.5) / pieces), 0.0, 0.0]
    assert along.share == pytest.approx(np.array(expected))
    assert along.metres == pytest.approx(np.array([0.0, *[480 / pieces] * pieces, 4.0, 0.0]))


def test_a_visit_has_its_first_moment(plan: Plan, fixes_from: FixesFrom) -> None:
    """Two trips: one goes through several cells in less than a minute, one stays where it is."""
    fixes = fixes_from(
        plan.trip("r", [(0, 0, 0), (59, 480, 0)]), plan.trip("r", [(5000, 3, 3), (5009, 4, 4)])
    )
    visits = cell_visits(fixes, RULE, CellFinder(10))
    seconds = (visits.t - fixes.t[0]) / 1e6
    assert (np.diff(visits.place[visits.trip == 0]) != 0).all()
    assert seconds[0] == 0.0
    assert (np.diff(seconds) > 0).all()
    assert seconds[visits.trip == 1].tolist() == [5000]


def test_a_long_visit_is_told_minute_by_minute(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("r", [(t, 3, 3) for t in range(0, 200, 10)]))
    minutes = cell_visits(fixes, RULE, CellFinder(10)).t // 60_000_000
    assert (np.diff(minutes) == 1).all()
    assert set(minutes.tolist()) == set((fixes.t // 60_000_000).tolist())


def test_no_fixes_are_no_visits() -> None:
    assert cell_visits(no_fixes(), RULE, CellFinder(10)).place.tolist() == []
