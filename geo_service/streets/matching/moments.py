"""When a rider was where on the way matched: every fix put on the way, and times between them."""

from collections.abc import Callable
from typing import TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry import metric
from geo_service.streets.matching.most_likely import NONE
from geo_service.streets.matching.ridden import ARC, FROM, PIECE, TO, Way
from geo_service.streets.snap import SnapGrid

OfDegrees: TypeAlias = Callable[[float], float]

_east = cast("OfDegrees", compiled(metric.metres_per_degree_east))
_north = cast("OfDegrees", compiled(metric.metres_per_degree_north))
_wrap = cast("OfDegrees", compiled(metric.wrap_degrees))


@compiled
def _nearest_on_stretch(
    first: int,
    last: int,
    low_mm: int,
    high_mm: int,
    grid: SnapGrid,
    lon: float,
    lat: float,
) -> tuple[int, float]:
    """Return where between two marks of an edge a position is nearest, and how near in metres.

    The edge's shape points are the rows ``first`` to ``last``.
    """
    east, north = _east(lat), _north(lat)
    shape_lon, shape_lat, shape_mm = grid.shape_lon, grid.shape_lat, grid.shape_mm
    best_mm, best_m = low_mm, np.inf
    below = int(np.searchsorted(shape_mm[first:last], low_mm, side="right")) - 1
    point = first + min(max(below, 0), last - first - 2)
    while point < last - 1 and (shape_mm[point] <= high_mm):
        whole = shape_mm[point + 1] - shape_mm[point]
        x = _wrap(shape_lon[point] - lon) * east
        y = (shape_lat[point] - lat) * north
        along_x = _wrap(shape_lon[point + 1] - shape_lon[point]) * east
        along_y = (shape_lat[point + 1] - shape_lat[point]) * north
        square = along_x * along_x + along_y * along_y
        part = 0.0
        if whole > 0:
            least = max(0.0, (low_mm - shape_mm[point]) / whole)
            most = min(1.0, (high_mm - shape_mm[point]) / whole)
            part = min(max(-(x * along_x + y * along_y) / square, least), most)
        off_m = np.hypot(x + part * along_x, y + part * along_y)
        if off_m < best_m:
            best_mm, best_m = shape_mm[point] + int(np.rint(part * whole)), off_m
        point += 1
    return min(max(best_mm, low_mm), high_mm), best_m


@compiled
def _nearest_on_way(
    way: Way,
    row: int,
    low_mm: int,
    high_mm: int,
    edge_shape: Integers,
    grid: SnapGrid,
    lon: float,
    lat: float,
) -> tuple[int, float]:
    """As :func:`_nearest_on_stretch`, in millimetres along the arc of a row."""
    arc = way.rows[row, ARC]
    first, last = edge_shape[arc >> 1], edge_shape[(arc >> 1) + 1]
    whole = grid.shape_mm[last - 1]
    backward = arc & 1
    low, high = (whole - high_mm, whole - low_mm) if backward else (low_mm, high_mm)
    at_mm, off_m = _nearest_on_stretch(first, last, low, high, grid, lon, lat)
    return (whole - at_mm if backward else at_mm), off_m


@compiled
def put_on_way(
    way: Way,
    start_mm: Integers,
    piece: Integers,
    sample_fix: Integers,
    sample_of_fix: Integers,
    lon: Floats,
    lat: Floats,
    edge_shape: Integers,
    grid: SnapGrid,
    radius_m: float,
) -> tuple[Integers, Integers]:
    """Put each fix on the way ridden.

    A fix that is a sample stands where the matcher put it; any other at the nearest point of the
    way between the samples around it, but never behind the fix before.

    Parameters
    ----------
    way : Way
        The way through k samples.
    start_mm : ndarray of int, shape (r + 1,)
        Millimetres from the beginning of the first row to the beginning of each.
    piece : ndarray of int, shape (k,)
        The piece of each sample.
    sample_fix : ndarray of int, shape (k,)
        The fix that each sample is.
    sample_of_fix : ndarray of int, shape (n,)
        The sample each fix is or follows closely; NONE if refused.
    lon, lat : ndarray of float, shape (n,)
        The fixes, WGS-84.
    edge_shape : ndarray of int, shape (m + 1,)
        As in :class:`~geo_service.streets.network.Network`.
    grid : SnapGrid
        The network's grid.
    radius_m : float
        A fix farther than this from the way is refused.

    Returns
    -------
    row : ndarray of int, shape (n,)
        The row of the way on which the fix stands; NONE if refused.
    along_mm : ndarray of int, shape (n,)
        In the measure of ``start_mm``, never falling; NONE if refused. Raises nothing.
    """
    fixes, samples = len(sample_of_fix), len(piece)
    row_of, along = np.full(fixes, NONE, dtype=np.int64), np.full(fixes, NONE, dtype=np.int64)
    reached = 0
    for fix in range(fixes):
        sample = sample_of_fix[fix]
        if sample == NONE:
            continue
        first = way.row[sample]
        stand = start_mm[first] + way.stands_mm[sample] - way.rows[first, FROM]
        is_last = sample + 1 == samples or piece[sample + 1] != piece[sample]
        if fix == sample_fix[sample] or is_last:
            row_of[fix], along[fix] = first, stand
            reached = max(reached, stand)
            continue
        last = way.row[sample + 1]
        nearest = np.inf
        for row in range(first, last + 1):
            low = way.stands_mm[sample] if row == first else way.rows[row, FROM]
            high = way.stands_mm[sample + 1] if row == last else way.rows[row, TO]
            at_mm, off_m = _nearest_on_way(
                way, row, low, high, edge_shape, grid, lon[fix], lat[fix]
            )
            if off_m < nearest:
                nearest, row_of[fix] = off_m, row
                along[fix] = start_mm[row] + at_mm - way.rows[row, FROM]
        if nearest > radius_m:
            row_of[fix], along[fix] = NONE, NONE
        else:
            reached = along[fix] = max(reached, along[fix])
    return row_of, along


@compiled
def time_rows(
    rows: NDArray[np.int64],
    start_mm: Integers,
    row_of_fix: Integers,
    along_mm: Integers,
    t: Integers,
) -> tuple[Integers, Integers]:
    """Tell when each stretch was entered and left, linearly between the fixes on the way.

    Parameters
    ----------
    rows : ndarray of int, shape (r, 4)
        As in :class:`~geo_service.streets.matching.ridden.Way`; each piece has at least one fix.
    start_mm : ndarray of int, shape (r + 1,)
        Millimetres from the beginning of the first row to the beginning of each.
    row_of_fix, along_mm : ndarray of int, shape (n,)
        As :func:`put_on_way` returned them.
    t : ndarray of int, shape (n,)
        When each fix was taken, microseconds.

    Returns
    -------
    t_enter, t_leave : ndarray of int, shape (r,)
        Microseconds. Raises nothing.
    """
    enter, leave = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    fixes = np.flatnonzero(row_of_fix != NONE)
    at = 0
    for row in range(len(rows)):
        piece = rows[row, PIECE]
        if row == 0 or rows[row - 1, PIECE] != piece:
            while rows[row_of_fix[fixes[at]], PIECE] != piece:
                at += 1
            enter[row] = t[fixes[at]]
        else:
            enter[row] = leave[row - 1]
        end = start_mm[row + 1]
        while (
            at + 1 < len(fixes)
            and rows[row_of_fix[fixes[at + 1]], PIECE] == piece
            and along_mm[fixes[at + 1]] <= end
        ):
            at += 1
        here = fixes[at]
        leave[row] = t[here]
        if at + 1 < len(fixes) and rows[row_of_fix[fixes[at + 1]], PIECE] == piece:
            ahead = fixes[at + 1]
            part = (end - along_mm[here]) / (along_mm[ahead] - along_mm[here])
            leave[row] += int(np.rint(part * (t[ahead] - t[here])))
    return enter, leave
