"""What tells an issue's place and life during some time from any other, as one number.

What was counted of a day's trips at an issue holds as long as this number is the same: an issue
that is closed next week had the same life last week.
"""

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.overlay.issue_grid import IssuePoints

Marks = NDArray[np.uint64]

_STEP = np.uint64(0x9E37_79B9_7F4A_7C15)


def life_marks(
    points: IssuePoints, names: Marks, issues: Integers, from_us: int, to_us: int
) -> Marks:
    """Mark the lives of issues between two moments.

    Parameters
    ----------
    points : IssuePoints
        The issues.
    names : ndarray of uint64, shape (i,)
        A number for each issue that stays with it, different for different issues.
    issues : ndarray of int, shape (n,)
        Rows of ``points``.
    from_us, to_us : int
        Microseconds UTC, both included.

    Returns
    -------
    ndarray of uint64, shape (n,)
        Equal for an issue whose place and open intervals between the two moments are equal, and
        different otherwise but for a chance of one in 2^64. Raises nothing.
    """
    marks = _mixed(names[issues], _bits(points.lon[issues]))
    marks = _mixed(marks, _bits(points.lat[issues]))
    first, counts = points.interval_offsets[issues], np.diff(points.interval_offsets)[issues]
    for number in range(int(counts.max(initial=0))):
        having = np.flatnonzero(counts > number)
        row = first[having] + number
        start = np.maximum(points.interval_from[row], from_us)
        end = np.minimum(points.interval_to[row], to_us + 1)
        is_open = start < end
        of = having[is_open]
        marks[of] = _mixed(_mixed(marks[of], _bits(start[is_open])), _bits(end[is_open]))
    return marks


def _bits(values: Floats | Integers) -> Marks:
    return np.ascontiguousarray(values).view(np.uint64)


def _mixed(marks: Marks, more: Marks) -> Marks:
    """Mix numbers into marks.

    The mixing is that of splitmix64 (G. Steele et al., "Fast splittable pseudorandom number
    generators", OOPSLA 2014).
    """
    mixed = (marks ^ more) + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return mixed ^ (mixed >> np.uint64(31))
