"""How large a polygon is on the ellipsoid."""

from collections.abc import Iterable

from geo_service.arrays import Floats
from geo_service.geometry.metric import GEOD


def ring_area_m2(lon: Floats, lat: Floats) -> float:
    """Return the area inside a ring, in square metres on WGS-84.

    Sides are geodesics, so that one of less than a degree hardly leaves the line between its ends
    on a plain map (C. F. F. Karney, "Algorithms for geodesics", 2013, §6).

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Corners in either order of turning, decimal degrees; the last may repeat the first. A side
        goes the shorter way around the earth.

    Returns
    -------
    float
        0 or more; right to about 0.1 for each corner. Raises nothing.
    """
    area, _ = GEOD.polygon_area_perimeter(lon, lat)
    return abs(float(area))


def polygon_area_m2(
    outer: tuple[Floats, Floats], holes: Iterable[tuple[Floats, Floats]] = ()
) -> float:
    """Return the area of a polygon without its holes, in square metres on WGS-84.

    Parameters
    ----------
    outer : tuple of ndarray
        Longitudes and latitudes of the outer ring, as `ring_area_m2` takes them.
    holes : iterable of tuple of ndarray
        Rings inside it. Raises nothing.
    """
    return ring_area_m2(*outer) - sum(ring_area_m2(*hole) for hole in holes)
