"""The trace lake's rows in the database: which trip lies where."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select

from geo_service.store.columns import from_microseconds
from geo_service.store.schema import trace_files, trips
from geo_service.store.trace_packing import MICROSECONDS_A_MILLISECOND, PackedTrips
from geo_service.store.upsert import Written, find_rows, remove, upsert

LYING = select(
    trips.c.trip_id, trips.c.rider_id, trace_files.c.name, trips.c.first_row, trips.c.fixes
).select_from(trips.join(trace_files))


class LyingTrip(NamedTuple):
    """Where a trip lies."""

    trip_id: str
    rider_id: str
    file: str
    first_row: int
    fixes: int


def known_digests(connection: Connection, trip_ids: Collection[str]) -> dict[str, bytes]:
    """Return the digests of those of the trips that are known."""
    found = select(trips.c.trip_id, trips.c.digest)
    return dict(find_rows(connection, found, trips.c.trip_id, trip_ids))


def write(
    connection: Connection, files: Mapping[str, PackedTrips], digests: Mapping[str, bytes]
) -> Written:
    """Make the trips of new files visible; the trips' former rows are gone.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    files : mapping of str to PackedTrips
        Each file's name, and its trips in order, all of one UTC day.
    digests : mapping of str to bytes
        What tells each trip's content from any other.
    """
    rows = [{"name": name, "day": int(content.days[0])} for name, content in files.items()]
    numbered = insert(trace_files).returning(trace_files.c.file_id, sort_by_parameter_order=True)
    file_ids = connection.scalars(numbered, rows)
    written = upsert(
        connection,
        trips,
        [
            row
            for file_id, content in zip(file_ids, files.values(), strict=True)
            for row in _trip_rows(file_id, content, digests)
        ],
    )
    if written.replaced:
        _forget_empty_files(connection)
    return written


def remove_others(connection: Connection, kept: Collection[str]) -> int:
    """Remove all trips but those named, and return how many they were."""
    others = set(connection.scalars(select(trips.c.trip_id))) - set(kept)
    remove(connection, trips.c.trip_id, others)
    if others:
        _forget_empty_files(connection)
    return len(others)


def _forget_empty_files(connection: Connection) -> None:
    still_used = exists().where(trips.c.file_id == trace_files.c.file_id)
    connection.execute(delete(trace_files).where(~still_used))


def file_names(connection: Connection) -> set[str]:
    """Name the files that hold visible trips."""
    return set(connection.scalars(select(trace_files.c.name)))


def days(connection: Connection, since: datetime | None, until: datetime | None) -> list[int]:
    """Return the days, counted from 1970, on which trips of the period start, in order."""
    found = select(trace_files.c.day).distinct().select_from(trips.join(trace_files))
    return sorted(connection.scalars(found.where(*_within(since, until))))


def trips_of_day(
    connection: Connection, day: int, since: datetime | None, until: datetime | None
) -> list[LyingTrip]:
    """Return where the trips of one day lie, in order of id."""
    found = LYING.where(trace_files.c.day == day, *_within(since, until))
    return sorted(LyingTrip(*row) for row in connection.execute(found))


def trip(connection: Connection, trip_id: str) -> LyingTrip | None:
    """Return where one trip lies; None if none has the id."""
    row = connection.execute(LYING.where(trips.c.trip_id == trip_id)).one_or_none()
    return None if row is None else LyingTrip(*row)


def count(connection: Connection) -> tuple[int, int]:
    """Return how many trips are visible, and how many fixes they have."""
    found = select(func.count(), func.coalesce(func.sum(trips.c.fixes), 0)).select_from(trips)
    number, fixes = connection.execute(found).one()
    return int(number), int(fixes)


def _within(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    """Return the conditions for a trip that has a moment in ``[since, until)``."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(trips.c.ends_at >= since)
    if until is not None:
        conditions.append(trips.c.starts_at < until)
    return conditions


def _trip_rows(
    file_id: int, content: PackedTrips, digests: Mapping[str, bytes]
) -> list[dict[str, object]]:
    columns = zip(
        content.trip_ids,
        content.rider_ids,
        content.offsets[:-1].tolist(),
        (content.offsets[1:] - content.offsets[:-1]).tolist(),
        (content.starts * MICROSECONDS_A_MILLISECOND).tolist(),
        (content.ends * MICROSECONDS_A_MILLISECOND).tolist(),
        strict=True,
    )
    return [
        {
            "trip_id": trip_id,
            "rider_id": rider_id,
            "file_id": file_id,
            "first_row": first_row,
            "fixes": fixes,
            "starts_at": from_microseconds(starts),
            "ends_at": from_microseconds(ends),
            "digest": digests[trip_id],
        }
        for trip_id, rider_id, first_row, fixes, starts, ends in columns
    ]
