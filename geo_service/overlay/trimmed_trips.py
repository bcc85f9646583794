"""Trips without their ends, so that nobody learns where a rider sets out or arrives.

A trip begins to count where it is first ``trim_m`` metres from its first fix, and ceases where it
is last that far from its last fix, both in a straight line. On a straight ride those are the
first and last metres ridden; a receiver that wanders while its rider waits at the door adds to
the metres ridden, but does not use these up.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias, cast

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import wrap_degrees
from geo_service.overlay.tangent_plane import chord_m
from geo_service.overlay.trip_path import are_joined, max_gap_us

Place: TypeAlias = tuple[float, float, float]
"""Moment (microseconds UTC), longitude and latitude."""
OfDegrees: TypeAlias = Callable[[float], float]

_HALVINGS = 40

_wrap = cast("OfDegrees", compiled(wrap_degrees))


def trim_ends(fixes: Fixes, rule: PassRule, trim_m: float) -> Fixes:
    """Leave out the first and last metres of each trip.

    Parameters
    ----------
    fixes : Fixes
        Whole trips.
    rule : PassRule
        Says which fixes are joined: a joined segment is cut at the very metre, elsewhere the
        trip begins and ends at a fix.
    trim_m : float
        How much is left out at either end, metres.

    Returns
    -------
    Fixes
        The same trips, shorter; one with nothing left has no fixes. Raises nothing.
    """
    offsets, t, lon, lat = _trim(
        fixes.offsets,
        fixes.t,
        fixes.lon,
        fixes.lat,
        max_gap_us(rule),
        float(rule.max_gap_m),
        float(trim_m),
    )
    return replace(fixes, offsets=offsets, t=t, lon=lon, lat=lat)


@compiled
def _trim(
    offsets: Integers,
    t: Integers,
    lon: Floats,
    lat: Floats,
    gap_us: int,
    gap_m: float,
    trim_m: float,
) -> tuple[Integers, Integers, Floats, Floats]:
    room = len(t) + 2 * len(offsets)
    new_offsets = np.zeros_like(offsets)
    new_t, new_lon, new_lat = np.empty(room, dtype=np.int64), np.empty(room), np.empty(room)
    size = 0
    for trip in range(len(offsets) - 1):
        first, last = offsets[trip], offsets[trip + 1] - 1
        head = _leaving(first, last, 1, t, lon, lat, gap_us, gap_m, trim_m)
        tail = _leaving(last, first, -1, t, lon, lat, gap_us, gap_m, trim_m)
        if first <= head <= tail <= last:
            new_t[size], new_lon[size], new_lat[size] = _place(head, t, lon, lat)
            size += 1
            for fix in range(int(head) + 1, last + 1):
                if fix >= tail:
                    break
                new_t[size], new_lon[size], new_lat[size] = t[fix], lon[fix], lat[fix]
                size += 1
            if tail > head:
                new_t[size], new_lon[size], new_lat[size] = _place(tail, t, lon, lat)
                size += 1
        new_offsets[trip + 1] = size
    return new_offsets, new_t[:size], new_lon[:size], new_lat[:size]


@compiled
def _leaving(
    origin: int,
    goal: int,
    step: int,
    t: Integers,
    lon: Floats,
    lat: Floats,
    gap_us: int,
    gap_m: float,
    trim_m: float,
) -> float:
    """Find where the way from ``origin`` to ``goal`` is first ``trim_m`` from its origin.

    The answer counts fixes, 7.25 being a quarter of the way from fix 7 to fix 8; one step beyond
    the goal if it never is.
    """
    fix = origin
    while fix != goal + step:
        if chord_m(lon[origin], lat[origin], lon[fix], lat[fix]) >= trim_m:
            break
        fix += step
    if fix in (origin, goal + step):
        return float(fix)
    before = fix - step
    first, other = (before, fix) if step > 0 else (fix, before)
    here, there = (lon[first], lat[first]), (lon[other], lat[other])
    if not are_joined(t[other] - t[first], here, there, gap_us, gap_m):
        return float(fix)
    near, far = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (near + far) / 2.0
        _, there_lon, there_lat = _place(before + step * middle, t, lon, lat)
        if chord_m(lon[origin], lat[origin], there_lon, there_lat) >= trim_m:
            far = middle
        else:
            near = middle
    return before + step * far


@compiled
def _place(position: float, t: Integers, lon: Floats, lat: Floats) -> Place:
    """Return the moment and place of a position counted in fixes."""
    fix = int(position)
    share = position - fix
    if share == 0.0:
        return float(t[fix]), lon[fix], lat[fix]
    across = _wrap(lon[fix + 1] - lon[fix])
    return (
        float(t[fix] + int(share * (t[fix + 1] - t[fix]))),
        _wrap(lon[fix] + share * across),
        lat[fix] + share * (lat[fix + 1] - lat[fix]),
    )
