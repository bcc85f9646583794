"""The workspace's database: opened, brought up to date, read and written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from itertools import count
from threading import Lock
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    String,
    column,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    table,
)
from sqlalchemy.exc import ArgumentError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from geo_service.errors import NotReady, WrongUsage
from geo_service.store import (
    audit,
    change_journal,
    postgresql_connections,
    schema,
    sqlite_connections,
)
from geo_service.store.acting import current_act
from geo_service.store.database_errors import busy, explained
from geo_service.store.read_only_disk import address_to_open, is_read_only
from geo_service.store.sqlite_connections import place_if_any

__all__ = ["Connection", "Database"]

REVISION_KEPT = select(column("version_num", String)).select_from(table("alembic_version"))
POOL = {"max_overflow": -1, "pool_size": 12}  # a connection is a process of PostgreSQL's
PATIENCE_S = 60.0
"""How long a writer waits for another to finish."""
PLACE = "place"
"""Under this name a connection to SQLite knows which file it opened."""
LOG_PATIENCE_S = 2.0
"""How long to wait for readers so that the log of writes can be emptied at once."""


class Database:
    """One city's database: SQLite by default, or PostgreSQL by its address.

    One writer works at a time and others wait for it, but on PostgreSQL those who write one thing
    each; readers wait for nobody and see what was committed when they began. A commit is on disk
    before it returns. A file put in the place of the one that was opened (a workspace restored) is
    what is read and written from then on; none is ever made in the place of one that went. A
    connection that PostgreSQL's server has ended while nobody used it is opened anew.

    Parameters
    ----------
    url : str
        SQLAlchemy's address, such as ``sqlite:///workspace/geo_service.sqlite``.
    patience_s : float
        How many seconds a writer waits for another one.

    Raises
    ------
    WrongUsage
        If the address can't be understood.
    """

    def __init__(self, url: str | URL, *, patience_s: float = PATIENCE_S) -> None:
        try:
            address = make_url(url)
            on_sqlite = address.get_backend_name() == "sqlite"
            self.file = sqlite_connections.file_of(address) if on_sqlite else None
            """SQLite's file, its whole path; None where the database is not one file."""
            waiting = (
                {"timeout": patience_s} if on_sqlite else postgresql_connections.waits(address)
            )
            pool = {} if on_sqlite and self.file is None else POOL
            self._engine: Engine = create_engine(address, connect_args=waiting, **pool)
        except (ArgumentError, NoSuchModuleError, ImportError) as problem:
            raise WrongUsage(
                "The database's address can't be understood, or its driver is not installed.",
                where="GEO_SERVICE_DATABASE_URL",
                remedy="Write for example sqlite:///workspace/geo_service.sqlite, or, with"
                " geo-service[postgres] installed, postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
            ) from problem
        # What stands behind the question mark may be a password too.
        bare = address.set(query={})
        self._name = address.database or "" if on_sqlite else bare.render_as_string()
        self._patience_s = patience_s
        self.on_postgresql = self._engine.dialect.name == "postgresql"
        self.commits = 0
        """After each commit another number than any before."""
        self._commit_numbers = count(1)
        self._turn = Lock()  # SQLite would have writers sleep and look again for seconds
        self.while_waiting: Callable[[], AbstractContextManager[None]] = nullcontext
        """Lasts while a thread waits for another writer's end, or may have to."""
        self._others: list[Callable[[], None]] = []
        self._was_there = False
        if self.file is not None:
            event.listen(self._engine, "do_connect", self._open_what_is_there)
            event.listen(self._engine, "checkout", self._refuse_file_moved_away)
        if on_sqlite:
            event.listen(self._engine, "connect", sqlite_connections.prepare)
            event.listen(self._engine, "begin", sqlite_connections.begin)
        if self.on_postgresql:
            event.listen(self._engine, "after_cursor_execute", postgresql_connections.count_changed)
            event.listen(self._engine, "checkout", postgresql_connections.refuse_lost)

    @contextmanager
    def reading(self, *, once: bool = False) -> Iterator[Connection]:
        """Give a connection that sees one state of the database and can't change it.

        With ``once`` each question sees the state of its own moment: on PostgreSQL that saves two
        ways there and back. Nothing may be changed then either, though nothing watches over it.

        Raises
        ------
        NotReady
            If the database can't be read; ``Interrupted`` if the connection is lost meanwhile.
        """
        options = postgresql_connections.reading(once=once) if self.on_postgresql else {}
        with explained(self._name), self._engine.connect() as connection:
            reader = connection.execution_options(**options)
            with reader.begin():
                yield reader

    @contextmanager
    def writing(self, only: str = "") -> Iterator[Connection]:
        """Give a connection whose changes happen all, at the end, or not at all.

        If somebody acts (``store/acting.py``) and there were changes, one of them is the entry
        in the audit log that says so.

        Parameters
        ----------
        only : str
            The one thing that is changed, such as a facility's state: nobody else who names it, or
            nothing, writes meanwhile, but on PostgreSQL others may. What they change must not
            matter here, nor may both lock one row, but ``city`` as they end.

        Raises
        ------
        NotReady
            If the database can't be written, or another writer holds it too long; ``Interrupted``
            if the connection is lost before the commit, ``OutcomeUnknown`` if it is in its midst.
        """
        with self._changing(only if self.on_postgresql else "") as writer:
            act = current_act()
            before = audit.rows_changed(writer) if act else 0
            change_journal.begin(writer)
            yield writer
            told = act if act and audit.rows_changed(writer) > before else None
            if told:
                audit.note(writer, told)
            change_journal.count(writer)
            if told:
                told.may_be_kept = True

    @contextmanager
    def _changing(self, only: str = "") -> Iterator[Connection]:
        turn = nullcontext() if only else self._taking_turns()
        with turn, explained(self._name), self._engine.connect() as connection:
            options = postgresql_connections.WRITING if self.on_postgresql else {}
            writer = connection.execution_options(geo_service_writing=True, **options)
            with writer.begin() as transaction:
                if self.on_postgresql:
                    with self.while_waiting():
                        postgresql_connections.take_turn(writer, self._patience_s, only)
                yield writer
                with explained(self._name, committing=True):
                    change_journal.commit(writer, transaction)
                self.commits = next(self._commit_numbers)
            if self.file is not None and connection.info[PLACE] != place_if_any(self.file):
                raise NotReady(
                    "The database was moved away while it was written.",
                    where=self._name,
                    remedy="Look whether what you sent is there; if not, send it again.",
                )

    @contextmanager
    def _taking_turns(self) -> Iterator[None]:
        if not self._turn.acquire(blocking=False):
            with self.while_waiting():
                if not self._turn.acquire(timeout=self._patience_s):
                    raise busy(self._name)
        try:
            yield
        finally:
            self._turn.release()

    def migrate(self) -> str | None:
        """Make the tables, or bring them up to what this program needs.

        Returns
        -------
        str or None
            The revision that older tables were brought up from; None if there was no need, or
            there were none.

        Raises
        ------
        NotReady
            If the database can't be written, or was made by a newer program.
        """
        with self.reading() as connection:
            revision = _revision(connection)
        if revision == schema.REVISION:
            return None
        # Loading Alembic takes a tenth of a second, and most starts have no need of it.
        from geo_service.store.migrating import knows, upgrade  # noqa: PLC0415

        if revision is not None and not knows(revision):
            raise NotReady(
                "The database was made by a newer geo_service than this one.",
                where=self._name,
                remedy="Install that version or a later one.",
            )
        if self._engine.dialect.name == "sqlite":
            self._keep_write_ahead_log()
        # What tables there are is nobody's doing, and at first there is no audit log.
        with self._changing() as connection:
            upgrade(connection)
        return revision

    def empty_log(self) -> bool:
        """Leave nothing of what was deleted in SQLite's log of writes.

        Returns
        -------
        bool
            Whether it is; not yet, if somebody read all the while. Others than SQLite answer yes.

        Raises
        ------
        NotReady
            If the database can't be written.
        """
        return self._maintain(("PRAGMA wal_checkpoint(TRUNCATE)",), LOG_PATIENCE_S)

    def scrub(self) -> None:
        """Write SQLite's file anew, so that it holds nothing that was deleted; likewise its log.

        Other databases are left alone: their own commands do it.

        Raises
        ------
        NotReady
            If the database can't be written, or somebody reads for too long meanwhile.
        """
        if not self._maintain(("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"), PATIENCE_S):
            raise NotReady(
                "Another process reads the database, so its log can't be emptied.",
                where=self._name,
                remedy="Try again, or end that process first.",
            )

    def _maintain(self, commands: Sequence[str], patience_s: float) -> bool:
        if self._engine.dialect.name != "sqlite":
            return True
        with explained(self._name), self._engine.connect() as connection:
            return sqlite_connections.maintain(connection, commands, patience_s)

    def connect_beside(self) -> Connection:
        """Open a connection that is none of the others', outside transactions; to be closed.

        Raises
        ------
        DBAPIError
            If the server can't be reached; ``explained`` says it in plain words.
        """
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection

    def explained(self) -> AbstractContextManager[None]:
        """Turn what this database can't do into an error in plain words, in a block."""
        return explained(self._name)

    @property
    def driver_error(self) -> type[Exception]:
        """What the driver itself raises."""
        return self._engine.dialect.loaded_dbapi.Error

    @property
    def can_tell(self) -> bool:
        """Whether it says by itself that something was committed, to whoever listens."""
        return self._engine.dialect.driver == "psycopg"

    def when_closed(self, let_go: Callable[[], None]) -> None:
        """Have something else that looks at the database let go of it too when this is closed."""
        self._others.append(let_go)

    def renew(self) -> None:
        """Let go of the connections that nobody uses now, and of the others as they come back."""
        self._engine.dispose()

    def close(self) -> None:
        """Let go of all connections."""
        for let_go in self._others:
            let_go()
        self._engine.dispose()

    @property
    def read_only(self) -> bool:
        """Whether it lies on a disk that is mounted read-only."""
        return self.file is not None and is_read_only(self.file.parent)

    def _open_what_is_there(
        self, dialect: object, entry: ConnectionPoolEntry, places: list[str], named: dict[str, Any]
    ) -> None:
        """Have a file on a read-only disk opened as what it is; make one the first time only."""
        del dialect
        if self.file is None:
            return
        # Looked at before: what is put there while it is opened is found at the next use.
        entry.info[PLACE] = place_if_any(self.file)
        if self.read_only or self._was_there:
            places[0] = address_to_open(self.file, "mode=ro" if self.read_only else "mode=rw")
            named["uri"] = True

    def _refuse_file_moved_away(
        self, driver: object, entry: ConnectionPoolEntry, lent: object
    ) -> None:
        """Have a connection opened anew if its file is no longer the one that stands there."""
        del driver, lent
        if self.file is None:
            return
        place = place_if_any(self.file)
        if entry.info[PLACE] is None:
            entry.info[PLACE] = place
        if place != entry.info[PLACE]:
            raise DisconnectionError
        self._was_there = True

    def _keep_write_ahead_log(self) -> None:
        """Turn on SQLite's write-ahead log, which the file then keeps."""
        with explained(self._name), self._engine.connect() as connection:
            driver = connection.connection.cursor()
            driver.execute("PRAGMA journal_mode = WAL")
            driver.close()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(REVISION_KEPT).scalar()
