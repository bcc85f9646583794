"""Open issues of a category near a place, found by an index on category and position."""

import numpy as np
from sqlalchemy import Connection, or_, select

from geo_service.domain.case import Case
from geo_service.domain.lifecycle import ENDED
from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
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
    place = np.array([lat])
    up = SLACK * radius_m / float(metres_per_degree_north(place)[0])
    inside = [
        issues.c.category == category,
        issues.c.lat.between(lat - up, lat + up),
        cases.c.stage.not_in(ENDED),
    ]
    if abs(lat) + up < NEAR_A_POLE:
        aside = SLACK * radius_m / float(metres_per_degree_east(np.abs(place) + up)[0])
        west, east = lon - aside, lon + aside
        if west < -180.0:
            inside.append(or_(issues.c.lon >= west + 360.0, issues.c.lon <= east))
        elif east > 180.0:
            inside.append(or_(issues.c.lon >= west, issues.c.lon <= east - 360.0))
        else:
            inside.append(issues.c.lon.between(west, east))
    wanted = select(issues.c.issue_id).join(cases, cases.c.issue_id == issues.c.issue_id)
    return stored_cases.find_many(connection, connection.scalars(wanted.where(*inside)).all())
