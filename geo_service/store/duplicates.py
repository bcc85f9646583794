"""Open issues of a category near a place, found by an index on category and position."""

from sqlalchemy import Connection, or_, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import ENDED
from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north, wrap_degrees
from geo_service.store import cases as stored_cases
from geo_service.store.case_schema import cases
from geo_service.store.schema import issues

SLACK = 1.01
"""How much wider than needed the box is, since a degree's length changes with latitude."""
NEAR_A_POLE = 89.0
"""Degrees of latitude beyond which longitude says little."""


def open_cases_in_box(
    connection: Connection, category: str, lon: float, lat: float, radius_m: float
) -> list[Case]:
    """Return the open cases of a category in a box around a place; some may lie farther.

    Parameters
    ----------
    connection : Connection
    category : str
        As issues name it.
    lon, lat : float
        WGS-84, decimal degrees.
    radius_m : float
        Half the side of the box, in metres.

    Returns
    -------
    list of Case
        In order of id; all that lie within ``radius_m`` are among them.
    """
    up = SLACK * radius_m / metres_per_degree_north(lat)
    inside = [
        issues.c.category == category,
        issues.c.lat.between(lat - up, lat + up),
        cases.c.stage.not_in(ENDED),
    ]
    if abs(lat) + up < NEAR_A_POLE:
        aside = SLACK * radius_m / metres_per_degree_east(abs(lat) + up)
        west, east = lon - aside, lon + aside
        if west < -180.0 or east > 180.0:
            # The box crosses the 180th meridian: one part on either side.
            west, east = float(wrap_degrees(west)), float(wrap_degrees(east))
            inside.append(or_(issues.c.lon >= west, issues.c.lon <= east))
        else:
            inside.append(issues.c.lon.between(west, east))
    wanted = select(issues.c.issue_id).join(cases, cases.c.issue_id == issues.c.issue_id)
    return stored_cases.find_many(connection, connection.scalars(wanted.where(*inside)).all())
