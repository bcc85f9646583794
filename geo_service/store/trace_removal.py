"""Trips taken out of the trace lake for good: their rows go, and their bytes with them.

Of each file that holds an unwanted trip, the others are written into a new file first. Then, in
one transaction, these point there and the unwanted ones are gone; the old file has no name any
more, and is removed. A process killed before that transaction has changed nothing; one killed
after it leaves a file without a name, which every start of a workspace removes.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, func, select

from geo_service.arrays import Flags
from geo_service.errors import NotReady
from geo_service.store import trace_days, trace_rows
from geo_service.store.database import Database
from geo_service.store.lake_place import LakePlace
from geo_service.store.schema import trace_files, trips
from geo_service.store.trace_folder import file_name, gather, new_file, write_files
from geo_service.store.trace_rows import LyingTrips
from geo_service.store.upsert import find_rows, remove

NAMES = ("trip_id", "rider_id")


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Which trips are to go: those of some ids, and all of some riders."""

    trip_ids: frozenset[str] = frozenset()
    rider_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Removed:
    """What has gone."""

    trips: int = 0
    fixes: int = 0
    days: frozenset[int] = frozenset()
    """On which they started, UTC, counted from 1970-01-01."""

    def __add__(self, other: "Removed") -> "Removed":
        return Removed(self.trips + other.trips, self.fixes + other.fixes, self.days | other.days)


class _File(NamedTuple):
    name: str
    day: int
    worn: bool
    """Whether some of its rows are not visible, or may not be."""


def find_unwanted(connection: Connection, unwanted: Unwanted) -> LyingTrips:
    """Return the visible trips that are to go, and where they lie."""
    by_rider = select(trips.c.trip_id)
    ids = set(unwanted.trip_ids) | {
        row[0] for row in find_rows(connection, by_rider, trips.c.rider_id, unwanted.rider_ids)
    }
    return trace_rows.trips_named(connection, ids)


def riders_in_worn_files(place: LakePlace, database: Database) -> set[str]:
    """Name the riders of trips that files still hold, whether or not they are visible.

    Raises
    ------
    NotReady
        If a file is damaged.
    """
    with database.reading() as connection:
        worn = [file for file in _files(connection) if file.worn]
    return {rider for file in worn for _, rider in _held(place, file.name)}


def remove_trips(place: LakePlace, database: Database, unwanted: Unwanted) -> Removed:
    """Take trips out of rows and files, those too that a trip sent again has replaced.

    Parameters
    ----------
    place : LakePlace
        Of the lake's files.
    database : Database
        Of its rows.
    unwanted : Unwanted
        What is to go; ids that nothing bears are none.

    Returns
    -------
    Removed
        The visible trips that have gone. Files without a name are still to be removed.

    Raises
    ------
    NotReady
        If a file is missing or damaged, or the disk refuses. What has gone until then has gone
        for good; done again, the rest goes.
    """
    removed = Removed()
    looked_into: set[str] = set()
    # Others may move trips meanwhile, or add some; each time round, a file is done with.
    while True:
        with database.reading() as connection:
            lying = set(find_unwanted(connection, unwanted).files)
            files = {file.name: file for file in _files(connection)}
        if lying:
            for name in lying & files.keys():
                removed += _rewrite(place, database, files[name], unwanted)
            continue
        worn = [file for file in files.values() if file.worn and file.name not in looked_into]
        if not worn:
            return removed
        for file in worn:
            if _holds(place, file.name, unwanted):
                # Looked into again, under another name or, if others were quicker, under its own.
                _rewrite(place, database, file, unwanted)
            else:
                looked_into.add(file.name)


def _files(connection: Connection) -> list[_File]:
    visible = func.coalesce(func.sum(trips.c.fixes), 0)
    found = (
        select(trace_files.c.name, trace_files.c.day, trace_files.c.rows, visible)
        .select_from(trace_files.outerjoin(trips))
        .group_by(trace_files.c.file_id, trace_files.c.name, trace_files.c.day, trace_files.c.rows)
        .order_by(trace_files.c.file_id)
    )
    return [
        _File(name, day, rows is None or seen < rows)
        for name, day, rows, seen in connection.execute(found)
    ]


def _rewrite(place: LakePlace, database: Database, file: _File, unwanted: Unwanted) -> Removed:
    """Leave the unwanted trips of one file out; nothing is done if others moved them first."""
    with database.reading() as connection:
        lay = _lying_in(connection, file.name)
        digests = trace_rows.digests_of_day(connection, file.day)
        gone = _are_unwanted(lay, unwanted)
    kept = lay.take(np.flatnonzero(~gone).tolist())
    files = {}
    if len(kept):
        try:
            packed = gather(place, kept)
        except FileNotFoundError as problem:
            with database.reading() as connection:
                if file.name in trace_rows.file_names(connection):
                    raise _not_as_written(place.where(file.name)) from problem
            return Removed()
        # The old file is thrown away afterwards, so what was read is proven first.
        if packed.digests() != [digests.get(trip_id) for trip_id in kept.trip_ids]:
            raise _not_as_written(place.where(file.name))
        files[file_name(file.day)] = new_file(packed)
    with database.writing() as connection:
        if _lying_in(connection, file.name).trip_ids != lay.trip_ids:
            return Removed()
        write_files(place, connection, files)
        leaving = lay.take(np.flatnonzero(gone).tolist())
        remove(connection, trips.c.trip_id, leaving.trip_ids)
        for name, content in files.items():
            trace_rows.move(connection, name, content, kept)
        trace_rows.forget_empty_files(connection)
        if len(leaving):
            trace_days.stamp(connection, {file.day})
    days = frozenset({file.day} if len(leaving) else ())
    return Removed(len(leaving), int(leaving.fixes.sum()), days)


def _lying_in(connection: Connection, name: str) -> LyingTrips:
    found = select(trips.c.trip_id).select_from(trips.join(trace_files))
    ids = connection.scalars(found.where(trace_files.c.name == name))
    return trace_rows.trips_named(connection, list(ids))


def _are_unwanted(lay: LyingTrips, unwanted: Unwanted) -> Flags:
    return np.array(
        [
            trip_id in unwanted.trip_ids or rider_id in unwanted.rider_ids
            for trip_id, rider_id in zip(lay.trip_ids, lay.rider_ids, strict=True)
        ],
        dtype=np.bool_,
    )


def _holds(place: LakePlace, name: str, unwanted: Unwanted) -> bool:
    return any(
        trip_id in unwanted.trip_ids or rider_id in unwanted.rider_ids
        for trip_id, rider_id in _held(place, name)
    )


def _held(place: LakePlace, name: str) -> set[tuple[str, str]]:
    """Return trip and rider of all that a file holds; nothing if it has gone meanwhile."""
    try:
        with place.open(name) as source:
            table = pq.read_table(source, columns=list(NAMES), read_dictionary=list(NAMES))
    except FileNotFoundError:
        return set()
    except (OSError, pa.ArrowException) as problem:
        raise _not_as_written(place.where(name)) from problem
    pairs = table.group_by(list(NAMES)).aggregate([])
    return set(zip(*(pairs[column].to_pylist() for column in NAMES), strict=True))


def _not_as_written(where: str) -> NotReady:
    return NotReady(
        "A file in the folder of traces is missing or damaged, so what it holds can't be removed.",
        where=where,
        remedy="See which traces: geo-service doctor. Restore a backup, or load them again.",
    )
