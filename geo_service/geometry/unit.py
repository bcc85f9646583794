"""The 100 m grid square of digital city management, named as MGRS names it."""

from functools import cache

from mgrs import MGRS

HUNDRED_METRES = 3
"""Digits of easting and northing within the 100 km square."""


@cache
def _converter() -> MGRS:
    return MGRS()


def unit_of(lon: float, lat: float) -> str:
    """Name the 100 m square that a position lies in.

    The squares are those of the Military Grid Reference System (NGA.STND.0037), on UTM between
    80 degrees south and 84 north and on UPS beyond: parted only at the borders of zones, the same
    for every city, and readable by other people's tools. The 180th meridian begins zone 1.

    Parameters
    ----------
    lon, lat : float
        WGS-84, decimal degrees, on earth.

    Returns
    -------
    str
        For example ``49SFR076454``. Raises nothing for a position on earth.
    """
    return str(_converter().toMGRS(lat, lon, MGRSPrecision=HUNDRED_METRES))
