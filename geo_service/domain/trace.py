"""Traces: what riders' devices recorded, as columns, trip after trip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class TripRiders:
    """Who rode whole trips, without where: trip i's rider is ``rider_ids[rider[i]]``."""

    rider_ids: tuple[str, ...]
    rider: Integers
    """Shape (trips,): index into ``rider_ids``."""

    @property
    def trips(self) -> int:
        """How many trips there are."""
        return len(self.rider)


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """The fixes of whole trips, trip after trip, each trip in order of time.

    Trip i is the rows ``offsets[i]`` to ``offsets[i + 1]``; its name is ``trip_ids[i]`` and its
    rider ``rider_ids[rider[i]]``.
    """

    trip_ids: tuple[str, ...]
    rider_ids: tuple[str, ...]
    rider: Integers
    """Shape (trips,): index into ``rider_ids``."""
    offsets: Integers
    """Shape (trips + 1,)."""
    t: Integers
    """Shape (n,): microseconds since 1970-01-01T00:00Z."""
    lon: Floats
    """Shape (n,): WGS-84, decimal degrees."""
    lat: Floats
    """Shape (n,): WGS-84, decimal degrees."""

    def __len__(self) -> int:
        return len(self.t)

    @property
    def trips(self) -> int:
        """How many trips there are."""
        return len(self.trip_ids)

    def only_riders(self) -> TripRiders:
        """Return who rode the trips: a thousandth of what a trip's fixes take."""
        return TripRiders(self.rider_ids, self.rider)

    def trip_of_fix(self) -> Integers:
        """Return each fix's trip number, shape (n,)."""
        return np.repeat(np.arange(self.trips, dtype=np.int64), np.diff(self.offsets))

    def take(self, trips: NDArray[np.bool_]) -> Self:
        """Return only the trips marked, in the same order; shape (trips,)."""
        rows = np.repeat(trips, np.diff(self.offsets))
        lengths = np.diff(self.offsets)[trips]
        return replace(
            self,
            trip_ids=tuple(name for name, keep in zip(self.trip_ids, trips, strict=True) if keep),
            rider=self.rider[trips],
            offsets=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
            t=self.t[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
        )


def no_fixes() -> Fixes:
    """Return the fixes of no trip at all."""
    none, nowhere = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float64)
    return Fixes((), (), none, np.zeros(1, dtype=np.int64), none, nowhere, nowhere)


def join_fixes(parts: Sequence[Fixes]) -> Fixes:
    """Put the trips of several parts one after the other; riders of one name become one."""
    if not parts:
        return no_fixes()
    numbers: dict[str, int] = {}
    rider = [
        np.array([numbers.setdefault(name, len(numbers)) for name in part.rider_ids], np.int64)[
            part.rider
        ]
        for part in parts
    ]
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    return Fixes(
        trip_ids=tuple(name for part in parts for name in part.trip_ids),
        rider_ids=tuple(numbers),
        rider=np.concatenate(rider),
        offsets=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        t=np.concatenate([part.t for part in parts]),
        lon=np.concatenate([part.lon for part in parts]),
        lat=np.concatenate([part.lat for part in parts]),
    )
