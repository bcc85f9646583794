"""Where no issue is near: most of a city, on most days, and told without a single distance.

Squares of equal latitude and longitude cover the issues and what lies around them. A square is
quiet if no issue lies within the radius of it or of the squares beside it. So a segment whose two
ends lie in the same or in neighbouring quiet squares passes no issue: none of its points is
farther from one of its ends than a square is wide.
"""

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats
from geo_service.compiled import compiled

Cell: TypeAlias = tuple[int, int, int]
"""Row, column, and the place in ``QuietCells.near``."""

CELL_M = 32.0
"""A little more than riders go between two fixes; smaller squares are quiet more often."""
_MOST_CELLS = 1 << 24
_REACHED = 2
"""A square in which an issue can be reached, and those beside it: the rings that are not quiet."""


class Squares(NamedTuple):
    """How the squares lie, row after row from the south-west."""

    rows: int
    columns: int
    south: float
    """Latitude of the lower left corner, degrees."""
    west: float
    """Longitude of that corner, -180 to 180."""
    rows_per_degree: float
    columns_per_degree: float


class QuietCells(NamedTuple):
    """Where it is quiet; compiled functions take it as it is."""

    squares: Squares
    near: NDArray[np.bool_]
    """Shape (rows * columns + 1,): whether an issue may be near; the last square is all outside."""


def quiet_cells(
    lat: Floats, east: Floats, west: float, reach: tuple[float, float], per_degree: float
) -> QuietCells:
    """Tell where no issue is near.

    Parameters
    ----------
    lat : ndarray of float, shape (s,)
        Of the issues, degrees; at least one.
    east : ndarray of float, shape (s,)
        Degrees east of ``west``, 0 to 360.
    west : float
        Longitude of the issue that is farthest west, degrees.
    reach : tuple of float
        How far outside a segment's latitudes and longitudes an issue within the radius can lie,
        degrees. Longitudes that reach around the earth make nothing quiet.
    per_degree : float
        Metres that a degree of latitude has at least.

    Returns
    -------
    QuietCells
        Raises nothing.
    """
    lat_reach, lon_reach = reach
    if lon_reach >= 180.0 or float(east.max()) >= 180.0:
        return QuietCells(Squares(1, 1, -90.0, -180.0, 0.0, 0.0), np.ones(2, dtype=np.bool_))
    # As high as the radius reaches, so that one ring of squares holds all that is within it.
    high = max(CELL_M / per_degree, lat_reach)
    wide = max(high * lon_reach / lat_reach, lon_reach)
    south, north = float(lat.min()), float(lat.max())
    while True:
        rows = int((north - south) / high) + 1 + 2 * _REACHED
        columns = int(float(east.max()) / wide) + 1 + 2 * _REACHED
        if rows * columns <= _MOST_CELLS:
            break
        high, wide = high * 1.5, wide * 1.5
    near = np.zeros(rows * columns + 1, dtype=np.bool_)
    _mark(lat - south, east, high, wide, columns, near)
    squares = Squares(
        rows,
        columns,
        south - _REACHED * high,
        (west - _REACHED * wide + 180.0) % 360.0 - 180.0,
        1.0 / high,
        1.0 / wide,
    )
    return QuietCells(squares, near)


@compiled
def _mark(
    north: Floats, east: Floats, high: float, wide: float, columns: int, near: NDArray[np.bool_]
) -> None:
    """Mark the squares around each issue."""
    for issue in range(len(north)):
        row = int(north[issue] / high) + _REACHED
        column = int(east[issue] / wide) + _REACHED
        for beside in range(row - _REACHED, row + _REACHED + 1):
            for along in range(column - _REACHED, column + _REACHED + 1):
                near[beside * columns + along] = True


@compiled
def cell_at(squares: Squares, lon: float, lat: float) -> Cell:
    """Return a position's square.

    Parameters
    ----------
    squares : Squares
        How they lie.
    lon, lat : float
        WGS-84, decimal degrees.

    Returns
    -------
    row, column : int
        Also outside the squares, so that neighbours are neighbours there too.
    square : int
        The place in ``QuietCells.near``. Raises nothing.
    """
    east = lon - squares.west
    if east < 0.0:
        east += 360.0
    row = math.floor((lat - squares.south) * squares.rows_per_degree)
    column = int(east * squares.columns_per_degree)
    if row < 0 or row >= squares.rows or column >= squares.columns:
        return row, column, squares.rows * squares.columns
    return row, column, row * squares.columns + column


@compiled
def are_beside(here: Cell, there: Cell) -> bool:
    """Say whether two squares are the same or touch; raises nothing."""
    return abs(here[0] - there[0]) <= 1 and abs(here[1] - there[1]) <= 1
