"""The compiled loop that finds passes: once over all segments, with a little state per issue.

For each issue it keeps the latest run of hitting segments and that run's closest approach. When a
run ends, the moment of its closest approach decides whether it counts.
"""

from typing import NamedTuple, TypeAlias

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.overlay.issue_grid import IssueGrid, slots_near
from geo_service.overlay.tangent_plane import TIED_M, closest_on_segment, earth_centred
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
    """The number of the run's last segment; numbers skip one where segments do not follow on."""
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
    number = 0
    for trip in range(len(track.offsets) - 1):
        number = _walk_trip(trip, number, track, grid, intervals, reach, runs, near, met, found)
    passes = len(found)
    trips, issues = np.empty(passes, dtype=np.int64), np.empty(passes, dtype=np.int64)
    t, distance_m = np.empty(passes, dtype=np.int64), np.empty(passes)
    for row in range(passes):
        trips[row], issues[row], t[row], distance_m[row] = found[row]
    return trips, issues, t, distance_m


@compiled
def _walk_trip(
    trip: int,
    number: int,
    track: Track,
    grid: IssueGrid,
    intervals: Intervals,
    reach: Reach,
    runs: Runs,
    near: Integers,
    met: Integers,
    found: Found,
) -> int:
    """Walk one trip; its segments get numbers above ``number``; return the last one used."""
    started, meetings, joined_before, known = number, 0, False, -1
    finish = (0.0, 0.0, 0.0)
    end = track.offsets[trip + 1]
    for fix in range(track.offsets[trip], end):
        joined = fix + 1 < end and are_joined(
            track.t, track.lon, track.lat, fix, reach.max_gap_us, reach.max_gap_m
        )
        if joined_before and not joined:
            joined_before = False
            continue
        number += 1 if joined_before else 2
        joined_before = joined
        other = fix + 1 if joined else fix
        count = slots_near(
            grid, track.lon[fix], track.lat[fix], track.lon[other], track.lat[other], near
        )
        if count == 0:
            continue
        start = finish if known == fix else earth_centred(track.lon[fix], track.lat[fix])
        known, finish = other, earth_centred(track.lon[other], track.lat[other])
        for slot in near[:count]:
            distance_m, share = closest_on_segment(grid.planes[slot], start, finish)
            if distance_m > reach.radius_m:
                continue
            if runs.last[slot] <= started:
                met[meetings] = slot
                meetings += 1
            elif runs.last[slot] < number - 1:
                _end_run(trip, slot, grid, intervals, runs, found)
            pause = track.t[other] - track.t[fix]
            _extend_run(runs, slot, number, distance_m, track.t[fix] + int(share * pause + 0.5))
    for slot in met[:meetings]:
        _end_run(trip, slot, grid, intervals, runs, found)
    return number


@compiled
def _extend_run(runs: Runs, slot: int, number: int, distance_m: float, t: int) -> None:
    """Let a hitting segment go on with the slot's run, or begin one."""
    begins = runs.last[slot] < number - 1
    if begins or distance_m < runs.distance_m[slot] - TIED_M:
        runs.distance_m[slot] = distance_m
        runs.t[slot] = t
    runs.last[slot] = number


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
