"""WGS-84, GCJ-02 and BD-09: the three datums of positions met in China.

GPS and OpenStreetMap use WGS-84. Amap and Tencent publish GCJ-02, a smooth displacement of some
hundred metres inside mainland China; Baidu displaces once more. The constants and series are
those in general circulation (for example Wikipedia, "Restrictions on geographic data in China");
outside the box 72.004-137.8347 E, 0.8293-55.8271 N the datums are the same. Inversion is a fixed
point iteration on the forward displacement, which converges to far below the promised 1 cm.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_service.arrays import Floats
from geo_service.geometry.position import is_on_earth

Forward: TypeAlias = Callable[[Floats, Floats], tuple[Floats, Floats]]

# GCJ-02 is defined on the Krasovsky 1940 ellipsoid.
_KRASOVSKY_A = 6_378_245.0
_KRASOVSKY_E2 = 0.006_693_421_622_965_943
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU_TURN = np.pi * 3000.0 / 180.0
_BAIDU_EAST, _BAIDU_NORTH = 0.0065, 0.006
_ROUNDS = 12
"""Each round shrinks the error about a thousandfold; twelve leave only rounding."""


class Datum(StrEnum):
    """How the numbers of a position are meant."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


def convert(
    lon: ArrayLike, lat: ArrayLike, *, source: Datum, target: Datum
) -> tuple[Floats, Floats]:
    """Convert positions from one datum to another, to 1 cm or better.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Decimal degrees in the datum ``source``. NaN stays NaN.
    source, target : Datum
        From which, to which.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)
        Decimal degrees in the datum ``target``. Raises nothing of its own.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if source == target:
        return lon.copy(), lat.copy()
    if source is Datum.BD09:
        lon, lat = _invert(_gcj02_to_bd09, lon, lat)
        source = Datum.GCJ02
    if source is Datum.GCJ02 and target is Datum.WGS84:
        return _invert(_wgs84_to_gcj02, lon, lat)
    if source is Datum.WGS84:
        lon, lat = _wgs84_to_gcj02(lon, lat)
    return _gcj02_to_bd09(lon, lat) if target is Datum.BD09 else (lon, lat)


def to_wgs84(lon: float, lat: float, source: Datum) -> tuple[float, float]:
    """Bring one position to WGS-84; one that is nowhere on earth stays as it is, to be refused.

    Parameters
    ----------
    lon, lat : float
        Decimal degrees in the datum ``source``.
    source : Datum
        From which.

    Returns
    -------
    lon, lat : float
        As ``convert`` gives them. Raises nothing.
    """
    if source is Datum.WGS84 or not is_on_earth(lon, lat):
        return lon, lat
    moved_lon, moved_lat = convert(lon, lat, source=source, target=Datum.WGS84)
    return float(moved_lon), float(moved_lat)


def _invert(forward: Forward, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Find the position that ``forward`` brings to the one given."""
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(_ROUNDS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        guess_lon = guess_lon + (lon - there_lon)
        guess_lat = guess_lat + (lat - there_lat)
    return guess_lon, guess_lat


def _inside_china(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    west, south, east, north = _CHINA
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Displace by the published series, which is in metres east and north."""
    x, y = lon - 105.0, lat - 35.0
    root, both = np.sqrt(np.abs(x)), x * y
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * both + 0.1 * root
    east += (ripple + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi * x / 3.0)) * 2.0 / 3.0
    east += (150.0 * np.sin(np.pi * x / 12.0) + 300.0 * np.sin(np.pi * x / 30.0)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * both + 0.2 * root
    north += (ripple + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi * y / 3.0)) * 2.0 / 3.0
    north += (160.0 * np.sin(np.pi * y / 12.0) + 320.0 * np.sin(np.pi * y / 30.0)) * 2.0 / 3.0

    latitude = np.radians(lat)
    flattening = 1.0 - _KRASOVSKY_E2 * np.sin(latitude) ** 2
    normal = _KRASOVSKY_A / np.sqrt(flattening)
    meridian = normal * (1.0 - _KRASOVSKY_E2) / flattening
    inside = _inside_china(lon, lat)
    return (
        np.where(inside, lon + np.degrees(east / (normal * np.cos(latitude))), lon),
        np.where(inside, lat + np.degrees(north / meridian), lat),
    )


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Turn and stretch a little around the origin, then shift, as Baidu does."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURN)
    inside = _inside_china(lon, lat)
    return (
        np.where(inside, radius * np.cos(angle) + _BAIDU_EAST, lon),
        np.where(inside, radius * np.sin(angle) + _BAIDU_NORTH, lat),
    )
