"""One moment of the database, copied while others write."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Connection

from geo_service.store.database_errors import explained

ALL_AT_ONCE = -1
"""A reader holds up no writer, so there is no need to stop between pages."""


def copy_moment(connection: Connection, target: Path) -> None:
    """Write what a reader sees into a database file of its own, on the disk when this returns.

    Parameters
    ----------
    connection : Connection
        Of ``Database.reading``, on SQLite, after a first statement: the moment is fixed by then,
        and what others write meanwhile is not in the copy.
    target : Path
        A file that is not there.

    Raises
    ------
    NotReady
        If the disk is full, or the database can't be read.
    """
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    with explained(str(target)), closing(sqlite3.connect(target)) as copy:
        driver.backup(copy, pages=ALL_AT_ONCE)
    with target.open("rb") as file:
        os.fsync(file.fileno())
