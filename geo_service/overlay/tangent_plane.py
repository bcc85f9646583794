"""The plane that touches the ellipsoid at an issue: each issue's own frame of metres.

Positions become earth-centred coordinates, and those are seen from above the issue, east and
north of it. Within a kilometre this differs from geodesics by less than a part in a million, at
every latitude, the poles included, and it knows no 180th meridian.

Formulas: geodetic to earth-centred coordinates and the local east-north frame, as in EPSG
Guidance Note 7-2, "Geographic/geocentric" and "Geocentric/topocentric conversions".
"""

import math
from typing import TypeAlias

import numpy as np

from geo_service.arrays import Floats
from geo_service.compiled import compiled
from geo_service.geometry.metric import (
    ECCENTRICITY_SQUARED,
    SEMI_MAJOR_M,
    metres_per_degree_east,
    metres_per_degree_north,
)

Vector: TypeAlias = tuple[float, float, float]
Frame: TypeAlias = tuple[float, float, float, float]
Point: TypeAlias = tuple[float, float]
"""Metres east and north on a plane."""

TIED_M = 1e-6
"""Distances that differ by less are tied: rounding alone makes them differ by nanometres."""
FLAT_TO_DEGREES = 70.0
"""Up to this latitude two multiplications give the plane to well below the 0.1 % promised."""
FLAT_TO_M = 2000.0
"""And for segments up to this length."""
_EQUATOR_M_PER_DEGREE = 111_700.0
"""No degree of latitude or longitude is longer anywhere, in metres."""


@compiled
def earth_centred(lon: float, lat: float) -> Vector:
    """Return a position on the ellipsoid in metres from the earth's centre.

    Parameters
    ----------
    lon, lat : float
        WGS-84, decimal degrees.

    Returns
    -------
    x, y, z : float
        Towards 0 E on the equator, 90 E on the equator, and the north pole. Raises nothing.
    """
    east, north = math.radians(lon), math.radians(lat)
    sine = math.sin(north)
    normal = SEMI_MAJOR_M / math.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    level = normal * math.cos(north)
    height = normal * (1.0 - ECCENTRICITY_SQUARED) * sine
    return level * math.cos(east), level * math.sin(east), height


@compiled
def planes_at(lon: Floats, lat: Floats) -> Floats:
    """Describe the plane that touches the ellipsoid at each position.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees.

    Returns
    -------
    ndarray of float, shape (n, 8)
        The position's x, y, z in metres; the unit vector east (x, y; its z is 0); the unit
        vector north (x, y, z). Raises nothing.
    """
    planes = np.empty((len(lon), 8), dtype=np.float64)
    for row in range(len(lon)):
        planes[row, 0], planes[row, 1], planes[row, 2] = earth_centred(lon[row], lat[row])
        east, north = math.radians(lon[row]), math.radians(lat[row])
        planes[row, 3] = -math.sin(east)
        planes[row, 4] = math.cos(east)
        planes[row, 5] = -math.sin(north) * math.cos(east)
        planes[row, 6] = -math.sin(north) * math.sin(east)
        planes[row, 7] = math.cos(north)
    return planes


def flat_frames_at(lat: Floats, longest_m: float) -> Floats:
    """Describe, where that is exact enough, the same planes by the lengths of degrees there.

    Parameters
    ----------
    lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees.
    longest_m : float
        No segment will be longer, metres.

    Returns
    -------
    ndarray of float, shape (n, 4)
        Metres a degree eastward, how these change a degree north, metres a degree northward, and
        how a parallel bends from its tangent, metres for each square metre east; zeros where
        only ``planes_at`` will do. Raises nothing.
    """
    east = metres_per_degree_east(lat)
    slope = (metres_per_degree_east(lat + 0.005) - metres_per_degree_east(lat - 0.005)) / 0.01
    bend = np.radians(np.sin(np.radians(lat))) / (2.0 * np.maximum(east, 1.0))
    frames = np.column_stack((east, slope, metres_per_degree_north(lat), bend))
    frames[(np.abs(lat) > FLAT_TO_DEGREES) | (longest_m > FLAT_TO_M)] = 0.0
    return frames


@compiled
def degrees_east(lon_from: float, lon_to: float) -> float:
    """Return how many degrees a longitude lies east of another, the short way round the earth.

    Parameters
    ----------
    lon_from, lon_to : float
        Decimal degrees, -180 to 180. Raises nothing.
    """
    east = lon_to - lon_from
    return east if abs(east) <= 180.0 else east - math.copysign(360.0, east)


@compiled
def on_flat_frame(frame: Frame, east: float, north: float) -> Point:
    """Return how far east and north of a frame's origin a point lies, in metres.

    Parameters
    ----------
    frame : tuple of four float
        A row of :func:`flat_frames_at`, not of zeros.
    east, north : float
        Degrees from the origin. Raises nothing.
    """
    across = east * (frame[0] + frame[1] * north)
    return across, north * frame[2] + across * across * frame[3]


@compiled
def on_plane(plane: Floats, point: Vector) -> Point:
    """Return how far east and north of a plane's origin a point lies, in metres.

    Parameters
    ----------
    plane : ndarray of float, shape (8,)
        A row of :func:`planes_at`.
    point : tuple of float
        Earth-centred, in metres. Raises nothing.
    """
    x, y, z = point[0] - plane[0], point[1] - plane[1], point[2] - plane[2]
    return x * plane[3] + y * plane[4], x * plane[5] + y * plane[6] + z * plane[7]


@compiled
def closest_on_segment(plane: Floats, start: Vector, end: Vector) -> tuple[float, float]:
    """Find where a segment comes closest to the origin of a plane.

    Parameters
    ----------
    plane : ndarray of float, shape (8,)
        A row of :func:`planes_at`.
    start, end : tuple of float
        Earth-centred, in metres.

    Returns
    -------
    distance_m : float
        Infinity where the segment starts on the other half of the earth.
    share : float
        How far along the segment, from 0 to 1; 0 where the segment has no length.
        Raises nothing.
    """
    if start[0] * plane[0] + start[1] * plane[1] + start[2] * plane[2] <= 0.0:
        return math.inf, 0.0
    return closest_to_origin(on_plane(plane, start), on_plane(plane, end))


@compiled
def closest_to_origin(start: Point, end: Point) -> tuple[float, float]:
    """Find where a segment on a plane comes closest to the plane's origin.

    Parameters
    ----------
    start, end : tuple of float
        Metres east and north.

    Returns
    -------
    distance_m : float
    share : float
        How far along the segment, from 0 to 1; 0 where the segment has no length.
        Raises nothing.
    """
    east, north = start
    along_east, along_north = end[0] - east, end[1] - north
    square = along_east * along_east + along_north * along_north
    share = 0.0
    if square > 0.0:
        share = min(1.0, max(0.0, -(east * along_east + north * along_north) / square))
    east, north = east + share * along_east, north + share * along_north
    return math.sqrt(east * east + north * north), share


@compiled
def chord_m(lon_from: float, lat_from: float, lon_to: float, lat_to: float) -> float:
    """Return the straight distance of two positions through the ground, in metres.

    Up to 100 km it is shorter than the geodesic by less than a part in 90,000.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : float
        WGS-84, decimal degrees. Raises nothing.
    """
    start, end = earth_centred(lon_from, lat_from), earth_centred(lon_to, lat_to)
    x, y, z = end[0] - start[0], end[1] - start[1], end[2] - start[2]
    return math.sqrt(x * x + y * y + z * z)


@compiled
def surely_within(
    lon_from: float, lat_from: float, lon_to: float, lat_to: float, metres: float
) -> bool:
    """Say whether two positions are within a distance even if a degree were longest everywhere.

    It costs no sine; False says nothing.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : float
        WGS-84, decimal degrees.
    metres : float
        The distance. Raises nothing.
    """
    degrees = abs(lon_to - lon_from) + abs(lat_to - lat_from)
    return degrees * _EQUATOR_M_PER_DEGREE <= metres
