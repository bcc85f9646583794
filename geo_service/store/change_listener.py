"""Hearing from PostgreSQL that something was committed, so that nobody has to ask each time."""

from selectors import EVENT_READ, DefaultSelector
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, cast

from sqlalchemy.exc import DBAPIError

from geo_service.store import city
from geo_service.store.database import Database

if TYPE_CHECKING:
    import psycopg

CHANNEL = "geo_service"
"""Where a trigger says each new ``city.changes``, once it is committed."""
SURE_EVERY_S = 1.0
"""So often it is asked whether anything was missed, which also shows that the connection lives."""


class ChangeListener:
    """Listens on a connection of its own; any number of threads may look at once.

    Parameters
    ----------
    database : Database
        On PostgreSQL, by psycopg 3.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._line: _Line | None = None
        self._commits = 0
        self._changes = 0
        self._sure_until = 0.0
        self._stamp = 0
        self.openings = 0
        """How often the connection was opened; what was said in between nobody heard."""

    def stamp(self) -> int:
        """Return a number that is the same only as long as ``city.changes`` is.

        What this process commits is seen at once, what others do as soon as the server says so.

        Raises
        ------
        NotReady
            If the database can't be read.
        """
        with self._lock:
            commits = self._database.commits
            if self._may_have_changed(commits):
                self._make_sure()
                self._commits = commits
            return self._stamp

    def stamp_at_once(self) -> int | None:
        """Return the same for those who may not wait; None where the server has to be asked."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return None if self._may_have_changed(self._database.commits) else self._stamp
        finally:
            self._lock.release()

    def close(self) -> None:
        """Let go of the connection; looking once more would open it again."""
        with self._lock:
            self._let_go()

    def _may_have_changed(self, commits: int) -> bool:
        return (
            self._line is None
            or commits != self._commits
            or self._line.has_news()
            or monotonic() >= self._sure_until
        )

    def _make_sure(self) -> None:
        changes = self._asked()
        if changes is None:
            self._let_go()
            with self._database.explained():
                self._line = _Line(self._database)
                changes = self._line.ask()
            self.openings += 1
            self._stamp += 1
        elif changes != self._changes:
            self._stamp += 1
        self._changes = changes
        self._sure_until = monotonic() + SURE_EVERY_S

    def _asked(self) -> int | None:
        """Ask for the count of changes; None: the connection is gone."""
        if self._line is None:
            return None
        try:
            return self._line.ask()
        except (DBAPIError, self._database.driver_error):
            return None

    def _let_go(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            line.close()


class _Line:
    """An open connection that listens, outside of any transaction."""

    def __init__(self, database: Database) -> None:
        self._connection = database.connect_beside()
        # What is said while it is asked is kept by the driver until it is listened to.
        self._driver = cast("psycopg.Connection", self._connection.connection.dbapi_connection)
        self._connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        self._selector = DefaultSelector()
        self._selector.register(self._driver.fileno(), EVENT_READ)
        self._more = False

    def has_news(self) -> bool:
        """Say, within microseconds, whether the server has said anything or gone away."""
        return self._more or bool(self._selector.select(0))

    def ask(self) -> int:
        """Hear what has been said, then ask for the count of changes as it is now."""
        self._hear()
        changes = city.changes(self._connection)
        # Said after the answer, but read with it: no look at the socket would show it.
        self._more = self._hear()
        return changes

    def close(self) -> None:
        """Close it, whether it lives or not."""
        self._selector.close()
        self._driver.close()

    def _hear(self) -> bool:
        return len(list(self._driver.notifies(timeout=0))) > 0
