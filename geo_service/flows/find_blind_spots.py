"""The analyst's question turned round: which streets and cells no trip was in."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.trace import Fixes
from geo_service.export.blind_frames import blind_cells_frame, blind_streets_frame
from geo_service.export.frames import Frame
from geo_service.flows.count_passes import Progress
from geo_service.flows.look_at_trips import (
    OverlayQuestion,
    as_it_goes,
    look_at_trips,
    read_issues,
    rule_of,
)
from geo_service.flows.overlay_issues import StreetOverlay, edges_of_issues
from geo_service.flows.wiring import Workspace
from geo_service.overlay.blind_spots import (
    BlindSpots,
    find_blind_spots,
    places_seen,
    street_cells,
)
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.exposure import edge_visits
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.visits import Visits
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
    # No figure tells of riders, so their names may change meanwhile.
    question = replace(question, counts_riders=False)
    rule, issues = rule_of(workspace, question), read_issues(workspace, question)
    streets = workspace.streets(Profile.EBIKE)
    if by == "street":
        look = partial(_matched, streets=streets)
        ridden = look_at_trips(workspace, question, look, progress)
        blind = blind_streets(ridden, issues, streets, rule.radius_m)
        return blind_streets_frame(blind, streets.network)
    finder = CellFinder(workspace.settings.cell_resolution)
    look = partial(cell_visits, rule=rule, finder=finder)
    visits = look_at_trips(workspace, question, look, progress)
    return blind_cells_frame(blind_cells(visits, issues, streets, finder))


def _matched(fixes: Fixes, streets: Streets) -> Visits:
    return edge_visits(match(streets.network, streets.grid, fixes))


def blind_streets(
    ridden: Iterable[Visits], issues: Sequence[Issue], streets: Streets, radius_m: float
) -> BlindSpots:
    """Find the edges that no trip rode along, in either direction.

    Parameters
    ----------
    ridden : iterable of Visits
        Of edges, by some trips each.
    issues : sequence of Issue
        Each belongs to the nearest edge within the radius.
    streets : Streets
        Of the profile that rode; its main component is all there is.
    radius_m : float
        How near that is, metres.
    """
    network, points = streets.network, issue_points(issues)
    return find_blind_spots(
        np.arange(network.edges),
        network.edge_length_mm / 1000.0,
        places_seen(ridden),
        edges_of_issues(streets, points, radius_m),
    )


def blind_beside(ridden: StreetOverlay) -> BlindSpots | None:
    """Find the edges without a trip where those with trips are known; None if no trip rode any."""
    counted, network = ridden.exposure, ridden.streets.network
    seen = ridden.edges[counted.trips > 0]
    if len(seen) == 0:
        return None
    return find_blind_spots(
        np.arange(network.edges),
        network.edge_length_mm / 1000.0,
        seen,
        np.repeat(ridden.edges, counted.issues),
    )


def blind_cells(
    visits: Iterable[Visits], issues: Sequence[Issue], streets: Streets, finder: CellFinder
) -> BlindSpots:
    """Find the H3 cells that streets run through and no trip was in, on a street or off it.

    Parameters
    ----------
    visits : iterable of Visits
        Of cells, by some trips each.
    issues : sequence of Issue
        Each belongs to the cell of its point.
    streets : Streets
        Of the profile that rode; its main component is all there is.
    finder : CellFinder
        Of the cells.
    """
    network, points = streets.network, issue_points(issues)
    cell, street_m = street_cells(
        network.edge_shape, network.shape_lon, network.shape_lat, network.shape_mm, finder
    )
    seen = places_seen(visits)
    return find_blind_spots(cell, street_m, seen, finder.find(points.lon, points.lat))
