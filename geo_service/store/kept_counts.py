"""What was counted of a day's trips at issues, kept on disk so that it is not counted again.

Nothing is lost if these files are: they only save time. They name riders by pseudonym, as the
trace lake does.
"""

import json
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from numpy.typing import NDArray

from geo_service.overlay.pass_counts import Counted, Pairs

FORMAT = 1
ENDING = ".npz"


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
            with np.load(self._path(day), allow_pickle=False) as held:
                if str(held["basis"]) != _basis(basis):
                    return None
                pairs = Pairs(held["pair_issue"], held["pair_rider"], held["pair_last_us"])
                riders = json.loads(held["rider_ids"].tobytes())
                marks = held["marks"]
                counted = Counted(
                    issue=np.arange(len(marks)),
                    passes=held["passes"],
                    first_us=held["first_us"],
                    last_us=held["last_us"],
                    closest_m=held["closest_m"],
                    pairs=pairs,
                    rider_ids=tuple(riders),
                )
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
            # Damaged, or of another program: counted again, as if nothing were there.
            return None
        return KeptDay(marks, counted)

    def write(self, day: int, basis: str, kept: KeptDay) -> None:
        """Keep a day's figures in place of earlier ones; where that can't be, keep none."""
        counted = kept.counted
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._folder, suffix=ENDING, delete=False) as file:
                unfinished = Path(file.name)
                try:
                    np.savez(
                        file,
                        basis=np.array(_basis(basis)),
                        marks=kept.marks,
                        passes=counted.passes,
                        first_us=counted.first_us,
                        last_us=counted.last_us,
                        closest_m=counted.closest_m,
                        pair_issue=counted.pairs.issue,
                        pair_rider=counted.pairs.rider,
                        pair_last_us=counted.pairs.last_us,
                        rider_ids=np.frombuffer(json.dumps(counted.rider_ids).encode(), np.uint8),
                    )
                    file.flush()
                    unfinished.replace(self._path(day))
                finally:
                    unfinished.unlink(missing_ok=True)

    def forget(self) -> None:
        """Remove all that is kept."""
        if self._folder.is_dir():
            for path in self._folder.glob(f"*{ENDING}"):
                path.unlink(missing_ok=True)

    def _path(self, day: int) -> Path:
        return self._folder / f"passes-{day}{ENDING}"


def _basis(basis: str) -> str:
    return f"{FORMAT} {basis}"
