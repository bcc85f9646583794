"""Traces at the door: which fixes can't be true, and which trips lose too many of them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Flags, Floats, Integers
from geo_service.compiled import compiled
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import (
    metres_per_degree_east,
    metres_per_degree_north,
    wrap_degrees,
)

Rules: TypeAlias = NDArray[np.int8]

OUT_OF_ORDER = "out_of_order"
SAME_TIME = "same_time"
IMPOSSIBLE_SPEED = "impossible_speed"
DUPLICATE = "duplicate"
RULES = (OUT_OF_ORDER, SAME_TIME, IMPOSSIBLE_SPEED, DUPLICATE)
"""Names of the rules, in the order of their numbers from 1.

A fix earlier than the last good one is out of order; one at its very time and place is a
duplicate, at its time in another place impossible too; so is one that needs more than the
greatest speed from the last good one.
"""
_KEPT, _OUT_OF_ORDER, _SAME_TIME, _IMPOSSIBLE_SPEED, _DUPLICATE = range(5)
_SHOWN = 5

_east = compiled(metres_per_degree_east)
_north = compiled(metres_per_degree_north)
_wrap = compiled(wrap_degrees)


@dataclass(frozen=True, slots=True, eq=False)
class Cleaned:
    """What is left of traces, and what became of the rest."""

    fixes: Fixes
    """The trips that are accepted, without the fixes dropped."""
    dropped: Mapping[str, int]
    """Fixes dropped from accepted trips, by the name of the rule."""
    refused: tuple[tuple[str, str], ...]
    """Trips that lose too many fixes: their id and the reason."""
    warnings: tuple[str, ...]


def clean(
    fixes: Fixes,
    *,
    max_speed_m_s: float,
    max_dropped_share: float,
    lost: Integers | None = None,
) -> Cleaned:
    """Drop fixes that can't be true and refuse trips that lose too many.

    Parameters
    ----------
    fixes : Fixes
        In the order of the file, which is not changed.
    max_speed_m_s : float
        A fix that needs a greater speed from the last good one is dropped.
    max_dropped_share : float
        A trip that loses a greater share of its fixes is refused. Duplicates collapse: they are
        neither lost nor counted among the trip's fixes.
    lost : ndarray of int, shape (trips,), optional
        How many fixes each trip has lost before.

    Returns
    -------
    Cleaned
        Raises nothing of its own.
    """
    rule = _broken_rules(fixes, max_speed_m_s)
    counts = _count_by_trip(fixes, rule)
    before = np.zeros(fixes.trips, dtype=np.int64) if lost is None else lost
    gone = before + counts[:, _OUT_OF_ORDER : _IMPOSSIBLE_SPEED + 1].sum(axis=1)
    whole = gone + counts[:, _KEPT]
    refused = gone > max_dropped_share * whole
    kept = _keep(fixes, rule == _KEPT)
    if refused.any():
        kept = kept.take(~refused)
    totals = counts[~refused].sum(axis=0)
    return Cleaned(
        fixes=kept,
        dropped={name: int(totals[number]) for number, name in enumerate(RULES, start=1)},
        refused=tuple(
            (fixes.trip_ids[trip], _reason(counts[trip], int(before[trip]), max_dropped_share))
            for trip in np.flatnonzero(refused)
        ),
        warnings=_lonely(kept),
    )


def _broken_rules(fixes: Fixes, max_speed_m_s: float) -> Rules:
    """Return the number of the rule each fix breaks, 0 for none, shape (n,)."""
    rule = np.zeros(len(fixes), dtype=np.int8)
    _judge(fixes.offsets, fixes.t, fixes.lon, fixes.lat, max_speed_m_s, rule)
    return rule


@compiled
def _judge(
    offsets: Integers,
    t: Integers,
    lon: Floats,
    lat: Floats,
    max_speed_m_s: float,
    rule: Rules,
) -> None:
    """Judge the fixes of each trip one after the other, each against the last good one."""
    for trip in range(len(offsets) - 1):
        good = offsets[trip]
        for fix in range(offsets[trip] + 1, offsets[trip + 1]):
            middle = (lat[good] + lat[fix]) / 2.0
            east = _wrap(lon[fix] - lon[good]) * _east(middle)
            north = (lat[fix] - lat[good]) * _north(middle)
            seconds = (t[fix] - t[good]) / 1e6
            if seconds < 0.0:
                rule[fix] = _OUT_OF_ORDER
            elif seconds == 0.0:
                same = lon[fix] == lon[good] and lat[fix] == lat[good]
                rule[fix] = _DUPLICATE if same else _SAME_TIME
            elif np.hypot(east, north) > max_speed_m_s * seconds:
                rule[fix] = _IMPOSSIBLE_SPEED
            else:
                good = fix


def _count_by_trip(fixes: Fixes, rule: Rules) -> Integers:
    """Count fixes by trip and rule, shape (trips, 5)."""
    kinds = len(RULES) + 1
    slot = fixes.trip_of_fix() * kinds + rule
    return np.bincount(slot, minlength=fixes.trips * kinds).reshape(fixes.trips, kinds)


def _keep(fixes: Fixes, rows: Flags) -> Fixes:
    """Return all trips with only the fixes marked, shape (n,)."""
    if rows.all():
        return fixes
    before = np.concatenate(([0], np.cumsum(rows)))
    return replace(
        fixes,
        offsets=before[fixes.offsets].astype(np.int64),
        t=fixes.t[rows],
        lon=fixes.lon[rows],
        lat=fixes.lat[rows],
    )


def _reason(counts: Integers, before: int, max_dropped_share: float) -> str:
    said = {
        "out of order": counts[_OUT_OF_ORDER],
        "in two places at one time": counts[_SAME_TIME],
        "impossibly fast": counts[_IMPOSSIBLE_SPEED],
        "unusable": before,
    }
    gone = sum(int(count) for count in said.values())
    listed = ", ".join(f"{count} {what}" for what, count in said.items() if count)
    return (
        f"The trip loses {gone} of its {gone + int(counts[_KEPT])} fixes ({listed}), more than "
        f"{max_dropped_share:.0%}. Sort the file by time, and look at the device's clock."
    )


def _lonely(fixes: Fixes) -> tuple[str, ...]:
    """Warn of trips of a single fix."""
    alone = np.flatnonzero(np.diff(fixes.offsets) == 1)
    if not len(alone):
        return ()
    names = ", ".join(fixes.trip_ids[trip] for trip in alone[:_SHOWN])
    more = ", ..." if len(alone) > _SHOWN else ""
    return (f"{len(alone)} trips have one fix only, and are kept as points: {names}{more}.",)
