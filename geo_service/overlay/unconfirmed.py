"""Issues that many riders have passed since anybody last said that they are there."""

import numpy as np

from geo_service.arrays import Flags, Integers


def to_confirm(still_open: Flags, riders_since_confirmed: Integers, riders: int) -> Integers:
    """Choose the issues that riders could confirm.

    Parameters
    ----------
    still_open : ndarray of bool, shape (i,)
        Whether each issue is open; there is nothing to confirm of a closed one.
    riders_since_confirmed : ndarray of int, shape (i,)
        How many distinct riders have passed it since it was last confirmed.
    riders : int
        So many at least.

    Returns
    -------
    ndarray of int, shape (c,)
        Their rows, most riders first, then in order. Raises nothing.
    """
    rows = np.flatnonzero(still_open & (riders_since_confirmed >= riders))
    return rows[np.argsort(-riders_since_confirmed[rows], kind="stable")]
