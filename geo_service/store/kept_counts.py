"""What was counted of a day's trips at issues, kept on disk so that it is not counted again.

Nothing is lost if these files are: they only save time. They name riders by pseudonym, as the
trace lake does. A file is a checksum, a line of JSON, and whole numbers of eight bytes.
"""

import json
import zlib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo_service.overlay.pass_counts import Counted, Pairs

FORMAT = 2
ENDING = ".counts"
CHECKSUM_BYTES = 4


@dataclass(frozen=True, slots=True, eq=False)
class KeptDay:
    """A day's figures."""

    marks: NDArray[np.uint64]
    """Shape (c,): what tells each issue's place and life on that day from any other."""
    counted: Counted
    """The figures of these issues; ``issue`` counts them from 0."""


class KeptCounts:
    """The figures of each day that were counted last.

    Parameters
    ----------
    folder : Path
        Made by the first day that is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, day: int, basis: str) -> KeptDay | None:
        """Return what is kept of a day; None if nothing is, or it was counted on another basis.

        Parameters
        ----------
        day : int
            Counted from 1970-01-01.
        basis : str
            What the figures hang on besides the issues: the day's trips, the rule, the program.
        """
        try:
            content = self._path(day).read_bytes()
        except OSError:
            return None
        return _decode(content, basis)

    def write(self, day: int, basis: str, kept: KeptDay) -> None:
        """Keep a day's figures in place of earlier ones; where that can't be, keep none."""
        content = _encode(basis, kept)
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=ENDING, delete=False) as file:
                unfinished = Path(file.name)
                try:
                    file.write(content)
                    file.flush()
                    unfinished.replace(self._path(day))
                finally:
                    unfinished.unlink(missing_ok=True)

    def tidy(self, days: Collection[int]) -> None:
        """Remove what is of no use: days other than these, and what a killed process left.

        Whoever writes a day meanwhile may have to do without it.
        """
        wanted = {self._path(day).name for day in days}
        with suppress(OSError):
            for path in self._folder.iterdir():
                if path.name not in wanted:
                    path.unlink(missing_ok=True)

    def drop(self, days: Collection[int] | None = None) -> None:
        """Forget what is kept of some days, or of all, for it names riders who are no more.

        Raises
        ------
        OSError
            If the disk refuses.
        """
        if days is not None:
            for day in days:
                self._path(day).unlink(missing_ok=True)
        elif self._folder.is_dir():
            for path in self._folder.iterdir():
                path.unlink(missing_ok=True)

    def _path(self, day: int) -> Path:
        return self._folder / f"passes-{day}{ENDING}"


def _encode(basis: str, kept: KeptDay) -> bytes:
    counted = kept.counted
    # As many of the first five as there are issues, of the other three as there are pairs.
    columns: list[NDArray[Any]] = [
        kept.marks,
        counted.passes,
        counted.first_us,
        counted.last_us,
        counted.closest_m,
        counted.pairs.issue,
        counted.pairs.rider,
        counted.pairs.last_us,
    ]
    head = {
        "format": FORMAT,
        "basis": basis,
        "issues": len(kept.marks),
        "pairs": len(counted.pairs.issue),
        "rider_ids": counted.rider_ids,
    }
    body = b"\n".join((json.dumps(head).encode(), b"".join(one.tobytes() for one in columns)))
    return zlib.crc32(body).to_bytes(CHECKSUM_BYTES, "big") + body


def _decode(content: bytes, basis: str) -> KeptDay | None:
    """Read a day's figures; None if they are damaged, of another program, or of another basis."""
    body = content[CHECKSUM_BYTES:]
    # Zeros, as a disk may leave them, have a checksum of zeros if they are few.
    if not body or zlib.crc32(body).to_bytes(CHECKSUM_BYTES, "big") != content[:CHECKSUM_BYTES]:
        return None
    line, _, numbers = body.partition(b"\n")
    head = json.loads(line)
    if (head["format"], head["basis"]) != (FORMAT, basis):
        return None
    issues, pairs = head["issues"], head["pairs"]
    values = np.frombuffer(numbers, dtype=np.int64)
    marks, passes, first_us, last_us, closest_m = values[: 5 * issues].reshape(5, issues)
    by_pair = values[5 * issues :].reshape(3, pairs)
    counted = Counted(
        issue=np.arange(len(marks)),
        passes=passes,
        first_us=first_us,
        last_us=last_us,
        closest_m=closest_m.view(np.float64),
        pairs=Pairs(*by_pair),
        rider_ids=tuple(head["rider_ids"]),
    )
    return KeptDay(marks.view(np.uint64), counted)
