"""Which fixes a matcher looks at, and where on the streets each of them may have been."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry import metric
from geo_service.streets.matching.most_likely import NONE
from geo_service.streets.snap import SnapGrid, segments_near

BRIDGED = 1
"""So many fixes in a row may lie far from every street without cutting the way."""

OfDegrees: TypeAlias = Callable[[float], float]

_east = cast("OfDegrees", compiled(metric.metres_per_degree_east))
_north = cast("OfDegrees", compiled(metric.metres_per_degree_north))
_wrap = cast("OfDegrees", compiled(metric.wrap_degrees))


class Thinning(NamedTuple):
    """Which fixes are looked at, and which are joined."""

    apart_m: float
    """A fix nearer than this to the last one looked at tells only noise."""
    radius_m: float
    """A fix farther than this from every street is refused."""
    most: int
    """So many candidates a fix, the nearest."""
    gap_us: int
    """Fixes farther apart in time than this are not joined,"""
    gap_m: float
    """nor those farther apart in space than this."""


class Samples(NamedTuple):
    """The k fixes looked at, with their c candidates."""

    fix: Integers
    """Shape (k,): which of the n fixes."""
    straight_mm: Integers
    """Shape (k,): straight from the sample before, or NONE where nothing joins the two."""
    wait_us: Integers
    """Shape (k,): the longest time between two fixes since the sample before."""
    of_fix: Integers
    """Shape (n,): the sample that a fix is or follows closely; NONE if refused."""
    first: Integers
    """Shape (k + 1,): the candidates of sample i are rows first[i] to first[i + 1]."""
    edge: Integers
    """Shape (c,)."""
    offset_mm: Integers
    """Shape (c,): millimetres along the edge."""
    off_mm: Integers
    """Shape (c,): millimetres from the fix."""


class _Sampled(NamedTuple):
    """Room for the samples while they are taken, with candidates in rows of fixed width."""

    fix: Integers
    straight_mm: Integers
    wait_us: Integers
    of_fix: Integers
    many: Integers
    edge: NDArray[np.int64]
    offset_mm: NDArray[np.int64]
    off_mm: NDArray[np.int64]


@compiled
def _metres(lon: Floats, lat: Floats, one: int, other: int) -> float:
    middle = (lat[one] + lat[other]) / 2.0
    x = _wrap(lon[other] - lon[one]) * _east(middle)
    return float(np.hypot(x, (lat[other] - lat[one]) * _north(middle)))


@compiled
def _is_gap(t: Integers, lon: Floats, lat: Floats, fix: int, rule: Thinning) -> bool:
    """Tell whether a fix is too far from the one before it to be joined."""
    if t[fix] - t[fix - 1] > rule.gap_us:
        return True
    return _metres(lon, lat, fix - 1, fix) > rule.gap_m


@compiled
def _sample_trip(
    grid: SnapGrid,
    first: int,
    last: int,
    t: Integers,
    lon: Floats,
    lat: Floats,
    rule: Thinning,
    room: _Sampled,
    taken: int,
) -> int:
    """Take the samples of one trip, the fixes ``first`` to ``last``; return how many there are."""
    joined, gap = False, False
    refused, wait = 0, 0
    for fix in range(first, last):
        if fix > first:
            wait = max(wait, t[fix] - t[fix - 1])
        joined = joined and not gap
        gap = fix + 1 == last or _is_gap(t, lon, lat, fix + 1, rule)
        away = _metres(lon, lat, room.fix[taken - 1], fix) if joined else np.inf
        if away < rule.apart_m and not gap:
            room.of_fix[fix] = taken - 1
            continue
        room.many[taken] = segments_near(
            grid, lon[fix], lat[fix], rule.radius_m,
            room.edge[taken], room.offset_mm[taken], room.off_mm[taken],
        )  # fmt: skip
        if room.many[taken] == 0:
            refused += 1
            joined = joined and refused <= BRIDGED
            continue
        room.of_fix[fix], room.fix[taken], room.wait_us[taken] = taken, fix, wait
        room.straight_mm[taken] = int(np.rint(away * 1000.0)) if joined else NONE
        joined, refused, wait = True, 0, 0
        taken += 1
    return taken


@compiled
def take_samples(
    grid: SnapGrid, offsets: Integers, t: Integers, lon: Floats, lat: Floats, rule: Thinning
) -> Samples:
    """Take the fixes worth looking at, with their candidates.

    A fix close to the last sample is passed over, except the last one before a gap or the end. A
    single fix far from every street is bridged; several in a row mean that the rider left the
    streets, and nothing joins what was before to what comes after.

    Parameters
    ----------
    grid : SnapGrid
        Of the network.
    offsets : ndarray of int, shape (trips + 1,)
        The fixes of trip i are rows offsets[i] to offsets[i + 1].
    t : ndarray of int, shape (n,)
        Microseconds, rising within a trip.
    lon, lat : ndarray of float, shape (n,)
        WGS-84, decimal degrees.
    rule : Thinning
        Distances.

    Returns
    -------
    Samples
        Each has at least one candidate. Raises nothing.
    """
    n = len(t)
    empty = np.empty((n + 1, rule.most), dtype=np.int64)
    room = _Sampled(
        np.empty(n + 1, dtype=np.int64), np.empty(n + 1, dtype=np.int64),
        np.zeros(n + 1, dtype=np.int64), np.full(n, NONE, dtype=np.int64),
        np.zeros(n + 1, dtype=np.int64), empty, empty.copy(), empty.copy(),
    )  # fmt: skip
    taken = 0
    for trip in range(len(offsets) - 1):
        taken = _sample_trip(grid, offsets[trip], offsets[trip + 1], t, lon, lat, rule, room, taken)
    first = np.zeros(taken + 1, dtype=np.int64)
    first[1:] = np.cumsum(room.many[:taken])
    flat = np.empty((3, first[taken]), dtype=np.int64)
    for sample in range(taken):
        rows = slice(first[sample], first[sample + 1])
        many = room.many[sample]
        flat[0, rows] = room.edge[sample, :many]
        flat[1, rows] = room.offset_mm[sample, :many]
        flat[2, rows] = room.off_mm[sample, :many]
    return Samples(
        room.fix[:taken].copy(), room.straight_mm[:taken].copy(), room.wait_us[:taken].copy(),
        room.of_fix, first, flat[0].copy(), flat[1].copy(), flat[2].copy(),
    )  # fmt: skip
