"""Which issues lie along a line, in riding order."""

import math
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry.metric import GEOD, geodesic_m
from geo_service.overlay.issue_grid import IssueGrid, IssuePoints, build_grid, slots_near
from geo_service.overlay.tangent_plane import TIED_M, chord_m, closest_on_segment, earth_centred

LONGEST_M = 50_000.0
"""The chord of a longer stretch leaves the earth's surface too far to be measured along."""


@dataclass(frozen=True, slots=True, eq=False)
class Along:
    """One row an issue within the radius of the line, by ``along_m``; shape (a,) each."""

    issue: Integers
    """The issue's row."""
    along_m: Floats
    """Metres along the line to where it comes nearest to the issue; the first place if tied."""
    off_m: Floats
    """Metres from there to the issue."""

    def __len__(self) -> int:
        return len(self.issue)


def issues_along(lon: Floats, lat: Floats, points: IssuePoints, radius_m: float) -> Along:
    """Find the issues within a radius of a line.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (v,)
        The line's vertices in riding order; WGS-84, decimal degrees. Every two are joined by
        the shortest way, however far apart; a single one is a point.
    points : IssuePoints
        The issues; their times are not looked at.
    radius_m : float
        How near, metres.

    Returns
    -------
    Along
        Each issue once. Raises nothing.
    """
    if not len(lon) or not len(points):
        none = np.zeros(0, dtype=np.float64)
        return Along(np.zeros(0, dtype=np.int64), none, none)
    lon, lat = split_long_stretches(lon, lat)
    metres = _lengths(lon, lat)
    issues = np.arange(len(points), dtype=np.int64)
    grid = build_grid(points, issues, radius_m=radius_m, longest_m=float(metres.max()))
    along_m, off_m = _closest(lon, lat, metres, grid)
    hit = np.flatnonzero(off_m <= radius_m)
    issue, along_m, off_m = grid.issue[hit], along_m[hit], off_m[hit]
    order = np.lexsort((issue, along_m))
    return Along(issue[order], along_m[order], off_m[order])


def split_long_stretches(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Put vertices between those that are more than ``LONGEST_M`` apart, on the geodesic.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (v,)
        WGS-84, decimal degrees.

    Returns
    -------
    lon, lat : ndarray of float, shape (w,)
        The vertices given, in their order, and those put between. Raises nothing.
    """
    metres = geodesic_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    long = np.flatnonzero(metres > LONGEST_M)
    if not len(long):
        return lon, lat
    between = [
        GEOD.npts(
            lon[row], lat[row], lon[row + 1], lat[row + 1], math.ceil(metres[row] / LONGEST_M) - 1
        )
        for row in long
    ]
    before = np.repeat(long + 1, [len(part) for part in between])
    places = np.array([place for part in between for place in part])
    return np.insert(lon, before, places[:, 0]), np.insert(lat, before, places[:, 1])


@compiled
def _lengths(lon: Floats, lat: Floats) -> Floats:
    """Return the length from each vertex to the next, the last being 0; shape (v,)."""
    metres = np.zeros(len(lon))
    for vertex in range(len(lon) - 1):
        metres[vertex] = chord_m(lon[vertex], lat[vertex], lon[vertex + 1], lat[vertex + 1])
    return metres


@compiled
def _closest(lon: Floats, lat: Floats, metres: Floats, grid: IssueGrid) -> tuple[Floats, Floats]:
    """Return where the line is nearest to each slot, and how near; infinity if never close."""
    slots = len(grid.issue)
    along_m, off_m = np.zeros(slots), np.full(slots, np.inf)
    near = np.empty(slots, dtype=np.int64)
    ridden_m = 0.0
    for vertex in range(max(1, len(lon) - 1)):
        other = min(vertex + 1, len(lon) - 1)
        count = slots_near(grid, lon[vertex], lat[vertex], lon[other], lat[other], near)
        start = earth_centred(lon[vertex], lat[vertex])
        end = earth_centred(lon[other], lat[other])
        for slot in near[:count]:
            distance_m, share = closest_on_segment(grid.planes[slot], start, end)
            if distance_m < off_m[slot] - TIED_M:
                off_m[slot] = distance_m
                along_m[slot] = ridden_m + share * metres[vertex]
        ridden_m += metres[vertex]
    return along_m, off_m
