"""Files copied and read back, each with the hash that proves it is the same file."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple

PIECE_BYTES = 1 << 20


class Proof(NamedTuple):
    """What tells a file's bytes from any others."""

    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""


def prove(path: Path) -> Proof:
    """Read a file whole and return its proof.

    Raises
    ------
    OSError
        If it can't be read, or is a link, a device or anything else but a plain file.
    """
    digest, size = hashlib.sha256(), 0
    with open_plain(path) as file:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    return Proof(size, digest.hexdigest())


def copy_proven(source: Path, target: Path) -> Proof:
    """Copy a plain file to a name that is not taken, and return the proof of what was read.

    The copy is on the disk when this returns; its name, once its folder is synced.

    Raises
    ------
    OSError
        If the source can't be read or the target can't be written.
    """
    digest, size = hashlib.sha256(), 0
    with open_plain(source) as file, target.open("xb") as copy:
        while piece := file.read(PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    return Proof(size, digest.hexdigest())


@contextmanager
def open_plain(path: Path) -> Iterator[BinaryIO]:
    """Open a plain file for reading; nothing that a link points to, and nothing that blocks.

    Raises
    ------
    OSError
        If it can't be opened, or is no plain file.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor has no path
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "is no plain file", str(path))
        yield file
