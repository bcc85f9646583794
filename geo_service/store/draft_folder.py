"""A folder that is filled under another name beside its own, which it gets when it is whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_service.errors import NotReady
from geo_service.store.durable_files import sync_folder

PRIVATE = 0o700
ENDING = ".geo-service-draft"


@contextmanager
def draft_folder(final: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and rename it when the block ends well; else remove it.

    Whoever is killed leaves a draft behind, and the next one who makes a folder beside it, under
    whatever name, removes it.

    Parameters
    ----------
    final : Path
        Whole path. Nothing is there, or an empty folder.

    Yields
    ------
    Path
        The draft, beside ``final`` and readable by its owner alone. Its files have to be on the
        disk at the end of the block; its folders are synced here.

    Raises
    ------
    NotReady
        If another process is at work here, or something is at ``final`` by now.
    OSError
        If the disk refuses.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(final.parent)
    draft = final.with_name(f".{final.name}{ENDING}")
    busy = NotReady(
        "Another command is writing here.",
        where=str(final),
        remedy=f"Try again when it is done. If none is, remove {draft}.",
    )
    try:
        draft.mkdir(mode=PRIVATE)
        lock = _claim(draft)
    except (FileExistsError, FileNotFoundError):
        raise busy from None
    if lock is None:
        raise busy
    try:
        try:
            yield draft
            _sync_tree(draft)
            _name(draft, final)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(final.parent)
    finally:
        os.close(lock)


def _remove_abandoned(folder: Path) -> None:
    """Remove the drafts that nobody holds."""
    for path in folder.glob(f".*{ENDING}"):
        with suppress(OSError):
            lock = _claim(path)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(lock)


def _claim(draft: Path) -> int | None:
    """Lock a draft until what is returned is closed; None if another process holds it."""
    lock = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Between opening and locking it may have been removed, or got its name.
        if os.path.samestat(os.fstat(lock), draft.lstat()):
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None


def _sync_tree(folder: Path) -> None:
    for path, _, _ in os.walk(folder, topdown=False):
        sync_folder(Path(path))


def _name(draft: Path, final: Path) -> None:
    """Rename in one step; an empty folder may be in the way, nothing else."""
    try:
        draft.rename(final)
    except OSError as problem:
        raise NotReady(
            f"The finished folder can't get its name ({problem.strerror}).",
            where=str(final),
            remedy="Name a folder that is not there yet.",
        ) from problem
