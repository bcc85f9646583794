"""A cost of two parts in one whole number: what is minimised, and what decides between equals.

The first part, millimetres or milliseconds, stands above the second one's 32 bits, so sums and
comparisons of packed costs are those of the pairs. A way whose first part is 2**29 or more
(537 km, or six days) counts as none. Below that the second part fits: nobody moves slower than
0.6 m/s or faster than 25 km/h.
"""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo_service.compiled import compiled

Whole = TypeVar("Whole", int, NDArray[np.int64])

SHIFT: Final = 32
LOWER: Final = (1 << SHIFT) - 1
"""The bits below the first part."""
NEVER: Final = 1 << 61
"""There is no way. A sum of two costs is still no less, and fits."""


@compiled
def pack(first: Whole, second: Whole) -> Whole:
    """Pack what is minimised and the other part.

    Parameters
    ----------
    first, second : int, or ndarray of int
        Millimetres or milliseconds, from 0. Raises nothing.
    """
    return (first << SHIFT) + second


@compiled
def pack_measured(millimetres: int, milliseconds: int, by_time: bool) -> int:  # noqa: FBT001 - compiled code takes no keywords alone
    """Pack the parts in the order of a measure.

    Parameters
    ----------
    millimetres, milliseconds : int
        From 0.
    by_time : bool
        Whether seconds are minimised, or metres. Raises nothing.
    """
    if by_time:
        return (milliseconds << SHIFT) + millimetres
    return (millimetres << SHIFT) + milliseconds
