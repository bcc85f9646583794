"""How connections to SQLite begin, which file they have opened, and how it is maintained."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import URL, Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry


def file_of(address: URL) -> Path | None:
    """Return the whole path of the file that an address names; None: it is in memory."""
    name = address.database or ":memory:"
    return None if name.startswith((":memory:", "file:")) else Path(name).absolute()


def place_if_any(file: Path) -> tuple[int, int] | None:
    """Tell one file from any other that is put in its place; None: there is none."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def prepare(driver: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Have a new connection keep what the database promises."""
    del entry
    # SQLAlchemy's BEGIN below is then the only one.
    driver.isolation_level = None
    cursor = driver.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    # What is deleted is written over, else it could be read in the file for as long as it lasts.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def begin(connection: Connection) -> None:
    """Begin a transaction, of a writer or of somebody who only reads."""
    # A reader that turns writer is refused when another has written meanwhile, however long it
    # waits; so a writer is one from its first statement.
    writing = connection.get_execution_options().get("geo_service_writing", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'OFF' if writing else 'ON'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def maintain(connection: Connection, commands: Sequence[str], patience_s: float) -> bool:
    """Run commands outside any transaction.

    Parameters
    ----------
    connection : Connection
        In no transaction.
    commands : sequence of str
    patience_s : float
        How many seconds to wait for others who have the file.

    Returns
    -------
    bool
        Whether the last got all done.
    """
    driver = connection.connection.cursor()
    # The last who had this connection may only have read.
    driver.execute("PRAGMA query_only = OFF")
    driver.execute("PRAGMA busy_timeout")
    waited = driver.fetchall()[0][0]
    driver.execute(f"PRAGMA busy_timeout = {round(patience_s * 1000)}")
    for command in commands:
        driver.execute(command)
    busy = driver.fetchall()[0][0]
    driver.execute(f"PRAGMA busy_timeout = {waited}")
    driver.close()
    return not busy
