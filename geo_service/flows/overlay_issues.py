"""The analyst's question, answered: where routes pass issues, and what each street sees."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import geopandas as gpd

from geo_service.arrays import Integers
from geo_service.domain.issue import Issue
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.errors import WrongUsage
from geo_service.export.frames import (
    cells_frame,
    issues_frame,
    streets_frame,
    with_pass_counts,
)
from geo_service.flows.count_passes import Period, Progress, count_passes_in
from geo_service.flows.wiring import Workspace
from geo_service.overlay.exposure import Exposure, count_cell_exposure, count_street_exposure
from geo_service.overlay.hotspots import hot_cells, hot_streets
from geo_service.overlay.issue_grid import IssuePoints, issue_points
from geo_service.overlay.pass_counts import PassCounts
from geo_service.store import issues as stored_issues
from geo_service.store.trace_days import LakeDay
from geo_service.store.trace_packing import unpack
from geo_service.streets.matching.match import match
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap

MOST_RADIUS_M = 1000.0
"""Farther than this nobody on the street sees a problem."""


@dataclass(frozen=True, slots=True)
class OverlayQuestion:
    """Which trips are laid over which issues."""

    since: datetime | None = None
    """Only trips that start at this moment or later."""
    until: datetime | None = None
    """Only trips that start before this moment."""
    radius_m: float | None = None
    """None: the workspace's setting."""


@dataclass(frozen=True, slots=True, eq=False)
class IssueOverlay:
    """Each issue with its figures; row i of ``counts`` belongs to ``issues[i]``."""

    issues: Sequence[Issue]
    counts: PassCounts


@dataclass(frozen=True, slots=True, eq=False)
class StreetOverlay:
    """The figures of streets that saw a trip or an issue, and where their edges are."""

    exposure: Exposure
    edges: Integers
    """Row i of ``exposure`` is this edge of ``streets``."""
    streets: Streets


def as_it_goes(days: Sequence[LakeDay]) -> Iterable[LakeDay]:
    """Show nothing."""
    return days


def overlay_by_issue(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> IssueOverlay:
    """Count, for every issue, the passes while it was open (all issues, zeros too)."""
    issues = read_issues(workspace)
    counts = count_passes_in(
        workspace,
        issue_points(issues),
        [issue.issue_id for issue in issues],
        _period(question),
        rule_of(workspace, question),
        progress,
    )
    return IssueOverlay(issues, counts)


def overlay_by_cell(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> Exposure:
    """Count trips, riders, metres, issues and passes for every H3 cell that saw any."""
    return count_cell_exposure(
        partitions_of(workspace, question, progress),
        issue_points(read_issues(workspace)),
        rule_of(workspace, question),
        workspace.settings.cell_resolution,
    )


def overlay_by_street(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> StreetOverlay:
    """Match the trips to streets and count for every edge that saw a trip or has an issue.

    Raises
    ------
    NotReady
        If no streets have been loaded.
    """
    return count_on_streets(
        partitions_of(workspace, question, progress),
        read_issues(workspace),
        workspace.streets(Profile.EBIKE),
        rule_of(workspace, question),
    )


def count_on_streets(
    partitions: Iterable[Fixes], issues: Sequence[Issue], streets: Streets, rule: PassRule
) -> StreetOverlay:
    """Count for every street edge that saw a trip or has an issue.

    Parameters
    ----------
    partitions : iterable of Fixes
        Whole trips, part by part.
    issues : sequence of Issue
        Each belongs to the nearest edge within the rule's radius.
    streets : Streets
        Of the profile that rode.
    rule : PassRule
        How close is a pass.
    """
    points = issue_points(issues)
    network, grid = streets.network, streets.grid
    exposure, edges = count_street_exposure(
        ((fixes, match(network, grid, fixes)) for fixes in partitions),
        points,
        rule,
        issue_edge=edges_of_issues(streets, points, rule.radius_m),
        edge_id=network.edge_id,
    )
    return StreetOverlay(exposure, edges, streets)


def edges_of_issues(streets: Streets, points: IssuePoints, radius_m: float) -> Integers:
    """Return the edge that each issue belongs to: the nearest within the radius; -1: none is."""
    return snap(streets.network, streets.grid, points.lon, points.lat, max_m=radius_m).edge


def overlay_frame(
    workspace: Workspace, by: str, question: OverlayQuestion, progress: Progress = as_it_goes
) -> gpd.GeoDataFrame:
    """Answer by issue, street or cell as the frame that is written to files.

    Raises
    ------
    WrongUsage
        If the radius is out of range.
    NotReady
        If streets are needed and none have been loaded.
    """
    q = workspace.settings.hot_spot_q
    if by == "issue":
        return issue_table(overlay_by_issue(workspace, question, progress))
    if by == "street":
        found = overlay_by_street(workspace, question, progress)
        hot = hot_streets(found.exposure, q)
        return streets_frame(found.exposure, hot, found.streets.network, found.edges)
    cells = overlay_by_cell(workspace, question, progress)
    return cells_frame(cells, hot_cells(cells, q))


def issue_table(overlay: IssueOverlay) -> gpd.GeoDataFrame:
    """Return issues and their figures as the frame that is written to files."""
    frame = issues_frame(overlay.issues).drop(columns="reopened")
    return with_pass_counts(frame, overlay.issues, overlay.counts)


def partitions_of(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> Iterator[Fixes]:
    """Read the trips a question is about, part by part in order of day, whole trips always."""
    period, lake = _period(question), workspace.lake
    for day in progress(lake.days(period.since, period.until)):
        for part in lake.look(day.day, period.since, period.until).parts:
            fixes = unpack(period.starting_in(lake.read_packed(part)))
            if fixes.trips:
                yield fixes


def _period(question: OverlayQuestion) -> Period:
    return Period(question.since, question.until)


def read_issues(workspace: Workspace) -> list[Issue]:
    """Read all issues of the workspace."""
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
