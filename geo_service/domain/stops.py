"""Stops: where a rider stayed, told from the fixes of a trip; they are kept as they are."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import (
    metres_per_degree_east,
    metres_per_degree_north,
    wrap_degrees,
)

_Marks: TypeAlias = NDArray[np.int8]
_FIRST, _LAST = 1, 2

_east = compiled(metres_per_degree_east)
_north = compiled(metres_per_degree_north)
_wrap = compiled(wrap_degrees)


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """Stops in order of their fixes."""

    first: Integers
    """Shape (stops,): row of each stop's first fix."""
    last: Integers
    """Shape (stops,): row of each stop's last fix."""
    seconds: Floats
    """Shape (stops,): how long each was."""

    def __len__(self) -> int:
        return len(self.first)


def find_stops(fixes: Fixes, *, radius_m: float, min_s: float) -> Stops:
    """Find where riders stayed.

    A stop is fixes of one trip, one after the other, all within a radius of the first, that last
    at least so long: the stay points of Li et al., "Mining user similarity based on location
    history" (ACM GIS 2008). It ends with the last fix before the first one outside, and the next
    begins after that. A silence between two fixes at one place is part of the stop: devices
    sleep when nothing moves.

    Parameters
    ----------
    fixes : Fixes
        Cleaned: each trip in order of time. It is not changed.
    radius_m : float
        In metres. It has to be larger than the error of a position at rest.
    min_s : float
        In seconds. It has to be longer than a red light.

    Returns
    -------
    Stops
        Raises nothing.
    """
    marks = np.zeros(len(fixes), dtype=np.int8)
    _mark(fixes.offsets, fixes.t, fixes.lon, fixes.lat, radius_m, min_s, marks)
    first, last = np.flatnonzero(marks == _FIRST), np.flatnonzero(marks == _LAST)
    return Stops(first, last, (fixes.t[last] - fixes.t[first]) / 1e6)


@compiled
def _mark(
    offsets: Integers,
    t: Integers,
    lon: Floats,
    lat: Floats,
    radius_m: float,
    min_s: float,
    marks: _Marks,
) -> None:
    """Mark the first and the last fix of each stop. Raises nothing."""
    for trip in range(len(offsets) - 1):
        first, end = offsets[trip], offsets[trip + 1]
        while first < end - 1:
            east, north = _east(lat[first]), _north(lat[first])
            last = first
            while last + 1 < end:
                x = _wrap(lon[last + 1] - lon[first]) * east
                y = (lat[last + 1] - lat[first]) * north
                if x * x + y * y > radius_m * radius_m:
                    break
                last += 1
            if last > first and (t[last] - t[first]) / 1e6 >= min_s:
                marks[first], marks[last] = _FIRST, _LAST
                first = last
            first += 1
