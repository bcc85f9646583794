"""H3 cells as a page draws them."""

import math
from collections.abc import Sequence

import numpy as np

from geo_service.geometry.metric import segment_lengths_m
from geo_service.maps.packing import pack_lines, to_pixels
from geo_service.maps.view import View
from geo_service.overlay.cells import cell_boundary


def pack_cells(cells: Sequence[str], view: View) -> dict[str, object]:
    """Pack the outlines of cells for the page's script."""
    # The page closes rings itself.
    rings = [ring[:-1] for ring in cell_boundary(cells)]
    offsets = np.zeros(len(rings) + 1, dtype=np.int64)
    np.cumsum([len(ring) for ring in rings], out=offsets[1:])
    corners = np.concatenate([np.array(ring) for ring in rings]) if rings else np.empty((0, 2))
    x, y = to_pixels(view.unwrapped(corners[:, 0]), corners[:, 1])
    return pack_lines(x, y, offsets).as_values()


def spacing_m(cells: Sequence[str]) -> float:
    """Measure how far apart the middles of neighbouring cells are, at the first cell.

    A hexagon's edge is as long as its corners are far from the middle; neighbours lie the square
    root of 3 times as far apart.
    """
    ring = np.asarray(cell_boundary(cells[:1])[0], dtype=np.float64)
    edge = segment_lengths_m(ring[:1, 0], ring[:1, 1], ring[1:2, 0], ring[1:2, 1])
    return math.sqrt(3.0) * float(edge[0])
