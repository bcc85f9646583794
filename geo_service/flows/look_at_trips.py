"""The trips that a question is about, looked at part by part, on all cores."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.errors import WrongUsage
from geo_service.flows.count_passes import Progress
from geo_service.flows.counted_period import Period, within_one_generation
from geo_service.flows.look_at_parts import look_at_parts
from geo_service.flows.wiring import Workspace
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.exposure import edge_visits
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.passes import find_passes
from geo_service.overlay.seen import Seen, seen_in_cells
from geo_service.store import issues as stored_issues
from geo_service.store.trace_days import LakeDay
from geo_service.store.trace_packing import PackedTrips, unpack
from geo_service.streets.matching.match import match
from geo_service.streets.prepared import Streets

MOST_RADIUS_M = 1000.0
"""Farther than this nobody on the street sees a problem."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class OverlayQuestion:
    """Which trips are laid over which issues."""

    since: datetime | None = None
    """Only trips that start at this moment or later."""
    until: datetime | None = None
    """Only trips that start before this moment."""
    radius_m: float | None = None
    """None: the workspace's setting."""
    counts_riders: bool = True
    """Whether riders are counted, so that only trips of one generation of names are looked at."""
    issues: Sequence[Issue] | None = None
    """None: all of the workspace, as they are when they are needed."""


def period_of(workspace: Workspace, question: OverlayQuestion) -> Period:
    """Return when the trips start that are looked at for a question.

    Raises
    ------
    WrongUsage
        If riders would be counted across a change of their names.
    """
    asked = Period(question.since, question.until)
    return within_one_generation(workspace, asked) if question.counts_riders else asked


def as_it_goes(days: Sequence[LakeDay]) -> Iterable[LakeDay]:
    """Show nothing."""
    return days


def look_at_trips(
    workspace: Workspace,
    question: OverlayQuestion,
    look: Callable[[Fixes], Made],
    progress: Progress = as_it_goes,
) -> Iterator[Made]:
    """Read the trips a question is about and look at them, part by part, on all cores.

    Parameters
    ----------
    workspace : Workspace
        Holds the trips.
    question : OverlayQuestion
        Which trips.
    look : callable
        Takes some whole trips; several threads do so at once. Where workers are not here it goes
        to them as bytes.
    progress : callable
        Wraps the days.

    Yields
    ------
    object
        What the look makes of each part, in order of day.

    Raises
    ------
    WrongUsage
        If riders would be counted across a change of their names.
    NotReady
        If a file of the trace lake is missing or damaged.
    """
    period, lake = period_of(workspace, question), workspace.lake
    parts = (
        (None, part)
        for day in progress(lake.days(period.since, period.until))
        for part in lake.look(day.day, period.since, period.until).parts
    )
    for made in look_at_parts(workspace, _LookWithin(period, look), parts):
        yield from made


@dataclass(frozen=True, slots=True)
class _LookWithin(Generic[Made]):
    """Looks at the trips of a period."""

    period: Period
    look: Callable[[Fixes], Made]

    def __call__(self, _: None, packed: PackedTrips) -> list[Made]:
        fixes = unpack(self.period.starting_in(packed))
        return [self.look(fixes)] if fixes.trips else []


def partitions_of(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> Iterator[Fixes]:
    """Read the trips a question is about, part by part in order of day, whole trips always."""
    return look_at_trips(workspace, question, _as_they_are, progress)


def _as_they_are(fixes: Fixes) -> Fixes:
    return fixes


def looks_in_cells(points: IssuePoints, rule: PassRule, resolution: int) -> Callable[[Fixes], Seen]:
    """Return what looks which cells trips were in and which issues they passed."""
    return partial(seen_in_cells, points=points, rule=rule, finder=CellFinder(resolution))


def looks_along_streets(
    points: IssuePoints, rule: PassRule, streets: Streets
) -> Callable[[Fixes], Seen]:
    """Return what matches trips to streets and looks which issues they passed."""
    return partial(_seen_along_streets, points=points, rule=rule, streets=streets)


def _seen_along_streets(
    fixes: Fixes, points: IssuePoints, rule: PassRule, streets: Streets
) -> Seen:
    return Seen(
        fixes.only_riders(),
        edge_visits(match(streets.network, streets.grid, fixes)),
        find_passes(fixes, points, rule),
    )


def read_issues(workspace: Workspace, question: OverlayQuestion) -> Sequence[Issue]:
    """Return the issues that a question is about, read now unless it brings them."""
    if question.issues is not None:
        return question.issues
    with workspace.database.reading() as connection:
        return stored_issues.read_all(connection)


def rule_of(workspace: Workspace, question: OverlayQuestion) -> PassRule:
    """Return the rule of passes that a question means.

    Raises
    ------
    WrongUsage
        If the radius is out of range.
    """
    settings = workspace.settings
    radius_m = settings.radius_m if question.radius_m is None else question.radius_m
    if not 0.0 < radius_m <= MOST_RADIUS_M:
        raise WrongUsage(
            f"The radius is {radius_m} m; it must be more than 0 and at most {MOST_RADIUS_M:.0f}.",
            where="radius",
        )
    return PassRule(radius_m, settings.max_gap_s, settings.max_gap_m)
