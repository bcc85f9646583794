"""What the database's failures mean to those who use a workspace."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from geo_service.errors import NotReady, RefusedData
from geo_service.store.postgresql_errors import (
    BUSY,
    NO_TABLES,
    Meaning,
    meaning_on_postgresql,
)

CROWDED = Meaning("Too many want the database at once.", "Try again in a moment.")
NO_TEXT = "cannot contain NUL"
MEANINGS = {
    "SQLITE_BUSY": BUSY,
    "SQLITE_CANTOPEN": Meaning(
        "The database can't be opened.",
        "Look whether its folder is there and may be read.",
    ),
    "SQLITE_NOTADB": Meaning("This file is not a database.", "Name another workspace."),
    "SQLITE_CORRUPT": Meaning("The database is damaged.", "Restore a backup."),
    "SQLITE_FULL": Meaning("The disk is full, so nothing was written.", "Make room and try again."),
    "SQLITE_READONLY": Meaning(
        "The database can't be written.",
        "Look at the permissions of the file and its folder, and whether its disk is read-only.",
    ),
    "SQLITE_IOERR": Meaning("The disk failed.", "Look at the disk, then try again."),
}
NEEDING_ROOM = (MEANINGS["SQLITE_IOERR"], MEANINGS["SQLITE_CANTOPEN"])
"""So SQLite puts it where a file it needs beside the database, even to read, finds no room."""
LEAST_ROOM = 1 << 16
"""Twice as many bytes as the smallest of those files has."""


@contextmanager
def explained(name: str, *, committing: bool = False) -> Iterator[None]:
    """Turn what the database can't do into an error that says so in plain words.

    Parameters
    ----------
    name : str
        The database, as the user knows it.
    committing : bool
        Whether it is told to keep what was written.

    Raises
    ------
    NotReady
        If the database is missing, locked, full, damaged or not made yet. A broken statement or
        rule of the data is a fault of the program and passes through.
    Interrupted, OutcomeUnknown
        If PostgreSQL breaks off.
    RefusedData
        If PostgreSQL is asked for text with U+0000; SQLite finds nothing of that name.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error, PoolTimeout) as problem:
        if isinstance(problem, DataError) and NO_TEXT in str(problem.orig):
            raise RefusedData("Text with the character U+0000 is known nowhere.") from None
        meaning = _meaning(problem, committing=committing)
        if meaning is None:
            raise
        if meaning in NEEDING_ROOM and _has_no_room(name):
            meaning = MEANINGS["SQLITE_FULL"]
        raise meaning.error(meaning.what, where=name, remedy=meaning.remedy) from problem


def busy(name: str) -> NotReady:
    """Return what is said of another writer who takes too long."""
    return NotReady(BUSY.what, where=name, remedy=BUSY.remedy)


def _has_no_room(name: str) -> bool:
    try:
        return shutil.disk_usage(Path(name).parent).free < LEAST_ROOM
    except (OSError, ValueError):
        return False


def _meaning(problem: Exception, *, committing: bool) -> Meaning | None:
    """Return what happened and what to do; None for a fault of the program."""
    if isinstance(problem, PoolTimeout):
        return CROWDED
    if isinstance(problem, IntegrityError):
        return None
    original = problem.orig if isinstance(problem, DBAPIError) else problem
    if isinstance(original, sqlite3.Error):
        return _meaning_on_sqlite(original)
    if isinstance(problem, DBAPIError):
        return meaning_on_postgresql(problem, committing=committing)
    return None


def _meaning_on_sqlite(original: sqlite3.Error) -> Meaning | None:
    if "no such table" in str(original):
        return NO_TABLES
    code = getattr(original, "sqlite_errorname", "")
    return next((told for begin, told in MEANINGS.items() if code.startswith(begin)), None)
