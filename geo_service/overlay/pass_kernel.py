"""The compiled loop that finds passes: once over all segments, with a little state per issue.

For each issue it keeps the latest run of hitting segments and that run's closest approach. When a
run ends, the moment of its closest approach decides whether it counts.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.overlay.issue_grid import IssueGrid, slots_near
from geo_service.overlay.quiet_cells import cell_at, is_quiet
from geo_service.overlay.tangent_plane import (
    TIED_M,
    closest_on_segment,
    closest_to_origin,
    earth_centred,
    on_flat_frame,
)
from geo_service.overlay.trip_path import are_joined

Found: TypeAlias = list[tuple[int, int, int, float]]
"""Trip, issue, moment (microseconds UTC) and distance (metres) of each pass."""


class Track(NamedTuple):
    """The arrays of the fixes that the loop reads, named as in ``Fixes``."""

    offsets: Integers
    t: Integers
    lon: Floats
    lat: Floats


class Intervals(NamedTuple):
    """When issues are open, as in ``IssuePoints``."""

    offsets: Integers
    start: Integers
    end: Integers


class Reach(NamedTuple):
    """A ``PassRule`` in the loop's units."""

    radius_m: float
    max_gap_us: int
    max_gap_m: float


class Runs(NamedTuple):
    """The latest run of hitting segments at each slot of the grid, shape (slots,) each."""

    last: Integers
    """The number of the run's last segment: twice the row of its first fix; of a fix by itself,
    which no segment follows, one more."""
    distance_m: Floats
    """The run's closest approach."""
    t: Integers
    """Its moment, microseconds UTC."""


@compiled
def walk(
    track: Track, grid: IssueGrid, intervals: Intervals, reach: Reach
) -> tuple[Integers, Integers, Integers, Floats]:
    """Find the passes of every trip at the issues of a grid.

    Parameters
    ----------
    track : Track
        Whole trips, each in order of time.
    grid : IssueGrid
        The issues, for segments up to ``reach.max_gap_m``.
    intervals : Intervals
        When each issue is open, by the issue's row (not its slot).
    reach : Reach
        How close is a pass, and which fixes are joined.

    Returns
    -------
    trip, issue, t, distance_m : ndarray, shape (p,)
        By trip; within a trip in no particular order. Raises nothing.
    """
    slots = len(grid.issue)
    runs = Runs(
        np.full(slots, -1, dtype=np.int64), np.empty(slots), np.empty(slots, dtype=np.int64)
    )
    near, met = np.empty(slots, dtype=np.int64), np.empty(slots, dtype=np.int64)
    found = [(0, 0, 0, 0.0) for _ in range(0)]
    for trip in range(len(track.offsets) - 1):
        _walk_trip(trip, track, grid, intervals, reach, runs, near, met, found)
    passes = len(found)
    trips, issues = np.empty(passes, dtype=np.int64), np.empty(passes, dtype=np.int64)
    t, distance_m = np.empty(passes, dtype=np.int64), np.empty(passes)
    for row in range(passes):
        trips[row], issues[row], t[row], distance_m[row] = found[row]
    return trips, issues, t, distance_m


@compiled
def _walk_trip(  # noqa: C901 - one loop: handing arrays on would double what it costs
    trip: int,
    track: Track,
    grid: IssueGrid,
    intervals: Intervals,
    reach: Reach,
    runs: Runs,
    near: Integers,
    met: Integers,
    found: Found,
) -> None:
    """Walk one trip, past whatever lies in quiet cells."""
    # Taken out of their tuples once: handing a tuple on costs more than a distance.
    offsets, t, lon, lat = track
    begin, end = offsets[trip], offsets[trip + 1]
    meetings, joined_before = 0, False
    here = there = (0, 0, False)
    for fix in range(begin, end):
        here = cell_at(grid.quiet, lon[fix], lat[fix]) if fix == begin else there
        joined = False
        if fix + 1 < end:
            there = cell_at(grid.quiet, lon[fix + 1], lat[fix + 1])
            if is_quiet(here, there):
                joined_before = False
                continue
            joined = are_joined(t, lon, lat, fix, reach.max_gap_us, reach.max_gap_m)
        if joined_before and not joined:
            joined_before = False
            continue
        joined_before = joined
        other = fix + 1 if joined else fix
        count = slots_near(grid, lon[fix], lat[fix], lon[other], lat[other], near)
        for row in range(count):
            slot = near[row]
            distance_m, share = _closest(grid, slot, lon[fix], lat[fix], lon[other], lat[other])
            if distance_m > reach.radius_m:
                continue
            follows = joined and runs.last[slot] == 2 * fix - 2
            if runs.last[slot] < 2 * begin:
                met[meetings] = slot
                meetings += 1
            elif not follows:
                _end_run(trip, slot, grid, intervals, runs, found)
            if not follows or distance_m < runs.distance_m[slot] - TIED_M:
                runs.distance_m[slot] = distance_m
                runs.t[slot] = t[fix] + int(share * (t[other] - t[fix]) + 0.5)
            runs.last[slot] = 2 * fix + (not joined)
    for slot in met[:meetings]:
        _end_run(trip, slot, grid, intervals, runs, found)


@compiled
def _closest(
    grid: IssueGrid, slot: int, lon: float, lat: float, lon_after: float, lat_after: float
) -> tuple[float, float]:
    """Find where a segment comes closest to an issue: metres, and how far along the segment."""
    frames = grid.frames
    frame = frames[slot, 0], frames[slot, 1], frames[slot, 2], frames[slot, 3]
    if frame[0] == 0.0:
        return closest_on_segment(
            grid.planes[slot], earth_centred(lon, lat), earth_centred(lon_after, lat_after)
        )
    west, south = grid.west + grid.east[slot], grid.lat[slot]
    return closest_to_origin(
        on_flat_frame(frame, _turned(lon - west), lat - south),
        on_flat_frame(frame, _turned(lon_after - west), lat_after - south),
    )


@compiled
def _turned(degrees: float) -> float:
    """Bring a difference of longitudes, from -540 to 180, to -180 to 180."""
    while degrees < -180.0:
        degrees += 360.0
    return degrees


@compiled
def _end_run(
    trip: int, slot: int, grid: IssueGrid, intervals: Intervals, runs: Runs, found: Found
) -> None:
    """Note a finished run as a pass if the issue was open at its moment."""
    issue, moment = grid.issue[slot], runs.t[slot]
    for row in range(intervals.offsets[issue], intervals.offsets[issue + 1]):
        if intervals.start[row] <= moment < intervals.end[row]:
            found.append((trip, issue, moment, runs.distance_m[slot]))
            return
