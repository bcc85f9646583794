"""The proof that the trace lake's files and the database's rows agree; nothing is changed."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Connection, func, select

from geo_service.arrays import Integers
from geo_service.domain.moments import day_begin, to_microseconds
from geo_service.errors import NotReady
from geo_service.store import trace_days, trace_rows
from geo_service.store.database import Database
from geo_service.store.lake_place import LakePlace
from geo_service.store.schema import trace_files, trips
from geo_service.store.trace_boxes import boxes_of
from geo_service.store.trace_file import NUMBERS
from geo_service.store.trace_folder import find_leftovers, perhaps_of_another
from geo_service.store.trace_packing import MICROSECONDS_A_MILLISECOND, PackedTrips
from geo_service.store.trace_rows import digest_of

RESTORE = "Restore a backup, or load its traces again."
RESTORE_ROWS = "Restore a backup of the database."
SPARE = "Nothing needs to be done: the next load removes it."
NO_VERSIONS = (
    "Let the bucket keep none: no versioning, and a rule that removes noncurrent versions."
)
NAMED_AT_MOST = 5
"""Trips of one file that are told by name; the others are counted."""


class Finding(NamedTuple):
    """Something that is not as it should be, in plain words."""

    what: str
    where: str
    remedy: str
    harmless: bool = False
    """Whether nothing is wrong for it: it takes room, or somebody should know."""


@dataclass(slots=True)
class LakeProof:
    """What was looked at, and what was found."""

    files: int
    trips: int
    fixes: int
    findings: list[Finding]


class _FileRow(NamedTuple):
    file_id: int
    name: str
    day: int
    rows: int | None
    digest: bytes | None


class _Content(NamedTuple):
    """A file as it lies on the disk, a run of rows for each trip."""

    trip_ids: list[str]
    """The id of each run."""
    rider_ids: list[str]
    """The rider of each run's first row."""
    starts: Integers
    """Where each run begins; the last is the number of rows."""
    rows: PackedTrips


def prove(place: LakePlace, database: Database) -> LakeProof:
    """Read every file of the lake and hold it against the rows of its trips.

    What another process moves meanwhile is looked up again and not held against the lake.

    Raises
    ------
    NotReady
        If the database can't be read.
    """
    with database.reading() as connection:
        number, fixes = connection.execute(
            select(func.count(), func.coalesce(func.sum(trips.c.fixes), 0)).select_from(trips)
        ).one()
        found = select(*(trace_files.c[name] for name in _FileRow._fields))
        files = [_FileRow(*row) for row in connection.execute(found.order_by(trace_files.c.name))]
        findings = _lost_trips(connection) + _wrong_days(connection)
    try:
        place.names()
    except NotReady as problem:
        # It would be said of each file.
        files_faults = [Finding(problem.what, problem.where, problem.remedy)]
    else:
        files_faults = [fault for file in files for fault in _of_file(place, database, file)]
        files_faults += _leftovers(place, database) + _old_versions(place)
    return LakeProof(len(files), int(number), int(fixes), findings + files_faults)


def _of_file(place: LakePlace, database: Database, file: _FileRow) -> list[Finding]:
    """Return what is wrong with a file, unless nobody is to read it any more."""
    with database.reading() as connection:
        mine = select(trips).where(trips.c.file_id == file.file_id).order_by(trips.c.first_row)
        rows = [row._asdict() for row in connection.execute(mine)]
    said = list(_file_faults(place, file, rows))
    if not said:
        return []
    with database.reading() as connection:
        again = [row._asdict() for row in connection.execute(mine)]
        named = connection.scalar(
            select(trace_files.c.file_id).where(trace_files.c.name == file.name)
        )
    if named is None:
        return []
    if again != rows:
        return _of_file(place, database, file)
    return [Finding(what, place.where(file.name), RESTORE) for what in said]


def _file_faults(place: LakePlace, file: _FileRow, rows: list[dict[str, object]]) -> Iterator[str]:
    if not rows:
        yield "The database names the file, but no trip of it."
        return
    try:
        content = place.read(file.name)
    except FileNotFoundError:
        yield f"The file is missing, and with it {len(rows)} trips."
        return
    except OSError as problem:
        yield f"The file can't be read ({problem.strerror})."
        return
    except NotReady as problem:
        yield f"The file can't be read. {problem.what}"
        return
    if file.digest is not None and digest_of(memoryview(content)) != file.digest:
        yield "The file's bytes are not those that were written."
    try:
        held = _open(content)
    except (OSError, KeyError, ValueError, TypeError, pa.ArrowException):
        yield f"The file is damaged and can't be read, and with it {len(rows)} trips."
        return
    if file.rows is not None and held.starts[-1] != file.rows:
        yield f"The file holds {held.starts[-1]} fixes, and {file.rows} were written."
    twice = len(held.trip_ids) - len(set(held.trip_ids))
    if twice:
        yield f"The file holds {twice} trips in more than one piece."
    faults = list(_trip_faults(file.day, held, rows))
    yield from faults[:NAMED_AT_MOST]
    if len(faults) > NAMED_AT_MOST:
        yield f"So it is with {len(faults) - NAMED_AT_MOST} more of its trips."


def _open(content: bytes) -> _Content:
    """Read all of a file, with every page's checksum."""
    with pq.ParquetFile(
        pa.BufferReader(content),
        page_checksum_verification=True,
        read_dictionary=["trip_id", "rider_id"],
    ) as file:
        table = file.read().unify_dictionaries().combine_chunks()
    trip_of_row, rider_of_row = (table[name].combine_chunks() for name in ("trip_id", "rider_id"))
    codes = trip_of_row.indices.to_numpy()
    riders = rider_of_row.indices.to_numpy()
    new = (np.diff(codes, prepend=-1) != 0) | (np.diff(riders, prepend=-1) != 0)
    starts = np.append(np.flatnonzero(new), len(codes)).astype(np.int64)
    t, lon, lat = (table[name].to_numpy() for name in NUMBERS)
    trip_ids, rider_ids = (
        column.dictionary.take(pa.array(numbers[starts[:-1]])).to_pylist()
        for column, numbers in ((trip_of_row, codes), (rider_of_row, riders))
    )
    packed = PackedTrips(
        tuple(trip_ids),
        tuple(rider_ids),
        starts,
        t.astype(np.int64, casting="safe"),
        lon.astype(np.int32, casting="safe"),
        lat.astype(np.int32, casting="safe"),
    )
    return _Content(trip_ids, rider_ids, starts, packed)


def _trip_faults(day: int, held: _Content, rows: list[dict[str, object]]) -> Iterator[str]:
    """Say which trips are not in the file as their rows have it."""
    run_at = {start: run for run, start in enumerate(held.starts[:-1].tolist())}
    lengths = np.diff(held.starts).tolist()
    digests, days = held.rows.digests(), held.rows.days.tolist()
    starts, ends = held.rows.starts.tolist(), held.rows.ends.tolist()
    boxes = boxes_of(held.rows).tolist()
    late = np.diff(held.rows.t, prepend=held.rows.t[:1]) < 0
    late[held.starts[:-1]] = False
    out_of_order = np.logical_or.reduceat(late, held.starts[:-1]).tolist()
    for row in rows:
        trip_id = row["trip_id"]
        run = run_at.get(row["first_row"])
        if run is None or held.trip_ids[run] != trip_id or lengths[run] != row["fixes"]:
            yield f"Trip {trip_id} is not in the rows of the file that the database says."
            continue
        box = [row[name] for name in ("west", "south", "east", "north")]
        agrees = {
            "rider": held.rider_ids[run] == row["rider_id"],
            "day": days[run] == day,
            "times": _same_moments(row, starts[run], ends[run]) and not out_of_order[run],
            "content": digests[run] == row["digest"],
            "box": box in ([None] * 4, boxes[run]),
        }
        wrong = " and ".join(name for name, fine in agrees.items() if not fine)
        if wrong:
            yield f"Trip {trip_id}: its {wrong} in the file and in the database differ."


def _same_moments(row: dict[str, object], start: int, end: int) -> bool:
    moments = (row["starts_at"], row["ends_at"])
    kept = [to_microseconds(moment) for moment in moments]  # type: ignore[arg-type] # UtcTime's
    return kept == [start * MICROSECONDS_A_MILLISECOND, end * MICROSECONDS_A_MILLISECOND]


def _lost_trips(connection: Connection) -> list[Finding]:
    """Find rows that name no file."""
    named = select(trace_files.c.file_id)
    without = select(trips.c.trip_id).where(trips.c.file_id.not_in(named))
    lost = sorted(connection.scalars(without))
    told = ", ".join(itertools.islice(lost, NAMED_AT_MOST))
    what = f"{len(lost)} trips lie in no file that the database names, among them: {told}."
    return [Finding(what, "trips", RESTORE)] if lost else []


def _wrong_days(connection: Connection) -> list[Finding]:
    """Hold the rows of days, by which trips are found, against the rows of the trips."""
    said = {day.day: (day.begins, day.ends) for day in trace_days.read_days(connection)}
    spans = trace_days.spans(connection)
    found = []
    for day in sorted(said.keys() | spans.keys()):
        date = day_begin(day).date().isoformat()
        if day not in said:
            what = f"Trips start on {date}, and the day has no row: nobody finds them."
        elif day not in spans:
            what = f"The day {date} has a row, and no trip starts on it."
        elif said[day] != spans[day]:
            what = f"The trips of {date} begin or end at other times than the row of the day says."
        else:
            continue
        found.append(Finding(what, "trace_days", RESTORE_ROWS))
    return found


def _leftovers(place: LakePlace, database: Database) -> list[Finding]:
    with database.reading() as connection:
        left = find_leftovers(place, connection)
        named = trace_rows.file_names(connection)
    if left:
        # Only while nobody writes is a file that no row names of no use; where the database can't
        # be written, nobody does.
        with suppress(NotReady), database.writing() as connection:
            left = find_leftovers(place, connection)
    if left and place.far and not named:
        told = perhaps_of_another(place, len(left))
        return [Finding(told.what, told.where, told.remedy)]
    return [
        Finding("The file is of no use to anyone.", place.where(name), SPARE, harmless=True)
        for name in left
    ]


def _old_versions(place: LakePlace) -> list[Finding]:
    kept = place.old_versions()
    return [Finding(kept, place.address, NO_VERSIONS, harmless=True)] if kept else []
