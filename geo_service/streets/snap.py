"""Snapping: the point of a network nearest to a position.

A search looks at rings of the grid's cells outward until nothing unseen can be nearer. Distances
are measured in a frame at the position itself, with the length of a degree of longitude taken
halfway in latitude, so they agree with geodesics to a millimetre within some kilometres, at any
latitude and across the 180th meridian.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, cast

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry import metric
from geo_service.streets.network import Network
from geo_service.streets.snap_grid import SnapGrid, build_grid

__all__ = ["SnapGrid", "Snapped", "build_grid", "nearest_point", "segments_near", "snap"]


_SLACK_M = 0.001
"""What is equally near to a millimetre is to be seen too."""

OfLatitude: TypeAlias = Callable[[float], float]

_east = cast("OfLatitude", compiled(metric.metres_per_degree_east))
_north = cast("OfLatitude", compiled(metric.metres_per_degree_north))


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Where q positions meet the streets; a row a position."""

    edge: Integers
    """Shape (q,): -1 where no street is near enough."""
    offset_mm: Integers
    """Shape (q,): along the edge from its start."""
    off_mm: Integers
    """Shape (q,): straight from the position to the street; -1 with no edge."""
    lon: Floats
    """Shape (q,): of the point on the street; NaN with no edge."""
    lat: Floats
    """Shape (q,)."""
    node: Integers
    """Shape (q,): the junction, if the point is one to a millimetre; otherwise -1."""


@compiled
def _frame(lat: float) -> tuple[float, float, float]:
    """Metres a degree east here, how they change a degree north, and metres a degree north."""
    slope = (_east(lat + 0.005) - _east(lat - 0.005)) / 0.01
    return _east(lat), slope, _north(lat)


@compiled
def _apart(lon: float, origin: float) -> float:
    """Return the degrees from an origin eastward, -180 to 180."""
    difference = lon - origin
    if difference > 180.0:
        return difference - 360.0
    return difference + 360.0 if difference < -180.0 else difference


@compiled
def _onto_segment(
    grid: SnapGrid, point: int, lon: float, lat: float, frame: tuple[float, float, float]
) -> tuple[float, float]:
    """Return how far along a segment its point nearest to a position is (0 to 1), and metres."""
    east, slope, north = frame
    up = grid.shape_lat[point] - lat
    xa, ya = _apart(grid.shape_lon[point], lon) * (east + slope * up / 2.0), up * north
    up = grid.shape_lat[point + 1] - lat
    xb, yb = _apart(grid.shape_lon[point + 1], lon) * (east + slope * up / 2.0), up * north
    dx, dy = xb - xa, yb - ya
    square = dx * dx + dy * dy
    share = 0.0
    if square > 0.0:
        share = min(1.0, max(0.0, -(xa * dx + ya * dy) / square))
    x, y = xa + share * dx, ya + share * dy
    return share, float(np.sqrt(x * x + y * y))


@compiled
def _offset_mm(grid: SnapGrid, point: int, share: float) -> int:
    """Return the millimetres along the edge of a point on one of its segments."""
    along = grid.shape_mm[point + 1] - grid.shape_mm[point]
    return int(grid.shape_mm[point] + int(np.rint(share * along)))


@compiled
def _cell_m(grid: SnapGrid, lat: float, ring: int) -> tuple[float, float]:
    """Return metres that cells have at least, eastward and northward, in the first rings."""
    # Cells look narrower from a position nearer to a pole: distances are taken halfway to it.
    top = max(abs(lat), abs(grid.south), abs(grid.south + grid.rows * grid.cell_lat))
    farthest = min(90.0, top, abs(lat) + (ring + 1) * grid.cell_lat)
    # A degree of latitude changes by 1 % from equator to pole.
    return grid.cell_lon * _east(farthest), grid.cell_lat * _north(lat) * 0.99


@compiled
def _seen_m(x: float, y: float, ring: int, cell_m: tuple[float, float]) -> float:
    """Return how near to a position, in cells, a segment outside the first rings can be."""
    across = min(x - np.floor(x), np.floor(x) + 1.0 - x) + ring
    along = min(y - np.floor(y), np.floor(y) + 1.0 - y) + ring
    return float(min(across * cell_m[0], along * cell_m[1]))


@compiled
def _cell_of(grid: SnapGrid, lon: float, lat: float) -> tuple[float, float]:
    """Return a position in cells from the lower left corner; outside the grid too."""
    half = grid.columns / 2.0
    x = _apart(lon, grid.west + half * grid.cell_lon) / grid.cell_lon + half
    return x, (lat - grid.south) / grid.cell_lat


@compiled
def nearest_point(  # noqa: C901 - rings, rows, cells and ties are one search
    grid: SnapGrid, lon: float, lat: float, max_m: float
) -> tuple[int, int, int, int, float]:
    """Find the edge point nearest to a position.

    Parameters
    ----------
    grid : SnapGrid
        Of the network.
    lon, lat : float
        WGS-84, decimal degrees.
    max_m : float
        How far the point may be, metres.

    Returns
    -------
    edge, offset_mm, off_mm, point : int
        The edge, millimetres along it, millimetres from the position to it, and the shape point
        before it; the edge is -1 if no street is within ``max_m``. Of points equally near to a
        millimetre, the edge with the smaller id wins, then the smaller offset.
    share : float
        How far the point is from that shape point to the next, 0 to 1. Raises nothing.
    """
    frame = _frame(lat)
    x, y = _cell_of(grid, lon, lat)
    column, row = int(np.floor(x)), int(np.floor(y))
    outside = max(-column, column - grid.columns + 1, -row, row - grid.rows + 1, 0)
    last = max(abs(column), abs(grid.columns - 1 - column), abs(row), abs(grid.rows - 1 - row))
    limit = max_m * 1000.0
    best_edge, best_offset, best_point, best_share = -1, 0, -1, 0.0
    best_off, within_m = np.iinfo(np.int64).max, max_m + _SLACK_M
    for ring in range(outside, last + 1):
        cell_m = _cell_m(grid, lat, ring)
        for at_row in range(max(0, row - ring), min(grid.rows - 1, row + ring) + 1):
            along = max(at_row - y, y - at_row - 1.0, 0.0) * cell_m[1]
            left, right, step = column - ring, column + ring, max(1, 2 * ring)
            if abs(at_row - row) == ring:
                # A position far away has rings much longer than the grid is wide.
                left, right, step = max(0, left), min(grid.columns - 1, right), 1
            for at_column in range(left, right + 1, step):
                if at_column < 0 or at_column >= grid.columns:
                    continue
                across = max(at_column - x, x - at_column - 1.0, 0.0) * cell_m[0]
                # A cell whose nearest corner is farther than the best so far holds nothing nearer.
                if across * across + along * along > within_m * within_m:
                    continue
                cell = at_row * grid.columns + at_column
                for listed in range(grid.offsets[cell], grid.offsets[cell + 1]):
                    point = grid.segment[listed]
                    share, metres = _onto_segment(grid, point, lon, lat, frame)
                    off = int(np.rint(metres * 1000.0))
                    if off > limit or off > best_off:
                        continue
                    edge, offset = grid.shape_edge[point], _offset_mm(grid, point, share)
                    if off == best_off:
                        lead = grid.edge_rank[edge] - grid.edge_rank[best_edge]
                        if lead > 0 or (lead == 0 and offset >= best_offset):
                            continue
                    best_edge, best_offset, best_off = edge, offset, off
                    best_point, best_share = point, share
                    within_m = off / 1000.0 + _SLACK_M
        if _seen_m(x, y, ring, cell_m) > within_m:
            break
    return best_edge, best_offset, best_off, best_point, best_share


@compiled
def segments_near(
    grid: SnapGrid,
    lon: float,
    lat: float,
    radius_m: float,
    edge: Integers,
    offset_mm: Integers,
    off_mm: Integers,
) -> int:
    """Find the edges within a radius of a position, each by its nearest point, nearest first.

    Parameters
    ----------
    grid : SnapGrid
        Of the network.
    lon, lat : float
        WGS-84, decimal degrees.
    radius_m : float
        Metres.
    edge, offset_mm, off_mm : ndarray of int, shape (c,), c > 0
        Written: the edge, millimetres along it, and millimetres to it. Where more than c edges
        are within the radius, the c nearest. Equally near ones are in the order of their ids.

    Returns
    -------
    int
        How many were written. Raises nothing.
    """
    frame = _frame(lat)
    x, y = _cell_of(grid, lon, lat)
    column, row = int(np.floor(x)), int(np.floor(y))
    outside = max(-column, column - grid.columns + 1, -row, row - grid.rows + 1, 0)
    unseen_m = _seen_m(x, y, outside - 1, _cell_m(grid, lat, outside - 1))
    if outside > 0 and not unseen_m < radius_m:
        # Machine code does not check bounds: no cell is looked for from no position, either.
        return 0
    ring, last_ring = outside, outside + max(grid.rows, grid.columns)
    while ring < last_ring and _seen_m(x, y, ring, _cell_m(grid, lat, ring)) < radius_m:
        ring += 1
    found = 0
    first, last = max(0, column - ring), min(grid.columns - 1, column + ring)
    for at_row in range(max(0, row - ring), min(grid.rows - 1, row + ring) + 1):
        left, right = at_row * grid.columns + first, at_row * grid.columns + last
        for listed in range(grid.offsets[left], grid.offsets[right + 1]):
            point = grid.segment[listed]
            share, metres = _onto_segment(grid, point, lon, lat, frame)
            if metres > radius_m:
                continue
            off, offset = int(np.rint(metres * 1000.0)), _offset_mm(grid, point, share)
            found = _keep_nearest(
                grid, grid.shape_edge[point], offset, off, edge, offset_mm, off_mm, found
            )
    return found


@compiled
def _keep_nearest(
    grid: SnapGrid,
    edge: int,
    offset: int,
    off: int,
    edges: Integers,
    offsets: Integers,
    offs: Integers,
    found: int,
) -> int:
    """Put a candidate into its place in a sorted list with one row an edge."""
    place = found
    for i in range(found):
        if edges[i] == edge:
            if (offs[i], offsets[i]) <= (off, offset):
                return found
            place = i
            break
    if place == found:
        if found == len(edges):
            last = found - 1
            if (offs[last], grid.edge_rank[edges[last]]) <= (off, grid.edge_rank[edge]):
                return found
            place = last
        else:
            found += 1
    rank = grid.edge_rank[edge]
    while place > 0 and (offs[place - 1], grid.edge_rank[edges[place - 1]]) > (off, rank):
        edges[place], offsets[place] = edges[place - 1], offsets[place - 1]
        offs[place] = offs[place - 1]
        place -= 1
    edges[place], offsets[place], offs[place] = edge, offset, off
    return found


@compiled
def _snap_all(
    grid: SnapGrid, lon: Floats, lat: Floats, max_m: float
) -> tuple[Integers, Integers, Integers, Floats, Floats]:
    count = len(lon)
    edge, offset_mm = np.empty(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    off_mm = np.full(count, -1, dtype=np.int64)
    street_lon, street_lat = np.full(count, np.nan), np.full(count, np.nan)
    for i in range(count):
        edge[i], offset, off, point, share = nearest_point(grid, lon[i], lat[i], max_m)
        if edge[i] < 0:
            continue
        offset_mm[i], off_mm[i] = offset, off
        a, b = grid.shape_lon[point], grid.shape_lon[point + 1]
        street_lon[i] = a + share * _apart(b, a)
        if abs(street_lon[i]) > 180.0:
            street_lon[i] = _apart(street_lon[i], 0.0)
        a, b = grid.shape_lat[point], grid.shape_lat[point + 1]
        street_lat[i] = a + share * (b - a)
    return edge, offset_mm, off_mm, street_lon, street_lat


def snap(network: Network, grid: SnapGrid, lon: Floats, lat: Floats, max_m: float) -> Snapped:
    """Snap positions to the nearest edge point of a network.

    Parameters
    ----------
    network : Network
        The streets.
    grid : SnapGrid
        Its grid.
    lon, lat : ndarray of float, shape (q,)
        WGS-84, decimal degrees.
    max_m : float
        A position farther than this from any street, metres, snaps to none.

    Returns
    -------
    Snapped
        A row a position. Raises nothing of its own.
    """
    lon = np.ascontiguousarray(lon, dtype=np.float64)
    lat = np.ascontiguousarray(lat, dtype=np.float64)
    edge, offset_mm, off_mm, street_lon, street_lat = _snap_all(grid, lon, lat, float(max_m))
    node = np.full(len(edge), -1, dtype=np.int64)
    on_street = edge >= 0
    at_end = on_street & (offset_mm == network.edge_length_mm[edge])
    node[at_end] = network.edge_to[edge[at_end]]
    at_start = on_street & (offset_mm == 0)
    node[at_start] = network.edge_from[edge[at_start]]
    return Snapped(edge, offset_mm, off_mm, street_lon, street_lat, node)
