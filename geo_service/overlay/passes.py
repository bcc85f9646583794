"""Passes: where a trip comes near an issue while the issue is open.

Consecutive fixes of a trip are joined by a straight segment unless they are too far apart; a fix
with no segment counts as a point. A segment hits an issue within the radius. A pass is a longest
run of consecutive hitting segments, and counts if its closest approach falls into one of the
issue's open intervals.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.issue_grid import IssueGrid, IssuePoints, build_grid, open_during
from geo_service.overlay.pass_kernel import Reach, Track, find_runs, keep_open
from geo_service.overlay.trip_path import max_gap_us


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """One row a pass."""

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


class Watch(NamedTuple):
    """Issues that trips are looked at for; made once for many trips."""

    points: IssuePoints
    issues: Integers
    """Shape (w,): the rows of ``points`` that are watched, ascending."""
    grid: IssueGrid | None
    """None without issues."""
    reach: Reach


def watch(points: IssuePoints, issues: Integers, rule: PassRule) -> Watch:
    """Make ready to find passes at some of the issues.

    Parameters
    ----------
    points : IssuePoints
        The issues.
    issues : ndarray of int, shape (w,)
        Which of them, ascending; those that are not open while trips go by cost time for nothing.
    rule : PassRule
        How close is a pass, and which fixes are joined.

    Returns
    -------
    Watch
        Raises nothing.
    """
    grid = None
    if len(issues):
        grid = build_grid(points, issues, radius_m=rule.radius_m, longest_m=rule.max_gap_m)
    reach = Reach(float(rule.radius_m), max_gap_us(rule), float(rule.max_gap_m))
    return Watch(points, issues, grid, reach)


def passes_at(track: Track, watched: Watch) -> Passes:
    """Find every pass of every trip at the issues watched.

    Parameters
    ----------
    track : Track
        Whole trips, each in order of time; nothing is sorted or dropped here.
    watched : Watch
        The issues.

    Returns
    -------
    Passes
        By trip, in the order in which their runs begin. Raises nothing.
    """
    if watched.grid is None or not len(track.t):
        none = np.zeros(0, dtype=np.int64)
        return Passes(none, none, none, np.zeros(0, dtype=np.float64))
    points = watched.points
    runs, distance_m = find_runs(track, watched.grid, watched.reach)
    kept = keep_open(
        runs, distance_m, points.interval_offsets, points.interval_from, points.interval_to
    )
    trip, issue, t = np.ascontiguousarray(runs[:kept].T)
    return Passes(trip, issue, t, distance_m[:kept])


def track_of(fixes: Fixes) -> Track:
    """Return what the kernel reads of trips. Raises nothing."""
    return Track(fixes.offsets, fixes.t, fixes.lon, fixes.lat)


def find_passes(fixes: Fixes, points: IssuePoints, rule: PassRule) -> Passes:
    """Find every pass of every trip at any issue.

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
        Ordered by trip, moment and issue. Raises nothing.
    """
    span = (int(fixes.t.min()), int(fixes.t.max())) if len(fixes) else (0, 0)
    found = passes_at(track_of(fixes), watch(points, open_during(points, *span), rule))
    order = np.lexsort((found.issue, found.t, found.trip))
    return Passes(found.trip[order], found.issue[order], found.t[order], found.distance_m[order])
