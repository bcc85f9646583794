"""Times from a file as microseconds UTC: ISO 8601 with a zone, Unix seconds, or local times."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from geo_service.arrays import Integers
from geo_service.errors import WrongUsage
from geo_service.ingest.columns import text_of

Faults: TypeAlias = NDArray[np.int8]

_SECOND = 1_000_000
_LATEST_S = 9_000_000_000_000.0
"""Seconds that still fit into 64 bits of microseconds."""
_FIRST_US, _LAST_US = -62_135_596_800 * _SECOND, 253_402_300_799 * _SECOND
"""The years 1 and 9999, beyond which a calendar has no date."""
_BLOCK = 1 << 16
"""Rows that are read together; only a block that has a fault is read one by one."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?\Z")
_UTC = pa.timestamp("us", "UTC")
_LOCAL = pa.timestamp("us")


class TimeFault(IntEnum):
    """What can be wrong with a time; NONE is nothing."""

    NONE = 0
    MISSING = 1
    UNREADABLE = 2
    NO_ZONE = 3
    SKIPPED = 4
    """A local time that never was: the clocks went forward over it."""
    FUTURE = 5


@dataclass(frozen=True, slots=True)
class Clock:
    """What is needed to understand a file's times."""

    zone: ZoneInfo | None = None
    """Where local times are meant; None: a time must bear its own zone."""
    now: datetime | None = None
    """With a zone; None: times in the future are not looked for."""
    future_slack_s: float = 300.0
    """How far after ``now`` a time may lie, in seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """n times, and what is wrong with those that are of no use."""

    us: Integers
    """Shape (n,): microseconds since 1970-01-01T00:00Z; 0 where there is a fault."""
    fault: Faults
    """Shape (n,): values of TimeFault."""
    told: Any
    """Shape (n,): the times as the file says them."""
    clock: Clock
    repeated: int = 0
    """Local times that were twice, because the clocks went back; the first is taken."""

    def reason(self, row: int, what: str) -> str:
        """Say in a sentence what is wrong with a time called ``what``; blank if nothing is."""
        if self.fault[row] == TimeFault.NONE:
            return ""
        told = text_of(self.told[row])
        match TimeFault(self.fault[row]):
            case TimeFault.MISSING:
                return f"It has no {what}."
            case TimeFault.UNREADABLE:
                return (
                    f"Its {what} {told!r} can't be read: write ISO 8601, as in "
                    "2025-03-01T08:05:00+08:00, or Unix seconds."
                )
            case TimeFault.NO_ZONE:
                return (
                    f"Its {what} {told!r} bears no time zone: say which is meant, "
                    "as in --time-zone Asia/Shanghai."
                )
            case TimeFault.SKIPPED:
                return (
                    f"Its {what} {told!r} never was in {self.clock.zone}: the clocks went "
                    "forward over it."
                )
            case _:
                return self._future(told, what)

    def _future(self, told: str, what: str) -> str:
        now = self.clock.now or datetime.now(UTC)
        hint = ""
        if _NUMBER.match(told) and float(told) / 1000.0 <= now.timestamp():
            hint = " It looks like milliseconds; give Unix seconds."
        return f"Its {what} {told!r} lies in the future (it is {now:%Y-%m-%dT%H:%M:%SZ} now).{hint}"

    def moment(self, row: int) -> datetime:
        """Return a time without a fault as an aware datetime in UTC."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(self.us[row]))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What had to be guessed."""
        if not self.repeated:
            return ()
        said = f"{self.repeated} local times were twice in {self.clock.zone}"
        return (f"{said}, because the clocks went back; the first is taken.",)


def zone_named(name: str | None) -> ZoneInfo | None:
    """Find a time zone by its IANA name; None stays None.

    Raises
    ------
    WrongUsage
        If there is none of this name.
    """
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise WrongUsage(
            f"There is no time zone {name!r}.",
            where="--time-zone",
            remedy="Write its IANA name, for example Asia/Shanghai.",
        ) from problem


def read_times(column: "pd.Series[Any]", clock: Clock) -> Times:
    """Read a column of times.

    Parameters
    ----------
    column : Series, shape (n,)
        Times with or without a zone, numbers (Unix seconds), or text that says either.
    clock : Clock
        The zone of local times, and the present.

    Returns
    -------
    Times
        With a fault for each row that can't be understood. Raises nothing of its own.
    """
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        us, fault = _from_instants(column)
        repeated = 0
    elif pd.api.types.is_datetime64_any_dtype(column.dtype):
        blank = column.isna().to_numpy(np.bool_)
        local = column.to_numpy("datetime64[us]").astype(np.int64)
        us, fault, repeated = _from_local(local, blank, clock.zone)
    elif pd.api.types.is_numeric_dtype(column.dtype) and column.dtype != bool:
        us, fault = _from_seconds(column)
        repeated = 0
    else:
        us, fault, repeated = _from_texts(column, clock.zone)
    if clock.now is not None:
        latest = (clock.now.timestamp() + clock.future_slack_s) * _SECOND
        fault[(fault == TimeFault.NONE) & (us > latest)] = TimeFault.FUTURE
    fault[(fault == TimeFault.NONE) & ((us < _FIRST_US) | (us > _LAST_US))] = TimeFault.UNREADABLE
    us[(fault != TimeFault.NONE)] = 0
    return Times(us, fault, column.array, clock, repeated)


def _from_instants(column: "pd.Series[Any]") -> tuple[Integers, Faults]:
    fault = np.where(column.isna(), TimeFault.MISSING, TimeFault.NONE).astype(np.int8)
    plain = column.dt.tz_convert("UTC").dt.tz_localize(None)
    return plain.to_numpy("datetime64[us]").astype(np.int64), fault


def _from_seconds(column: "pd.Series[Any]") -> tuple[Integers, Faults]:
    fault = np.zeros(len(column), dtype=np.int8)
    seconds = column.to_numpy(dtype=np.float64, na_value=np.nan)
    fault[~(np.abs(seconds) < _LATEST_S)] = TimeFault.UNREADABLE
    fault[np.isnan(seconds)] = TimeFault.MISSING
    good = np.where(fault == TimeFault.NONE, seconds, 0.0)
    return np.round(good * _SECOND).astype(np.int64), fault


def _from_local(
    local: Integers, blank: NDArray[np.bool_], zone: ZoneInfo | None
) -> tuple[Integers, Faults, int]:
    """Bring local microseconds to UTC; a time that was twice is taken as the first."""
    fault = np.where(blank, TimeFault.MISSING, TimeFault.NONE).astype(np.int8)
    if zone is None:
        fault[~blank] = TimeFault.NO_ZONE
        return local, fault, 0
    index = pd.DatetimeIndex(local.astype("datetime64[us]"))
    first = np.ones(len(local), dtype=np.bool_)
    early = index.tz_localize(zone, ambiguous=first, nonexistent="NaT").as_unit("us")
    late = index.tz_localize(zone, ambiguous=~first, nonexistent="NaT").as_unit("us")
    fault[~blank & np.asarray(early.isna())] = TimeFault.SKIPPED
    repeated = int(np.count_nonzero(~blank & (early.asi8 != late.asi8)))
    return early.asi8.copy(), fault, repeated


def _from_texts(column: "pd.Series[Any]", zone: ZoneInfo | None) -> tuple[Integers, Faults, int]:
    """Read text block by block, each at once if it is all of one kind."""
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        texts = pa.array(column)
    else:
        texts = pa.array([text_of(value) or None for value in column], type=pa.large_string())
    us = np.zeros(len(column), dtype=np.int64)
    fault = np.zeros(len(column), dtype=np.int8)
    repeated = 0
    for start in range(0, len(column), _BLOCK):
        block = texts.slice(start, _BLOCK)
        rows = slice(start, start + len(block))
        us[rows], fault[rows], twice = _read_block(block, zone)
        repeated += twice
    return us, fault, repeated


def _read_block(block: pa.Array, zone: ZoneInfo | None) -> tuple[Integers, Faults, int]:
    blank = np.asarray(block.is_null())
    try:
        return _integers(block.cast(_UTC)), _missing(blank), 0
    except pa.ArrowInvalid:
        pass
    try:
        numbers = pd.Series(block.cast(pa.float64()).to_numpy(zero_copy_only=False))
    except pa.ArrowInvalid:
        pass
    else:
        return *_from_seconds(numbers), 0
    try:
        return _from_local(_integers(block.cast(_LOCAL)), blank, zone)
    except pa.ArrowInvalid:
        return _read_one_by_one(block.to_pylist(), zone)


def _integers(stamps: pa.Array) -> Integers:
    return np.asarray(stamps.cast(pa.int64()).fill_null(0), dtype=np.int64)


def _missing(blank: NDArray[np.bool_]) -> Faults:
    return np.where(blank, TimeFault.MISSING, TimeFault.NONE).astype(np.int8)


def _read_one_by_one(
    texts: list[str | None], zone: ZoneInfo | None
) -> tuple[Integers, Faults, int]:
    """Read a block in which the rows differ in kind, or some make no sense."""
    us, fault = np.zeros(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=np.int8)
    local = np.zeros(len(texts), dtype=np.bool_)
    for row, text in enumerate(texts):
        trimmed = (text or "").strip()
        if not trimmed:
            fault[row] = TimeFault.MISSING
            continue
        try:
            if _NUMBER.match(trimmed):
                us[row] = round(float(trimmed) * _SECOND)
                continue
            moment = datetime.fromisoformat(trimmed)
        except (ValueError, OverflowError):
            fault[row] = TimeFault.UNREADABLE
            continue
        local[row] = moment.tzinfo is None
        # A local time is first written down as if it were UTC, and brought there below.
        instant = moment.replace(tzinfo=UTC) if local[row] else moment
        us[row] = (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    never = np.zeros(int(local.sum()), dtype=np.bool_)
    us[local], fault[local], repeated = _from_local(us[local], never, zone)
    return us, fault, repeated
