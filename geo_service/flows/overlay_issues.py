"""The analyst's question, answered: where routes pass issues, and what each street sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import geopandas as gpd

from geo_service.arrays import Integers
from geo_service.domain.issue import Issue
from geo_service.export.frames import (
    cells_frame,
    issues_frame,
    streets_frame,
    with_pass_counts,
)
from geo_service.flows.count_passes import Progress, count_passes_in
from geo_service.flows.counted_period import Period
from geo_service.flows.look_at_trips import (
    OverlayQuestion,
    as_it_goes,
    look_at_trips,
    looks_along_streets,
    looks_in_cells,
    read_issues,
    rule_of,
)
from geo_service.flows.wiring import Workspace
from geo_service.overlay.exposure import Exposure, count_cell_exposure, count_street_exposure
from geo_service.overlay.hotspots import hot_cells, hot_streets
from geo_service.overlay.issue_grid import IssuePoints, issue_points
from geo_service.overlay.pass_counts import PassCounts
from geo_service.overlay.seen import Seen
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap


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


def overlay_by_issue(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> IssueOverlay:
    """Count, for every issue, the passes while it was open (all issues, zeros too)."""
    issues = read_issues(workspace, question)
    counts = count_passes_in(
        workspace,
        issue_points(issues),
        [issue.issue_id for issue in issues],
        Period(question.since, question.until),
        rule_of(workspace, question),
        progress,
    )
    return IssueOverlay(issues, counts)


def overlay_by_cell(
    workspace: Workspace, question: OverlayQuestion, progress: Progress = as_it_goes
) -> Exposure:
    """Count trips, riders, metres, issues and passes for every H3 cell that saw any."""
    points, rule = issue_points(read_issues(workspace, question)), rule_of(workspace, question)
    resolution = workspace.settings.cell_resolution
    look = looks_in_cells(points, rule, resolution)
    return count_cell_exposure(
        look_at_trips(workspace, question, look, progress), points, resolution
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
    points, rule = issue_points(read_issues(workspace, question)), rule_of(workspace, question)
    streets = workspace.streets(Profile.EBIKE)
    look = looks_along_streets(points, rule, streets)
    return count_on_streets(
        look_at_trips(workspace, question, look, progress), points, streets, rule.radius_m
    )


def count_on_streets(
    parts: Iterable[Seen], points: IssuePoints, streets: Streets, radius_m: float
) -> StreetOverlay:
    """Count for every street edge that saw a trip or has an issue.

    Parameters
    ----------
    parts : iterable of Seen
        Trips and the edges they rode along.
    points : IssuePoints
        Each belongs to the nearest edge within the radius.
    streets : Streets
        Of the profile that rode.
    radius_m : float
        How near that is, metres.
    """
    exposure, edges = count_street_exposure(
        parts,
        points,
        issue_edge=edges_of_issues(streets, points, radius_m),
        edge_id=streets.network.edge_id,
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
    return with_pass_counts(frame, overlay.counts)
