"""Times in frames that analysts hold: any way of writing them that names a moment."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from geo_service.errors import RefusedData


def utc_times(times: "pd.Series[Any]", name: str, *, needed: bool) -> "pd.Series[Any]":
    """Return times in UTC, in microseconds, in the same order.

    Parameters
    ----------
    times : Series
        Times with a zone, or ISO 8601 texts with one; a column without any may be of any type.
    name : str
        Of the column, for the message.
    needed : bool
        Whether every row must have a time.

    Raises
    ------
    RefusedData
        If a time has no zone or can't be read, or one that is needed is not there.
    """
    if isinstance(times.dtype, pd.ArrowDtype):
        times = pd.to_datetime(times)
    if pd.api.types.is_object_dtype(times.dtype) or pd.api.types.is_string_dtype(times.dtype):
        read = [_one(time, name, row) for row, time in enumerate(times)]
        stamps = pd.Series(pd.to_datetime(pd.Series(read, dtype="object"), utc=True))
    elif isinstance(times.dtype, pd.DatetimeTZDtype):
        stamps = times.dt.tz_convert("UTC")
    elif times.notna().any():
        raise _zoneless(name)
    else:
        stamps = pd.Series([pd.NaT] * len(times), dtype="datetime64[us, UTC]")
    if needed and stamps.isna().any():
        raise RefusedData(f"Row {int(stamps.isna().to_numpy().argmax())} has no time.", where=name)
    return stamps.dt.as_unit("us")


def as_interval(pair: Sequence[Any], name: str) -> tuple[datetime, datetime | None]:
    """Read a pair of times, from and to; no ``to``: still going on.

    Raises
    ------
    RefusedData
        If it is no such pair.
    """
    if len(pair) != 2:
        raise RefusedData(f"{pair!r} is not a pair of times.", where=name)
    start, end = (_one(time, name, None) for time in pair)
    if start is pd.NaT:
        raise RefusedData(f"{pair!r} does not say from when.", where=name)
    begin = start.tz_convert("UTC").as_unit("us").to_pydatetime()
    return begin, None if end is pd.NaT else end.tz_convert("UTC").as_unit("us").to_pydatetime()


def _one(time: Any, name: str, row: int | None) -> Any:  # noqa: ANN401 - cells are of any type
    """Return a time with a zone, or NaT."""
    try:
        stamp: Any = pd.NaT if pd.isna(time) else pd.Timestamp(time)
    except (TypeError, ValueError) as problem:
        where = "" if row is None else f"Row {row}: "
        raise RefusedData(
            f"{where}{time!r} is not a time.",
            where=name,
            remedy="Write ISO 8601, for example 2026-10-01T12:00:00+08:00.",
        ) from problem
    if stamp is not pd.NaT and stamp.tzinfo is None:
        raise _zoneless(name)
    return stamp


def _zoneless(name: str) -> RefusedData:
    return RefusedData(
        "The times have no zone.",
        where=name,
        remedy="Say which one with .dt.tz_localize('Asia/Shanghai'), for example.",
    )
