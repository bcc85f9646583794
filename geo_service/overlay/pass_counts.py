"""Passes added up by issue: part after part, day after day, exactly, distinct riders included."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.distinct_riders import Numbering
from geo_service.overlay.issue_grid import IssuePoints, open_during
from geo_service.overlay.last_passes import LastPasses
from geo_service.overlay.pass_kernel import Track
from geo_service.overlay.passes import Passes, Watch, passes_at, track_of, watch

NO_MOMENT = -1
_LATEST = np.iinfo(np.int64).max
_EARLIEST = np.iinfo(np.int64).min


class Pairs(NamedTuple):
    """Which riders passed which issues, and when each did so last; shape (q,) each."""

    issue: Integers
    """A row of ``Counted.issue``."""
    rider: Integers
    """A row of ``Counted.rider_ids``."""
    last_us: Integers
    """Microseconds UTC."""


class Riders(NamedTuple):
    """Who made each of some trips."""

    of_trip: Integers
    """Shape (trips,): a row of ``names``."""
    names: Sequence[str]


def riders_of(fixes: Fixes) -> Riders:
    """Return who made each trip. Raises nothing."""
    return Riders(fixes.rider, fixes.rider_ids)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What some trips did at some issues; shape (c,) each, zeros too."""

    issue: Integers
    """Rows of the points that were looked at, ascending."""
    passes: Integers
    first_us: Integers
    """The first pass's moment, microseconds UTC; the greatest integer without a pass."""
    last_us: Integers
    """The last pass's moment, microseconds UTC; the least integer without a pass."""
    closest_m: Floats
    """The nearest of the counted passes; infinite without a pass."""
    pairs: Pairs
    rider_ids: tuple[str, ...]


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
    confirmed_us: Integers
    """Shape (i,): when somebody last said that it is there, as ``IssuePoints`` has it."""
    riders_since_confirmed: Integers
    """Shape (i,): those whose last pass is not before then."""


def count_part(track: Track, riders: Riders, watched: Watch) -> Counted:
    """Count what some trips did at the issues watched; any number of threads may do so.

    Parameters
    ----------
    track : Track
        Whole trips, each in order of time.
    riders : Riders
        Who made them.
    watched : Watch
        The issues.

    Returns
    -------
    Counted
        Raises nothing.
    """
    tally = PassTally(watched.points)
    tally.add_passes(passes_at(track, watched), riders)
    return tally.counted(watched.issues)


def moved(counted: Counted, place: Integers) -> Counted:
    """Return the figures under other numbers of the issues.

    Parameters
    ----------
    counted : Counted
        The figures.
    place : ndarray of int, shape (c,)
        The new number of each of ``counted.issue``; -1: left out.

    Returns
    -------
    Counted
        By the new numbers, ascending. Raises nothing.
    """
    kept = np.flatnonzero(place >= 0)
    kept = kept[np.argsort(place[kept])]
    row = np.full(len(place), -1, dtype=np.int64)
    row[kept] = np.arange(len(kept))
    pairs = counted.pairs
    pair = np.flatnonzero(row[pairs.issue] >= 0)
    return Counted(
        issue=place[kept],
        passes=counted.passes[kept],
        first_us=counted.first_us[kept],
        last_us=counted.last_us[kept],
        closest_m=counted.closest_m[kept],
        pairs=Pairs(row[pairs.issue[pair]], pairs.rider[pair], pairs.last_us[pair]),
        rider_ids=counted.rider_ids,
    )


class PassTally:
    """Adds up passes.

    Parameters
    ----------
    points : IssuePoints
        The issues.
    """

    def __init__(self, points: IssuePoints) -> None:
        issues = len(points)
        self._confirmed_us = points.confirmed_us
        self._passes = np.zeros(issues, dtype=np.int64)
        self._first = np.full(issues, _LATEST, dtype=np.int64)
        self._last = np.full(issues, _EARLIEST, dtype=np.int64)
        self._closest = np.full(issues, np.inf)
        self._riders = Numbering()
        self._pairs = LastPasses()

    def add_passes(self, passes: Passes, riders: Riders) -> None:
        """Take in the passes of some trips; a trip comes once only, a rider may come often."""
        _add_up(
            passes.issue,
            passes.t,
            passes.distance_m,
            self._passes,
            self._first,
            self._last,
            self._closest,
        )
        rider = self._riders.numbers(riders.names)[riders.of_trip[passes.trip]]
        self._pairs.add(passes.issue, rider, passes.t)

    def add(self, counted: Counted) -> None:
        """Take in what was counted of some trips; a trip and an issue meet once only."""
        at, pairs = counted.issue, counted.pairs
        self._passes[at] += counted.passes
        self._first[at] = np.minimum(self._first[at], counted.first_us)
        self._last[at] = np.maximum(self._last[at], counted.last_us)
        self._closest[at] = np.minimum(self._closest[at], counted.closest_m)
        number = self._riders.numbers(counted.rider_ids)
        self._pairs.add(at[pairs.issue], number[pairs.rider], pairs.last_us)

    def counted(self, issues: Integers) -> Counted:
        """Return the figures so far.

        Parameters
        ----------
        issues : ndarray of int, shape (c,)
            Rows of the points, ascending; no other issue was passed.
        """
        issue, rider, last_us = self._pairs.rows()
        return Counted(
            issue=issues,
            passes=self._passes[issues],
            first_us=self._first[issues],
            last_us=self._last[issues],
            closest_m=self._closest[issues],
            pairs=Pairs(np.searchsorted(issues, issue), rider, last_us),
            rider_ids=tuple(str(name) for name in self._riders.names),
        )

    def counts(self) -> PassCounts:
        """Return the figures so far as people read them."""
        none = self._passes == 0
        return PassCounts(
            passes=self._passes.copy(),
            riders=self._pairs.riders(len(none)),
            first_us=np.where(none, NO_MOMENT, self._first),
            last_us=np.where(none, NO_MOMENT, self._last),
            closest_m=np.where(none, np.nan, self._closest),
            confirmed_us=self._confirmed_us,
            riders_since_confirmed=self._pairs.riders_since(self._confirmed_us),
        )


@compiled
def _add_up(
    issue: Integers,
    t: Integers,
    distance_m: Floats,
    passes: Integers,
    first: Integers,
    last: Integers,
    closest: Floats,
) -> None:
    for row in range(len(issue)):
        at = issue[row]
        passes[at] += 1
        first[at], last[at] = min(first[at], t[row]), max(last[at], t[row])
        closest[at] = min(closest[at], distance_m[row])


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
    tally = PassTally(points)
    for fixes in partitions:
        if len(fixes):
            issues = open_during(points, int(fixes.t.min()), int(fixes.t.max()))
            tally.add_passes(
                passes_at(track_of(fixes), watch(points, issues, rule)), riders_of(fixes)
            )
    return tally.counts()
