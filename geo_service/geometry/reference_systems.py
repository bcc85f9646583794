"""Coordinate reference systems that features are asked for and told in, by their OGC names.

Inside the program everything is CRS84: WGS-84, longitude before latitude. A system's own
coordinates come in the order its authority says; EPSG:4326 and EPSG:4490 have latitude first.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from pyproj import Transformer

from geo_service.arrays import Floats

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
WORLDWIDE = (4326, 3857, 4490)
"""EPSG's codes of latitude and longitude, of web maps, and of CGCS2000, China's own."""
LATITUDE_FIRST = (4326, 4490)
DEGREES, METRES = 7, 2
"""Decimals in which coordinates are told: about a centimetre."""
_ZONE_DEGREES = 6
_NORTH, _SOUTH = 32_600, 32_700


@dataclass(frozen=True, slots=True)
class ReferenceSystem:
    """A system that can be asked for."""

    uri: str
    decimals: int
    """In which its coordinates are told."""
    code: int | None = None
    """EPSG's; None: CRS84."""

    @property
    def latitude_first(self) -> bool:
        """Whether it is in degrees, and latitude stands before longitude."""
        return self.code in LATITUDE_FIRST

    def from_wgs84(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return coordinates of this system, in its own order of axes.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            WGS-84, decimal degrees.

        Returns
        -------
        tuple of ndarray of float
            Not finite where the system does not reach. Raises nothing.
        """
        if self.code is None:
            return lon, lat
        first, second = _transformer(self.code, backwards=False).transform(lon, lat)
        return np.asarray(first), np.asarray(second)

    def to_wgs84(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Return longitudes and latitudes, WGS-84, of coordinates in this system's own order.

        Not finite where the coordinates are none of the system. Raises nothing.
        """
        if self.code is None:
            return first, second
        lon, lat = _transformer(self.code, backwards=True).transform(first, second)
        return np.asarray(lon), np.asarray(lat)


WGS84 = ReferenceSystem(CRS84, DEGREES)


@cache
def reference_systems(lon: float | None, lat: float | None) -> tuple[ReferenceSystem, ...]:
    """Return the systems that a city's features can be asked for in, the usual one first.

    Parameters
    ----------
    lon, lat : float or None
        The middle of the city, WGS-84, decimal degrees: the UTM zone it lies in is one of them.
        None: it is not known where the city is.
    """
    codes = list(WORLDWIDE)
    if lon is not None and lat is not None:
        codes.append(utm_code(lon, lat))
    return (WGS84, *map(_of_code, codes))


def utm_code(lon: float, lat: float) -> int:
    """Return the EPSG code of the UTM zone of a position, without the exceptions of Norway.

    Parameters
    ----------
    lon, lat : float
        WGS-84, decimal degrees.
    """
    zone = int((lon + 180) // _ZONE_DEGREES) % 60 + 1
    return (_NORTH if lat >= 0 else _SOUTH) + zone


def _of_code(code: int) -> ReferenceSystem:
    decimals = DEGREES if code in LATITUDE_FIRST else METRES
    return ReferenceSystem(f"{EPSG}{code}", decimals, code)


@cache
def _transformer(code: int, *, backwards: bool) -> Transformer:
    ours, theirs = "OGC:CRS84", f"EPSG:{code}"
    return Transformer.from_crs(*((theirs, ours) if backwards else (ours, theirs)))
