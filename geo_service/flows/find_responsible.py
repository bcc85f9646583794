"""Who answers for a place: by its area, or near the streets the top body."""

from collections.abc import Sequence

import numpy as np

from geo_service.domain.issue import Issue
from geo_service.domain.responsibility import Responsible
from geo_service.errors import RefusedFields
from geo_service.flows.wiring import Workspace
from geo_service.store.database import Connection
from geo_service.streets.snap import snap


def find_responsible(
    connection: Connection, workspace: Workspace, lon: float, lat: float, category: str
) -> Responsible:
    """Say who answers for an issue that somebody wants to report.

    Parameters
    ----------
    connection : Connection
        The transaction that knows the areas.
    workspace : Workspace
        Holds areas, bodies and streets.
    lon, lat : float
        WGS-84, decimal degrees.
    category : str
        Of the issue.

    Returns
    -------
    Responsible
        The smallest area that holds the place and whose body answers for the category, else the
        top body; blank while there are no bodies.

    Raises
    ------
    RefusedFields
        If the place lies outside all areas and too far from the streets; while no streets have
        been loaded, no place is too far.
    """
    ground = workspace.kept_ground.areas(connection)
    found = ground.area_map.responsible_for(lon, lat, category)
    if found is not None:
        return found
    if not ground.area_map.holds(lon, lat):
        _check_near_streets(connection, workspace, lon, lat)
    return ground.elsewhere


def find_responsible_for_all(
    connection: Connection, workspace: Workspace, issues: Sequence[Issue]
) -> list[Responsible]:
    """Say who answers for issues that are there already, however far from the streets.

    Parameters
    ----------
    connection : Connection
        The transaction that knows the areas.
    workspace : Workspace
    issues : sequence of Issue

    Returns
    -------
    list of Responsible
        A row an issue. Raises nothing of its own.
    """
    return workspace.kept_ground.areas(connection).responsible_for_all(
        np.array([issue.lon for issue in issues], dtype=np.float64),
        np.array([issue.lat for issue in issues], dtype=np.float64),
        [issue.category for issue in issues],
    )


def _check_near_streets(
    connection: Connection, workspace: Workspace, lon: float, lat: float
) -> None:
    streets = workspace.kept_ground.streets(connection)
    if streets is None:
        return
    most_m = workspace.settings.report_max_m
    snapped = snap(streets.network, streets.grid, np.array([lon]), np.array([lat]), most_m)
    if snapped.edge[0] < 0:
        raise RefusedFields(
            {
                "lat": f"The place lies more than {most_m / 1000:g} km from the streets of this "
                "city, so nobody here can look after it."
            }
        )
