"""Files that appear whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give another name to write under; when that is done, the file takes its own name at once.

    Parameters
    ----------
    path : Path
        The file to be; its folder is made if need be. What was there stays until the end.

    Yields
    ------
    Path
        A name beside it, gone afterwards whatever happens.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
