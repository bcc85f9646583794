"""Issues near a place: a box for the index on positions, and a circle in it.

The conditions are told once, with names for what changes: `near_parameters` gives the values.
"""

import numpy as np
from sqlalchemy import and_, bindparam, case, or_

from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.store.schema import issues

SLACK = 1.01
"""How much wider than needed the box is, since a degree's length changes with latitude."""
NEAR_A_POLE = 89.0
"""Degrees of latitude beyond which longitude says little."""
NOWHERE = 999.0
"""A longitude that nothing has."""

_BEYOND = issues.c.lon.between(bindparam("near_west_beyond"), bindparam("near_east_beyond"))
"""In the part of the box on the other side of the 180th meridian."""
_EAST = issues.c.lon - case(
    (_BEYOND, bindparam("near_lon_beyond", type_=issues.c.lon.type)),
    else_=bindparam("near_lon", type_=issues.c.lon.type),
)
_NORTH = issues.c.lat - bindparam("near_lat", type_=issues.c.lat.type)

IN_BOX = and_(
    issues.c.lat.between(bindparam("near_south"), bindparam("near_north")),
    or_(issues.c.lon.between(bindparam("near_west"), bindparam("near_east")), _BEYOND),
)
"""An issue lies in a box around the place; what lies within the radius is in the box."""
SQUARED_M = _EAST * _EAST * bindparam("near_east_m2") + _NORTH * _NORTH * bindparam("near_north_m2")
"""The square of an issue's distance in metres.

Degrees are stretched to metres as at the place's latitude, see ``geometry/metric.py``: up to 10 km
away and 60 degrees north or south the distance is right to some 0.2 %.
"""
IN_CIRCLE = and_(IN_BOX, bindparam("near_m2") >= SQUARED_M)
"""An issue lies within the radius."""


def near_parameters(lon: float, lat: float, radius_m: float) -> dict[str, float]:
    """Give the values that the conditions of this file name.

    Parameters
    ----------
    lon, lat : float
        Of the place: WGS-84, decimal degrees.
    radius_m : float
        Up to some kilometres.

    Returns
    -------
    dict of str to float
        To be given with the statement. Raises nothing.
    """
    place = np.array([lat])
    north_m = float(metres_per_degree_north(place)[0])
    up = SLACK * radius_m / north_m
    west, east = -180.0, 180.0
    if abs(lat) + up < NEAR_A_POLE:
        aside = SLACK * radius_m / float(metres_per_degree_east(np.abs(place) + up)[0])
        west, east = lon - aside, lon + aside
    beyond = NOWHERE, NOWHERE
    if west < -180.0:
        beyond = west + 360.0, 180.0
    elif east > 180.0:
        beyond = -180.0, east - 360.0
    return {
        "near_lon": lon,
        "near_lon_beyond": lon + (360.0 if lon < 0.0 else -360.0),
        "near_lat": lat,
        "near_south": lat - up,
        "near_north": lat + up,
        "near_west": west,
        "near_east": east,
        "near_west_beyond": beyond[0],
        "near_east_beyond": beyond[1],
        "near_east_m2": float(metres_per_degree_east(place)[0]) ** 2,
        "near_north_m2": north_m**2,
        "near_m2": radius_m * radius_m,
    }
