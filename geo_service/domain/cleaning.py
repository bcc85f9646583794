"""Traces at the door: which fixes can't be true, and which trips lose too many of them.

A fix follows another if it is later, by no more than a pause may last, and near enough to be
reached. As long as each fix follows the last good one, all is well. Where one does not, nothing
says yet which of the two is wrong: the device's clock may have been set, and the first fix of a
trip is the worst of all witnesses. So the trip is told apart into *runs*, each of fixes that
follow one another, and the run of the most fixes is believed. The others are dropped, by the name
of the rule their first fix broke; no time and no place is ever mended.
"""

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
Limits: TypeAlias = tuple[float, float, int]
"""Greatest speed, longest pause in seconds, fixes that make a clock jump."""

OUT_OF_ORDER = "out_of_order"
SAME_TIME = "same_time"
IMPOSSIBLE_SPEED = "impossible_speed"
CLOCK_JUMP = "clock_jump"
DUPLICATE = "duplicate"
RULES = (OUT_OF_ORDER, SAME_TIME, IMPOSSIBLE_SPEED, CLOCK_JUMP, DUPLICATE)
"""Names of the rules, in the order of their numbers from 1.

A fix earlier than the last good one is out of order; one at its very time and place is a
duplicate, at its time in another place impossible too; so is one that needs more than the
greatest speed from the last good one. Where fixes go back in time together, in order among
themselves, or time goes on by more than any pause, somebody has set the clock.
"""
_KEPT, _OUT_OF_ORDER, _SAME_TIME, _IMPOSSIBLE_SPEED, _CLOCK_JUMP, _DUPLICATE = range(6)
_NO_RUN, _REPEATED = -1, -2
_RUNS_FOLLOWED = 8
"""More runs at a time than one real trip has; so that a file of noise takes no longer."""
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
    clock_jump_s: float,
    clock_jump_fixes: int,
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
    clock_jump_s : float
        Time that goes on by more than this within a trip, or back, is a clock that was set. No
        pause is meant: of 7,650 recorded trips (Geolife, Beijing) 1,075 pause for three hours,
        66 for six and 13 for twelve; a clock that was never set is years off.
    clock_jump_fixes : int
        So many fixes that go back in time together are a clock that was set, however little;
        fewer are out of order.
    lost : ndarray of int, shape (trips,), optional
        How many fixes each trip has lost before.

    Returns
    -------
    Cleaned
        Raises nothing of its own.
    """
    rule = np.zeros(len(fixes), dtype=np.int8)
    limits = (max_speed_m_s, clock_jump_s, clock_jump_fixes)
    _judge(fixes.offsets, fixes.t, fixes.lon, fixes.lat, limits, rule)
    counts = _count_by_trip(fixes, rule)
    before = np.zeros(fixes.trips, dtype=np.int64) if lost is None else lost
    gone = before + counts[:, _OUT_OF_ORDER : _CLOCK_JUMP + 1].sum(axis=1)
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


@compiled
def _judge(
    offsets: Integers,
    t: Integers,
    lon: Floats,
    lat: Floats,
    limits: Limits,
    rule: Rules,
) -> None:
    """Write the number of the rule each fix breaks, 0 for none. Raises nothing."""
    for trip in range(len(offsets) - 1):
        good = offsets[trip]
        for fix in range(offsets[trip] + 1, offsets[trip + 1]):
            broken = _step(t[fix] - t[good], lon[good], lat[good], lon[fix], lat[fix], limits)
            if broken == _KEPT:
                good = fix
            elif broken == _DUPLICATE:
                rule[fix] = _DUPLICATE
            else:
                rows = slice(offsets[trip], offsets[trip + 1])
                _believe_longest_run(t[rows], lon[rows], lat[rows], limits, rule[rows])
                break


@compiled
def _step(
    microseconds: int,
    lon_good: Floats,
    lat_good: Floats,
    lon: Floats,
    lat: Floats,
    limits: Limits,
) -> int:
    """Return the number of the rule a fix breaks, so long after a good one. Raises nothing.

    Numbers, not arrays, are handed over: that is twice as fast, for there is one call a fix.
    """
    seconds = microseconds / 1e6
    if abs(seconds) > limits[1]:
        return _CLOCK_JUMP
    if seconds < 0.0:
        return _OUT_OF_ORDER
    if seconds == 0.0:
        return _DUPLICATE if lon == lon_good and lat == lat_good else _SAME_TIME
    middle = (lat_good + lat) / 2.0
    east = _wrap(lon - lon_good) * _east(middle)
    north = (lat - lat_good) * _north(middle)
    reach = limits[0] * seconds
    return _IMPOSSIBLE_SPEED if east * east + north * north > reach * reach else _KEPT


@compiled
def _believe_longest_run(
    t: Integers, lon: Floats, lat: Floats, limits: Limits, rule: Rules
) -> None:
    """Judge the fixes of one trip by its run of the most fixes, the earliest of equals.

    A fix goes to the run it follows; of several, to that of the most fixes. A new run begins
    where it follows none; of many, those of the most fixes are followed. Raises nothing.
    """
    run_of_fix = np.zeros(len(t), dtype=np.int64)
    last = np.zeros(len(t), dtype=np.int64)
    count = np.zeros(len(t), dtype=np.int64)
    cause = np.zeros(len(t), dtype=np.int8)
    followed = np.full(_RUNS_FOLLOWED, _NO_RUN, dtype=np.int64)
    followed[0], count[0] = 0, 1
    runs, longest, latest = 1, 0, 0
    for fix in range(1, len(t)):
        first = longest
        # A clock that was set back stays so, even when it comes to the hour it left.
        set_back = cause[latest] == _OUT_OF_ORDER or cause[latest] == _CLOCK_JUMP
        if set_back and t[last[latest]] >= t[last[longest]]:
            first = latest
        run = _run_followed(t, lon, lat, fix, first, followed, last, count, limits)
        if run == _REPEATED:
            run_of_fix[fix] = _REPEATED
            continue
        if run == _NO_RUN:
            run, runs = runs, runs + 1
            good = last[longest]
            cause[run] = _step(t[fix] - t[good], lon[good], lat[good], lon[fix], lat[fix], limits)
            _make_room(followed, count, longest, run)
        run_of_fix[fix], last[run], latest = run, fix, run
        count[run] += 1
        if count[run] > count[longest]:
            longest = run
    for fix in range(len(t)):
        run = run_of_fix[fix]
        if run == _REPEATED:
            rule[fix] = _DUPLICATE
        elif run == longest:
            rule[fix] = _KEPT
        else:
            # What is wrong with the first run is what is wrong between it and the one believed.
            rule[fix] = _named(cause[run] if run > 0 else cause[longest], count[run], limits)


@compiled
def _run_followed(
    t: Integers,
    lon: Floats,
    lat: Floats,
    fix: int,
    first: int,
    followed: Integers,
    last: Integers,
    count: Integers,
    limits: Limits,
) -> int:
    """Return the run a fix follows, `_NO_RUN`, or `_REPEATED` if it repeats that run's last fix.

    Raises nothing.
    """
    broken = _step(
        t[fix] - t[last[first]], lon[last[first]], lat[last[first]], lon[fix], lat[fix], limits
    )
    if broken == _KEPT:
        return first
    if broken == _DUPLICATE:
        return _REPEATED
    found, most = _NO_RUN, 0
    for run in followed:
        if run not in (_NO_RUN, first) and count[run] > most:
            broken = _step(
                t[fix] - t[last[run]], lon[last[run]], lat[last[run]], lon[fix], lat[fix], limits
            )
            if broken in (_KEPT, _DUPLICATE):
                found, most = _REPEATED if broken == _DUPLICATE else run, count[run]
    return found


@compiled
def _make_room(followed: Integers, count: Integers, longest: int, run: int) -> None:
    """Follow a new run, instead of that of the fewest fixes if need be. Raises nothing."""
    place, fewest = 0, np.iinfo(np.int64).max
    for candidate in range(len(followed)):
        other = followed[candidate]
        if other == _NO_RUN:
            place = candidate
            break
        if other != longest and count[other] < fewest:
            place, fewest = candidate, count[other]
    followed[place] = run


@compiled
def _named(cause: int, fixes: int, limits: Limits) -> int:
    """Return the rule for all fixes of a run, given why it began and its size. Raises nothing."""
    if cause == _OUT_OF_ORDER and fixes >= limits[2]:
        return _CLOCK_JUMP
    if cause == _SAME_TIME and fixes > 1:
        return _IMPOSSIBLE_SPEED
    return cause


def _count_by_trip(fixes: Fixes, rule: Rules) -> Integers:
    """Count fixes by trip and rule, shape (trips, 6)."""
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
        "by a clock that jumps": counts[_CLOCK_JUMP],
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
