"""Whether records lie where the streets are, and where they would lie in another datum."""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.metric import geodesic_m, wrap_degrees


@dataclass(frozen=True, slots=True)
class Extent:
    """A box of WGS-84 longitudes and latitudes, and how far outside it records may lie.

    A box whose ``west`` is greater than its ``east`` crosses the 180th meridian.
    """

    west: float
    south: float
    east: float
    north: float
    margin_m: float = 75_000.0


def metres_outside(lon: Floats, lat: Floats, extent: Extent) -> Floats:
    """Measure how far positions lie from the nearest point of a box.

    The nearest point is taken by longitude and latitude one after the other, which at a city's
    scale is the nearest to well below 1 %.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees. NaN gives NaN.
    extent : Extent
        The box.

    Returns
    -------
    ndarray of float, shape (n,)
        Metres; 0 inside. Raises nothing of its own.
    """
    width = (extent.east - extent.west) % 360.0 if extent.east != extent.west + 360.0 else 360.0
    middle = extent.west + width / 2.0
    from_middle = wrap_degrees(lon - middle)
    near_lon = middle + np.clip(from_middle, -width / 2.0, width / 2.0)
    near_lat = np.clip(lat, extent.south, extent.north)
    return geodesic_m(lon, lat, near_lon, near_lat)


def read_otherwise(lon: Floats, lat: Floats, declared: Datum) -> dict[Datum, tuple[Floats, Floats]]:
    """Say where positions would lie had their file been read in each of the other datums.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees, as converted from ``declared`` when the file was read.
    declared : Datum
        What the file was read as.

    Returns
    -------
    dict of Datum to (lon, lat)
        WGS-84, decimal degrees, for every datum but ``declared``. Raises nothing of its own.
    """
    numbers = convert(lon, lat, source=Datum.WGS84, target=declared)
    return {
        datum: convert(*numbers, source=datum, target=Datum.WGS84)
        for datum in Datum
        if datum != declared
    }
