"""Passes by issue out of a workspace: on all cores, and never twice what has not changed.

What was counted of a day's trips at an issue is kept. It is counted again only if the day's trips
are others, or the issue was open at other times of that day, or lies elsewhere.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import numpy as np

from geo_service.arrays import Integers
from geo_service.compiled import content_of_kernels
from geo_service.domain.issue import Issue
from geo_service.domain.moments import day_begin, to_microseconds
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.flows.in_parallel import in_parallel
from geo_service.flows.wiring import Workspace
from geo_service.overlay.issue_grid import IssuePoints, issue_points, open_during
from geo_service.overlay.issue_lives import Marks, life_marks
from geo_service.overlay.pass_counts import Counted, PassCounts, PassTally, count_part, moved
from geo_service.overlay.passes import Watch, watch
from geo_service.store.kept_counts import KeptDay
from geo_service.store.trace_lake import LakeDay
from geo_service.store.trace_rows import LyingTrip

MARK_BYTES = 8

Progress: TypeAlias = Callable[[Sequence[int]], Iterable[int]]
"""Wraps the days as they go by, so that a door can show how far it is."""


@dataclass(frozen=True, slots=True)
class Period:
    """Trips that start at ``since`` or later and before ``until``; None: no bound."""

    since: datetime | None = None
    until: datetime | None = None

    def holds_day(self, day: int) -> bool:
        """Say whether all trips that start on a UTC day, counted from 1970-01-01, are meant."""
        return (self.since is None or self.since <= day_begin(day)) and (
            self.until is None or self.until >= day_begin(day + 1)
        )

    def starting_in(self, fixes: Fixes) -> Fixes:
        """Leave out the trips that start at another time."""
        start = fixes.t[fixes.offsets[:-1]]
        wanted = np.ones(fixes.trips, np.bool_)
        if self.since is not None:
            wanted &= start >= to_microseconds(self.since)
        if self.until is not None:
            wanted &= start < to_microseconds(self.until)
        return fixes if wanted.all() else fixes.take(wanted)


@dataclass(slots=True, eq=False)
class _Day:
    """A day that is being counted."""

    day: int
    watched: Watch
    """The issues that must be looked at."""
    tally: PassTally
    parts: int
    """How many parts of the day's trips have still to be counted."""
    basis: str | None
    """None: nothing of the day may be kept."""
    marks: Marks
    issues: Integers
    """All issues open on the day, with their marks."""


def count_passes_in(
    workspace: Workspace,
    issues: Sequence[Issue],
    period: Period,
    rule: PassRule,
    progress: Progress,
) -> PassCounts:
    """Count, for every issue, the passes of the trips of a period.

    Parameters
    ----------
    workspace : Workspace
        Holds the trips, and what was counted before.
    issues : sequence of Issue
    period : Period
        Which trips.
    rule : PassRule
        How close is a pass.
    progress : callable
        Wraps the days.

    Returns
    -------
    PassCounts
        A row for every issue, in their order: the same whether or not anything was kept.

    Raises
    ------
    NotReady
        If a file of the trace lake is missing or damaged.
    """
    points = issue_points(issues)
    counter = _Counter(workspace, points, _names(issues), period, rule)
    for day, counted in in_parallel(counter.count, counter.parts(progress)):
        counter.take(day, counted)
    return counter.total.counts()


class _Counter:
    """Counts day by day, as far as nothing is known of a day yet."""

    def __init__(
        self,
        workspace: Workspace,
        points: IssuePoints,
        names: Marks,
        period: Period,
        rule: PassRule,
    ) -> None:
        self._lake, self._kept = workspace.lake, workspace.kept_counts
        self._points, self._names, self._period, self._rule = points, names, period, rule
        self.total = PassTally(points)

    def parts(self, progress: Progress) -> Iterator[tuple[_Day, list[LyingTrip]]]:
        """Yield what must be read, and take in what need not be."""
        period = self._period
        for number in progress(self._lake.days(period.since, period.until)):
            whole = period.holds_day(number)
            bounds = (None, None) if whole else (period.since, period.until)
            found = self._lake.look(number, *bounds)
            day = self._begin(found, whole=whole)
            if day is not None:
                for part in found.parts:
                    yield day, part

    def count(self, job: tuple[_Day, list[LyingTrip]]) -> tuple[_Day, Counted]:
        """Read and count a part of a day; any number of threads may do so."""
        day, part = job
        fixes = self._lake.read_part(part)
        if day.basis is None:
            fixes = self._period.starting_in(fixes)
        return day, count_part(fixes, day.watched)

    def take(self, day: _Day, counted: Counted) -> None:
        """Take in what was counted of a part; with the last part, the day is kept."""
        day.tally.add(counted)
        day.parts -= 1
        if day.parts:
            return
        whole = day.tally.counted(day.issues)
        self.total.add(whole)
        if day.basis is not None:
            kept = moved(whole, np.arange(len(day.issues)))
            self._kept.write(day.day, day.basis, KeptDay(day.marks, kept))

    def _begin(self, found: LakeDay, *, whole: bool) -> _Day | None:
        """Take in what is known of a day; None if that is all."""
        span, points = found.span, self._points
        if span.begins is None or span.ends is None:
            return None
        from_us, to_us = to_microseconds(span.begins), to_microseconds(span.ends)
        issues = open_during(points, from_us, to_us)
        basis = self._basis(span.stamp) if whole and span.stamp is not None else None
        marks = life_marks(points, self._names, issues, from_us, to_us)
        tally, fresh = PassTally(points), issues
        kept = None if basis is None else self._kept.read(found.day, basis)
        if kept is not None:
            _, new, old = np.intersect1d(marks, kept.marks, assume_unique=True, return_indices=True)
            place = np.full(len(kept.marks), -1, dtype=np.int64)
            place[old] = issues[new]
            known = moved(kept.counted, place)
            fresh = np.delete(issues, new)
            if not len(fresh):
                self.total.add(known)
                return None
            tally.add(known)
        if not len(fresh):
            return None
        watched = watch(points, fresh, self._rule)
        return _Day(found.day, watched, tally, len(found.parts), basis, marks, issues)

    def _basis(self, stamp: int) -> str:
        rule = self._rule
        numbers = (rule.radius_m, rule.max_gap_s, rule.max_gap_m)
        return f"{stamp} {numbers} {content_of_kernels()}"


def _names(issues: Sequence[Issue]) -> Marks:
    """Return a number for each issue that stays with its id."""
    digests = [
        hashlib.blake2b(issue.issue_id.encode(), digest_size=MARK_BYTES).digest()
        for issue in issues
    ]
    return np.frombuffer(b"".join(digests), dtype=np.uint64)
