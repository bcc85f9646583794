"""The analyst's question turned round: which streets and cells no trip was in."""

from collections.abc import Iterable, Sequence

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.export.blind_frames import blind_cells_frame, blind_streets_frame
from geo_service.export.frames import Frame
from geo_service.flows.count_passes import Progress
from geo_service.flows.overlay_issues import (
    OverlayQuestion,
    as_it_goes,
    edges_of_issues,
    partitions_of,
    read_issues,
    rule_of,
)
from geo_service.flows.wiring import Workspace
from geo_service.overlay.blind_spots import (
    BlindSpots,
    find_blind_spots,
    places_seen,
    street_cells,
)
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.cells import cell_of
from geo_service.overlay.exposure import edge_visits
from geo_service.overlay.issue_grid import issue_points
from geo_service.streets.matching.match import match
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile


def blind_spots_frame(
    workspace: Workspace, by: str, question: OverlayQuestion, progress: Progress = as_it_goes
) -> Frame:
    """Answer by street or cell as the frame that is written to files.

    Raises
    ------
    WrongUsage
        If the radius is out of range.
    NotReady
        If no streets have been loaded.
    """
    rule, issues = rule_of(workspace, question), read_issues(workspace)
    streets = workspace.streets(Profile.EBIKE)
    trips = partitions_of(workspace, question, progress)
    if by == "street":
        return blind_streets_frame(blind_streets(trips, issues, streets, rule), streets.network)
    resolution = workspace.settings.cell_resolution
    return blind_cells_frame(blind_cells(trips, issues, streets, rule, resolution))


def blind_streets(
    partitions: Iterable[Fixes], issues: Sequence[Issue], streets: Streets, rule: PassRule
) -> BlindSpots:
    """Find the edges that no trip rode along, in either direction.

    Parameters
    ----------
    partitions : iterable of Fixes
        Whole trips, part by part.
    issues : sequence of Issue
        Each belongs to the nearest edge within the rule's radius.
    streets : Streets
        Of the profile that rode; its main component is all there is.
    rule : PassRule
        Says the radius.
    """
    network, points = streets.network, issue_points(issues)
    ridden = (edge_visits(match(network, streets.grid, fixes)) for fixes in partitions)
    return find_blind_spots(
        np.arange(network.edges),
        network.edge_length_mm / 1000.0,
        places_seen(ridden),
        edges_of_issues(streets, points, rule.radius_m),
    )


def blind_cells(
    partitions: Iterable[Fixes],
    issues: Sequence[Issue],
    streets: Streets,
    rule: PassRule,
    resolution: int,
) -> BlindSpots:
    """Find the H3 cells that streets run through and no trip was in, on a street or off it.

    Parameters
    ----------
    partitions : iterable of Fixes
        Whole trips, part by part.
    issues : sequence of Issue
        Each belongs to the cell of its point.
    streets : Streets
        Of the profile that rode; its main component is all there is.
    rule : PassRule
        Says which fixes are joined.
    resolution : int
        H3's.
    """
    network, points = streets.network, issue_points(issues)
    cell, street_m = street_cells(
        network.edge_shape, network.shape_lon, network.shape_lat, network.shape_mm, resolution
    )
    seen = places_seen(cell_visits(fixes, rule, resolution) for fixes in partitions)
    return find_blind_spots(cell, street_m, seen, cell_of(points.lon, points.lat, resolution))
