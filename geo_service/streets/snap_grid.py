"""A grid over the segments of a network, so that what is near a position is found at once."""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry import metric
from geo_service.streets.network import Network

CELL_M = 80.0
"""Cells of 60 to 100 m hold a handful of segments in a city."""
_CELLS_FOR_EACH_SEGMENT = 8
"""Streets spread over a country get larger cells, or empty ones would fill the memory."""
_LEAST_CELLS = 65_536


class SnapGrid(NamedTuple):
    """The segments of a network, by cell; compiled functions take it as it is."""

    west: float
    """Longitude of the grid's lower left corner, decimal degrees."""
    south: float
    """Latitude of that corner."""
    cell_lon: float
    """Degrees of longitude a cell is wide."""
    cell_lat: float
    """Degrees of latitude a cell is high."""
    columns: int
    rows: int
    offsets: Integers
    """Shape (columns * rows + 1,): the segments of cell c (row * columns + column) are
    ``segment[offsets[c]:offsets[c + 1]]``."""
    segment: Integers
    """Shape (s,): the shape point at which each segment starts."""
    shape_lon: Floats
    """Shape (p,), as in the network."""
    shape_lat: Floats
    shape_mm: Integers
    shape_edge: Integers
    """Shape (p,): the edge of each shape point."""
    edge_rank: Integers
    """Shape (m,): the place of the edge's forward id among all, as text."""


def build_grid(network: Network) -> SnapGrid:
    """Put a network's segments into a grid.

    Parameters
    ----------
    network : Network
        At least one edge.

    Returns
    -------
    SnapGrid
        For ``snap``, ``nearest_point`` and ``segments_near``. Raises nothing of its own.
    """
    lon, lat = network.shape_lon, network.shape_lat
    points = np.diff(network.edge_shape)
    shape_edge = np.repeat(np.arange(network.edges, dtype=np.int64), points)
    segments = np.flatnonzero(shape_edge[1:] == shape_edge[:-1])
    west, south, east, north = network.extent
    width = (east - west) % 360.0
    cell_lon, cell_lat, columns, rows = _cells(width, south, north, len(segments))
    x = np.asarray(metric.wrap_degrees(lon - west - width / 2.0) + width / 2.0) / cell_lon
    y = (lat - south) / cell_lat
    offsets, segment = _fill(x, y, segments, columns, rows)
    return frozen_grid(
        SnapGrid(
            west=west,
            south=south,
            cell_lon=cell_lon,
            cell_lat=cell_lat,
            columns=columns,
            rows=rows,
            offsets=offsets,
            segment=segment,
            shape_lon=lon,
            shape_lat=lat,
            shape_mm=network.shape_mm,
            shape_edge=shape_edge,
            edge_rank=_edge_ranks(network),
        )
    )


def frozen_grid(grid: SnapGrid) -> SnapGrid:
    """Return a grid whose arrays are read-only, as compiled functions expect them."""
    for value in grid:
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    return grid


def _cells(
    width: float, south: float, north: float, segments: int
) -> tuple[float, float, int, int]:
    """Choose the size of cells, in degrees, and how many there are."""
    middle = np.asarray((south + north) / 2.0)
    metres_east = max(float(metric.metres_per_degree_east(middle)), 1.0)
    metres_north = float(metric.metres_per_degree_north(middle))
    most = max(_LEAST_CELLS, _CELLS_FOR_EACH_SEGMENT * segments)
    size_m = CELL_M
    while True:
        columns = int(width * metres_east / size_m) + 1
        rows = int((north - south) * metres_north / size_m) + 1
        if columns * rows <= most:
            return size_m / metres_east, size_m / metres_north, columns, rows
        size_m *= 1.5


def _edge_ranks(network: Network) -> Integers:
    names = np.array([network.edge_id(edge) for edge in range(network.edges)])
    ranks = np.empty(network.edges, dtype=np.int64)
    ranks[np.argsort(names, kind="stable")] = np.arange(network.edges)
    return ranks


@compiled
def _row_span(xa: float, ya: float, xb: float, yb: float, row: int) -> tuple[float, float]:
    """Return the least and greatest x at which a segment is within a row of cells."""
    if ya == yb:
        return min(xa, xb), max(xa, xb)
    least, most = min(ya, yb), max(ya, yb)
    low = min(max(float(row), least), most)
    high = min(max(row + 1.0, least), most)
    at_low = xa + (low - ya) * (xb - xa) / (yb - ya)
    at_high = xa + (high - ya) * (xb - xa) / (yb - ya)
    return min(at_low, at_high), max(at_low, at_high)


@compiled
def _fill(
    x: Floats, y: Floats, segments: Integers, columns: int, rows: int
) -> tuple[Integers, Integers]:
    """List in each cell the segments that cross it; a hair more, against rounding."""
    hair = 1e-6
    offsets = np.zeros(columns * rows + 1, dtype=np.int64)
    listed = np.zeros(0, dtype=np.int64)
    for filling in range(2):
        if filling == 1:
            listed = np.zeros(np.sum(offsets), dtype=np.int64)
            offsets = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(offsets[:-1])))
            free = offsets[:-1].copy()
        for point in segments:
            xa, ya, xb, yb = x[point], y[point], x[point + 1], y[point + 1]
            bottom = max(0, int(np.floor(min(ya, yb) - hair)))
            top = min(rows - 1, int(np.floor(max(ya, yb) + hair)))
            for row in range(bottom, top + 1):
                low, high = _row_span(xa, ya, xb, yb, row)
                left = max(0, int(np.floor(low - hair)))
                right = min(columns - 1, int(np.floor(high + hair)))
                for cell in range(row * columns + left, row * columns + right + 1):
                    if filling == 0:
                        offsets[cell] += 1
                    else:
                        listed[free[cell]] = point
                        free[cell] += 1
    return offsets, listed
