"""Whether positions fit the streets clearly better when they are read another way."""

import numpy as np

from geo_service.arrays import Integers

NEAR_MM = 100_000
"""A position this far from all streets in both readings says nothing about either."""
ENOUGH = 20
"""With fewer positions than this, chance decides."""
CLEAR_SHARE = 0.55
CLEAR_DEVIATIONS = 3.0


def better_share(ours_mm: Integers, theirs_mm: Integers) -> float:
    """Say how many positions lie nearer to a street in their reading than in ours, if that is sure.

    A sign test on pairs: positions near no street in either reading are left out, and chance is
    excluded at three standard deviations.

    Parameters
    ----------
    ours_mm, theirs_mm : ndarray of int, shape (n,)
        Each position's distance to the nearest street in the two readings; -1: none is near.

    Returns
    -------
    float
        The share, from 0 to 1; 0 where the difference may be chance.
    """
    ours = np.where(ours_mm < 0, NEAR_MM, ours_mm)
    theirs = np.where(theirs_mm < 0, NEAR_MM, theirs_mm)
    telling = (np.minimum(ours, theirs) < NEAR_MM) & (ours != theirs)
    pairs = int(np.count_nonzero(telling))
    if pairs < ENOUGH:
        return 0.0
    share = float(np.count_nonzero(theirs[telling] < ours[telling])) / pairs
    deviations = (share - 0.5) * 2.0 * np.sqrt(pairs)
    return share if share >= CLEAR_SHARE and deviations >= CLEAR_DEVIATIONS else 0.0
