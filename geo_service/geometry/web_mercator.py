"""The square of web maps: where a position lies on it, and how long its sides are on the ground.

The square is the world from 180° W to 180° E, its sides 1 long. Projection: spherical Mercator of
geodetic latitudes, Snyder, "Map Projections: A Working Manual" (USGS PP 1395), p. 41; lengths on
the ground are those of the ellipsoid.
"""

import numpy as np

from geo_service.arrays import Floats
from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north

FARTHEST_NORTH = 85.05112878
"""The square ends at this latitude, north and south, in decimal degrees."""


def to_square(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Project positions.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees; a longitude beyond 180 goes on eastward, a latitude beyond the
        square is taken for its border.

    Returns
    -------
    x, y : ndarray of float, shape (n,)
        East and south of the north-west corner, in sides of the square. Raises nothing.
    """
    sine = np.sin(np.radians(np.clip(lat, -FARTHEST_NORTH, FARTHEST_NORTH)))
    return (lon + 180.0) / 360.0, 0.5 - np.arctanh(sine) / (2.0 * np.pi)


def from_square(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Find the positions that ``to_square`` projects to some places; also beyond the square.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        In sides of the square, from its north-west corner.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees. Raises nothing.
    """
    return x * 360.0 - 180.0, np.degrees(np.arcsin(np.tanh((0.5 - y) * 2.0 * np.pi)))


def side_on_the_ground_m(lat: Floats) -> tuple[Floats, Floats]:
    """Say how long the square's sides would be if all of it were as at a latitude.

    Parameters
    ----------
    lat : ndarray of float, shape (n,)
        Decimal degrees.

    Returns
    -------
    east_m, north_m : ndarray of float, shape (n,)
        Metres from west to east, and from south to north: the two differ by up to 0.7 %, since
        the projection is of a sphere and the ground an ellipsoid. Raises nothing.
    """
    # A degree of latitude is drawn longer by 1 / cos than a degree of longitude.
    cosine = np.cos(np.radians(lat))
    return 360.0 * metres_per_degree_east(lat), 360.0 * metres_per_degree_north(lat) * cosine
