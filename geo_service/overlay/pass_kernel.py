"""The compiled loop that finds passes: once over all segments, with a little state per issue.

A run of hitting segments gets its row when it begins; while it goes on, the row is given the
moment and the distance of the closest approach so far. Whether the issue was open at that moment
is told afterwards.

It is one loop over arrays that are taken out of their tuples first: to hand a tuple of arrays on
to another compiled function costs more than all else that is done for a fix.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.overlay.issue_grid import IssueGrid, is_in, window_of
from geo_service.overlay.quiet_cells import are_beside, cell_at
from geo_service.overlay.tangent_plane import (
    TIED_M,
    Frame,
    Point,
    closest_on_segment,
    closest_to_origin,
    degrees_east,
    earth_centred,
    on_flat_frame,
)
from geo_service.overlay.trip_path import are_joined

Coordinates: TypeAlias = Floats | NDArray[np.int32]

LAST, ROW = 0, 1
"""Of each slot: the number of the latest segment that hit, and the row of the run it is part of.
A segment's number is twice the row of its first fix; of a fix by itself, one more."""
TRIP, ISSUE, MOMENT = 0, 1, 2
_NEVER = -9
_ROOM = 4096


class Track(NamedTuple):
    """The arrays of the fixes that the loop reads, as in ``Fixes`` or packed as whole numbers."""

    offsets: Integers
    """Shape (trips + 1,): trip i is the rows offsets[i] to offsets[i + 1]."""
    t: Integers
    """Shape (n,): ticks since 1970-01-01T00:00Z."""
    lon: Coordinates
    """Shape (n,): WGS-84, in steps."""
    lat: Coordinates
    """Shape (n,)."""
    tick_us: int = 1
    """Microseconds."""
    step: float = 1.0
    """Degrees."""


class Reach(NamedTuple):
    """A ``PassRule`` in the loop's units."""

    radius_m: float
    max_gap_us: int
    max_gap_m: float


@compiled
def find_runs(track: Track, grid: IssueGrid, reach: Reach) -> tuple[Integers, Floats]:  # noqa: C901, PLR0912, PLR0915 - one loop, as said above
    """Find the longest runs of hitting segments of every trip at the issues of a grid.

    Parameters
    ----------
    track : Track
        Whole trips, each in order of time.
    grid : IssueGrid
        The issues, for segments up to ``reach.max_gap_m``.
    reach : Reach
        How close is a pass, and which fixes are joined.

    Returns
    -------
    runs : ndarray of int, shape (r, 3)
        Trip, issue, and the moment of the closest approach (microseconds UTC), whether or not
        the issue was open then; in the order in which runs begin.
    distance_m : ndarray, shape (r,)
        How near it came. Raises nothing.
    """
    offsets, t, lon, lat, tick_us, step = track
    issue, places, planes, cells = grid.issue, grid.places, grid.planes, grid.offsets
    ruling, squares, near = grid.ruling, grid.quiet.squares, grid.quiet.near
    state = np.full((len(issue), 2), _NEVER, dtype=np.int64)
    runs, distance_m, found = np.empty((_ROOM, 3), dtype=np.int64), np.empty(_ROOM), 0
    for trip in range(len(offsets) - 1):
        joined_before, there = False, (0, 0, 0)
        for fix in range(offsets[trip], offsets[trip + 1]):
            position = lon[fix] * step, lat[fix] * step
            here = cell_at(squares, *position) if fix == offsets[trip] else there
            joined, after = False, position
            if fix + 1 < offsets[trip + 1]:
                after = lon[fix + 1] * step, lat[fix + 1] * step
                there = cell_at(squares, *after)
                if not (near[here[2]] or near[there[2]]) and are_beside(here, there):
                    joined_before = False
                    continue
                wait_us = (t[fix + 1] - t[fix]) * tick_us
                joined = are_joined(wait_us, position, after, reach.max_gap_us, reach.max_gap_m)
            is_last, joined_before = joined_before and not joined, joined
            if is_last:
                continue
            other, after = (fix + 1, after) if joined else (fix, position)
            window = window_of(ruling, *position, *after)
            along = window.across, after[1] - position[1]
            for row in range(window.first_row, window.end_row):
                cell = row * ruling.columns
                past = cells[cell + window.end_column]
                for slot in range(cells[cell + window.first_column], past):
                    if not is_in(window, places[slot, 0], places[slot, 1]):
                        continue
                    if places[slot, 2] == 0.0:
                        metres, share = closest_on_segment(
                            planes[slot], earth_centred(*position), earth_centred(*after)
                        )
                    else:
                        frame = places[slot, 2], places[slot, 3], places[slot, 4], places[slot, 5]
                        # Not from the grid's own west: no figure hangs on other issues.
                        east = degrees_east(places[slot, 6], position[0])
                        north = position[1] - places[slot, 0]
                        metres, share = _closest_flat(frame, (east, north), along)
                    if metres > reach.radius_m:
                        continue
                    if joined and state[slot, LAST] == 2 * fix - 2:
                        run = state[slot, ROW]
                        closer = metres < distance_m[run] - TIED_M
                    else:
                        run, closer = found, True
                        found += 1
                        if found > len(distance_m):
                            runs, distance_m = _more_room(runs, distance_m)
                    if closer:
                        pause_us = (t[other] - t[fix]) * tick_us
                        runs[run, MOMENT] = t[fix] * tick_us + int(share * pause_us + 0.5)
                        runs[run, TRIP], runs[run, ISSUE] = trip, issue[slot]
                        distance_m[run] = metres
                    state[slot, LAST], state[slot, ROW] = 2 * fix + (not joined), run
    return runs[:found], distance_m[:found]


@compiled
def _closest_flat(frame: Frame, start: Point, along: Point) -> tuple[float, float]:
    """Find where a segment comes closest to an issue: degrees from there, and from its start."""
    return closest_to_origin(
        on_flat_frame(frame, start[0], start[1]),
        on_flat_frame(frame, start[0] + along[0], start[1] + along[1]),
    )


@compiled
def _more_room(runs: Integers, distance_m: Floats) -> tuple[Integers, Floats]:
    """Return the same rows with as many empty ones after them."""
    more = np.empty((2 * len(runs), runs.shape[1]), dtype=np.int64)
    longer = np.empty(len(more))
    more[: len(runs)], longer[: len(runs)] = runs, distance_m
    return more, longer


@compiled
def keep_open(
    runs: Integers, distance_m: Floats, offsets: Integers, start: Integers, end: Integers
) -> int:
    """Move the runs whose issue was open at their moment to the front.

    Parameters
    ----------
    runs, distance_m : ndarray
        As :func:`find_runs` gives them; changed.
    offsets, start, end : ndarray
        When each issue is open, as in ``IssuePoints``.

    Returns
    -------
    int
        How many runs are passes; what lies behind them is of no use. Raises nothing.
    """
    kept = 0
    for run in range(len(runs)):
        issue, moment = runs[run, ISSUE], runs[run, MOMENT]
        for row in range(offsets[issue], offsets[issue + 1]):
            if start[row] <= moment < end[row]:
                runs[kept] = runs[run]
                distance_m[kept] = distance_m[run]
                kept += 1
                break
    return kept
