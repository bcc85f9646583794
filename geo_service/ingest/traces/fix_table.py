"""Fixes in rows as trips: each fix is taken, dropped by a named rule, or refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo_service.arrays import Flags, Integers
from geo_service.domain.cleaning import RULES, clean
from geo_service.domain.refusal import Refusal
from geo_service.domain.trace import Fixes, no_fixes
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.columns import name_columns, text_of
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.positions import Positions, read_positions
from geo_service.ingest.times import Clock, TimeFault, Times, read_times

COLUMNS: Mapping[str, str] = MappingProxyType(
    {"trip_id": "", "rider_id": "", "t": "", "lon": "", "lat": ""}
)


@dataclass(frozen=True, slots=True)
class TraceRule:
    """How traces are read, and what they must be."""

    datum: Datum = Datum.WGS84
    columns: Mapping[str, str] = field(default_factory=dict)
    rider: str | None = None
    """The rider of trips that name none."""
    rider_key: bytes = b""
    """The secret behind the riders' pseudonyms; goes into the ids of trips that bear none."""
    clock: Clock = field(default_factory=Clock)
    near: Extent | None = None
    max_speed_m_s: float = 40.0
    max_dropped_share: float = 0.2
    clock_jump_s: float = 43_200.0
    clock_jump_fixes: int = 3


class MadeOf(NamedTuple):
    """What ``made_trip_id`` made an id of, besides the key."""

    file: str
    number: int
    rider: str


@dataclass(frozen=True, slots=True, eq=False)
class TraceBatch:
    """What came of reading traces."""

    fixes: Fixes = field(default_factory=no_fixes)
    """The trips taken, cleaned."""
    refusals: tuple[Refusal, ...] = ()
    """At most one a trip: for the whole of it, or for some of its fixes."""
    warnings: tuple[str, ...] = ()
    dropped: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(RULES, 0))
    """Fixes dropped from the trips taken, by the name of the rule."""
    read: int = 0
    """Trips the files hold, refused ones included."""
    fixes_read: int = 0
    """Fixes the files hold, refused ones included."""
    records: tuple[int, ...] = ()
    """Each trip's first record in its file, from 1, for the trips taken."""
    made: Mapping[str, MadeOf] = field(default_factory=dict)
    """The ids, of trips taken or refused, that were made because the file has none."""


@dataclass(frozen=True, slots=True, eq=False)
class _Sorted:
    """n fixes of a file, trip by trip; a trip's number is its order of appearance."""

    rows: Rows
    numbers: Integers
    """Shape (n,): each fix's record in the file, from 1."""
    names: Sequence[str]
    trip: Integers
    """Shape (n,): -1 where a fix names no trip."""
    riders: Sequence[str]
    rider: Integers
    first: Integers
    """Shape (trips,): each trip's first fix."""
    positions: Positions
    times: Times
    bad: Flags
    """Shape (n,): fixes that are of no use."""

    def reason(self, fix: int) -> str:
        """Say what is wrong with a fix."""
        return (
            self.rows.faults.get(fix)
            or self.times.reason(fix, "time")
            or self.positions.reason(fix)
        )


def take_fixes(rows: Rows, rule: TraceRule, numbers: Integers | None = None) -> TraceBatch:
    """Make trips of rows of fixes.

    Parameters
    ----------
    rows : Rows
        Columns ``trip_id, t, lon, lat`` (or points) and, where it is there, ``rider_id``; a
        trip's fixes in order of time, trips in any order.
    rule : TraceRule
        How they are read.
    numbers : ndarray of int, shape (n,), optional
        Each fix's record in its file, from 1; its row if not given.

    Raises
    ------
    MissingColumn
        If a column is not there.
    """
    fixes = _sort(rows, rule, numbers)
    counts = np.bincount(fixes.trip[fixes.trip >= 0], minlength=len(fixes.names))
    bad = np.bincount(fixes.trip[fixes.bad & (fixes.trip >= 0)], minlength=len(fixes.names))
    two_riders = _of_two_riders(fixes)
    whole = (bad > rule.max_dropped_share * counts) | (bad == counts) | two_riders
    refusals = _refuse_useless(fixes, counts, whole)
    for trip in np.flatnonzero(two_riders).tolist():
        reason = "Its fixes name different riders; a trip is one rider's. Make trip ids unique."
        refusals[fixes.names[trip]] = _refusal(fixes, int(fixes.first[trip]), trip, reason)
    taken = _forget_idle_riders(_gather(fixes, ~whole))
    cleaned = clean(
        taken,
        max_speed_m_s=rule.max_speed_m_s,
        max_dropped_share=rule.max_dropped_share,
        clock_jump_s=rule.clock_jump_s,
        clock_jump_fixes=rule.clock_jump_fixes,
        lost=bad[~whole],
    )
    number = {name: trip for trip, name in enumerate(fixes.names)}
    for name, reason in cleaned.refused:
        trip = number[name]
        refusals[name] = _refusal(fixes, int(fixes.first[trip]), trip, reason)
    nameless = _refuse_nameless(fixes)
    return TraceBatch(
        fixes=_forget_idle_riders(cleaned.fixes),
        refusals=tuple(sorted([*nameless, *refusals.values()], key=lambda one: one.row)),
        warnings=(
            *rows.warnings,
            *fixes.times.warnings,
            *_riderless(rows.file, taken),
            *cleaned.warnings,
        ),
        dropped=cleaned.dropped,
        read=len(fixes.names) + len(nameless),
        fixes_read=len(rows),
        records=tuple(
            int(fixes.numbers[fixes.first[number[name]]]) for name in cleaned.fixes.trip_ids
        ),
    )


def _sort(rows: Rows, rule: TraceRule, numbers: Integers | None) -> _Sorted:
    """Read the columns and find out which fix belongs to which trip and rider."""
    columns = name_columns(rows, rule.columns, COLUMNS)
    columns.need("trip_id", "t")
    positions = read_positions(columns, datum=rule.datum, near=rule.near)
    times = read_times(columns.needed("t"), rule.clock)
    trip, names = _numbered(columns.needed("trip_id"))
    if "rider_id" in columns:
        rider, riders = _numbered(columns.needed("rider_id"))
    else:
        rider, riders = np.full(len(rows), -1, dtype=np.int64), []
    rider[rider < 0] = len(riders)
    first = np.zeros(len(names), dtype=np.int64)
    # Written from the last to the first, so that the first stays.
    backwards = np.arange(len(rows), dtype=np.int64)[::-1]
    backwards = backwards[trip[backwards] >= 0]
    first[trip[backwards]] = backwards
    bad = (positions.fault != 0) | (times.fault != 0)
    bad[list(rows.faults)] = True
    return _Sorted(
        rows=rows,
        numbers=np.arange(1, len(rows) + 1, dtype=np.int64) if numbers is None else numbers,
        names=names,
        trip=trip,
        riders=[*riders, rule.rider or ""],
        rider=rider,
        first=first,
        positions=positions,
        times=times,
        bad=bad,
    )


def _numbered(column: "pd.Series[Any]") -> tuple[Integers, list[str]]:
    """Give the names of a column numbers in order of appearance; -1 where it names none."""
    if column.dtype == object:
        # Lists and the like have a text, but no place in a table of names.
        column = pd.Series([text_of(value) or None for value in column], dtype="str")
    codes, found = pd.factorize(column)
    names = [text_of(value) for value in found]
    merged, unique = pd.factorize(pd.Series([name or None for name in names], dtype="object"))
    merged = np.append(merged, -1)
    return merged[codes].astype(np.int64), [str(name) for name in unique]


def _of_two_riders(fixes: _Sorted) -> Flags:
    """Mark trips whose fixes name different riders, shape (trips,)."""
    marked = np.zeros(len(fixes.names), dtype=np.bool_)
    if len(fixes.names):
        rider_of_trip = fixes.rider[fixes.first]
        other = (fixes.rider != rider_of_trip[fixes.trip]) & (fixes.trip >= 0)
        marked[fixes.trip[other]] = True
    return marked


def _gather(fixes: _Sorted, taken: Flags) -> Fixes:
    """Put the good fixes of the trips taken together, trip after trip, in the file's order."""
    good = ~fixes.bad & (fixes.trip >= 0)
    good[good] = taken[fixes.trip[good]]
    # Most often all are taken as they stand; then nothing is picked out and copied.
    rows: Integers | slice = slice(None) if good.all() else np.flatnonzero(good)
    trip = fixes.trip[rows]
    if np.any(trip[1:] < trip[:-1]):
        order = np.argsort(trip, kind="stable")
        rows, trip = np.arange(len(good))[rows][order], trip[order]
    lengths = np.bincount(trip, minlength=len(fixes.names))[taken]
    return Fixes(
        trip_ids=tuple(name for name, keep in zip(fixes.names, taken, strict=True) if keep),
        rider_ids=tuple(fixes.riders),
        rider=fixes.rider[fixes.first[taken]],
        offsets=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        t=fixes.times.us[rows],
        lon=fixes.positions.lon[rows],
        lat=fixes.positions.lat[rows],
    )


def _forget_idle_riders(fixes: Fixes) -> Fixes:
    """Return the same trips without the names of riders who have none."""
    used, rider = np.unique(fixes.rider, return_inverse=True)
    names = tuple(fixes.rider_ids[number] for number in used)
    return replace(fixes, rider_ids=names, rider=rider.astype(np.int64))


def _refusal(fixes: _Sorted, fix: int, trip: int, reason: str) -> Refusal:
    return Refusal(fixes.rows.file, int(fixes.numbers[fix]), fixes.names[trip], reason)


def _refuse_useless(fixes: _Sorted, counts: Integers, whole: Flags) -> dict[str, Refusal]:
    """Refuse the useless fixes of each trip, or the trip if there are too many."""
    rows = np.flatnonzero(fixes.bad & (fixes.trip >= 0))
    rows = rows[np.argsort(fixes.trip[rows], kind="stable")]
    trips, starts = np.unique(fixes.trip[rows], return_index=True)
    ends = np.append(starts, len(rows))[1:]
    refusals = dict[str, Refusal]()
    for trip, start, end in zip(trips.tolist(), starts.tolist(), ends.tolist(), strict=True):
        reason = _why_useless(fixes, rows[start:end], int(counts[trip]), whole=bool(whole[trip]))
        refusals[fixes.names[trip]] = _refusal(fixes, int(rows[start]), trip, reason)
    return refusals


def _why_useless(fixes: _Sorted, rows: Integers, count: int, *, whole: bool) -> str:
    """Say what is wrong with a trip of ``count`` fixes, of which ``rows`` are useless."""
    first = f"The first (record {fixes.numbers[rows[0]]}): {fixes.reason(int(rows[0]))}"
    if len(rows) == count and (fixes.times.fault[rows] == TimeFault.MISSING).all():
        return f"None of its {count} fixes bears a time; a trace needs to say when it was where."
    if len(rows) == count:
        return f"None of its {count} fixes can be used. {first}"
    rest = "too many to keep the rest" if whole else "with --skip-refused the rest is kept"
    return f"{len(rows)} of its {count} fixes can't be used ({rest}). {first}"


def _refuse_nameless(fixes: _Sorted) -> tuple[Refusal, ...]:
    """Refuse the fixes that name no trip, all as one."""
    rows = np.flatnonzero(fixes.trip < 0)
    if not len(rows):
        return ()
    reason = fixes.rows.faults.get(int(rows[0])) or f"{len(rows)} fixes name no trip (trip_id)."
    return (Refusal(fixes.rows.file, int(fixes.numbers[rows[0]]), "", reason),)


def _riderless(file: str, fixes: Fixes) -> tuple[str, ...]:
    if "" not in fixes.rider_ids:
        return ()
    said = f"{file} names no rider of some trips; they count as one unnamed rider's."
    return (f"{said} Name the rider with --rider.",)
