"""What everybody may know of where riders ride: coarse cells, many riders, rounded counts."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Integers
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.release import round_down
from geo_service.domain.trace import Fixes
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cell_visits
from geo_service.overlay.cells import cell_names
from geo_service.overlay.trimmed_trips import trim_ends
from geo_service.overlay.visit_tally import VisitTally

_USUAL_RULE = PassRule()


@dataclass(frozen=True, slots=True, eq=False)
class ReleasedCells:
    """One row a cell that enough riders were in, ordered by cell; shape (c,) each."""

    cell: tuple[str, ...]
    trips: Integers
    """Rounded down."""
    riders: Integers
    """Distinct ones, rounded down."""

    def __len__(self) -> int:
        return len(self.cell)


def count_released_cells(
    partitions: Iterable[Fixes],
    *,
    resolution: int,
    riders: int,
    step: int,
    trim_m: float,
    rule: PassRule = _USUAL_RULE,
) -> ReleasedCells:
    """Count the trips and riders of each cell that may be released.

    Parameters
    ----------
    partitions : iterable of Fixes
        The trips of one closed period, read partition by partition.
    resolution : int
        H3's, the same for every release.
    riders : int
        A cell with fewer distinct riders is left out.
    step : int
        Counts are rounded down to a multiple of this.
    trim_m : float
        The first and last metres of each trip that are left out.
    rule : PassRule
        Says which fixes are joined by a segment.

    Returns
    -------
    ReleasedCells
        Raises nothing of its own.
    """
    tally, finder = VisitTally(), CellFinder(resolution)
    for fixes in partitions:
        trimmed = trim_ends(fixes, rule, trim_m)
        tally.add(trimmed, cell_visits(trimmed, rule, finder))
    visited = tally.visited()
    enough = visited.riders >= riders
    return ReleasedCells(
        cell=cell_names(visited.place[enough]),
        trips=_rounded(visited.trips[enough], step),
        riders=_rounded(visited.riders[enough], step),
    )


def _rounded(counts: Integers, step: int) -> Integers:
    return np.array([round_down(count, step) for count in counts.tolist()], dtype=np.int64)
