"""Trips as whole numbers, the way the trace lake keeps them: 1e-7 degree and milliseconds."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Integers
from geo_service.domain.trace import Fixes
from geo_service.errors import RefusedData

STEPS_A_DEGREE = 1e7
MICROSECONDS_A_MILLISECOND = 1_000
MILLISECONDS_A_DAY = 86_400_000
FIRST_MS = -62_135_596_800_000
"""0001-01-01T00:00Z."""
LAST_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z."""
DIGEST_BYTES = 16

Steps: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class PackedTrips:
    """Whole trips, one after the other; trip i is the rows ``offsets[i]`` to ``offsets[i + 1]``."""

    trip_ids: tuple[str, ...]
    rider_ids: tuple[str, ...]
    """The rider of each trip."""
    offsets: Integers
    """Shape (trips + 1,)."""
    t: Integers
    """Shape (n,): milliseconds since 1970-01-01T00:00Z."""
    lon: Steps
    """Shape (n,): WGS-84, 1e-7 degree."""
    lat: Steps
    """Shape (n,): WGS-84, 1e-7 degree."""

    @property
    def starts(self) -> Integers:
        """Each trip's first time, shape (trips,), milliseconds since 1970."""
        return self.t[self.offsets[:-1]]

    @property
    def ends(self) -> Integers:
        """Each trip's last time, shape (trips,), milliseconds since 1970."""
        return self.t[self.offsets[1:] - 1]

    @property
    def days(self) -> Integers:
        """The UTC day in which each trip starts, shape (trips,), counted from 1970-01-01."""
        return self.starts // MILLISECONDS_A_DAY

    def riders(self) -> tuple[Integers, tuple[str, ...]]:
        """Return the rider of each trip as a row of the riders' names, and these."""
        numbers: dict[str, int] = {}
        rider = [numbers.setdefault(rider_id, len(numbers)) for rider_id in self.rider_ids]
        return np.array(rider, dtype=np.int64), tuple(numbers)

    def digests(self) -> list[bytes]:
        """Return what tells a trip's content from any other: rider, times and positions."""
        found = []
        for number, rider_id in enumerate(self.rider_ids):
            rows = slice(self.offsets[number], self.offsets[number + 1])
            digest = hashlib.blake2b(rider_id.encode(), digest_size=DIGEST_BYTES)
            for values in (self.t, self.lon, self.lat):
                digest.update(values[rows].data)
            found.append(digest.digest())
        return found

    def take(self, order: Sequence[int]) -> Self:
        """Return some of the trips, in the order given."""
        chosen = np.asarray(order, dtype=np.int64)
        offsets, rows = select_runs(self.offsets[chosen], np.diff(self.offsets)[chosen])
        return type(self)(
            trip_ids=tuple(self.trip_ids[number] for number in order),
            rider_ids=tuple(self.rider_ids[number] for number in order),
            offsets=offsets,
            t=self.t[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
        )

    def between(self, first: int, end: int) -> Self:
        """Return the trips from number ``first`` up to ``end``, without copying their fixes."""
        rows = slice(self.offsets[first], self.offsets[end])
        return type(self)(
            trip_ids=self.trip_ids[first:end],
            rider_ids=self.rider_ids[first:end],
            offsets=self.offsets[first : end + 1] - self.offsets[first],
            t=self.t[rows],
            lon=self.lon[rows],
            lat=self.lat[rows],
        )


def select_runs(starts: Integers, counts: Integers) -> tuple[Integers, Integers | slice]:
    """Say where runs of rows come to lie one after the other, and which rows they are.

    Parameters
    ----------
    starts, counts : ndarray, shape (m,)
        Each run's first row and number of rows.

    Returns
    -------
    offsets : ndarray, shape (m + 1,)
        Where each run begins in the result.
    rows : ndarray or slice
        The rows to take; a slice if the runs already follow one another.
    """
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    shifts = starts - offsets[:-1]
    if len(shifts) and (shifts == shifts[0]).all():
        return offsets, slice(shifts[0], shifts[0] + offsets[-1])
    return offsets, np.repeat(shifts, counts) + np.arange(offsets[-1])


def pack(fixes: Fixes) -> PackedTrips:
    """Round trips to the lake's steps; of two trips with the same id the later one stays.

    Raises
    ------
    RefusedData
        If a trip is empty or out of order, or a position or time is impossible.
    """
    _check(fixes)
    packed = PackedTrips(
        trip_ids=fixes.trip_ids,
        rider_ids=tuple(fixes.rider_ids[rider] for rider in fixes.rider.tolist()),
        offsets=fixes.offsets,
        t=_milliseconds(fixes.t),
        lon=np.rint(fixes.lon * STEPS_A_DEGREE).astype(np.int32),
        lat=np.rint(fixes.lat * STEPS_A_DEGREE).astype(np.int32),
    )
    last = {trip_id: number for number, trip_id in enumerate(packed.trip_ids)}
    return packed if len(last) == fixes.trips else packed.take(list(last.values()))


def starts_as_kept(fixes: Fixes) -> Integers:
    """Return when each trip begins as the lake keeps it, shape (trips,), microseconds since 1970.

    Raises nothing; no trip may be empty.
    """
    return _milliseconds(fixes.t[fixes.offsets[:-1]]) * MICROSECONDS_A_MILLISECOND


def _milliseconds(t: Integers) -> Integers:
    return np.floor_divide(t + MICROSECONDS_A_MILLISECOND // 2, MICROSECONDS_A_MILLISECOND)


def in_order(packed: PackedTrips, numbers: Sequence[int]) -> list[int]:
    """Sort trips by the day they start and then by id, as files hold and readers want them."""
    days = packed.days.tolist()
    return sorted(numbers, key=lambda number: (days[number], packed.trip_ids[number]))


def by_day(ordered: PackedTrips) -> dict[int, PackedTrips]:
    """Part trips in order of day by the day they start."""
    days = ordered.days
    firsts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
    return {
        int(days[first]): ordered.between(first, end) for first, end in itertools.pairwise(firsts)
    }


def unpack(packed: PackedTrips) -> Fixes:
    """Return trips in degrees and microseconds."""
    rider, rider_ids = packed.riders()
    return Fixes(
        trip_ids=packed.trip_ids,
        rider_ids=rider_ids,
        rider=rider,
        offsets=packed.offsets,
        t=packed.t * MICROSECONDS_A_MILLISECOND,
        # Divided, not multiplied by 1e-7, so that seven decimals come back as they were given.
        lon=packed.lon / STEPS_A_DEGREE,
        lat=packed.lat / STEPS_A_DEGREE,
    )


def _check(fixes: Fixes) -> None:
    # Written so that a number that is not one counts as impossible.
    _refuse_where(
        fixes,
        ~((np.abs(fixes.lon) <= 180.0) & (np.abs(fixes.lat) <= 90.0)),
        "has a position that is not on the earth",
    )
    first, last = (edge * MICROSECONDS_A_MILLISECOND for edge in (FIRST_MS, LAST_MS))
    _refuse_where(fixes, (fixes.t < first) | (fixes.t > last), "has a time outside the calendar")
    empty = np.flatnonzero(np.diff(fixes.offsets) == 0)
    if len(empty):
        raise _refused(fixes.trip_ids[int(empty[0])], "has no fixes")
    back = np.zeros(len(fixes), dtype=bool)
    back[1:] = np.diff(fixes.t) < 0
    back[fixes.offsets[:-1]] = False
    _refuse_where(fixes, back, "has fixes out of order")


def _refuse_where(fixes: Fixes, wrong: NDArray[np.bool_], what: str) -> None:
    if wrong.any():
        number = np.searchsorted(fixes.offsets, wrong.argmax(), side="right") - 1
        raise _refused(fixes.trip_ids[number], what)


def _refused(trip_id: str, what: str) -> RefusedData:
    return RefusedData(
        f"The trip {what}.", where=f"trip {trip_id}", remedy="Correct it or leave it out."
    )
