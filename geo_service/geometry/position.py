"""Which pairs of numbers are a place on earth at all, before anything is asked of them."""

from typing import overload

from geo_service.arrays import Flags, Floats


@overload
def is_on_earth(lon: float, lat: float) -> bool: ...


@overload
def is_on_earth(lon: Floats, lat: Floats) -> Flags: ...


def is_on_earth(lon: float | Floats, lat: float | Floats) -> bool | Flags:
    """Say whether positions lie within the degrees that there are.

    One that does not, but does with its numbers exchanged, looks swapped.

    Parameters
    ----------
    lon, lat : float or ndarray of float, shape (n,)
        Decimal degrees, in any datum.

    Returns
    -------
    bool or ndarray of bool, shape (n,)
        False for NaN and infinity. Raises nothing.
    """
    return (lon >= -180.0) & (lon <= 180.0) & (lat >= -90.0) & (lat <= 90.0)
