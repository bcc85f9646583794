"""Tiles of web maps: which piece of the square is which, and the units in it."""

from typing import NamedTuple, Self

import numpy as np

from geo_service.arrays import Floats, Integers

EXTENT = 4096
"""A tile's side in its own units, east and south of its north-west corner."""
BUFFER = 64
"""So many units around it are told too, so that what is drawn wide is drawn whole."""
FARTHEST_ZOOM = 22
"""A unit is then about two millimetres."""
_UNIT_BITS = EXTENT.bit_length() - 1


class Tile(NamedTuple):
    """One of the 4^zoom equal pieces of the square of web maps."""

    zoom: int
    column: int
    """From the west, 0 first."""
    row: int
    """From the north, 0 first."""

    @classmethod
    def at(cls, zoom: int, x: float, y: float) -> Self:
        """Name the tile in which a place of the square lies.

        Parameters
        ----------
        zoom : int
            From 0 to ``FARTHEST_ZOOM``.
        x, y : float
            In sides of the square, from its north-west corner; on the far borders of the square
            it is the last tile.
        """
        last = 2**zoom - 1
        return cls(zoom, min(int(x * 2**zoom), last), min(int(y * 2**zoom), last))

    @property
    def is_there(self) -> bool:
        """Whether the square has this tile."""
        side = 1 << self.zoom
        return 0 <= self.column < side and 0 <= self.row < side

    def box(self, around: int = 0) -> tuple[float, float, float, float]:
        """Return least x and y, greatest x and y, in sides of the square.

        Parameters
        ----------
        around : int
            How many units around the tile belong to it.
        """
        side, share = 2.0**self.zoom, around / EXTENT
        return (
            (self.column - share) / side,
            (self.row - share) / side,
            (self.column + 1 + share) / side,
            (self.row + 1 + share) / side,
        )

    def units(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Say where places of the square lie in the tile, in its units.

        Parameters
        ----------
        x, y : ndarray of float, shape (n,)
            In sides of the square.
        """
        side = 2.0**self.zoom
        return (x * side - self.column) * EXTENT, (y * side - self.row) * EXTENT


def finest_units(places: Floats) -> Integers:
    """Return the whole units of the farthest zoom in which places lie, from 0 to the last.

    Shifted right by one bit for each zoom less they are the whole units of that zoom; by twelve
    more, its tiles: so no place is ever in two tiles of a zoom, or in none.

    Parameters
    ----------
    places : ndarray of float, shape (n,)
        In sides of the square, along one axis; beyond the square is taken for its border.
    """
    most = EXTENT << FARTHEST_ZOOM
    return np.clip(np.floor(places * most), 0, most - 1).astype(np.int64)


def tile_code(x: Integers, y: Integers) -> Integers:
    """Give tiles of the farthest zoom numbers of which a tile of any zoom is one span.

    The bits of column and row take turns (G. M. Morton, 1966): tile numbers of a zoom less are
    these, shifted right by two.

    Parameters
    ----------
    x, y : ndarray of int, shape (n,)
        As ``finest_units`` returns them.
    """
    column, row = x >> _UNIT_BITS, y >> _UNIT_BITS
    code = np.zeros(len(x), dtype=np.int64)
    for bit in range(FARTHEST_ZOOM):
        code |= ((column >> bit) & 1) << (2 * bit)
        code |= ((row >> bit) & 1) << (2 * bit + 1)
    return code


def span_of(tile: Tile) -> tuple[int, int]:
    """Return the first tile number of the farthest zoom within a tile, and the first one after."""
    corner = np.array([tile.column << _UNIT_BITS]), np.array([tile.row << _UNIT_BITS])
    number = int(tile_code(*corner)[0])
    left = 2 * (FARTHEST_ZOOM - tile.zoom)
    return number << left, (number + 1) << left
