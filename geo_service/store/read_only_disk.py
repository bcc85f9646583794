"""SQLite's file on a disk that is mounted read-only, opened so that it can be read all the same."""

import os
from pathlib import Path

LOG = "-wal"
"""The end of the name of SQLite's log of writes, beside its file."""


def is_read_only(folder: Path) -> bool:
    """Say whether a folder lies on a disk that is mounted read-only; raises nothing."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def address_to_open(file: Path, otherwise: str) -> str:
    """Return the address under which SQLite opens a database that is there.

    In its way of keeping a log of writes SQLite makes files beside the database even to read it.
    Where a log lies there already, it is read with the database; where there is none, nobody is
    writing, and on a read-only disk nobody can: so SQLite is told that nothing will change.

    Parameters
    ----------
    file : Path
        Whole path.
    otherwise : str
        What is asked for where the disk is not read-only, such as ``mode=rw``.
    """
    settled = is_read_only(file.parent) and not file.with_name(file.name + LOG).exists()
    return f"{file.as_uri()}?{'mode=ro&immutable=1' if settled else otherwise}"
