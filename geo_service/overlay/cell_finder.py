"""The cells of many positions, at a small part of what it costs to ask H3 for each.

Squares of equal latitude and longitude, smaller than a cell, each remember the few cells that
meet them, and a position is compared with the borders of those. H3 is asked what meets a square
when the first position falls into it, and for positions that lie on a border, or in none of the
cells remembered: so every answer is H3's.
"""

import math
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.overlay.cells import cell_boundary, cell_names, cell_of, edge_metres
from geo_service.overlay.number_table import (
    EMPTY,
    KEY,
    VALUE,
    empty_table,
    put,
    shift_of,
    slot_of,
    with_room,
)

_METRES_A_DEGREE = 111_000.0
_SIDE = 0.6
"""A square's height, in edges of a cell: so small that it meets three cells or four at most."""
_MOST_CELLS = 5
"""Of a square: those of its corners and of its middle."""
_BORDERS = 10
"""A cell has six, and up to ten where it lies over an edge of H3's icosahedron."""
_ON_BORDER_M = 0.002
_STEEPEST = 80.0
"""Nearer to a pole, where borders are no straight lines in degrees, H3 is asked."""
_BITS = 32


class _Known(NamedTuple):
    """What has been learnt; never changed, so that a thread may read it while another learns."""

    table: Integers
    """Squares and their numbers, as ``number_table`` has them."""
    cells_of_square: Integers
    """Shape (squares, 5): numbers of cells; 0 is none."""
    cells: Integers
    """H3 indexes, by number."""
    places: Floats
    """Shape (cells, 2): a corner of each."""
    borders: Floats
    """Shape (cells, 10, 3): half planes, as seen from there."""


def _nothing() -> _Known:
    # The first cell is none: no position lies inside its borders.
    return _Known(
        empty_table(),
        np.zeros((0, _MOST_CELLS), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
        np.zeros((1, 2)),
        np.zeros((1, _BORDERS, 3)),
    )


class CellFinder:
    """Finds cells, and remembers what H3 said; several threads may use one.

    Parameters
    ----------
    resolution : int
        H3's, from 0 to 15.
    """

    def __init__(self, resolution: int) -> None:
        self.resolution = resolution
        self._per_degree = _METRES_A_DEGREE / (_SIDE * edge_metres(resolution))
        self._known = _nothing()
        self._learning = Lock()

    def __reduce__(self) -> tuple[type["CellFinder"], tuple[int]]:
        """Go to another process without what was learnt."""
        return CellFinder, (self.resolution,)

    def find(self, lon: Floats, lat: Floats) -> Integers:
        """Find the cell each position lies in, as ``cells.cell_of`` does.

        Parameters
        ----------
        lon, lat : ndarray of float, shape (n,)
            WGS-84, decimal degrees; finite.

        Returns
        -------
        ndarray of int, shape (n,)
            H3 indexes. Raises nothing of its own.
        """
        squares = _squares_of(lon, lat, self._per_degree)
        # Plain Python would warn of products that are meant to run over.
        with np.errstate(over="ignore"):
            with self._learning:
                new = np.unique(_missing(squares, self._known.table))
                if len(new):
                    self._known = self._learnt(new)
                known = self._known
            found = _find(lon, lat, squares, *known[:2], *known[3:])
        cells = known.cells[found]
        asked = np.flatnonzero(found == 0)
        cells[asked] = cell_of(lon[asked], lat[asked], self.resolution)
        return cells

    def _learnt(self, new: Integers) -> _Known:
        """Ask H3 which cells meet squares that are new."""
        known, met = self._known, self._cells_at(new)
        places, borders = _described(fresh := np.setdiff1d(met, known.cells))
        cells = np.concatenate((known.cells, fresh))
        order = np.argsort(cells)
        numbers = order[np.searchsorted(cells, met, sorter=order)]
        # Each cell once: a position is compared with it once.
        numbers.sort(axis=1)
        numbers[:, 1:][numbers[:, 1:] == numbers[:, :-1]] = 0
        count = len(known.cells_of_square)
        table = with_room(known.table.copy(), count + len(new))
        put(table, new, np.arange(count, count + len(new)))
        return _Known(
            table,
            np.concatenate((known.cells_of_square, numbers)),
            cells,
            np.concatenate((known.places, places)),
            np.concatenate((known.borders, borders)),
        )

    def _cells_at(self, squares: Integers) -> Integers:
        """Return the cells of each square's corners and of its middle, shape (squares, 5)."""
        row, column = squares >> _BITS, squares & ((1 << _BITS) - 1)
        corners = [(row + up, column + right) for up in (0, 1) for right in (0, 1)]
        keys = np.concatenate([(rows << _BITS) | columns for rows, columns in corners])
        once, back = np.unique(keys, return_inverse=True)
        at_corners = self._ask(once >> _BITS, once & ((1 << _BITS) - 1), 0.0)[back]
        in_middle = self._ask(row, column, 0.5)
        return np.column_stack((at_corners.reshape(4, -1).T, in_middle))

    def _ask(self, row: Integers, column: Integers, share: float) -> Integers:
        """Return the cells at some share of the way across each square."""
        north = np.asarray((row + share) / self._per_degree, dtype=np.float64)
        east = np.asarray((column + share) / self._per_degree, dtype=np.float64)
        return cell_of(east - 180.0, np.minimum(north - 90.0, 90.0), self.resolution)


def _described(cells: Integers) -> tuple[Floats, Floats]:
    """Describe cells: a corner of each, and their borders."""
    described = [_borders_of(np.array(ring)) for ring in cell_boundary(cell_names(cells))]
    places = np.array([place for place, _ in described]).reshape(-1, 2)
    return places, np.array([borders for _, borders in described]).reshape(-1, _BORDERS, 3)


def _borders_of(ring: Floats) -> tuple[Floats, Floats]:
    """Describe a closed ring, anticlockwise, by a corner and by half planes seen from there.

    A position is surely inside if ``a * east + b * north + c > 0``, in degrees, for all of them.
    Borders are geodesics, which leave the straight lines in degrees by at most
    L² tan(latitude) / 8R; a position that is nearer to one is not sure.
    """
    place = ring[0]
    steepest = float(np.abs(ring[:, 1]).max())
    borders = np.zeros((_BORDERS, 3))
    if steepest > _STEEPEST:
        # Zeros are more than 0 nowhere: nothing is surely inside.
        return place, borders
    level = math.cos(math.radians(steepest))
    borders[:, 2] = 1.0
    for number, ((east, north), (beyond, above)) in enumerate(pairwise((ring - place).tolist())):
        along, up = beyond - east, above - north
        metres = _METRES_A_DEGREE * math.hypot(along, up)
        bulge_m = metres * metres * math.tan(math.radians(steepest)) / 5.0e7
        unsure = (_ON_BORDER_M + 2.0 * bulge_m) / (_METRES_A_DEGREE * level)
        borders[number] = -up, along, up * east - along * north - math.hypot(along, up) * unsure
    return place, borders


@compiled
def _squares_of(lon: Floats, lat: Floats, per_degree: float) -> Integers:
    squares = np.empty(len(lon), dtype=np.int64)
    for row in range(len(lon)):
        north, east = int((lat[row] + 90.0) * per_degree), int((lon[row] + 180.0) * per_degree)
        squares[row] = (north << _BITS) | east
    return squares


@compiled
def _missing(keys: Integers, table: Integers) -> Integers:
    """Return the keys that are not in a table; one that comes again at once, only once."""
    missing, count, before = np.empty(len(keys), dtype=np.int64), 0, EMPTY
    shift = shift_of(table)
    for key in keys:
        if key != before and table[slot_of(table, key, shift), KEY] == EMPTY:
            missing[count] = key
            count += 1
        before = key
    return missing[:count]


@compiled
def _find(
    lon: Floats,
    lat: Floats,
    squares: Integers,
    table: Integers,
    cells_of_square: Integers,
    places: Floats,
    borders: Floats,
) -> Integers:
    """Return the number of the cell each position is surely in; 0 if that is not sure."""
    found, before, square = np.zeros(len(lon), dtype=np.int64), EMPTY, 0
    shift = shift_of(table)
    for row in range(len(lon)):
        if squares[row] != before:
            before = squares[row]
            square = table[slot_of(table, before, shift), VALUE]
        for cell in cells_of_square[square]:
            if cell == 0:
                continue
            east, north = lon[row] - places[cell, 0], lat[row] - places[cell, 1]
            if abs(east) > 180.0:
                east -= math.copysign(360.0, east)
            inside = True
            for border in borders[cell]:
                if border[0] * east + border[1] * north + border[2] <= 0.0:
                    inside = False
                    break
            if inside:
                found[row] = cell
                break
    return found
