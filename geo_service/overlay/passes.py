"""Passes: where a trip comes near an issue while the issue is open.

Consecutive fixes of a trip are joined by a straight segment unless they are too far apart; a fix
with no segment counts as a point. A segment hits an issue within the radius. A pass is a longest
run of consecutive hitting segments, and counts if its closest approach falls into one of the
issue's open intervals.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.compiled import compiled
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.distinct import Distinct, Numbering
from geo_service.overlay.issue_grid import (
    IssueGrid,
    IssuePoints,
    build_grid,
    open_during,
    slots_near,
)
from geo_service.overlay.path import are_joined, max_gap_us
from geo_service.overlay.tangent_plane import closest_on_segment, earth_centred

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Found: TypeAlias = list[tuple[int, int, int, float]]
"""Trip, issue, moment and distance of each pass."""

NO_MOMENT = -1
_TIED_M = 1e-6
"""Distances that differ by less are tied; rounding makes them differ by some nanometres."""


@dataclass(frozen=True, slots=True, eq=False)
class Passes:
    """One row a pass, by trip, moment and issue."""

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
    riders: Integers
    """Distinct ones."""
    first_us: Integers
    """The first pass's moment, microseconds UTC; ``NO_MOMENT`` where there is none."""
    last_us: Integers
    """The last pass's moment, microseconds UTC; ``NO_MOMENT`` where there is none."""
    closest_m: Floats
    """The nearest of the counted passes; NaN where there is none."""


class _Intervals(NamedTuple):
    """When issues are open: the arrays of :class:`IssuePoints` that a kernel reads."""

    offsets: Integers
    start: Integers
    end: Integers


class _Runs(NamedTuple):
    """The latest run of hitting segments at each slot."""

    last: Integers
    """The number of the run's last segment; numbers skip where segments do not follow on."""
    distance_m: Floats
    t: Integers


def find_passes(fixes: Fixes, points: IssuePoints, rule: PassRule) -> Passes:
    """Find every pass of every trip.

    Parameters
    ----------
    fixes : Fixes
        Whole trips, each in order of time; nothing is sorted or dropped.
    points : IssuePoints
        The issues; only those open at some time of the fixes cost anything.
    rule : PassRule
        How close is a pass, and which fixes are joined.

    Returns
    -------
    Passes
        Ordered by trip, moment and issue. Raises nothing.
    """
    found: Found = []
    if len(fixes) and len(points):
        issues = open_during(points, int(fixes.t.min()), int(fixes.t.max()))
        if len(issues):
            grid = build_grid(points, issues, radius_m=rule.radius_m, longest_m=rule.max_gap_m)
            intervals = _Intervals(
                points.interval_offsets, points.interval_from, points.interval_to
            )
            return _walk(fixes, grid, intervals, rule)
    return Passes(*(np.zeros(0, dtype=np.int64) for _ in range(3)), np.zeros(0))
