"""Metres from degrees on the WGS-84 ellipsoid, without a map projection.

A *local frame* stretches degrees to metres with the ellipsoid's two radii of curvature at one
latitude. Within a few kilometres of that latitude its distances differ from geodesics by far
less than the 0.1 % the project promises (the tests compare it with pyproj at all latitudes), it
costs two multiplications, and it has no seam: longitudes are wrapped before they are stretched.

Formulas: meridian radius M = a(1-e²)/(1-e² sin²φ)^(3/2) and prime-vertical radius
N = a/(1-e² sin²φ)^(1/2), as in Snyder, "Map Projections: A Working Manual" (USGS PP 1395), p. 24.
Each function also works on single numbers inside compiled kernels.
"""

import numpy as np
from numpy.typing import ArrayLike
from pyproj import Geod

from geo_service.arrays import Floats

SEMI_MAJOR_M = 6_378_137.0
ECCENTRICITY_SQUARED = 0.006_694_379_990_141_317
GEOD = Geod(ellps="WGS84")
"""Exact geodesics, for distances beyond a local frame."""


def metres_per_degree_east(lat: Floats) -> Floats:
    """Metres in one degree of longitude at a latitude.

    Parameters
    ----------
    lat : ndarray of float, or float
        Latitude, decimal degrees.
    """
    sine = np.sin(np.radians(lat))
    normal = SEMI_MAJOR_M / np.sqrt(1.0 - ECCENTRICITY_SQUARED * sine * sine)
    return np.radians(normal) * np.cos(np.radians(lat))


def metres_per_degree_north(lat: Floats) -> Floats:
    """Metres in one degree of latitude at a latitude.

    Parameters
    ----------
    lat : ndarray of float, or float
        Latitude, decimal degrees.
    """
    sine = np.sin(np.radians(lat))
    curvature = 1.0 - ECCENTRICITY_SQUARED * sine * sine
    meridian = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_SQUARED) / (curvature * np.sqrt(curvature))
    return np.radians(meridian)


def wrap_degrees(difference: Floats) -> Floats:
    """Bring a difference of longitudes into [-180, 180), so that the 180th meridian is no seam."""
    return (difference + 180.0) % 360.0 - 180.0


def segment_lengths_m(lon_from: Floats, lat_from: Floats, lon_to: Floats, lat_to: Floats) -> Floats:
    """Lengths of short segments (up to some kilometres) on the ellipsoid, in metres.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : ndarray of float, shape (n,)
        WGS-84, decimal degrees.

    Returns
    -------
    ndarray of float, shape (n,)
    """
    middle = (lat_from + lat_to) / 2.0
    east = wrap_degrees(lon_to - lon_from) * metres_per_degree_east(middle)
    north = (lat_to - lat_from) * metres_per_degree_north(middle)
    return np.hypot(east, north)


def geodesic_m(
    lon_from: ArrayLike, lat_from: ArrayLike, lon_to: ArrayLike, lat_to: ArrayLike
) -> Floats:
    """Exact geodesic lengths in metres, at any distance.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : array_like of float
        WGS-84, decimal degrees; of one shape, or single numbers.

    Returns
    -------
    ndarray of float, of that shape
    """
    west, south, east, north = np.broadcast_arrays(lon_from, lat_from, lon_to, lat_to)
    return np.asarray(GEOD.inv(west, south, east, north)[2], dtype=np.float64)


def geodesic_of_two_m(lon_from: float, lat_from: float, lon_to: float, lat_to: float) -> float:
    """Exact length in metres of one geodesic, without arrays around it.

    Parameters
    ----------
    lon_from, lat_from, lon_to, lat_to : float
        WGS-84, decimal degrees. Raises nothing.
    """
    return float(GEOD.inv(lon_from, lat_from, lon_to, lat_to)[2])
