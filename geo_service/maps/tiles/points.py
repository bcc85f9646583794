"""Layers of points: all of them in a tile that has room, else heaps that say how many they are."""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from threading import Lock

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.features.columns import Column, Field, Kind
from geo_service.geometry.tile_address import (
    BUFFER,
    EXTENT,
    FARTHEST_ZOOM,
    Tile,
    finest_units,
    span_of,
    tile_code,
)
from geo_service.maps.tiles.coded import NOTHING, NUMBER_BYTES, Coded, coded, total_sizes
from geo_service.maps.tiles.cut import FEATURE_BYTES, MOST_BYTES, Box, Cut, Shape, box_of

GRIDS = (64, 32, 16, 8, 4, 2, 1)
"""Cells along a tile's side, of which each makes one heap: the first with which there is room."""
KEPT_TILES = 512
"""So many tiles' marks are remembered: neighbours need them too."""
COUNT = Field(
    "count", Kind.INTEGER, "How many there are here; more than 1: what differs is left out."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """What stands in one tile; shape (m,) each."""

    x: Integers
    y: Integers
    fields: tuple[Coded, ...]
    count: Integers

    def sizes(self) -> Integers:
        """Return about how many bytes each takes in a tile."""
        return FEATURE_BYTES + NUMBER_BYTES + total_sizes(self.fields, len(self.x))


class PointLayer:
    """A layer of n points.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        In sides of the square; beyond its east and west they go on around the world.
    fields : tuple of Coded
        Of the n points; a field ``count`` is added.
    """

    shape = Shape.POINT
    from_zoom = 0

    def __init__(self, x: Floats, y: Floats, fields: tuple[Coded, ...]) -> None:
        around = x - np.floor(x)
        units = finest_units(around), finest_units(y)
        code = tile_code(*units)
        order = np.argsort(code, kind="stable")
        self._code = code[order]
        self._x, self._y = units[0][order], units[1][order]
        self._fields = tuple(field.of(order) for field in fields)
        self._sizes = FEATURE_BYTES + total_sizes(self._fields, len(x))
        self._lock = Lock()
        self._known: OrderedDict[Tile, _Marks] = OrderedDict()
        self.box: Box | None = box_of(around, y)
        self.fields = *fields, coded(COUNT, Column.of(Kind.INTEGER, []))

    def cut(self, tile: Tile) -> Cut:
        """Cut a tile out.

        Parameters
        ----------
        tile : Tile
            Each point is in one tile of a zoom; tiles around it repeat those in their buffers, as
            far as there is room.
        """
        pieces = [self._marks(tile), *self._beside(tile)]
        x = np.concatenate([piece.x for piece in pieces])
        y = np.concatenate([piece.y for piece in pieces])
        count = np.concatenate([piece.count for piece in pieces])
        counted = coded(COUNT, Column(Kind.INTEGER, count, np.zeros(len(x), dtype=np.bool_)))
        fields = *map(_joined, *(piece.fields for piece in pieces)), counted
        places = np.arange(len(x) + 1)
        return Cut(self.shape, x, y, parts=places, features=places, fields=fields)

    def _beside(self, tile: Tile) -> Iterator[_Marks]:
        """Yield what the tiles around have in a tile's buffer, until that is full."""
        room = MOST_BYTES // 4
        for down in (-1, 0, 1):
            for right in (-1, 0, 1):
                other = Tile(tile.zoom, tile.column + right, tile.row + down)
                if (right, down) == (0, 0) or not other.is_there:
                    continue
                marks = self._marks(other)
                x, y = marks.x + right * EXTENT, marks.y + down * EXTENT
                near = (x >= -BUFFER) & (x < EXTENT + BUFFER) & (y >= -BUFFER)
                rows = np.flatnonzero(near & (y < EXTENT + BUFFER))
                fields = tuple(field.of(rows) for field in marks.fields)
                piece = _Marks(x[rows], y[rows], fields, marks.count[rows])
                room -= int(piece.sizes().sum())
                if room < 0:
                    return
                yield piece

    def _marks(self, tile: Tile) -> _Marks:
        with self._lock:
            known = self._known.get(tile)
            if known is not None:
                self._known.move_to_end(tile)
                return known
        marks = self._make(tile)
        with self._lock:
            self._known[tile] = marks
            if len(self._known) > KEPT_TILES:
                self._known.popitem(last=False)
        return marks

    def _make(self, tile: Tile) -> _Marks:
        first, last = np.searchsorted(self._code, span_of(tile))
        rows = np.arange(first, last)
        coarser = FARTHEST_ZOOM - tile.zoom
        x = (self._x[rows] >> coarser) - tile.column * EXTENT
        y = (self._y[rows] >> coarser) - tile.row * EXTENT
        fields = tuple(field.of(rows) for field in self._fields)
        if self._sizes[rows].sum() <= MOST_BYTES:
            return _Marks(x, y, fields, np.ones(len(rows), dtype=np.int64))
        for cells in GRIDS:
            heaps = _heap(x, y, fields, cells)
            if heaps.sizes().sum() <= MOST_BYTES:
                break
        return heaps


def _heap(x: Integers, y: Integers, fields: tuple[Coded, ...], cells: int) -> _Marks:
    """Make one mark of all points of a cell, in their middle, with what they all have alike."""
    cell = (x * cells // EXTENT) * cells + y * cells // EXTENT
    order = np.argsort(cell, kind="stable")
    begins = np.flatnonzero(np.diff(cell[order], prepend=-1))
    count = np.diff(begins, append=len(order))
    alike = []
    for field in fields:
        code = field.code[order]
        least, most = np.minimum.reduceat(code, begins), np.maximum.reduceat(code, begins)
        alike.append(replace(field, code=np.where(least == most, least, NOTHING)))
    return _Marks(
        np.add.reduceat(x[order], begins) // count,
        np.add.reduceat(y[order], begins) // count,
        tuple(alike),
        count,
    )


def _joined(*pieces: Coded) -> Coded:
    """Join what several pieces tell of one field."""
    return replace(pieces[0], code=np.concatenate([piece.code for piece in pieces]))
