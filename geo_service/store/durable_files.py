"""Files that are on the disk, whole and under their name, or not at all, whenever power fails."""

import os
from pathlib import Path

UNFINISHED = ".part"
"""The end of the names under which files are written before they get their own."""


def write_durably(path: Path, content: bytes | memoryview) -> None:
    """Write a file under another name, make sure it is on the disk, and then name it.

    The name itself is safe once ``sync_folder`` has returned.

    Raises
    ------
    OSError
        If it can't be written; nothing then bears the name.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    with unfinished.open("xb") as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        except OSError:
            # On a full disk half a file would take the room that others need.
            unfinished.unlink(missing_ok=True)
            raise
    unfinished.replace(path)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk.

    Raises
    ------
    OSError
        If the folder can't be synced.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
