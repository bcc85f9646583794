"""Exposure by slot against plain loops, and against the figures without slots."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from geo_service.domain.moments import from_microseconds
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.slots import Per, SlotRule, slot_parts
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.exposure import count_cell_exposure, count_street_exposure
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import count_passes
from geo_service.overlay.passes import find_passes
from geo_service.overlay.seen import Seen, seen_in_cells
from geo_service.overlay.slot_exposure import (
    SlotExposure,
    count_issue_slots,
    count_slots,
    count_week,
)
from geo_service.overlay.visits import Visits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from geo_service.domain.trace import Fixes
    from geo_service.overlay.issue_grid import IssuePoints
    from tests.overlay.conftest import FixesFrom, Plan

RULE = PassRule()
BERLIN = ZoneInfo("Europe/Berlin")


def rides(plan: Plan, fixes_from: FixesFrom, seed: int) -> list[Fixes]:
    """Draw rides of several riders over three weeks, some of them for hours, in three parts."""
    rng = np.random.default_rng(seed)
    parts = []
    for _ in range(3):
        trips = []
        for _ in range(int(rng.integers(1, 7))):
            start = rng.uniform(0, 21 * 86_400)
            t = start + np.cumsum(rng.choice([9.0, 60.0, 110.0, 1500.0], 40))
            way = np.cumsum(rng.uniform(-90, 90, (40, 2)), axis=0)
            rider = f"r{rng.integers(4)}"
            trips.append(plan.trip(rider, [(s, *at) for s, at in zip(t, way, strict=True)]))
        parts.append(fixes_from(*trips))
    return parts


def issues_of(plan: Plan, seed: int) -> list:
    rng = np.random.default_rng(seed + 1000)
    return [plan.issue(*rng.uniform(-300, 300, 2)) for _ in range(25)]


def in_cells(parts: Iterable[Fixes], points: IssuePoints) -> list[Seen]:
    finder = CellFinder(10)
    return [seen_in_cells(fixes, points, RULE, finder) for fixes in parts]


def slot_of(t: int, per: Per) -> tuple[int, int]:
    here = from_microseconds(int(t)).astimezone(BERLIN)
    return (here.isoweekday() if per != "hour" else 0, here.hour if per != "weekday" else 0)


def rows_of(found: SlotExposure) -> dict:
    weekday, hour = slot_parts(found.slot)
    keys = zip(found.place.tolist(), weekday.tolist(), hour.tolist(), strict=True)
    figures = zip(
        found.trips.tolist(),
        found.riders.tolist(),
        np.round(found.metres, 6).tolist(),
        found.passes.tolist(),
        strict=True,
    )
    return dict(zip(keys, figures, strict=True))


def slow(
    visits: Iterable[tuple[tuple[int, int], str, int, float, int]],
    passes: Iterable[tuple[int, int]],
    per: Per,
) -> dict:
    """Count by sets: visits of trip, rider, place, metres, moment; passes of place, moment."""
    trips, riders = defaultdict(set), defaultdict(set)
    metres, passed = defaultdict(float), defaultdict(int)
    for trip, rider, place, length, t in visits:
        key = (place, *slot_of(t, per))
        trips[key].add(trip)
        riders[key].add(rider)
        metres[key] += length
    for place, t in passes:
        passed[place, *slot_of(t, per)] += 1
    return {
        key: (len(trips[key]), len(riders[key]), round(metres[key], 6), passed[key])
        for key in sorted({*trips, *passed})
    }


@pytest.mark.parametrize("per", Per)
@pytest.mark.parametrize("seed", range(4))
def test_cells_are_counted_as_plain_sets_count(
    plan: Plan, fixes_from: FixesFrom, per: Per, seed: int
) -> None:
    points = issue_points(issues_of(plan, seed))
    parts = in_cells(rides(plan, fixes_from, seed), points)
    cell = cell_of(points.lon, points.lat, 10)
    visits, passes = [], []
    for number, (fixes, seen, found) in enumerate(parts):
        for trip, place, metres, t in zip(
            seen.trip.tolist(), seen.place.tolist(), seen.metres, seen.t, strict=True
        ):
            rider = fixes.rider_ids[fixes.rider[trip]]
            visits.append(((number, trip), rider, place, metres, t))
        passes += zip(cell[found.issue].tolist(), found.t, strict=True)
    assert passes, "the test's own rides pass something"

    found = count_slots(iter(parts), cell, SlotRule(per, BERLIN))

    assert list(rows_of(found).items()) == list(slow(visits, passes, per).items())


@pytest.mark.parametrize("seed", range(4))
def test_week_counts_each_width_of_slot_by_itself(
    plan: Plan, fixes_from: FixesFrom, seed: int
) -> None:
    points = issue_points(issues_of(plan, seed))
    parts = in_cells(rides(plan, fixes_from, seed), points)
    cell = cell_of(points.lon, points.lat, 10)
    expected = {}
    for per in Per:
        for (place, weekday, hour), row in rows_of(
            count_slots(iter(parts), cell, SlotRule(per, BERLIN))
        ).items():
            expected[place, 25 * weekday + (1 + hour if per.has_hour else 0)] = row
    whole = count_cell_exposure(iter(parts), points, 10)
    for key, *row in zip(
        whole.key, whole.trips, whole.riders, np.round(whole.metres, 6), whole.passes, strict=True
    ):
        if row[0] or row[3]:
            expected[int(key, 16), 0] = tuple(row)

    found = count_week(iter(parts), cell, BERLIN)

    keys = zip(found.place.tolist(), found.slot.tolist(), strict=True)
    figures = zip(found.trips, found.riders, np.round(found.metres, 6), found.passes, strict=True)
    assert dict(zip(keys, figures, strict=True)) == expected
    assert list(zip(found.place, found.slot, strict=True)) == sorted(expected)
    hours = found.slot == 0
    assert found.trips[hours].sum() < found.trips[(found.slot > 0) & (found.slot < 25)].sum()


@pytest.mark.parametrize("per", Per)
@pytest.mark.parametrize("seed", range(4))
def test_streets_are_counted_as_plain_sets_count(
    plan: Plan, fixes_from: FixesFrom, per: Per, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    parts, points = rides(plan, fixes_from, seed), issue_points(issues_of(plan, seed))
    issue_edge = rng.integers(-1, 5, len(points))
    visits, passes, seen = [], [], []
    for number, fixes in enumerate(parts):
        trip = np.sort(rng.integers(0, fixes.trips, 30))
        t = fixes.t[fixes.offsets[trip] + rng.integers(0, 40, 30)]
        ridden = Visits(trip, rng.integers(0, 7, 30), rng.uniform(1, 99, 30), t)
        found = find_passes(fixes, points, RULE)
        seen.append(Seen(fixes, ridden, found))
        for row in range(30):
            rider = fixes.rider_ids[fixes.rider[trip[row]]]
            visits.append(
                (
                    (number, int(trip[row])),
                    rider,
                    int(ridden.place[row]),
                    ridden.metres[row],
                    t[row],
                )
            )
        edge = issue_edge[found.issue]
        passes += [(int(one), t) for one, t in zip(edge, found.t, strict=True) if one >= 0]
    assert passes

    found = count_slots(iter(seen), issue_edge, SlotRule(per, BERLIN))

    assert list(rows_of(found).items()) == list(slow(visits, passes, per).items())
    whole, edge = count_street_exposure(iter(seen), points, issue_edge=issue_edge, edge_id=str)
    for row, one in enumerate(edge):
        assert found.metres[found.place == one].sum() == pytest.approx(whole.metres[row])
        assert found.passes[found.place == one].sum() == whole.passes[row]


@pytest.mark.parametrize("per", Per)
def test_metres_and_passes_of_all_slots_are_the_totals(
    plan: Plan, fixes_from: FixesFrom, per: Per
) -> None:
    points = issue_points(issues_of(plan, 9))
    parts = in_cells(rides(plan, fixes_from, 9), points)
    whole = count_cell_exposure(iter(parts), points, 10)
    found = count_slots(iter(parts), cell_of(points.lon, points.lat, 10), SlotRule(per, BERLIN))
    assert set(cell_names(found.place)) <= set(whole.key)
    for row, name in enumerate(whole.key):
        here = np.array(cell_names(found.place)) == name
        assert found.metres[here].sum() == pytest.approx(whole.metres[row])
        assert found.passes[here].sum() == whole.passes[row]
        assert found.trips[here].max(initial=0) <= whole.trips[row] <= found.trips[here].sum()
        assert found.riders[here].max(initial=0) <= whole.riders[row] <= found.riders[here].sum()


@pytest.mark.parametrize("per", Per)
@pytest.mark.parametrize("seed", range(4))
def test_issues_are_counted_as_plain_sets_count(
    plan: Plan, fixes_from: FixesFrom, per: Per, seed: int
) -> None:
    parts, points = rides(plan, fixes_from, seed), issue_points(issues_of(plan, seed))
    visits, passes = [], []
    for number, fixes in enumerate(parts):
        found = find_passes(fixes, points, RULE)
        passes += zip(found.issue.tolist(), found.t, strict=True)
        for trip, issue, t in zip(found.trip.tolist(), found.issue.tolist(), found.t, strict=True):
            rider = fixes.rider_ids[fixes.rider[trip]]
            visits.append(((number, trip), rider, issue, 0.0, t))

    met = [(fixes, find_passes(fixes, points, RULE)) for fixes in parts]
    found = count_issue_slots(iter(met), len(points), SlotRule(per, BERLIN))

    assert list(rows_of(found).items()) == list(slow(visits, passes, per).items())
    whole = count_passes(iter(parts), points, RULE)
    for issue in range(len(points)):
        assert found.passes[found.place == issue].sum() == whole.passes[issue]


def test_a_trip_over_midnight_is_in_two_days_and_in_each_once(
    plan: Plan, fixes_from: FixesFrom
) -> None:
    """The first of May 2024 was a Wednesday; in Berlin it was two o'clock when it began in UTC."""
    to_midnight = 22 * 3600
    rows = [(to_midnight + s, 3, 3) for s in (-100, -50, -1, 0, 50, 100)]
    rule = SlotRule(Per.WEEKDAY_HOUR, BERLIN)
    parts = in_cells([fixes_from(plan.trip("r", rows))], issue_points([]))
    found = count_slots(parts, np.zeros(0, dtype=np.int64), rule)
    assert [part.tolist() for part in slot_parts(found.slot)] == [[3, 4], [23, 0]]
    assert found.trips.tolist() == found.riders.tolist() == [1, 1]


def test_nothing_at_all_is_no_rows() -> None:
    rule = SlotRule(Per.HOUR, BERLIN)
    assert len(count_slots([], np.zeros(0, dtype=np.int64), rule)) == 0
    assert len(count_issue_slots([], 0, rule)) == 0
