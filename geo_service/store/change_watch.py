"""Whether anything was committed to the database since one last looked, for a few microseconds."""

import sqlite3
from pathlib import Path
from threading import Lock
from time import monotonic

from geo_service.errors import NotReady
from geo_service.store import city
from geo_service.store.change_listener import ChangeListener
from geo_service.store.database import Database
from geo_service.store.database_errors import MEANINGS, explained
from geo_service.store.read_only_disk import address_to_open

VERSION = "PRAGMA data_version"
"""SQLite's count of what others have committed; it reads no page of the file."""
FILE_EVERY_S = 1.0
"""A file put in the place of the one opened is noticed within so many seconds."""


class ChangeWatch:
    """Looks at one database again and again; closed with it.

    Any number of threads may look at once. On SQLite a connection of the watch's own looks, one
    that never writes, so that commits of this process are others' commits too. A file put in the
    place of the one that was opened (a workspace restored) is opened instead, by the database as
    well. PostgreSQL says by itself when something has changed (``change_listener.py``). Elsewhere a
    stamp is ``city.changes``, at the price of a query.

    Parameters
    ----------
    database : Database
        What is looked at.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.when_closed(self.close)
        self._listener = ChangeListener(database) if database.can_tell else None
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._place = (0, 0)
        self._look_again = 0.0
        self._version = 0
        self._stamp = 0
        self._openings = 0

    @property
    def openings(self) -> int:
        """How often it was opened: once more than before, and all that was read is void."""
        return self._openings if self._listener is None else self._listener.openings

    def stamp(self) -> int:
        """Return a number that is the same only as long as nothing has been committed.

        Take it before reading: what is committed while one reads then shows the next time. It
        may differ without cause when SQLite empties its log of writes.

        Raises
        ------
        NotReady
            If the database can't be read.
        """
        if self._listener is not None:
            return self._listener.stamp()
        file = self._database.file
        if file is None:
            with self._database.reading() as connection:
                return city.changes(connection)
        with self._lock:
            try:
                version = self._look(file)
            except OSError as problem:
                self._let_go()
                gone = MEANINGS["SQLITE_CANTOPEN"]
                raise NotReady(gone.what, where=str(file), remedy=gone.remedy) from problem
            except sqlite3.Error:
                self._let_go()
                with explained(str(file)):
                    raise
            if version != self._version:
                self._version = version
                self._stamp += 1
            return self._stamp

    def stamp_at_once(self) -> int | None:
        """Return the same for those who may not wait for a server; None: it has to be asked.

        Raises
        ------
        NotReady
            If SQLite's file can't be read.
        """
        return self.stamp() if self._listener is None else self._listener.stamp_at_once()

    def close(self) -> None:
        """Let go of the database; looking once more would open it again."""
        if self._listener is not None:
            self._listener.close()
        with self._lock:
            self._let_go()

    def _look(self, file: Path) -> int:
        now = monotonic()
        if self._connection is None or now >= self._look_again:
            self._look_again = now + FILE_EVERY_S
            status = file.stat()
            place = (status.st_dev, status.st_ino)
            if self._connection is None or place != self._place:
                self._connection = self._open(file)
                self._place = place
        return int(self._connection.execute(VERSION).fetchone()[0])

    def _open(self, file: Path) -> sqlite3.Connection:
        self._let_go()
        if self._openings:
            self._database.renew()
        self._openings += 1
        self._stamp += 1
        # mode=rw makes no file where there is none; the lock keeps threads apart.
        return sqlite3.connect(
            address_to_open(file, "mode=rw"),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
        )

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
