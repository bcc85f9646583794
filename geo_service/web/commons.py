"""What the processes that serve on one machine remember together, for as long as they run.

Whoever asks twice may be answered by another process the second time. What a sender has used up,
a photo of a form that is not finished yet and the parts of a map that is open must be known to all
of them, and Prometheus asks one for the counts of all. They lie in one file of SQLite, in a folder
that should be in memory: nothing in it is worth keeping, and photos had better not come to a disk.
"""

import os
import re
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Final

from geo_service.errors import NotReady
from geo_service.store.database_errors import explained

FILE: Final = "commons.sqlite"
PATIENCE_S: Final = 10.0
IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - its folders here are made for one account only
"""Linux keeps files that lie here in memory."""
FOLDER_NAME: Final = "geo-service-"
_LEFT: Final = re.compile(rf"{FOLDER_NAME}([0-9]{{1,9}})-\w+", re.ASCII)
"""Named by the process that made it."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS taken (
    number INTEGER PRIMARY KEY, what TEXT, who TEXT, remaining REAL, at REAL, UNIQUE (what, who)
);
CREATE TABLE IF NOT EXISTS photos (
    number INTEGER PRIMARY KEY, token TEXT UNIQUE, since REAL, sender TEXT, data BLOB, preview BLOB
);
CREATE TABLE IF NOT EXISTS parts (
    drawing TEXT, viewer TEXT, name TEXT, content TEXT, PRIMARY KEY (drawing, name)
);
CREATE TABLE IF NOT EXISTS drawings (number INTEGER PRIMARY KEY, drawing TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS counts (worker TEXT PRIMARY KEY, told TEXT);
CREATE TABLE IF NOT EXISTS rounds (number INTEGER PRIMARY KEY, at REAL);
"""
"""Each is read and written by one file only: ``token_buckets``, ``held_photos``, ``kept_parts``
(parts, drawings), ``told_counts`` and ``upkeep`` (rounds)."""


class Commons:
    """One small database for all processes that open it; any number of threads may use it.

    Parameters
    ----------
    folder : Path, optional
        Where it lies; made if need be. None: this process is alone, and keeps it to itself.

    Raises
    ------
    NotReady
        If nothing can be written there.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.shared = folder is not None
        """Whether other processes may look."""
        self._name = ":memory:" if folder is None else str(folder / FILE)
        if folder is not None:
            _make_private(folder)
        self._lock = Lock()
        with explained(self._name):
            self._file = sqlite3.connect(
                self._name, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            # Nothing here outlives the machine's memory, so nobody waits for a disk.
            self._file.execute("PRAGMA synchronous = OFF")
            self._file.execute("PRAGMA journal_mode = WAL")
            self._file.executescript(_TABLES)
            if folder is not None:
                (folder / FILE).chmod(0o600)

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """Give it to one thread of one process; what is changed is changed wholly or not at all.

        Raises
        ------
        NotReady
            If it can't be read or written.
        """
        with self._lock, explained(self._name):
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield self._file
            except BaseException:
                # A full disk has ended it already.
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                raise
            self._file.execute("COMMIT")

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._file.close()


@contextmanager
def common_folder() -> Iterator[Path]:
    """Make a folder for the processes that this one starts; with the block it is gone.

    A folder that a process left behind because it was killed is removed first.
    """
    inside = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else Path(tempfile.gettempdir())
    _remove_left(inside)
    with TemporaryDirectory(prefix=f"{FOLDER_NAME}{os.getpid()}-", dir=inside) as folder:
        yield Path(folder)


def _remove_left(inside: Path) -> None:
    for folder in inside.glob(f"{FOLDER_NAME}*-*"):
        left = _LEFT.fullmatch(folder.name)
        # Anybody may make folders and links there: only what is this account's own is touched.
        with suppress(OSError):
            status = folder.lstat()
            ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
            if left and ours and not _lives(int(left[1])):
                shutil.rmtree(folder)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise NotReady(
            f"The processes' common folder can't be made ({problem.strerror}).",
            where=str(folder),
            remedy="Name another one: GEO_SERVICE_COMMON_FOLDER.",
        ) from problem
