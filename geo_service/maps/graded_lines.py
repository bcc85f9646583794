"""Catchments as lines that carry, at each point, the seconds to the nearest facility.

With these the page itself can say which streets are farther than any number of minutes.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geo_service.arrays import Flags, Floats, Integers
from geo_service.maps.packing import to_pixels
from geo_service.maps.view import View
from geo_service.streets.catchments import Catchments
from geo_service.streets.long_lines import Lines, join_pieces
from geo_service.streets.network import Network

NO_WAY_S = 1_000_000
"""Stands for the seconds where no facility can be reached."""
_TOLERANCE_S = 2.0
"""How far the seconds between two points may be from a straight run."""
_LEAP_MS = 1000
"""Costs differ more than this only where a one-way street begins."""


@dataclass(frozen=True, slots=True, eq=False)
class GradedLines:
    """n lines of p points, in the order of their sites."""

    site: Integers
    """Shape (n,): the nearest all along; -1 where none can be reached."""
    offsets: Integers
    """Shape (n + 1,): line i is the points offsets[i] to offsets[i + 1]."""
    x: Integers
    """Shape (p,): pixels as in ``packing``."""
    y: Integers
    """Shape (p,)."""
    seconds: Integers
    """Shape (p,): to the site; between two points they run straight."""


def grade_lines(
    network: Network, catchments: Catchments, view: View, tolerance: float
) -> GradedLines:
    """Join the streets of each site into lines, and leave out points that matter little.

    Parameters
    ----------
    network, catchments : Network, Catchments
        The pieces, by time, and the streets they are of.
    view : View
        Brings longitudes to the page's frame.
    tolerance : float
        How far a line may leave its street: pixels at zoom 18, about half a metre each.

    Returns
    -------
    GradedLines
        Seconds are right to some two. Raises nothing.
    """
    lines = join_pieces(
        network, catchments.edge, catchments.start_mm, catchments.end_mm, catchments.site
    )
    point, cost, offsets = _with_leaps(lines, catchments)
    x, y = to_pixels(view.unwrapped(lines.lon[point]), lines.lat[point])
    seconds = np.where(cost < 0, NO_WAY_S, np.rint(cost / 1000.0)).astype(np.int64)
    line = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    step = np.hypot(np.diff(x, prepend=0), np.diff(y, prepend=0))
    # So far apart that only the seconds between points count.
    along = np.cumsum(step + 1.0) * 1e6
    kept = _needed(np.column_stack((x, y)).astype(np.float64), line, tolerance)
    kept |= _needed(np.column_stack((along, seconds)), line, _TOLERANCE_S)
    ends = np.cumsum(np.bincount(line[kept], minlength=len(offsets) - 1))
    return GradedLines(lines.group, np.concatenate(([0], ends)), x[kept], y[kept], seconds[kept])


def _with_leaps(lines: Lines, catchments: Catchments) -> tuple[Integers, Integers, Integers]:
    """Work out the cost at each point; where it leaps at a junction, the point comes twice.

    Returns the points' rows, their costs, and where each line begins.
    """
    start, end = catchments.start_mm[lines.piece], catchments.end_mm[lines.piece]
    share = (lines.offset_mm - start) / (end - start)
    first, last = catchments.cost_start[lines.piece], catchments.cost_end[lines.piece]
    cost = np.rint(first + share * (last - first)).astype(np.int64)
    # A piece that goes on from another lacks its own first point; the direction of its walk
    # shows at its last one.
    changes = np.flatnonzero(np.diff(lines.piece) != 0)
    joined = changes[~np.isin(changes + 1, lines.offsets)]
    final = np.append(changes, len(lines.piece) - 1)[np.searchsorted(changes, joined) + 1]
    forward = lines.offset_mm[final] == end[final]
    begins = np.where(forward, first[final], last[final])
    leaps = np.abs(begins - cost[joined]) > _LEAP_MS
    twice = joined[leaps]
    point = np.insert(np.arange(len(cost)), twice + 1, twice)
    moved = lines.offsets + np.searchsorted(twice, lines.offsets)
    return point, np.insert(cost, twice + 1, begins[leaps]), moved


def _needed(points: Floats, line: Integers, tolerance: float) -> Flags:
    """Say which points lines need so as to stay within a tolerance (Douglas and Peucker)."""
    numbered = np.column_stack((points, np.arange(len(points))))
    simple = shapely.simplify(
        shapely.linestrings(numbered, indices=line), tolerance, preserve_topology=False
    )
    needed = np.zeros(len(points), dtype=np.bool_)
    needed[shapely.get_coordinates(simple, include_z=True)[:, 2].astype(np.int64)] = True
    return needed
