"""Issues near a place: a box for the index on positions, and a circle in it."""

import numpy as np
from sqlalchemy import ColumnElement, and_, case, or_

from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.store.schema import issues

SLACK = 1.01
"""How much wider than needed the box is, since a degree's length changes with latitude."""
NEAR_A_POLE = 89.0
"""Degrees of latitude beyond which longitude says little."""


def in_box(lon: float, lat: float, radius_m: float) -> ColumnElement[bool]:
    """Say in SQL that an issue lies in a box around a place.

    Parameters
    ----------
    lon, lat : float
        WGS-84, decimal degrees.
    radius_m : float
        Half the side of the box, in metres; what lies within it of the place is in the box.

    Returns
    -------
    ColumnElement
        Of the table of issues. Raises nothing.
    """
    place = np.array([lat])
    up = SLACK * radius_m / float(metres_per_degree_north(place)[0])
    between = issues.c.lat.between(lat - up, lat + up)
    if abs(lat) + up >= NEAR_A_POLE:
        return between
    aside = SLACK * radius_m / float(metres_per_degree_east(np.abs(place) + up)[0])
    west, east = lon - aside, lon + aside
    if west < -180.0:
        return and_(between, or_(issues.c.lon >= west + 360.0, issues.c.lon <= east))
    if east > 180.0:
        return and_(between, or_(issues.c.lon >= west, issues.c.lon <= east - 360.0))
    return and_(between, issues.c.lon.between(west, east))


def in_circle(lon: float, lat: float, radius_m: float) -> ColumnElement[bool]:
    """Say in SQL that an issue lies within some kilometres of a place.

    Degrees are stretched to metres as at the place's latitude, see ``geometry/metric.py``: up to
    10 km away and 60 degrees north or south the distance is right to some 0.2 %.

    Parameters
    ----------
    lon, lat, radius_m
        As for `in_box`.

    Returns
    -------
    ColumnElement
        Of the table of issues. Raises nothing.
    """
    return and_(in_box(lon, lat, radius_m), squared_m(lon, lat) <= radius_m * radius_m)


def squared_m(lon: float, lat: float) -> ColumnElement[float]:
    """Say in SQL how far an issue lies from a place: the square of the metres of `in_circle`.

    Parameters
    ----------
    lon, lat : float
        WGS-84, decimal degrees.

    Returns
    -------
    ColumnElement
        Of the table of issues. Raises nothing.
    """
    place = np.array([lat])
    apart = issues.c.lon - lon
    wrapped = case((apart > 180.0, apart - 360.0), (apart < -180.0, apart + 360.0), else_=apart)
    east = wrapped * float(metres_per_degree_east(place)[0])
    north = (issues.c.lat - lat) * float(metres_per_degree_north(place)[0])
    return east * east + north * north
