"""Sums of filters: what has no result, as a division by zero, is unknown."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Flags, Floats


class Numbers(NamedTuple):
    """A number of every feature, and where there is none."""

    values: NDArray[np.int64] | Floats
    missing: Flags


def _whole_quotient(one: Floats, other: Floats) -> Floats:
    """Divide and drop what is behind the point, as SQL's ``div``."""
    return np.trunc(one / other)


_OPERATIONS: Mapping[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,  # the sign of what is divided, as in SQL
    "div": _whole_quotient,
    "^": np.power,
}


def calculate(op: str, one: Numbers, other: Numbers) -> Numbers:
    """Return what an operation makes of two numbers, in double precision.

    Parameters
    ----------
    op : str
        One of ``+ - * / % div ^``.
    one, other : Numbers

    Returns
    -------
    Numbers
        Missing where one is, and where the result is no finite number.
    """
    with np.errstate(all="ignore"):
        values = _OPERATIONS[op](
            np.asarray(one.values, np.float64), np.asarray(other.values, np.float64)
        )
    return Numbers(values, one.missing | other.missing | ~np.isfinite(values))
