"""A folder that is filled under another name beside its own, which it gets when it is whole."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo_service.errors import NotReady
from geo_service.store.durable_files import sync_folder

PRIVATE = 0o700


@contextmanager
def draft_folder(final: Path) -> Iterator[Path]:
    """Give an empty folder to fill, and rename it when the block ends well; else remove it.

    Whoever is killed leaves the draft behind, and the next one to come here begins it anew.

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
    draft = final.with_name(f".{final.name}.unfinished")
    draft.mkdir(mode=PRIVATE, exist_ok=True)
    lock = os.open(draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        _claim(lock, draft, final)
        try:
            _empty(draft)
            draft.chmod(PRIVATE)
            yield draft
            _sync_tree(draft)
            _name(draft, final)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
        sync_folder(final.parent)
    finally:
        os.close(lock)


def _claim(lock: int, draft: Path, final: Path) -> None:
    """Be the only one here: the draft is locked, and still what bears its name."""
    busy = NotReady(
        "Another command is writing here.", where=str(final), remedy="Try again when it is done."
    )
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(lock), draft.stat()):
            raise busy
    except (BlockingIOError, FileNotFoundError):
        raise busy from None


def _empty(draft: Path) -> None:
    for path in draft.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


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
