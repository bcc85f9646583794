"""The line over the stretches of a way, from a position to a place."""

from collections.abc import Callable
from typing import TypeAlias, cast

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry import metric
from geo_service.streets.snap_grid import SnapGrid

OfDegrees: TypeAlias = Callable[[float], float]

_wrap = cast("OfDegrees", compiled(metric.wrap_degrees))


@compiled
def draw_line(
    grid: SnapGrid,
    edge_shape: Integers,
    stretches: Integers,
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    ends: tuple[float, float, float, float],
) -> Floats:
    """Draw the line of a way, the straight parts to and from the street included.

    Parameters
    ----------
    grid : SnapGrid
        Of the network; its shape points are read.
    edge_shape : ndarray of int, shape (m + 1,)
        As in the network.
    stretches : ndarray of int, shape (3, r)
        The edges, and the offsets along them at which each stretch starts and ends.
    first, last : tuple of int
        The edge, the offset along it, and millimetres off it, where the street is entered, and
        left. A position less than half a millimetre off stands for its point on the street.
    ends : tuple of float
        Longitude and latitude of the position, then of the place; WGS-84, decimal degrees.

    Returns
    -------
    ndarray of float, shape (2, p)
        Longitudes and latitudes. No point equals the one before, unless all are one: then it is
        there twice. Raises nothing.
    """
    most = 4
    for edge in stretches[0]:
        most += edge_shape[edge + 1] - edge_shape[edge]
    line = np.empty((2, most), dtype=np.float64)
    line[0, 0], line[1, 0] = ends[0], ends[1]
    count = 1
    if first[2] > 0:
        count = _add(line, count, _point_at(grid, edge_shape, first[0], first[1]))
    for number in range(stretches.shape[1]):
        edge, start, end = stretches[0, number], stretches[1, number], stretches[2, number]
        low, high = edge_shape[edge], edge_shape[edge + 1] - 1
        for step in range(1, high - low):
            point = low + step if start < end else high - step
            if min(start, end) < grid.shape_mm[point] < max(start, end):
                count = _add(line, count, (grid.shape_lon[point], grid.shape_lat[point]))
        count = _add(line, count, _point_at(grid, edge_shape, edge, end))
    if last[2] > 0:
        count = _add(line, count, _point_at(grid, edge_shape, last[0], last[1]))
    elif count > 1:
        count -= 1
    count = _add(line, count, (ends[2], ends[3]))
    if count == 1:
        line[:, 1] = line[:, 0]
    return line[:, : max(2, count)]


@compiled
def _add(line: Floats, count: int, point: tuple[float, float]) -> int:
    """Put a point at the end of a line, unless it is there; return how many there are."""
    if line[0, count - 1] == point[0] and line[1, count - 1] == point[1]:
        return count
    line[0, count], line[1, count] = point
    return count + 1


@compiled
def _point_at(
    grid: SnapGrid, edge_shape: Integers, edge: int, offset_mm: int
) -> tuple[float, float]:
    """Return the position at an offset along an edge."""
    point, last = edge_shape[edge], edge_shape[edge + 1] - 1
    while point < last - 1 and grid.shape_mm[point + 1] < offset_mm:
        point += 1
    along = grid.shape_mm[point + 1] - grid.shape_mm[point]
    part = offset_mm - grid.shape_mm[point]
    lon, lat = float(grid.shape_lon[point]), float(grid.shape_lat[point])
    if part > 0:
        share = part / along
        lon += share * _wrap(grid.shape_lon[point + 1] - lon)
        lat += share * (grid.shape_lat[point + 1] - lat)
    # Only a point between others can be beyond the 180th meridian.
    return (_wrap(lon) if abs(lon) > 180.0 else lon), lat
