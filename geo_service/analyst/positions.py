"""Positions from one datum to another."""

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geo_service.geometry import datum as datums

DatumName: TypeAlias = Literal["wgs84", "gcj02", "bd09"]


def convert(
    lon: ArrayLike, lat: ArrayLike, *, source: DatumName, target: DatumName
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Convert positions from one datum to another, to 1 cm or better.

    Parameters
    ----------
    lon, lat : array_like of float, shape (n,)
        Decimal degrees in the datum ``source``.
    source, target : {"wgs84", "gcj02", "bd09"}
        GPS and OpenStreetMap; Amap and Tencent; Baidu.

    Returns
    -------
    lon, lat : ndarray of float, shape (n,)

    Raises
    ------
    ValueError
        If a datum has another name.
    """
    return datums.convert(lon, lat, source=datums.Datum(source), target=datums.Datum(target))
