"""The trace lake's rows in the database: which trip lies where."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Self

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from geo_service.arrays import Integers
from geo_service.domain.moments import from_microseconds
from geo_service.store import trace_days
from geo_service.store.schema import trace_files, trips
from geo_service.store.trace_boxes import Box, boxes_of, may_meet
from geo_service.store.trace_packing import DIGEST_BYTES, MICROSECONDS_A_MILLISECOND, PackedTrips
from geo_service.store.upsert import Written, find_rows, remove, upsert

LYING = select(
    trips.c.trip_id, trips.c.rider_id, trace_files.c.name, trips.c.first_row, trips.c.fixes
).select_from(trips.join(trace_files))
ON_DAY = trace_files.c.day == bindparam("day")
FILES_OF_DAY = select(trace_files.c.file_id, trace_files.c.name).where(ON_DAY)
# Written once: to put a statement together takes as long as to run it.
COLUMNS_OF_DAY = {
    dialect: select(
        *map(gather, (trips.c.trip_id, trips.c.rider_id, trips.c.file_id)),
        *map(gather, (trips.c.first_row, trips.c.fixes)),
    )
    .select_from(trips.join(trace_files))
    .where(ON_DAY)
    for dialect, gather in (("sqlite", func.json_group_array), ("postgresql", func.json_agg))
}


@dataclass(frozen=True, slots=True, eq=False)
class LyingTrips:
    """Where trips lie, column by column: a month has hundreds of thousands; shape (trips,) each."""

    trip_ids: tuple[str, ...]
    rider_ids: tuple[str, ...]
    files: tuple[str, ...]
    """The names of the files they lie in."""
    first_rows: Integers
    fixes: Integers

    def __len__(self) -> int:
        return len(self.trip_ids)

    def between(self, first: int, end: int) -> Self:
        """Return the trips from number ``first`` up to ``end``."""
        those = slice(first, end)
        return type(self)(
            self.trip_ids[those],
            self.rider_ids[those],
            self.files[those],
            self.first_rows[those],
            self.fixes[those],
        )

    def take(self, order: Sequence[int]) -> Self:
        """Return some of the trips, in the order given."""
        return type(self)(
            tuple(self.trip_ids[number] for number in order),
            tuple(self.rider_ids[number] for number in order),
            tuple(self.files[number] for number in order),
            self.first_rows[order],
            self.fixes[order],
        )


class KnownTrip(NamedTuple):
    """What tells a trip's content from any other, its file, and how many bytes that should have."""

    digest: bytes
    file: str
    size: int | None


class NewFile(NamedTuple):
    """A file to be named: the trips in it, all of one UTC day, and its bytes."""

    trips: PackedTrips
    content: memoryview
    digest: bytes
    """Of the bytes."""


class FileUse(NamedTuple):
    """How much of a file is visible."""

    day: int
    rows: int | None
    """None: not known of an older file."""
    visible: int


def digest_of(content: memoryview) -> bytes:
    """Return what tells a file's bytes from any others."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).digest()


def known_trips(connection: Connection, trip_ids: Collection[str]) -> dict[str, KnownTrip]:
    """Return those of the trips that are known."""
    found = select(
        trips.c.trip_id, trips.c.digest, trace_files.c.name, trace_files.c.size
    ).select_from(trips.join(trace_files))
    rows = find_rows(connection, found, trips.c.trip_id, trip_ids)
    return {trip_id: KnownTrip(*rest) for trip_id, *rest in rows}


def digests_of_day(connection: Connection, day: int) -> dict[str, bytes]:
    """Return what tells the content of one day's trips from any other."""
    found = select(trips.c.trip_id, trips.c.digest).select_from(trips.join(trace_files))
    rows = connection.execute(found.where(trace_files.c.day == day))
    return dict(rows.all())


def write(
    connection: Connection, files: Mapping[str, NewFile], digests: Mapping[str, bytes]
) -> Written:
    """Make the trips of new files visible; the trips' former rows are gone.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    files : mapping of str to NewFile
        By name.
    digests : mapping of str to bytes
        What tells each trip's content from any other.
    """
    days = {int(file.trips.days[0]) for file in files.values()}
    written_anew = [trip_id for file in files.values() for trip_id in file.trips.trip_ids]
    days |= trace_days.days_of(connection, written_anew)
    file_ids = _name_files(connection, files)
    written = upsert(
        connection,
        trips,
        [
            row
            for file_id, file in zip(file_ids, files.values(), strict=True)
            for row in _trip_rows(file_id, file.trips, digests)
        ],
    )
    if written.replaced:
        forget_empty_files(connection)
    trace_days.stamp(connection, days)
    return written


def move(connection: Connection, name: str, file: NewFile, lay: LyingTrips) -> None:
    """Say that trips lie in a new file now; those that were replaced meanwhile stay as they are.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    name : str
        The new file's.
    file : NewFile
        Its trips in order of ``lay``.
    lay : LyingTrips
        Where the trips lay when they were read.
    """
    (file_id,) = _name_files(connection, {name: file})
    found = select(trace_files.c.name, trace_files.c.file_id).where(
        trace_files.c.name.in_(set(lay.files))
    )
    old_ids = dict(connection.execute(found).all())
    starts = file.trips.offsets[:-1].tolist()
    lain = zip(lay.trip_ids, lay.files, lay.first_rows.tolist(), starts, strict=True)
    moves = [
        {"moved": trip_id, "old_file": old_ids[file], "old_row": old_row, "new_row": new_row}
        for trip_id, file, old_row, new_row in lain
        if file in old_ids
    ]
    if moves:
        as_it_lay = (
            trips.c.trip_id == bindparam("moved"),
            trips.c.file_id == bindparam("old_file"),
            trips.c.first_row == bindparam("old_row"),
        )
        moved = update(trips).where(*as_it_lay)
        connection.execute(moved.values(file_id=file_id, first_row=bindparam("new_row")), moves)
    forget_empty_files(connection)


def remove_others(connection: Connection, kept: Collection[str]) -> int:
    """Remove all trips but those named, and return how many they were."""
    others = set(connection.scalars(select(trips.c.trip_id))) - set(kept)
    days = trace_days.days_of(connection, others)
    remove(connection, trips.c.trip_id, others)
    if others:
        forget_empty_files(connection)
    trace_days.stamp(connection, days)
    return len(others)


def file_names(connection: Connection) -> set[str]:
    """Name the files that hold visible trips."""
    return set(connection.scalars(select(trace_files.c.name)))


def uses(connection: Connection, within: tuple[int, int] | None = None) -> list[FileUse]:
    """Return how much of each file is visible, of all days or those from first to last."""
    found = (
        select(trace_files.c.day, trace_files.c.rows, func.coalesce(func.sum(trips.c.fixes), 0))
        .select_from(trace_files.outerjoin(trips))
        .group_by(trace_files.c.file_id, trace_files.c.day, trace_files.c.rows)
    )
    if within is not None:
        found = found.where(trace_files.c.day.between(*within))
    return [FileUse(*row) for row in connection.execute(found)]


def trips_of_day(
    connection: Connection,
    day: int,
    since: datetime | None,
    until: datetime | None,
    box: Box | None = None,
) -> LyingTrips:
    """Return where the trips of one day lie, in the order in which they lie.

    The database hands out whole columns: to step from row to row costs more than all else that
    is done for a trip, and holds up other threads.
    """
    found = COLUMNS_OF_DAY[connection.dialect.name]
    conditions = _within(since, until, box)
    row = connection.execute(found.where(*conditions) if conditions else found, {"day": day}).one()
    trip_ids, rider_ids, *numbers = (
        json.loads(held) if isinstance(held, str) else held or [] for held in row
    )
    file_id, first_row, fixes = (np.array(held, dtype=np.int64) for held in numbers)
    names = dict(connection.execute(FILES_OF_DAY, {"day": day}).all())
    files = [names[number] for number in file_id.tolist()]
    lying = LyingTrips(tuple(trip_ids), tuple(rider_ids), tuple(files), first_row, fixes)
    order = np.lexsort((first_row, file_id))
    return lying if (np.diff(order) == 1).all() else lying.take(order.tolist())


def trips_named(connection: Connection, trip_ids: Collection[str]) -> LyingTrips:
    """Return where those of the trips that are known lie, in the order in which they lie."""
    found = sorted(
        find_rows(connection, LYING, trips.c.trip_id, trip_ids), key=lambda row: (row[2], row[3])
    )
    names, riders, files, first_rows, fixes = zip(*found, strict=True) if found else ((),) * 5
    return LyingTrips(
        names,
        riders,
        files,
        np.array(first_rows, dtype=np.int64),
        np.array(fixes, dtype=np.int64),
    )


def count(connection: Connection) -> tuple[int, int]:
    """Return how many trips are visible, and how many fixes they have."""
    found = select(func.count(), func.coalesce(func.sum(trips.c.fixes), 0)).select_from(trips)
    number, fixes = connection.execute(found).one()
    return int(number), int(fixes)


def _name_files(connection: Connection, files: Mapping[str, NewFile]) -> list[int]:
    rows = [
        {
            "name": name,
            "day": int(file.trips.days[0]),
            "rows": len(file.trips.t),
            "size": len(file.content),
            "digest": file.digest,
        }
        for name, file in files.items()
    ]
    numbered = insert(trace_files).returning(trace_files.c.file_id, sort_by_parameter_order=True)
    return list(connection.scalars(numbered, rows))


def forget_empty_files(connection: Connection) -> None:
    """Forget the names of files that no visible trip lies in; they are leftovers then."""
    still_used = exists().where(trips.c.file_id == trace_files.c.file_id)
    connection.execute(delete(trace_files).where(~still_used))


def _within(
    since: datetime | None, until: datetime | None, box: Box | None
) -> list[ColumnElement[bool]]:
    """Return the conditions for a trip that has a moment in ``[since, until)`` and meets a box."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(trips.c.ends_at >= since)
    if until is not None:
        conditions.append(trips.c.starts_at < until)
    if box is not None:
        conditions.append(may_meet(box))
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
        boxes_of(content).tolist(),
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
            **dict(zip(Box._fields, box, strict=True)),
        }
        for trip_id, rider_id, first_row, fixes, starts, ends, box in columns
    ]
