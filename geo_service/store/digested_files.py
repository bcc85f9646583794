"""Files written with a digest of their content, and the digests of all files in a folder."""

import hashlib
import os
from pathlib import Path
from typing import Self


class DigestedFile:
    """A new file that is on disk when it is closed, and the digest of what was written.

    It is no ``io`` file, so that NumPy writes through it and the system says why it refuses.

    Parameters
    ----------
    path : Path
        Written over, if it is there.

    Raises
    ------
    OSError
        If the disk refuses, now or later.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._digest = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Write some more, and return how many bytes that was."""
        self._digest.update(content)
        return self._file.write(content)

    @property
    def digest(self) -> bytes:
        """Of all that was written so far, SHA-256."""
        return self._digest.digest()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._file:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())


def digests_in(folder: Path) -> dict[str, bytes] | None:
    """Return the digest of each file there is, by its path; None if one can't be read."""
    found = {}
    try:
        for path in folder.rglob("*"):
            if not path.is_dir():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").digest()
                found[path.relative_to(folder).as_posix()] = digest
    except OSError:
        return None
    return found
