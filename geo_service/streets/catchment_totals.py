"""What catchments come to: how much street is near enough, how much is not, and where it is worst.

Lengths are of streets, both directions of a two-way street together.
"""

from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Integers
from geo_service.streets.catchments import Catchments, Spots, farthest_spots


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How well s sites cover a network, millimetres of street."""

    within_mm: Integers
    """Shape (s,): nearest to each site and within the limit."""
    beyond_mm: Integers
    """Shape (s,): nearest to each site but farther than the limit."""
    unreached_mm: int
    """From where no site can be reached."""
    farthest: Spots
    """The farthest position of all, one group."""

    @property
    def total_mm(self) -> int:
        """All streets."""
        return self.near_mm + self.hole_mm

    @property
    def near_mm(self) -> int:
        """Within the limit of any site."""
        return int(self.within_mm.sum())

    @property
    def hole_mm(self) -> int:
        """Farther than the limit from every site."""
        return int(self.beyond_mm.sum()) + self.unreached_mm

    @property
    def share(self) -> float:
        """The part of all streets that is within the limit, 0 to 1."""
        return self.near_mm / self.total_mm if self.total_mm else 0.0


def sum_up(catchments: Catchments, sites: int) -> Coverage:
    """Sum up catchments.

    Parameters
    ----------
    catchments : Catchments
        The pieces.
    sites : int
        How many sites their numbers are of.

    Returns
    -------
    Coverage
        Raises nothing.
    """
    reached = catchments.site >= 0
    near, far = reached & ~catchments.beyond, reached & catchments.beyond
    within_mm, beyond_mm = np.zeros(sites, dtype=np.int64), np.zeros(sites, dtype=np.int64)
    np.add.at(within_mm, catchments.site[near], catchments.length_mm[near])
    np.add.at(beyond_mm, catchments.site[far], catchments.length_mm[far])
    everywhere = np.zeros(len(catchments.edge), dtype=np.int64)
    return Coverage(
        within_mm,
        beyond_mm,
        int(catchments.length_mm[~reached].sum()),
        farthest_spots(catchments, everywhere, 1),
    )


def length_beyond_mm(catchments: Catchments, limits: Integers) -> Integers:
    """Return how much street is farther than each of several limits.

    Parameters
    ----------
    catchments : Catchments
        The pieces, cut at any limit or none.
    limits : ndarray of int, shape (l,)
        Milliseconds or millimetres, as the catchments count.

    Returns
    -------
    ndarray of int, shape (l,)
        Millimetres; along a piece the cost is taken to run straight, as it does to a unit.
        Where no site can be reached, any limit is passed. Raises nothing.
    """
    length, reached = catchments.length_mm, catchments.site >= 0
    low = np.minimum(catchments.cost_start, catchments.cost_end)[reached]
    high = np.maximum(catchments.cost_start, catchments.cost_end)[reached]
    rise = np.maximum(high - low, 1)
    beyond = [
        (length[reached] * np.clip((high - limit) / rise, 0.0, 1.0)).sum() for limit in limits
    ]
    return np.rint(beyond).astype(np.int64) + int(length[~reached].sum())
