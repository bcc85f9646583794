"""Issues as arrays, and the metric grid that finds those near a segment.

The grid has rows of equal latitude and columns of equal longitude, about ``CELL_M`` metres each
way. Issues are kept by cell, row after row, so that neighbouring cells of a row are one slice.
Longitudes count eastwards from the far side of the widest gap between issues: the 180th meridian
is no seam. The grid only proposes; distances are measured on each issue's own plane.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.compiled import compiled
from geo_service.domain.issue import Issue
from geo_service.geometry.grid import group_rows
from geo_service.overlay.tangent_plane import planes_at

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

STILL_OPEN = int(np.iinfo(np.int64).max)
CELL_M = 48.0
_MOST_CELLS = 1 << 21
"""Sixteen megabytes; issues spread wider than that get larger cells."""
_POLAR_DEGREES = 89.0
"""Beyond this, columns are too narrow to mean anything, and a segment may go over the pole."""
_SHORTEST_RADIUS_M = 6_335_000.0
"""No radius of curvature of the ellipsoid is shorter: angles computed with it are never short."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class IssuePoints:
    """Where i issues are and when each is open; WGS-84, decimal degrees."""

    lon: Floats
    """Shape (i,)."""
    lat: Floats
    """Shape (i,)."""
    interval_offsets: Integers
    """Shape (i + 1,): issue p's intervals are rows offsets[p] to offsets[p + 1]."""
    interval_from: Integers
    """Open from this moment, microseconds UTC."""
    interval_to: Integers
    """Closed from this moment on, microseconds UTC; ``STILL_OPEN`` if it has not been."""

    def __len__(self) -> int:
        return len(self.lon)


class IssueGrid(NamedTuple):
    """Some of the issues by grid cell; position s in the order of cells is called a *slot*."""

    issue: Integers
    """Shape (s,): the issue in each slot, as a row of the points the grid was built from."""
    planes: Floats
    """Shape (s, 8): each slot's plane, as :func:`planes_at` gives it."""
    offsets: Integers
    """Shape (rows * columns + 1,): the slots of a cell, cells row after row."""
    rows: int
    columns: int
    west: float
    """Longitude of the first column's west side, degrees."""
    south: float
    """Latitude of the first row's south side, degrees."""
    rows_per_degree: float
    columns_per_degree: float
    lat_reach: float
    """An issue within the radius lies at most this far outside a segment's latitudes, degrees."""
    lon_reach: Floats
    """Shape (rows,): the same for the longitudes, for the issues of each row, degrees."""


def issue_points(issues: Sequence[Issue]) -> IssuePoints:
    """Turn issues into arrays, one row an issue, in the same order.

    Parameters
    ----------
    issues : sequence of Issue
        Their times are aware. Intervals that end before or when they begin are never open.

    Returns
    -------
    IssuePoints
        Raises nothing.
    """
    intervals = [one.open_intervals for one in issues]
    flat = [interval for several in intervals for interval in several]
    return IssuePoints(
        lon=np.array([one.lon for one in issues], dtype=np.float64),
        lat=np.array([one.lat for one in issues], dtype=np.float64),
        interval_offsets=np.cumsum([0, *(len(several) for several in intervals)], dtype=np.int64),
        interval_from=np.array([_microseconds(start) for start, _ in flat], dtype=np.int64),
        interval_to=np.array(
            [STILL_OPEN if end is None else _microseconds(end) for _, end in flat], dtype=np.int64
        ),
    )


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def open_during(points: IssuePoints, from_us: int, to_us: int) -> Integers:
    """Find the issues that are open at some moment from ``from_us`` to ``to_us``, both included.

    Parameters
    ----------
    points : IssuePoints
        The issues.
    from_us, to_us : int
        Microseconds UTC.

    Returns
    -------
    ndarray of int, shape (m,)
        Rows of ``points``, ascending. Raises nothing.
    """
    within = (
        (points.interval_from <= to_us)
        & (points.interval_to > from_us)
        & (points.interval_from < points.interval_to)
    )
    owner = np.repeat(np.arange(len(points)), np.diff(points.interval_offsets))
    return np.unique(owner[within]).astype(np.int64)


def build_grid(
    points: IssuePoints, issues: Integers, *, radius_m: float, longest_m: float
) -> IssueGrid:
    """Put issues into a grid.

    Parameters
    ----------
    points : IssuePoints
        All issues.
    issues : ndarray of int, shape (s,)
        The rows of ``points`` to put in; at least one.
    radius_m : float
        How near a segment an issue must be to be found, metres.
    longest_m : float
        No segment will be longer, metres.

    Returns
    -------
    IssueGrid
        Raises nothing.
    """
    lon, lat = points.lon[issues], points.lat[issues]
    south, north = float(lat.min()), float(lat.max())
    west, span = _widest_gap_left_out(lon)
    highest = max(abs(south), abs(north)) + math.degrees((longest_m + radius_m) / _SHORTEST_RADIUS_M)
    polar, high = highest > _POLAR_DEGREES, math.radians(min(highest, _POLAR_DEGREES))
    # A geodesic leaves the latitudes of its ends by at most L² tan(latitude) / 8R.
    beyond_m = longest_m if polar else longest_m**2 * math.tan(high) / 5.0e7
    rows_per_degree = math.radians(_SHORTEST_RADIUS_M) / max(CELL_M, radius_m)
    columns_per_degree = 0.0 if polar else rows_per_degree * math.cos(high)
    cells = ((north - south) * rows_per_degree + 1) * (span * columns_per_degree + 1)
    coarser = max(1.0, math.sqrt(cells / _MOST_CELLS))
    rows_per_degree, columns_per_degree = rows_per_degree / coarser, columns_per_degree / coarser
    rows = int((north - south) * rows_per_degree) + 1
    columns = int(span * columns_per_degree) + 1
    row = ((lat - south) * rows_per_degree).astype(np.int64)
    column = (np.mod(lon - west, 360.0) * columns_per_degree).astype(np.int64)
    offsets, order = group_rows(row * columns + np.minimum(column, columns - 1), rows * columns)
    sides = np.abs(south + np.arange(rows + 1) / rows_per_degree)
    return IssueGrid(
        issue=issues[order],
        planes=planes_at(lon[order], lat[order]),
        offsets=offsets,
        rows=rows,
        columns=columns,
        west=west,
        south=south,
        rows_per_degree=rows_per_degree,
        columns_per_degree=columns_per_degree,
        lat_reach=min(180.0, math.degrees((radius_m + beyond_m) / _SHORTEST_RADIUS_M)),
        lon_reach=_lon_reach(np.maximum(sides[:-1], sides[1:]), radius_m),
    )


def _widest_gap_left_out(lon: Floats) -> tuple[float, float]:
    """Return where the longitudes begin and how far east they go, the short way round."""
    around = np.unique(np.mod(lon, 360.0))
    gaps = np.diff(around, append=around[0] + 360.0)
    widest = int(np.argmax(gaps))
    west, span = around[(widest + 1) % len(around)], 360.0 - gaps[widest]
    # A tenth of a millimetre more, lest rounding take the first issue for one 360 degrees on.
    return float(west) - 1e-9, float(span) + 2e-9


def _lon_reach(highest: Floats, radius_m: float) -> Floats:
    """Return half the longitudes that a circle about a point of a latitude covers, degrees."""
    level = np.cos(np.radians(np.minimum(highest, 90.0)))
    sine = math.sin(min(radius_m / _SHORTEST_RADIUS_M, math.pi / 2.0))
    around = sine >= level
    return np.where(
        around, 180.0, np.degrees(np.arcsin(sine / np.where(around, 1.0, level))) * 1.001
    )


@compiled
def slots_near(
    grid: IssueGrid,
    lon_from: float,
    lat_from: float,
    lon_to: float,
    lat_to: float,
    found: Integers,
) -> int:
    """Find the issues that may lie within the radius of a segment, and a few more.

    Parameters
    ----------
    grid : IssueGrid
        The issues.
    lon_from, lat_from, lon_to, lat_to : float
        The segment, no longer than the grid was built for; WGS-84, decimal degrees.
    found : ndarray of int, shape (3 * slots,)
        Receives slots; one may come twice where the grid goes round the earth.

    Returns
    -------
    int
        How many entries of ``found`` are filled. Raises nothing.
    """
    low = (min(lat_from, lat_to) - grid.lat_reach - grid.south) * grid.rows_per_degree
    high = (max(lat_from, lat_to) + grid.lat_reach - grid.south) * grid.rows_per_degree
    if not (high >= 0.0 and low < grid.rows):
        return 0
    first_row, last_row = int(max(low, 0.0)), int(min(high, grid.rows - 1.0))
    across = lon_to - lon_from
    if across >= 180.0:
        across -= 360.0
    elif across < -180.0:
        across += 360.0
    start = (min(lon_from, lon_from + across) - grid.west) % 360.0
    across = abs(across)
    count = 0
    for row in range(first_row, last_row + 1):
        reach = grid.lon_reach[row]
        for turn in (0.0, -360.0, 360.0):
            left = (start - reach + turn) * grid.columns_per_degree
            right = (start + across + reach + turn) * grid.columns_per_degree
            if right >= 0.0 and left < grid.columns:
                cell = row * grid.columns
                first = grid.offsets[cell + int(max(left, 0.0))]
                last = grid.offsets[cell + int(min(right, grid.columns - 1.0)) + 1]
                for slot in range(first, last):
                    found[count] = slot
                    count += 1
    return count
