"""The days of the trace lake: when their trips go, and a stamp that tells when they are others."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select

from geo_service.domain.moments import day_of
from geo_service.store.schema import trace_days, trace_files, trips
from geo_service.store.upsert import find_rows

STAMP_BITS = 62
"""So many, by chance, that no two states of a day share a stamp, not even after a restore."""

SPANS = (
    select(trace_files.c.day, func.min(trips.c.starts_at), func.max(trips.c.ends_at))
    .select_from(trips.join(trace_files))
    .group_by(trace_files.c.day)
)
Span: TypeAlias = tuple[datetime, datetime]
ONE_DAY = select(*trace_days.c).where(trace_days.c.day == bindparam("day"))


class LakeDay(NamedTuple):
    """A day on which trips start."""

    day: int
    """UTC, counted from 1970-01-01."""
    stamp: int
    """Another one whenever the day's trips are others."""
    begins: datetime
    """When the first of its trips starts."""
    ends: datetime
    """When the last of them ends, perhaps on a later day."""


def read_days(
    connection: Connection, since: datetime | None = None, until: datetime | None = None
) -> list[LakeDay]:
    """Return the days on which trips may start that have a moment in ``[since, until)``."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(trace_days.c.ends_at >= since)
    if until is not None:
        conditions.append(trace_days.c.begins_at < until)
    found = select(*trace_days.c).where(*conditions).order_by(trace_days.c.day)
    return [LakeDay(*row) for row in connection.execute(found)]


def read_day(connection: Connection, day: int) -> LakeDay | None:
    """Return one day; None if no trip starts on it."""
    row = connection.execute(ONE_DAY, {"day": day}).one_or_none()
    return None if row is None else LakeDay(*row)


def days_of(connection: Connection, trip_ids: Collection[str]) -> set[int]:
    """Return the days on which those of the trips that are known start."""
    found = select(trace_files.c.day).select_from(trips.join(trace_files))
    return {day for (day,) in find_rows(connection, found, trips.c.trip_id, trip_ids)}


def starts_within(connection: Connection, since: datetime | None, until: datetime | None) -> bool:
    """Say whether any trip starts in ``[since, until)``; None: no bound."""
    found = select(trips.c.trip_id).select_from(trips.join(trace_files)).limit(1)
    # By day too, since days are few and the starts of trips are in no index.
    if since is not None:
        found = found.where(trace_files.c.day >= day_of(since), trips.c.starts_at >= since)
    if until is not None:
        found = found.where(trace_files.c.day <= day_of(until), trips.c.starts_at < until)
    return connection.execute(found).first() is not None


def first_and_last_start(connection: Connection, since: datetime, until: datetime) -> Span | None:
    """Return when the first and the last trip in ``[since, until)`` start; None: none does."""
    found = (
        select(func.min(trips.c.starts_at), func.max(trips.c.starts_at))
        .select_from(trips.join(trace_files))
        .where(trace_files.c.day.between(day_of(since), day_of(until)))
        .where(trips.c.starts_at >= since, trips.c.starts_at < until)
    )
    first, last = connection.execute(found).one()
    return None if first is None else (first, last)


def spans(connection: Connection, days: Collection[int] | None = None) -> dict[int, Span]:
    """Return from when to when the trips of each of these days, or of all, go by their own rows."""
    found = SPANS if days is None else SPANS.where(trace_files.c.day.in_(days))
    return {day: (begins, ends) for day, begins, ends in connection.execute(found)}


def stamp(connection: Connection, days: Collection[int]) -> None:
    """Say that the trips of these days are others now; a day without trips is forgotten.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in the transaction that changed the trips.
    days : collection of int
        Those before the change, and those after it.
    """
    if not days:
        return
    connection.execute(delete(trace_days).where(trace_days.c.day.in_(days)))
    rows = [
        {"day": day, "stamp": secrets.randbits(STAMP_BITS), "begins_at": begins, "ends_at": ends}
        for day, (begins, ends) in spans(connection, days).items()
    ]
    if rows:
        connection.execute(insert(trace_days), rows)
