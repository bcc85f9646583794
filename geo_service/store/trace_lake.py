"""The trace lake: riders' trips in files by day, each visible through its row in the database."""

import itertools
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from sqlalchemy import Connection

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import trace_rows
from geo_service.store.columns import EPOCH
from geo_service.store.database import Database
from geo_service.store.trace_file import (
    ENDING,
    UNFINISHED,
    concatenate,
    encode,
    read_rows,
    sync_folder,
    write_durably,
)
from geo_service.store.trace_packing import PackedTrips, pack, select_runs, unpack
from geo_service.store.trace_rows import LyingTrip
from geo_service.store.upsert import Written

NAME_BYTES = 8
ATTEMPTS = 5
"""How often a day is looked up anew when a file vanished under the reader."""


@dataclass(frozen=True, slots=True)
class LakeCounts:
    """What an addition did to how many trips, and how many fixes it wrote."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    fixes: int = 0
    removed: int = 0


class TraceLake:
    """Trips on disk, whole and in order: an addition is there as a whole or not at all.

    Files are never changed. An addition writes one file for each UTC day in which its trips
    start, and then the rows that make them visible, in one transaction; a trip sent again gets a
    new row, and its old rows in the old file are not looked at any more.

    Parameters
    ----------
    folder : Path
        Made by the first addition.
    database : Database
        Migrated.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    def add(self, fixes: Fixes, *, replace: bool = False) -> LakeCounts:
        """Keep trips; one that is there already is replaced, or left alone if it is the same.

        Positions are rounded to 1e-7 degree (a centimetre), times to milliseconds. Of two trips
        with the same id the later one stays. When this returns, the trips are on the disk.

        Parameters
        ----------
        fixes : Fixes
            Riders by their pseudonyms.
        replace : bool
            Whether these trips are the whole truth: others are removed.

        Raises
        ------
        RefusedData
            If a trip is empty or out of order, or a position or time is impossible.
        NotReady
            If the disk or the database can't be written; nothing was added then.
        """
        packed = pack(fixes)
        digests = dict(zip(packed.trip_ids, packed.digests(), strict=True))
        with self._database.reading() as connection:
            known = trace_rows.known_digests(connection, digests)
        changed = [
            number
            for number, trip_id in enumerate(packed.trip_ids)
            if known.get(trip_id) != digests[trip_id]
        ]
        unchanged = len(digests) - len(changed)
        if not changed and not replace:
            return LakeCounts(unchanged=unchanged)
        files = _by_day(packed.take(_in_order(packed, changed))) if changed else {}
        # Encoded before the lock is taken, so that other writers wait for the disk only.
        contents = {name: encode(trips) for name, trips in files.items()}
        with self._database.writing() as connection:
            self._write_files(connection, contents)
            written = trace_rows.write(connection, files, digests) if files else Written()
            removed = trace_rows.remove_others(connection, digests) if replace else 0
        if removed:
            self.remove_leftovers()
        return LakeCounts(
            added=written.added,
            replaced=written.replaced,
            unchanged=unchanged,
            fixes=sum(len(trips.t) for trips in files.values()),
            removed=removed,
        )

    def read(self, since: datetime | None = None, until: datetime | None = None) -> Iterator[Fixes]:
        """Yield the trips that have a moment in ``[since, until)``, by the UTC day they start.

        Only one day's trips are held at a time. Each day is as it stands when it is reached.

        Parameters
        ----------
        since, until : datetime or None
            With a zone; None: no bound.

        Yields
        ------
        Fixes
            One day's trips, whole, in order of trip id.

        Raises
        ------
        NotReady
            If a file is missing or damaged.
        """
        with self._database.reading() as connection:
            days = trace_rows.days(connection, since, until)
        for day in days:
            look = partial(trace_rows.trips_of_day, day=day, since=since, until=until)
            fixes = self._read_lying(look)
            if fixes.trips:
                yield fixes

    def read_trip(self, trip_id: str) -> Fixes | None:
        """Return one trip; None if none has the id.

        Raises
        ------
        NotReady
            If its file is missing or damaged.
        """

        def look(connection: Connection) -> list[LyingTrip]:
            found = trace_rows.trip(connection, trip_id)
            return [] if found is None else [found]

        fixes = self._read_lying(look)
        return fixes if fixes.trips else None

    def trips(self) -> int:
        """Return how many trips there are."""
        with self._database.reading() as connection:
            return trace_rows.count(connection)[0]

    def fixes(self) -> int:
        """Return how many fixes the trips have."""
        with self._database.reading() as connection:
            return trace_rows.count(connection)[1]

    def remove_leftovers(self) -> int:
        """Remove files that no visible trip lies in: replaced ones, and what a crash left.

        Every addition does this too.

        Returns
        -------
        int
            How many files were removed.
        """
        with self._database.reading() as connection:
            leftovers = self._leftovers(connection)
        if not leftovers:
            return 0
        with self._database.writing() as connection:
            return self._remove_leftovers(connection)

    def _write_files(self, connection: Connection, contents: Mapping[str, memoryview]) -> None:
        """Write files under the writer's lock, so that no one takes them for leftovers."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers(connection)
            for name, content in contents.items():
                write_durably(self._folder / name, content)
            sync_folder(self._folder)
        except OSError as problem:
            raise NotReady(
                f"The traces can't be written ({problem.strerror}), so none were added.",
                where=str(self._folder),
                remedy="Make room, or look at the folder's permissions, and try again.",
            ) from problem

    def _remove_leftovers(self, connection: Connection) -> int:
        leftovers = self._leftovers(connection)
        for path in leftovers:
            path.unlink(missing_ok=True)
        return len(leftovers)

    def _leftovers(self, connection: Connection) -> list[Path]:
        """Return the lake's files on the disk that the database does not name.

        Whoever holds the writer's lock sees here only files that nobody will ever read.
        """
        if not self._folder.is_dir():
            return []
        named = trace_rows.file_names(connection)
        return [
            path
            for path in self._folder.iterdir()
            if path.name.endswith((ENDING, UNFINISHED)) and path.name not in named
        ]

    def _read_lying(self, look: Callable[[Connection], list[LyingTrip]]) -> Fixes:
        """Read trips where the database says they lie, again if they were moved meanwhile."""
        for _ in range(ATTEMPTS):
            with self._database.reading() as connection:
                lying = look(connection)
            try:
                return self._gather(lying)
            except FileNotFoundError as problem:
                missing = problem
        raise NotReady(
            "A file of the trace lake is missing.",
            where=str(missing.filename or self._folder),
            remedy="Restore a backup, or load its traces again.",
        ) from missing

    def _gather(self, lying: Sequence[LyingTrip]) -> Fixes:
        """Read trips from their files into one set, in the order given."""
        spans: dict[str, tuple[int, int]] = {}
        for trip in lying:
            first, end = spans.get(trip.file, (trip.first_row, 0))
            spans[trip.file] = min(first, trip.first_row), max(end, trip.first_row + trip.fixes)
        parts = [read_rows(self._folder / name, *span) for name, span in spans.items()]
        lengths = [end - first for first, end in spans.values()]
        begins = dict(zip(spans, np.cumsum([0, *lengths]).tolist(), strict=False))
        starts = [begins[trip.file] + trip.first_row - spans[trip.file][0] for trip in lying]
        offsets, rows = select_runs(
            np.array(starts, dtype=np.int64),
            np.array([trip.fixes for trip in lying], dtype=np.int64),
        )
        pool = concatenate(parts)
        return unpack(
            PackedTrips(
                trip_ids=tuple(trip.trip_id for trip in lying),
                rider_ids=tuple(trip.rider_id for trip in lying),
                offsets=offsets,
                t=pool.t[rows],
                lon=pool.lon[rows],
                lat=pool.lat[rows],
            )
        )


def _in_order(packed: PackedTrips, numbers: Sequence[int]) -> list[int]:
    """Sort trips by the day they start and then by id, as files hold and readers want them."""
    days = packed.days.tolist()
    return sorted(numbers, key=lambda number: (days[number], packed.trip_ids[number]))


def _by_day(ordered: PackedTrips) -> dict[str, PackedTrips]:
    """Part trips in order of day into files, each with a name of its own."""
    days = ordered.days
    firsts = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
    return {
        _file_name(int(days[first])): ordered.between(first, end)
        for first, end in itertools.pairwise(firsts)
    }


def _file_name(day: int) -> str:
    date = (EPOCH + timedelta(days=day)).date().isoformat()
    return f"{date}-{secrets.token_hex(NAME_BYTES)}{ENDING}"
