"""Passes: where a trip comes near an issue while the issue is open, and how often it happens.

Consecutive fixes of a trip are joined by a straight segment unless they are too far apart; a fix
with no segment counts as a point. A segment hits an issue within the radius. A pass is a longest
run of consecutive hitting segments, and counts if its closest approach falls into one of the
issue's open intervals.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.distinct_riders import Distinct, Numbering
from geo_service.overlay.issue_grid import IssuePoints, build_grid, open_during
from geo_service.overlay.pass_kernel import Intervals, Reach, Track, walk
from geo_service.overlay.trip_path import max_gap_us

NO_MOMENT = -1
_LATEST = np.iinfo(np.int64).max
_EARLIEST = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """One row a pass, ordered by trip, moment and issue."""

    trip: Integers
    """Shape (p,): the trip's number in its fixes."""
    issue: Integers
    """Shape (p,): the issue's row."""
    t: Integers
    """Shape (p,): the moment of the closest approach, microseconds UTC."""
    distance_m: Floats
    """Shape (p,): how near it came."""

    def __len__(self) -> int:
        return len(self.trip)


@dataclass(frozen=True, slots=True, eq=False)
class PassCounts:
    """One row an issue, zeros too."""

    passes: Integers
    """Shape (i,)."""
    riders: Integers
    """Shape (i,): distinct ones."""
    first_us: Integers
    """Shape (i,): the first pass's moment, microseconds UTC; ``NO_MOMENT`` without a pass."""
    last_us: Integers
    """Shape (i,): the last pass's moment, microseconds UTC; ``NO_MOMENT`` without a pass."""
    closest_m: Floats
    """Shape (i,): the nearest of the counted passes; NaN without a pass."""


def find_passes(fixes: Fixes, points: IssuePoints, rule: PassRule) -> Passes:
    """Find every pass of every trip.

    Parameters
    ----------
    fixes : Fixes
        Whole trips, each in order of time; nothing is sorted or dropped here.
    points : IssuePoints
        The issues; one that is not open at any time of the fixes costs nothing.
    rule : PassRule
        How close is a pass, and which fixes are joined.

    Returns
    -------
    Passes
        Raises nothing.
    """
    if not len(fixes) or not len(points):
        return _no_passes()
    issues = open_during(points, int(fixes.t.min()), int(fixes.t.max()))
    if not len(issues):
        return _no_passes()
    trip, issue, t, distance_m = walk(
        Track(fixes.offsets, fixes.t, fixes.lon, fixes.lat),
        build_grid(points, issues, radius_m=rule.radius_m, longest_m=rule.max_gap_m),
        Intervals(points.interval_offsets, points.interval_from, points.interval_to),
        Reach(float(rule.radius_m), max_gap_us(rule), float(rule.max_gap_m)),
    )
    order = np.lexsort((issue, t, trip))
    return Passes(trip[order], issue[order], t[order], distance_m[order])


def _no_passes() -> Passes:
    none = np.zeros(0, dtype=np.int64)
    return Passes(none, none, none, np.zeros(0, dtype=np.float64))


class PassTally:
    """Adds up the passes of partition after partition.

    Parameters
    ----------
    issues : int
        How many issues there are.
    """

    def __init__(self, issues: int) -> None:
        self._passes = np.zeros(issues, dtype=np.int64)
        self._first = np.full(issues, _LATEST, dtype=np.int64)
        self._last = np.full(issues, _EARLIEST, dtype=np.int64)
        self._closest = np.full(issues, np.inf)
        self._riders = Numbering()
        self._distinct = Distinct()

    def add(self, passes: Passes, fixes: Fixes) -> None:
        """Take in the passes of one partition's fixes; a trip lies in one partition only."""
        rider = self._riders.numbers(fixes.rider_ids)[fixes.rider[passes.trip]]
        self._distinct.add(passes.issue, rider)
        self._passes += np.bincount(passes.issue, minlength=len(self._passes))
        np.minimum.at(self._first, passes.issue, passes.t)
        np.maximum.at(self._last, passes.issue, passes.t)
        np.minimum.at(self._closest, passes.issue, passes.distance_m)

    def counts(self) -> PassCounts:
        """Return the figures so far."""
        none = self._passes == 0
        return PassCounts(
            passes=self._passes.copy(),
            riders=self._distinct.count(len(self._passes)),
            first_us=np.where(none, NO_MOMENT, self._first),
            last_us=np.where(none, NO_MOMENT, self._last),
            closest_m=np.where(none, np.nan, self._closest),
        )


def count_passes(partitions: Iterable[Fixes], points: IssuePoints, rule: PassRule) -> PassCounts:
    """Count, for every issue, its passes and the distinct riders who made them.

    Parameters
    ----------
    partitions : iterable of Fixes
        Read one at a time; a trip lies whole in one of them. A rider may come in many, and is
        told by the rider id's text.
    points : IssuePoints
        The issues.
    rule : PassRule
        How close is a pass, and which fixes are joined.

    Returns
    -------
    PassCounts
        A row for every issue, in the order of ``points``. Raises nothing of its own.
    """
    tally = PassTally(len(points))
    for fixes in partitions:
        tally.add(find_passes(fixes, points, rule), fixes)
    return tally.counts()
