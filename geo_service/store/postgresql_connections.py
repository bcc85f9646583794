"""How connections to PostgreSQL begin, take turns at writing, and are found to be gone."""

from collections.abc import Mapping
from ctypes import c_int32
from selectors import EVENT_READ, DefaultSelector
from zlib import crc32

from sqlalchemy import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

READING: Mapping[str, object] = {
    "isolation_level": "REPEATABLE READ",
    "postgresql_readonly": True,
}
"""A reader sees one state, as SQLite's do, and can't change it."""
READING_ONCE: Mapping[str, object] = {"isolation_level": "AUTOCOMMIT"}
"""Each question is a transaction of its own, which need not be begun and ended."""
WRITING: Mapping[str, object] = {"isolation_level": "READ COMMITTED"}
"""A writer looks at each thing once it has its turn, whatever is usual on the server."""
DRIVERS = ("psycopg", "psycopg2")
WAITS: Mapping[str, int | str] = {
    "application_name": "geo_service",
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""How long to wait for a server that has gone without a word: seconds, but the last (ms). What the
address says itself is kept to."""
WRITERS_TURN = 0x67656F
"""The lock by which writers take turns, as SQLite has them do by itself. Who writes one thing only
holds it together with others who do."""
ON_DISK = (
    "SELECT set_config('synchronous_commit', 'on', true)"
    " WHERE current_setting('synchronous_commit') = 'off';"
)
"""A commit is on disk before it returns, whatever is usual on the server."""
NOTICES_GONE = (
    "SET LOCAL tcp_keepalives_idle = 30; SET LOCAL tcp_keepalives_interval = 10;"
    " SET LOCAL tcp_keepalives_count = 3;"
)
"""So that a writer who goes without a word keeps its turn for a minute, not for hours."""
CHANGING = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "WITH"})
CHANGED = "changed"
"""Under this name a connection knows how many rows were changed by it, in all its transactions."""


def reading(*, once: bool) -> Mapping[str, object]:
    """Return the options of a reader: see ``Database.reading``. Raises nothing."""
    return READING_ONCE if once else READING


def waits(address: URL) -> dict[str, int | str]:
    """Return what a connection is opened with besides its address. Raises nothing."""
    if address.get_driver_name() not in DRIVERS:
        return {}
    return {name: value for name, value in WAITS.items() if name not in address.query}


def take_turn(writer: Connection, patience_s: float, only: str = "") -> None:
    """Wait for the turn to write anything, or one thing: see ``Database.writing``.

    Parameters
    ----------
    writer : Connection
        In its transaction, at whose end the turn is given on.
    patience_s : float
        How long to wait for each lock, those of rows within the turn too.
    only : str
        The one thing that is written; blank: anything, so that all that is looked at in the turn is
        still so at the commit.

    Raises
    ------
    DBAPIError
        If another one writes for longer than that, or the connection is lost.
    """
    turn = f"SELECT pg_advisory_xact_lock({WRITERS_TURN})"
    if only:
        # Two things with one number wait for each other without need, once in some billions.
        number = c_int32(crc32(only.encode())).value
        turn = (
            f"SELECT pg_advisory_xact_lock_shared({WRITERS_TURN});"
            f" SELECT pg_advisory_xact_lock({WRITERS_TURN}, {number})"
        )
    # Without parameters all goes in one message.
    writer.exec_driver_sql(
        f"{ON_DISK} {NOTICES_GONE} SET LOCAL lock_timeout = {max(1, round(patience_s * 1000))};"
        f" {turn}"
    )


def count_changed(connection: Connection, cursor: DBAPICursor, statement: str, *_: object) -> None:
    """Count the rows that a statement has changed, as SQLite does by itself.

    The server's own statistics cost more than a short write does, and can be turned off.
    """
    if statement.split(maxsplit=1)[0].upper() in CHANGING:
        # Who does not know how many has changed something, for all that is known.
        rows = cursor.rowcount if cursor.rowcount >= 0 else 1
        connection.info[CHANGED] = connection.info.get(CHANGED, 0) + rows


def refuse_lost(driver: DBAPIConnection, entry: ConnectionPoolEntry, lent: object) -> None:
    """Have a connection opened anew, and all others, if the server has ended it meanwhile.

    A server says something to a connection that nobody uses only when it ends it; to look whether
    it has takes microseconds, where a question would take a way there and back.
    """
    del entry, lent
    with DefaultSelector() as selector:
        selector.register(driver.fileno(), EVENT_READ)
        if selector.select(0):
            raise InvalidatePoolError
