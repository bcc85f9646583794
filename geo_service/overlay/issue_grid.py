"""Issues as arrays, and the metric grid that finds those near a segment.

The grid has rows of equal latitude and columns of equal longitude, about ``CELL_M`` metres each
way. Issues are kept by cell, row after row, so that neighbouring cells of a row are one slice.
Longitudes count eastwards from the far side of the widest gap between issues: the 180th meridian
is no seam. The grid only proposes; distances are measured on each issue's own plane.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.geometry.grid import group_rows
from geo_service.overlay.quiet_cells import QuietCells, quiet_cells
from geo_service.overlay.tangent_plane import degrees_east, flat_frames_at, planes_at

STILL_OPEN = int(np.iinfo(np.int64).max)
CELL_M = 48.0
_MOST_CELLS = 1 << 22
"""Thirty-two megabytes; issues spread wider than that get larger cells."""
_CELLS_AN_ISSUE = 32
"""More cells than this for each issue take longer to make than they save."""
_WIDEST_DEGREES = 180.0
"""Issues spread wider are not parted into columns, so that no segment meets both ends of a row."""
_LEAST_RADIUS_M = 1e-3
_FULL_TURN = 720.0
"""A reach, in degrees, that nothing escapes."""
_SHORTEST_RADIUS_M = 6_335_000.0
"""No radius of curvature of the ellipsoid is shorter: angles computed with it are never short."""


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
    confirmed_us: Integers
    """Shape (i,): when somebody last said that it is there, a report being the first to say so."""

    def __len__(self) -> int:
        return len(self.lon)


class Ruling(NamedTuple):
    """How the cells lie, and how far outside a segment's box an issue may lie."""

    rows: int
    columns: int
    south: float
    """Latitude of the southernmost issue, degrees."""
    west: float
    """Longitude of the issue that begins the row, degrees."""
    span: float
    """How many degrees further east the last issue is."""
    rows_per_degree: float
    columns_per_degree: float
    lat_reach: float
    """An issue within the radius lies at most this far outside a segment's latitudes, degrees."""
    lon_reach: float
    """And this far outside its longitudes, degrees."""


class IssueGrid(NamedTuple):
    """Some of the issues by grid cell; an issue's place in the order of cells is its *slot*."""

    issue: Integers
    """Shape (s,): the issue in each slot, as a row of the points the grid was built from."""
    places: Floats
    """Shape (s, 7): latitude; degrees east of the ruling's ``west``; four lengths of degrees
    there, as ``flat_frames_at`` gives them; longitude."""
    planes: Floats
    """Shape (s, 8): the plane that touches the earth there, as ``planes_at`` gives it."""
    offsets: Integers
    """Shape (rows * columns + 1,): the slots of a cell, cells row after row."""
    ruling: Ruling
    quiet: QuietCells
    """Where none of the issues is near."""


class Window(NamedTuple):
    """The cells and the degrees in which a segment's issues lie."""

    first_row: int
    end_row: int
    first_column: int
    end_column: int
    low: float
    high: float
    """Latitudes."""
    left: float
    right: float
    """Degrees east of the ruling's ``west``."""
    across: float
    """How many degrees east of its beginning the segment ends."""


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
    offsets = np.cumsum([0, *(len(several) for several in intervals)], dtype=np.int64)
    start = np.array([to_microseconds(start) for start, _ in flat], dtype=np.int64)
    # As ``Issue.last_confirmed_at``, for all at once: each has an interval.
    confirmed = np.maximum.reduceat(start, offsets[:-1]) if len(issues) else start
    for row, one in enumerate(issues):
        if one.confirmed_at is not None:
            confirmed[row] = max(confirmed[row], to_microseconds(one.confirmed_at))
    return IssuePoints(
        lon=np.array([one.lon for one in issues], dtype=np.float64),
        lat=np.array([one.lat for one in issues], dtype=np.float64),
        interval_offsets=offsets,
        interval_from=start,
        interval_to=np.array(
            [STILL_OPEN if end is None else to_microseconds(end) for _, end in flat], dtype=np.int64
        ),
        confirmed_us=confirmed,
    )


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
    within = (points.interval_from <= to_us) & (points.interval_to > from_us)
    owner = np.repeat(np.arange(len(points)), np.diff(points.interval_offsets))
    return np.flatnonzero(np.bincount(owner[within], minlength=len(points)))


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
    # Numbers of 64 bits have no degrees for a radius that is next to nothing.
    radius_m = max(radius_m, _LEAST_RADIUS_M)
    lon, lat = points.lon[issues], points.lat[issues]
    south, north = float(lat.min()), float(lat.max())
    west = _beyond_widest_gap(lon)
    east = np.mod(lon - west, 360.0)
    span = float(east.max())
    around = math.degrees((radius_m + longest_m) / _SHORTEST_RADIUS_M)
    highest = min(90.0, max(abs(south), abs(north)) + around)
    whole_rows = span > _WIDEST_DEGREES
    level, rise = math.cos(math.radians(highest)), math.tan(math.radians(highest))
    rows_per_degree = math.radians(_SHORTEST_RADIUS_M) / max(CELL_M, radius_m)
    columns_per_degree = 0.0 if whole_rows else rows_per_degree * level
    cells = ((north - south) * rows_per_degree + 1) * (span * columns_per_degree + 1)
    coarser = math.sqrt(max(1.0, cells / min(_MOST_CELLS, _CELLS_AN_ISSUE * len(issues))))
    rows_per_degree, columns_per_degree = rows_per_degree / coarser, columns_per_degree / coarser
    rows = int((north - south) * rows_per_degree) + 1
    columns = int(span * columns_per_degree) + 1
    row = ((lat - south) * rows_per_degree).astype(np.int64)
    column = (east * columns_per_degree).astype(np.int64)
    offsets, order = group_rows(row * columns + column, rows * columns)
    # A geodesic leaves the latitudes of its ends by at most L² tan(latitude) / 8R, and by half
    # its length where it goes over a pole.
    beyond_m = min(longest_m, longest_m**2 * rise / 5.0e7)
    lat_reach = min(180.0, math.degrees((radius_m + beyond_m) / _SHORTEST_RADIUS_M))
    lon_reach = _FULL_TURN if whole_rows else _lon_reach(level, radius_m)
    metres_a_degree = math.radians(_SHORTEST_RADIUS_M)
    ruling = Ruling(
        rows=rows,
        columns=columns,
        south=south,
        west=west,
        span=span,
        rows_per_degree=rows_per_degree,
        columns_per_degree=columns_per_degree,
        lat_reach=lat_reach,
        lon_reach=lon_reach,
    )
    flat = flat_frames_at(lat[order], longest_m)
    return IssueGrid(
        issue=issues[order],
        places=np.column_stack((lat[order], east[order], flat, lon[order])),
        planes=planes_at(lon[order], lat[order]),
        offsets=offsets,
        ruling=ruling,
        quiet=quiet_cells(lat, east, west, (lat_reach, lon_reach), metres_a_degree),
    )


def _beyond_widest_gap(lon: Floats) -> float:
    """Return the longitude, from 0 to 360, that ends the widest gap between longitudes."""
    if float(lon.max() - lon.min()) < 180.0:
        return float(np.mod(lon.min(), 360.0))
    around = np.unique(np.mod(lon, 360.0))
    gaps = np.diff(around, prepend=around[-1] - 360.0)
    return float(around[np.argmax(gaps)])


def _lon_reach(level: float, radius_m: float) -> float:
    """Return half the longitudes that a circle covers, its centre's latitude given as a cosine."""
    sine = math.sin(min(radius_m / _SHORTEST_RADIUS_M, math.pi / 2.0))
    return _FULL_TURN if sine >= level else math.degrees(math.asin(sine / level))


@compiled
def window_of(
    ruling: Ruling, lon_from: float, lat_from: float, lon_to: float, lat_to: float
) -> Window:
    """Find where the issues within the radius of a segment lie: in its box, grown.

    Parameters
    ----------
    ruling : Ruling
        How the cells lie.
    lon_from, lat_from, lon_to, lat_to : float
        The segment, no longer than the grid was built for; WGS-84, decimal degrees.

    Returns
    -------
    Window
        No rows if there are none. Raises nothing.
    """
    low, high = min(lat_from, lat_to) - ruling.lat_reach, max(lat_from, lat_to) + ruling.lat_reach
    first_row = max(0.0, (low - ruling.south) * ruling.rows_per_degree)
    last_row = (high - ruling.south) * ruling.rows_per_degree
    across = degrees_east(lon_from, lon_to)
    left = min(lon_from, lon_from + across) - ruling.west
    # Of its places one or more turns apart, the one nearest to the middle of the grid.
    left -= 360.0 * math.floor((left - ruling.span / 2.0) / 360.0 + 0.5)
    right = left + abs(across) + ruling.lon_reach
    left -= ruling.lon_reach
    if not (first_row < ruling.rows and last_row >= 0.0 and left <= ruling.span and right >= 0.0):
        return Window(0, 0, 0, 0, low, high, left, right, across)
    return Window(
        int(first_row),
        1 + int(min(ruling.rows - 1.0, last_row)),
        int(max(0.0, left * ruling.columns_per_degree)),
        1 + int(min(ruling.columns - 1.0, right * ruling.columns_per_degree)),
        low,
        high,
        left,
        right,
        across,
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
    """Find the issues that may lie within the radius of a segment.

    Parameters
    ----------
    grid : IssueGrid
        The issues.
    lon_from, lat_from, lon_to, lat_to : float
        The segment, no longer than the grid was built for; WGS-84, decimal degrees.
    found : ndarray of int, shape (slots,)
        Receives slots.

    Returns
    -------
    int
        How many entries of ``found`` are filled. Raises nothing.
    """
    window = window_of(grid.ruling, lon_from, lat_from, lon_to, lat_to)
    count = 0
    for row in range(window.first_row, window.end_row):
        cell = row * grid.ruling.columns
        first = grid.offsets[cell + window.first_column]
        for slot in range(first, grid.offsets[cell + window.end_column]):
            if is_in(window, grid.places[slot, 0], grid.places[slot, 1]):
                found[count] = slot
                count += 1
    return count


@compiled
def is_in(window: Window, lat: float, east: float) -> bool:
    """Say whether a position, its longitude counted from the ruling's ``west``, is in a window."""
    return window.low <= lat <= window.high and window.left <= east <= window.right
