"""Files that appear whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


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
        The same name in a folder of its own beside it, for formats that write more than one file
        on the way; that folder is gone afterwards whatever happens.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent, prefix=".unfinished-") as folder:
        unfinished = Path(folder) / path.name
        yield unfinished
        unfinished.replace(path)
