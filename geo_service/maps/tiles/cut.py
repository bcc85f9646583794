"""What was cut out of a layer for one tile, ready to be written."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol, TypeAlias

import numpy as np

from geo_service.arrays import Flags, Floats, Integers
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.coded import Coded

MOST_BYTES = 400_000
"""About as much a tile holds of what lies in it; the buffer comes on top."""
FEATURE_BYTES = 20
"""About as much a feature takes besides its values and points."""
POINT_BYTES = 4
"""About as much a point of a line takes."""

Box: TypeAlias = tuple[float, float, float, float]


class Shape(IntEnum):
    """What the features of a layer are; the numbers are those of the tiles' format."""

    POINT = 1
    LINE = 2
    POLYGON = 3
    """One ring each, without holes."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """m features of q parts of p points."""

    shape: Shape
    x: Integers
    """Shape (p,): in units of the tile, to the east."""
    y: Integers
    """Shape (p,): to the south."""
    parts: Integers
    """Shape (q + 1,): part i is the points parts[i] to parts[i + 1]."""
    features: Integers
    """Shape (m + 1,): feature i is the parts features[i] to features[i + 1]."""
    fields: tuple[Coded, ...]
    """Of the m features."""

    def __len__(self) -> int:
        return len(self.features) - 1


class Cutter(Protocol):
    """A layer that is ready to be cut."""

    @property
    def shape(self) -> Shape:
        """What its features are."""

    @property
    def fields(self) -> tuple[Coded, ...]:
        """What they tell."""

    @property
    def box(self) -> Box | None:
        """Least x and y, greatest x and y in sides of the square; None: there is nothing."""

    @property
    def from_zoom(self) -> int:
        """Tiles of lesser zooms are empty."""

    def cut(self, tile: Tile) -> Cut:
        """Cut a tile out."""


def box_of(x: Floats, y: Floats) -> Box | None:
    """Return the box of places; None if there are none."""
    if len(x) == 0:
        return None
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())


def whole_parts(
    shape: Shape, x: Floats, y: Floats, part: Integers, parts: int
) -> tuple[Integers, Integers, Integers, Flags]:
    """Round the points of parts to whole units, and leave out what then is nothing.

    Parameters
    ----------
    shape : Shape
        Lines need two points that differ, rings an area.
    x, y : ndarray of float, shape (p,)
        In units of the tile; rings without their last point, which is the first.
    part : ndarray of int, shape (p,)
        To which part each belongs; ascending.
    parts : int
        How many parts there are.

    Returns
    -------
    x, y : ndarray of int
        The points kept, part after part; rings run as the format wants outer ones, with the sun.
    counts : ndarray of int, shape (kept parts,)
        How many points each part kept has.
    kept : ndarray of bool, shape (parts,)
        Which parts are kept.
    """
    whole_x, whole_y = np.rint(x).astype(np.int64), np.rint(y).astype(np.int64)
    moves = np.ones(len(part), dtype=np.bool_)
    moves[1:] = (np.diff(part) != 0) | (np.diff(whole_x) != 0) | (np.diff(whole_y) != 0)
    whole_x, whole_y, part = whole_x[moves], whole_y[moves], part[moves]
    counts = np.bincount(part, minlength=parts)
    if shape is Shape.LINE:
        kept = counts >= 2
    else:
        area = _twice_area(whole_x, whole_y, part, counts)
        kept = area != 0
        order = _turned(part, counts, area < 0)
        whole_x, whole_y = whole_x[order], whole_y[order]
    stays = kept[part]
    return whole_x[stays], whole_y[stays], counts[kept], kept


def offsets_of(counts: Integers) -> Integers:
    """Return where each begins, and where the last ends, of so many after each other."""
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _twice_area(x: Integers, y: Integers, part: Integers, counts: Integers) -> Integers:
    """Return twice the area of rings, positive where they run with the sun (south is down)."""
    first = offsets_of(counts)[:-1]
    following = np.arange(1, len(x) + 1)
    ends = first[counts > 0] + counts[counts > 0] - 1
    following[ends] = first[counts > 0]
    crossed = x * y[following] - x[following] * y
    # Whole numbers this small are exact as floats.
    return np.bincount(part, crossed, minlength=len(counts)).astype(np.int64)


def _turned(part: Integers, counts: Integers, turn: Flags) -> Integers:
    """Return the order of points in which some parts run the other way round."""
    first = offsets_of(counts)[:-1]
    place = np.arange(len(part))
    mirrored = 2 * first[part] + counts[part] - 1 - place
    return np.where(turn[part], mirrored, place)
