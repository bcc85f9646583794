"""The trace lake's folder: files written whole, left over, and read where rows say trips lie."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from geo_service.domain.moments import day_begin
from geo_service.errors import NotReady
from geo_service.store import trace_rows
from geo_service.store.trace_file import (
    ENDING,
    UNFINISHED,
    concatenate,
    encode,
    read_rows,
    sync_folder,
    write_durably,
)
from geo_service.store.trace_packing import PackedTrips, select_runs
from geo_service.store.trace_rows import LyingTrip, NewFile, digest_of

NAME_BYTES = 8
FIXES_IN_A_PART = 1 << 20
"""So many are read at once: a few tens of megabytes, and enough to be worth a thread's while."""


def file_name(day: int) -> str:
    """Return a name that no file has, for trips of a UTC day counted from 1970-01-01."""
    date = day_begin(day).date().isoformat()
    return f"{date}-{secrets.token_hex(NAME_BYTES)}{ENDING}"


def new_file(trips: PackedTrips) -> NewFile:
    """Make a file's bytes, of trips of one day."""
    content = encode(trips)
    return NewFile(trips, content, digest_of(content))


def write_files(folder: Path, connection: Connection, files: Mapping[str, NewFile]) -> None:
    """Write files under the writer's lock, so that no one takes them for leftovers.

    Raises
    ------
    NotReady
        If the disk refuses.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(folder, connection)
        for name, file in files.items():
            write_durably(folder / name, file.content)
        sync_folder(folder)
    except OSError as problem:
        raise NotReady(
            f"The traces can't be written ({problem.strerror}), so none were added.",
            where=str(folder),
            remedy="Make room, or look at the folder's permissions, and try again.",
        ) from problem


def sizes(folder: Path, names: Collection[str]) -> dict[str, int]:
    """Return how many bytes each of the files has; those that are missing are left out."""
    found = {}
    for name in names:
        with suppress(FileNotFoundError):
            found[name] = (folder / name).stat().st_size
    return found


def find_leftovers(folder: Path, connection: Connection) -> list[Path]:
    """Return the lake's files on the disk that the database does not name.

    Whoever holds the writer's lock sees here only files that nobody will ever read.
    """
    if not folder.is_dir():
        return []
    named = trace_rows.file_names(connection)
    return [
        path
        for path in folder.iterdir()
        if path.name.endswith((ENDING, UNFINISHED)) and path.name not in named
    ]


def remove_leftovers(folder: Path, connection: Connection) -> int:
    """Remove them, under the writer's lock, and return how many they were."""
    leftovers = find_leftovers(folder, connection)
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def parts_of(lying: Sequence[LyingTrip]) -> list[list[LyingTrip]]:
    """Part trips, in the order in which they lie, into runs of ``FIXES_IN_A_PART`` fixes or fewer.

    A trip that is longer is a part by itself.
    """
    parts: list[list[LyingTrip]] = []
    fixes = FIXES_IN_A_PART
    for trip in lying:
        if fixes + trip.fixes > FIXES_IN_A_PART:
            parts.append([])
            fixes = 0
        parts[-1].append(trip)
        fixes += trip.fixes
    return parts


def gather(folder: Path, lying: Sequence[LyingTrip]) -> PackedTrips:
    """Read trips from their files into one set, in the order given.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    NotReady
        If a file is damaged.
    """
    spans: dict[str, tuple[int, int]] = {}
    for trip in lying:
        first, end = spans.get(trip.file, (trip.first_row, 0))
        spans[trip.file] = min(first, trip.first_row), max(end, trip.first_row + trip.fixes)
    parts = [read_rows(folder / name, *span) for name, span in spans.items()]
    lengths = [end - first for first, end in spans.values()]
    begins = dict(zip(spans, np.cumsum([0, *lengths]).tolist(), strict=False))
    starts = [begins[trip.file] + trip.first_row - spans[trip.file][0] for trip in lying]
    offsets, rows = select_runs(
        np.array(starts, dtype=np.int64),
        np.array([trip.fixes for trip in lying], dtype=np.int64),
    )
    pool = concatenate(parts)
    return PackedTrips(
        trip_ids=tuple(trip.trip_id for trip in lying),
        rider_ids=tuple(trip.rider_id for trip in lying),
        offsets=offsets,
        t=pool.t[rows],
        lon=pool.lon[rows],
        lat=pool.lat[rows],
    )
