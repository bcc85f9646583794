"""Layers of lines: simpler from afar, and where there is no room for all, the foremost ones."""

from functools import partial
from threading import Lock
from typing import NamedTuple

import numpy as np
import shapely

from geo_service.arrays import Floats, Integers, Shapes
from geo_service.geometry.metric import wrap_degrees
from geo_service.geometry.tile_address import BUFFER, EXTENT, Tile
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.packing import take_lines
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

WHOLE_FROM_ZOOM = 14
"""From here on lines are told as they are; a unit is then some 60 cm."""
TOLERANCE = 4.0
"""Farther away a line may leave its street by so many units: a quarter of a pixel,"""
SHORTEST = 4.0
"""and one that is not longer is left out."""
ZOOMS_ALIKE = 2
"""So many zooms share one set of simpler lines, made for the nearest of them."""
AT_ONCE = 8_000
_LINE = 1
"""What shapely calls a line."""


class _Level(NamedTuple):
    """The lines of some zooms, the foremost first."""

    row: Integers
    first_zoom: Integers
    shapes: Shapes
    tree: shapely.STRtree


class _Clipped(NamedTuple):
    """Parts of lines, those of a line one after the other."""

    x: Integers
    """Of all points, part after part,"""
    y: Integers
    """in units of the tile."""
    counts: Integers
    """How many points each part has."""
    feature: Integers
    """The line each part is of, ascending."""


class LineLayer:
    """A layer of n lines, at least one.

    Parameters
    ----------
    shapes : ndarray of shapely lines, of one part or several, shape (n,)
        In sides of the square; what goes on beyond its east or west is told on the other side too.
    fields : tuple of Coded
        Of the n lines.
    rank : ndarray, shape (n,)
        Where there is no room for all, those of greater rank are told; they lie on top.
    first_zoom : ndarray of int, shape (n,)
        From which zoom on each is told.
    """

    shape = Shape.LINE
    from_zoom = 0

    def __init__(
        self,
        shapes: Shapes,
        fields: tuple[Coded, ...],
        rank: Floats | Integers,
        first_zoom: Integers,
    ) -> None:
        order = np.argsort(-rank, kind="stable")
        self._row, self._shapes = around_the_world(shapes[order], order)
        self._first_zoom = first_zoom[self._row]
        self._sizes = FEATURE_BYTES + total_sizes(fields, len(shapes))
        self._lock = Lock()
        self._levels: dict[int, _Level] = {}
        self.fields = fields
        self.box: Box | None = box_of(*shapely.get_coordinates(shapes).T)

    def cut(self, tile: Tile) -> Cut:
        """Cut a tile out, with its buffer."""
        level = self._level(tile.zoom)
        near = np.sort(level.tree.query(shapely.box(*tile.box(BUFFER))))
        near = near[level.first_zoom[near] <= tile.zoom]
        pieces, size = [_clipped(level.shapes[:0], tile)], 0
        # The foremost first: behind those that fill the tile none need be looked at.
        for begin in range(0, len(near), AT_ONCE):
            some = near[begin : begin + AT_ONCE]
            piece = _clipped(level.shapes[some], tile)
            pieces.append(piece._replace(feature=some[piece.feature]))
            present = np.unique(pieces[-1].feature)
            size += int(self._sizes[level.row[present]].sum()) + POINT_BYTES * len(piece.x)
            if size > MOST_BYTES:
                break
        return self._foremost(level.row, _Clipped(*map(np.concatenate, zip(*pieces, strict=True))))

    def _foremost(self, rows: Integers, clipped: _Clipped) -> Cut:
        """Take the first features for which there is room, and put them on top of the others."""
        present, parts_of = np.unique(clipped.feature, return_counts=True)
        first_part, first_point = offsets_of(parts_of), offsets_of(clipped.counts)
        points_of = np.diff(first_point[first_part])
        size = self._sizes[rows[present]] + POINT_BYTES * points_of
        room = int(np.searchsorted(np.cumsum(size), MOST_BYTES, side="right"))
        # What is drawn later lies on top.
        taken = np.arange(room)[::-1]
        part, features = take_lines(first_part, taken)
        point, parts = take_lines(first_point, part)
        return Cut(
            self.shape,
            clipped.x[point],
            clipped.y[point],
            parts=parts,
            features=features,
            fields=tuple(field.of(rows[present[taken]]) for field in self.fields),
        )

    def _level(self, zoom: int) -> _Level:
        nearest = min(-(-zoom // ZOOMS_ALIKE) * ZOOMS_ALIKE, WHOLE_FROM_ZOOM)
        with self._lock:
            level = self._levels.get(nearest)
            if level is None:
                level = self._levels[nearest] = self._make(nearest)
            return level

    def _make(self, zoom: int) -> _Level:
        row, first_zoom, shapes = self._row, self._first_zoom, self._shapes
        if zoom < WHOLE_FROM_ZOOM:
            unit = 1.0 / (EXTENT * 2.0**zoom)
            seen = (first_zoom <= zoom) & (shapely.length(shapes) >= SHORTEST * unit)
            row, first_zoom = row[seen], first_zoom[seen]
            shapes = shapely.simplify(shapes[seen], TOLERANCE * unit, preserve_topology=False)
        return _Level(row, first_zoom, shapes, shapely.STRtree(shapes))


def on_square(shapes: Shapes) -> Shapes:
    """Project shapes to the square of web maps.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        WGS-84, decimal degrees, narrower than half the globe.

    Returns
    -------
    ndarray of shapely geometries, shape (n,)
        In sides of the square. What was cut at the 180th meridian, or leaps there, goes on beyond.
    """
    points, shape = shapely.get_coordinates(shapes, return_index=True)
    first = points[np.searchsorted(shape, shape), 0]
    lon = first + wrap_degrees(points[:, 0] - first)
    square = np.column_stack(to_square(lon, points[:, 1]))
    return np.asarray(shapely.set_coordinates(shapes.copy(), square))


def around_the_world(shapes: Shapes, rows: Integers) -> tuple[Integers, Shapes]:
    """Repeat on the other side what goes on beyond the square.

    Parameters
    ----------
    shapes : ndarray of shapely geometries, shape (n,)
        In sides of the square.
    rows : ndarray of int, shape (n,)
        Their numbers.

    Returns
    -------
    rows, shapes : ndarray
        As given; those beyond the west or the east come twice, one after the other.
    """
    box = shapely.bounds(shapes).reshape(-1, 4)
    aside = np.where(box[:, 2] > 1.0, -1.0, np.where(box[:, 0] < 0.0, 1.0, 0.0))
    twice = np.repeat(np.arange(len(shapes)), np.where(aside != 0.0, 2, 1))
    again = np.zeros(len(twice), dtype=np.bool_)
    again[1:] = np.diff(twice) == 0
    moved = shapes[twice]
    for step in (-1.0, 1.0):
        these = again & (aside[twice] == step)
        moved[these] = shapely.transform(moved[these], partial(np.add, (step, 0.0)))
    return rows[twice], moved


def _clipped(shapes: Shapes, tile: Tile) -> _Clipped:
    """Cut lines at a tile's buffer, and bring what is left to whole units."""
    clipped = shapely.clip_by_rect(shapes, *tile.box(BUFFER))
    parts, feature = shapely.get_parts(clipped, return_index=True)
    is_line = (shapely.get_type_id(parts) == _LINE) & ~shapely.is_empty(parts)
    parts, feature = parts[is_line], feature[is_line]
    points, part = shapely.get_coordinates(parts, return_index=True)
    x, y, counts, kept = whole_parts(
        Shape.LINE, *tile.units(*points.T), part.astype(np.int64), len(parts)
    )
    return _Clipped(x, y, counts, feature[kept])
