"""Layers of cells: polygons of one ring that lie side by side."""

from typing import Final

import numpy as np
import shapely

from geo_service.arrays import Floats, Integers, Shapes
from geo_service.geometry.tile_address import (
    BUFFER,
    EXTENT,
    FARTHEST_ZOOM,
    Tile,
    finest_units,
    tile_code,
)
from geo_service.maps.tiles.coded import Coded, total_sizes
from geo_service.maps.tiles.cut import (
    FEATURE_BYTES,
    MOST_BYTES,
    POINT_BYTES,
    Box,
    Cut,
    Shape,
    box_of,
    offsets_of,
    whole_parts,
)
from geo_service.maps.tiles.lines import around_the_world

RING_POINTS: Final = 7
"""Points of a hexagon."""
_POLYGON = 3
"""What shapely calls a polygon."""


class CellLayer:
    """A layer of n cells.

    Parameters
    ----------
    shapes : ndarray of shapely polygons, of one part or several, shape (n,)
        In sides of the square; what goes on beyond its east or west is told on the other side too.
    fields : tuple of Coded
        Of the n cells.
    """

    shape = Shape.POLYGON

    def __init__(self, shapes: Shapes, fields: tuple[Coded, ...]) -> None:
        self._row, self._shapes = around_the_world(shapes, np.arange(len(shapes)))
        self._area = shapely.area(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self.fields = fields
        x, y = shapely.get_coordinates(shapes).T
        self.box: Box | None = box_of(x, y)
        first = offsets_of(shapely.get_num_coordinates(shapes).astype(np.int64))[:-1]
        sizes = FEATURE_BYTES + POINT_BYTES * RING_POINTS + total_sizes(fields, len(shapes))
        self.from_zoom = _first_with_room(x[first], y[first], sizes)

    def cut(self, tile: Tile) -> Cut:
        """Cut a tile out, with its buffer; what is smaller than a square unit is left out."""
        box = tile.box(BUFFER)
        near = np.sort(self._tree.query(shapely.box(*box)))
        unit = 1.0 / (EXTENT * 2.0**tile.zoom)
        near = near[self._area[near] >= (unit**2 if tile.zoom >= self.from_zoom else np.inf)]
        clipped = shapely.clip_by_rect(self._shapes[near], *box)
        pieces, feature = shapely.get_parts(clipped, return_index=True)
        is_polygon = (shapely.get_type_id(pieces) == _POLYGON) & ~shapely.is_empty(pieces)
        pieces, feature = pieces[is_polygon], feature[is_polygon]
        points, part = shapely.get_coordinates(shapely.get_exterior_ring(pieces), return_index=True)
        last = np.diff(part, append=len(pieces)) != 0
        x, y, counts, kept = whole_parts(
            self.shape, *tile.units(*points[~last].T), part[~last].astype(np.int64), len(pieces)
        )
        present, parts_of = np.unique(feature[kept], return_counts=True)
        return Cut(
            self.shape,
            x,
            y,
            parts=offsets_of(counts),
            features=offsets_of(parts_of),
            fields=tuple(field.of(self._row[near[present]]) for field in self.fields),
        )


def _first_with_room(x: Floats, y: Floats, sizes: Integers) -> int:
    """Return from which zoom on every tile has room for all its cells."""
    code = tile_code(finest_units(x - np.floor(x)), finest_units(y))
    order = np.argsort(code)
    code, sizes = code[order], sizes[order]
    for zoom in range(FARTHEST_ZOOM, -1, -1):
        tiles = code >> 2 * (FARTHEST_ZOOM - zoom)
        begins = np.flatnonzero(np.diff(tiles, prepend=-1))
        if len(sizes) and np.add.reduceat(sizes, begins).max() > MOST_BYTES:
            return zoom + 1
    return 0
