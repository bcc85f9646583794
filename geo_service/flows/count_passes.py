"""Passes by issue out of a workspace: on all cores, and never twice what has not changed.

What was counted of a day's trips at an issue is kept. It is counted again only if the day's trips
are others, or the issue was open at other times of that day, or lies elsewhere.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeAlias

import numpy as np

from geo_service.arrays import Flags, Integers
from geo_service.compiled import content_of_kernels
from geo_service.domain.moments import to_microseconds
from geo_service.domain.pass_rule import PassRule
from geo_service.flows.counted_period import Period, within_one_generation
from geo_service.flows.look_at_parts import look_at_parts
from geo_service.flows.wiring import Workspace
from geo_service.overlay.issue_grid import IssuePoints, open_during
from geo_service.overlay.issue_lives import Marks, life_marks
from geo_service.overlay.pass_counts import (
    Counted,
    PassCounts,
    PassTally,
    Riders,
    count_part,
    moved,
)
from geo_service.overlay.pass_kernel import Track
from geo_service.overlay.passes import Watch, watch
from geo_service.store.kept_counts import KeptDay
from geo_service.store.trace_days import LakeDay
from geo_service.store.trace_packing import (
    MICROSECONDS_A_MILLISECOND,
    STEPS_A_DEGREE,
    PackedTrips,
)
from geo_service.store.trace_rows import LyingTrips

MARK_BYTES = 8
STEP = 1.0 / STEPS_A_DEGREE

Progress: TypeAlias = Callable[[Sequence[LakeDay]], Iterable[LakeDay]]
"""Wraps the days as they go by, so that a door can show how far it is."""


@dataclass(slots=True, eq=False)
class _Fresh:
    """The issues that a day's trips must be looked at for."""

    issues: Integers
    """Rows of the points, ascending."""
    lock: Lock = field(default_factory=Lock)
    watched: Watch | None = None
    """Made of them by whoever needs it first."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process without what is made there."""
        return _Fresh, (self.issues,)


@dataclass(frozen=True, slots=True)
class _CountPart:
    """Counts the passes of a part of a day; any number of threads may do so."""

    points: IssuePoints
    rule: PassRule
    period: Period

    def __call__(self, fresh: _Fresh, packed: PackedTrips) -> Counted:
        meant = self.period.starting_in(packed)
        track = Track(
            meant.offsets, meant.t, meant.lon, meant.lat, MICROSECONDS_A_MILLISECOND, STEP
        )
        with fresh.lock:
            if fresh.watched is None:
                fresh.watched = watch(self.points, fresh.issues, self.rule)
        return count_part(track, Riders(*meant.riders()), fresh.watched)


@dataclass(slots=True, eq=False)
class _Day:
    """A day that is being counted."""

    day: int
    fresh: _Fresh
    tally: PassTally
    parts: int
    """How many parts of the day's trips have still to be counted."""
    basis: str | None
    """None: nothing of the day may be kept."""
    issues: Integers
    """All issues open on the day,"""
    marks: Marks
    """and what tells their lives on that day from any other."""


def count_passes_in(
    workspace: Workspace,
    points: IssuePoints,
    issue_ids: Sequence[str],
    period: Period,
    rule: PassRule,
    progress: Progress,
) -> PassCounts:
    """Count, for every issue, the passes of the trips of a period.

    Parameters
    ----------
    workspace : Workspace
        Holds the trips, and what was counted before.
    points : IssuePoints
        The issues.
    issue_ids : sequence of str
        Their ids, in the same order.
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
    WrongUsage
        If riders' names change within the period.
    NotReady
        If a file of the trace lake is missing or damaged.
    """
    kept_to = within_one_generation(workspace, period)
    counter = _Counter(workspace, points, _names(issue_ids), kept_to, rule)
    look = _CountPart(points, rule, kept_to)
    for counted in look_at_parts(workspace, look, counter.parts(progress)):
        counter.take(counted)
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
        self._under_way: deque[_Day] = deque()
        """The day of each part that was yielded and not taken in yet."""

    def parts(self, progress: Progress) -> Iterator[tuple[_Fresh, LyingTrips]]:
        """Yield what must be read, and take in what need not be."""
        period = self._period
        self._kept.tidy([known.day for known in self._lake.days()])
        for known in progress(self._lake.days(period.since, period.until)):
            whole = period.holds_day(known.day)
            bounds = (None, None) if whole else (period.since, period.until)
            now: LakeDay | None = known
            while now is not None and (day := self._begin(now, whole=whole)) is not None:
                begun, (now, parts) = now, self._lake.look(now.day, *bounds)
                if now == begun:
                    day.parts = len(parts)
                    for part in parts:
                        self._under_way.append(day)
                        yield day.fresh, part
                    break
                # Its trips have just become others: what is known of those is taken in.

    def take(self, counted: Counted) -> None:
        """Take in what was counted of the next part; with a day's last one, the day is kept."""
        day = self._under_way.popleft()
        day.tally.add(counted)
        day.parts -= 1
        if day.parts:
            return
        whole = day.tally.counted(day.issues)
        self.total.add(whole)
        if day.basis is not None:
            kept = moved(whole, np.arange(len(day.issues)))
            self._kept.write(day.day, day.basis, KeptDay(day.marks, kept))
            # Trips removed while they were counted: what names their riders must not stay.
            now = self._lake.look_at_day(day.day)
            if now is None or self._basis(now.stamp) != day.basis:
                self._kept.drop([day.day])

    def _begin(self, known: LakeDay, *, whole: bool) -> _Day | None:
        """Take in what is known of a day; None if that is all."""
        points = self._points
        from_us, to_us = to_microseconds(known.begins), to_microseconds(known.ends)
        issues = open_during(points, from_us, to_us)
        marks = life_marks(points, self._names, issues, from_us, to_us)
        basis = self._basis(known.stamp) if whole else None
        kept = None if basis is None else self._kept.read(known.day, basis)
        tally, fresh = PassTally(points), issues
        if kept is not None:
            place, new = _placed(kept.marks, marks)
            # The issue at place -1 is none, on a day without open issues too.
            counted = moved(kept.counted, np.append(issues, -1)[place])
            fresh = issues[new]
            if not len(fresh):
                self.total.add(counted)
                return None
            tally.add(counted)
        if not len(fresh):
            return None
        return _Day(known.day, _Fresh(fresh), tally, 0, basis, issues, marks)

    def _basis(self, stamp: int) -> str:
        rule = self._rule
        numbers = (rule.radius_m, rule.max_gap_s, rule.max_gap_m)
        return f"{stamp} {numbers} {content_of_kernels()}"


def _placed(kept: Marks, marks: Marks) -> tuple[Integers, Flags]:
    """Find each kept mark among those of today (-1: not there), and which of these are new."""
    if not len(marks):
        return np.full(len(kept), -1), np.zeros(0, dtype=np.bool_)
    order = np.argsort(marks)
    place = order[np.minimum(np.searchsorted(marks, kept, sorter=order), len(marks) - 1)]
    place[marks[place] != kept] = -1
    new = np.ones(len(marks), dtype=np.bool_)
    new[place[place >= 0]] = False
    return place, new


def _names(issue_ids: Sequence[str]) -> Marks:
    """Return a number for each issue that stays with its id."""
    digests = [
        hashlib.blake2b(issue_id.encode(), digest_size=MARK_BYTES).digest()
        for issue_id in issue_ids
    ]
    return np.frombuffer(b"".join(digests), dtype=np.uint64)
