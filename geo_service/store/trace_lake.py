"""The trace lake: riders' trips in files by day, each visible through its row in the database."""

from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import trace_days, trace_folder, trace_rows
from geo_service.store.database import Connection, Database
from geo_service.store.lake_check import LakeProof, prove
from geo_service.store.lake_place import place_of
from geo_service.store.trace_boxes import Box
from geo_service.store.trace_compaction import days_to_merge, merge_day
from geo_service.store.trace_days import LakeDay
from geo_service.store.trace_packing import PackedTrips, by_day, in_order, pack, unpack
from geo_service.store.trace_removal import (
    Removed,
    Unwanted,
    remove_trips,
    riders_in_worn_files,
)
from geo_service.store.trace_rows import LyingTrips
from geo_service.store.upsert import Written


@dataclass(frozen=True, slots=True)
class LakeCounts:
    """What an addition did to how many trips, and how many fixes it wrote."""

    added: int = 0
    replaced: int = 0
    unchanged: int = 0
    fixes: int = 0
    removed: int = 0


class LakeParts(NamedTuple):
    """What there is to read of one day."""

    known: LakeDay | None
    """The day as it stands with these trips; None: it has none any more."""
    parts: list[LyingTrips]
    """Whole trips, each part to be read at once."""


class TraceLake:
    """Trips on disk, whole and in order: an addition is there as a whole or not at all.

    Files are never changed. An addition writes one file for each UTC day in which its trips
    start, and then the rows that make them visible, in one transaction; a trip sent again gets a
    new row, and its old rows in the old file are not looked at any more. When a day has many
    files, they are made one.

    Parameters
    ----------
    address : str or Path
        Of the place where its files lie, as `place_of` takes it.
    database : Database
        Migrated.
    """

    def __init__(self, address: str | Path, database: Database) -> None:
        self.place = place_of(address)
        self._database = database

    def add(
        self,
        fixes: Fixes,
        *,
        replace: bool = False,
        while_allowed: Callable[[Connection], None] | None = None,
    ) -> LakeCounts:
        """Keep trips; one that is there already is replaced, or left alone if it is the same.

        Positions are rounded to 1e-7 degree (a centimetre), times to milliseconds. Of two trips
        with the same id the later one stays. When this returns, the trips are on the disk; one
        that is there already, but whose file is missing or cut off, is written again.

        Parameters
        ----------
        fixes : Fixes
            Riders by their pseudonyms.
        replace : bool
            Whether these trips are the whole truth: others are removed.
        while_allowed : callable, optional
            Raises an error if they may not be kept; asked in the transaction that keeps them.

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
            known = trace_rows.known_trips(connection, digests)
        whole = trace_folder.whole_digests(self.place, known)
        changed = [
            number
            for number, trip_id in enumerate(packed.trip_ids)
            if whole.get(trip_id) != digests[trip_id]
        ]
        unchanged = len(digests) - len(changed)
        if not changed and not replace:
            return LakeCounts(unchanged=unchanged)
        daily = by_day(packed.take(in_order(packed, changed))) if changed else {}
        # Encoded before the lock is taken, so that other writers wait for the disk only.
        files = {
            trace_folder.file_name(day): trace_folder.new_file(trips)
            for day, trips in daily.items()
        }
        try:
            with self._database.writing() as connection:
                if while_allowed is not None:
                    while_allowed(connection)
                ours = trace_rows.file_names(connection) if replace else set()
                trace_folder.write_files(self.place, connection, files)
                written = trace_rows.write(connection, files, digests) if files else Written()
                removed = trace_rows.remove_others(connection, digests) if replace else 0
        except NotReady:
            # What was written takes room that is needed now, perhaps.
            with suppress(NotReady, OSError):
                self.remove_leftovers(set(files))
            raise
        if removed:
            self.remove_leftovers(ours)
        # The trips are there, whether or not the files they join can be read.
        with suppress(NotReady):
            self._merge(set(daily))
        return LakeCounts(
            added=written.added,
            replaced=written.replaced,
            unchanged=unchanged,
            fixes=sum(len(trips.t) for trips in daily.values()),
            removed=removed,
        )

    def remove(self, trip_ids: Collection[str] = (), *, rider_ids: Collection[str] = ()) -> Removed:
        """Take trips out for good; when this returns, no file of the lake holds their bytes.

        Parameters
        ----------
        trip_ids, rider_ids : collection of str
            Those of these ids, and all of these riders; what they replaced goes too.

        Raises
        ------
        NotReady
            If a file is missing or damaged, or the disk refuses; done again, the rest goes.
        """
        unwanted = Unwanted(frozenset(trip_ids), frozenset(rider_ids))
        with self._database.reading() as connection:
            ours = trace_rows.file_names(connection)
        try:
            return remove_trips(self.place, self._database, unwanted)
        finally:
            self.remove_leftovers(ours)
            self._database.empty_log()

    def riders_in_worn_files(self) -> set[str]:
        """Name riders of whom a file may hold more than is visible.

        Raises
        ------
        NotReady
            If a file is damaged.
        """
        return riders_in_worn_files(self.place, self._database)

    def days(self, since: datetime | None = None, until: datetime | None = None) -> list[LakeDay]:
        """Return the UTC days whose trips, taken together, have a moment in ``[since, until)``."""
        with self._database.reading() as connection:
            return trace_days.read_days(connection, since, until)

    def look_at_day(self, day: int) -> LakeDay | None:
        """Return one day as it stands now; None if no trip starts on it."""
        with self._database.reading() as connection:
            return trace_days.read_day(connection, day)

    def look(
        self,
        day: int,
        since: datetime | None = None,
        until: datetime | None = None,
        box: Box | None = None,
    ) -> LakeParts:
        """Say what there is to read of one day, as it stands now; takes what ``read`` takes."""
        with self._database.reading() as connection:
            known = trace_days.read_day(connection, day)
            lying = trace_rows.trips_of_day(connection, day, since, until, box)
        return LakeParts(known, trace_folder.parts_of(lying))

    def read(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        box: Box | None = None,
    ) -> Iterator[Fixes]:
        """Yield the trips that have a moment in ``[since, until)``, by the UTC day they start.

        Only a part of one day's trips is held at a time. Each day is as it stands when it is
        reached.

        Parameters
        ----------
        since, until : datetime or None
            With a zone; None: no bound.
        box : Box or None
            Trips are left out that lie beside it, their fixes joined by straight lines; others
            may or may not have a fix in it.

        Yields
        ------
        Fixes
            Whole trips of one day, at most about a million fixes (or one trip): one addition after
            the other, each in order of trip id, as they lie in the files.

        Raises
        ------
        NotReady
            If a file is missing or damaged.
        """
        for day in self.days(since, until):
            for part in self.look(day.day, since, until, box).parts:
                fixes = self.read_part(part)
                if fixes.trips:
                    yield fixes

    def read_part(self, part: LyingTrips) -> Fixes:
        """Read some trips as ``read_packed`` does, in degrees and microseconds."""
        return unpack(self.read_packed(part))

    def read_packed(self, part: LyingTrips) -> PackedTrips:
        """Read some trips where the database said they lie; several threads may do so at once.

        Trips that were moved meanwhile are looked for again, and those that were removed are
        left out.

        Parameters
        ----------
        part : LyingTrips
            As ``look`` gives them.

        Raises
        ------
        NotReady
            If a file is missing or damaged.
        """
        # Each time round, a writer has got something done; and no file's name is used twice.
        while True:
            try:
                return trace_folder.gather(self.place, part)
            except FileNotFoundError as problem:
                missing = problem.filename
                with self._database.reading() as connection:
                    named = trace_rows.file_names(connection)
                    part = trace_rows.trips_named(connection, part.trip_ids)
                if missing.rpartition("/")[2] in named:
                    self.place.names()  # says so, if all of them are missing
                    raise NotReady(
                        "A file in the folder of traces is missing.",
                        where=missing,
                        remedy="Restore a backup, or load its traces again.",
                    ) from problem

    def read_trip(self, trip_id: str) -> Fixes | None:
        """Return one trip; None if none has the id.

        Raises
        ------
        NotReady
            If its file is missing or damaged.
        """
        with self._database.reading() as connection:
            lying = trace_rows.trips_named(connection, [trip_id])
        fixes = self.read_part(lying)
        return fixes if fixes.trips else None

    def trips(self) -> int:
        """Return how many trips there are."""
        with self._database.reading() as connection:
            return trace_rows.count(connection)[0]

    def fixes(self) -> int:
        """Return how many fixes the trips have."""
        with self._database.reading() as connection:
            return trace_rows.count(connection)[1]

    def remove_leftovers(self, known: Collection[str] = ()) -> int:
        """Remove files that no visible trip lies in, and return how many they were.

        They were replaced, or a crash left them. Every addition does this too. What is
        ``known`` is, or was, this lake's for certain; NotReady if other files that lie elsewhere
        may be another workspace's.
        """
        with self._database.reading() as connection:
            leftovers = trace_folder.find_leftovers(self.place, connection)
        if not leftovers:
            return 0
        with self._database.writing() as connection:
            return trace_folder.remove_leftovers(self.place, connection, known)

    def compact(self) -> int:
        """Make one file of a day's files where they are many, or mostly not visible any more.

        Every addition does this for the days it adds to. What is read stays the same, and whoever
        reads meanwhile goes on.

        Returns
        -------
        int
            Of how many days the files were made one.

        Raises
        ------
        NotReady
            If a file is missing or damaged, or the disk refuses; that day stays as it was.
        """
        return self._merge(None)

    def prove(self) -> LakeProof:
        """Read everything, and say where files and rows do not agree; nothing is changed.

        Raises
        ------
        NotReady
            If the database can't be read.
        """
        return prove(self.place, self._database)

    def _merge(self, among: set[int] | None) -> int:
        """Do so for some days, or for all."""
        within = (min(among), max(among)) if among else None
        if among is not None and within is None:
            return 0
        with self._database.reading() as connection:
            found = days_to_merge(trace_rows.uses(connection, within))
            ours = trace_rows.file_names(connection)
        wanted = [day for day in found if among is None or day in among]
        merged = sum(merge_day(self.place, self._database, day) for day in wanted)
        if merged:
            self.remove_leftovers(ours)
        return merged
