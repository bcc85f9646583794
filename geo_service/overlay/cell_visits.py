"""In which cells a trip was, for how many metres, and when.

A fix counts for the cell it lies in. A segment whose ends lie in one cell belongs to it whole
(cells are convex). Any other is cut into equal pieces no longer than a sixteenth of a cell's
side, and each piece belongs to the cell its middle lies in.
"""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import wrap_degrees
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cells import edge_metres
from geo_service.overlay.trip_path import segment_metres
from geo_service.overlay.visits import Visits

PIECES_PER_SIDE = 16
_MINUTE_US = 60_000_000


def cell_visits(fixes: Fixes, rule: PassRule, finder: CellFinder) -> Visits:
    """Find the cells every trip was in.

    Parameters
    ----------
    fixes : Fixes
        Whole trips.
    rule : PassRule
        Says which fixes are joined by a segment.
    finder : CellFinder
        Of the cells.

    Returns
    -------
    Visits
        In riding order; the metres sum to the length of all segments. A visit lasts as long as
        the trip stays in the cell, but no longer than a minute of the clock, so that hours can be
        told apart; it has its first moment. Raises nothing.
    """
    along = cells_along(fixes.lon, fixes.lat, segment_metres(fixes, rule), finder)
    later = np.minimum(along.point + 1, len(fixes) - 1)
    waits = fixes.t[later] - fixes.t[along.point]
    trip = fixes.trip_of_fix()[along.point]
    t = fixes.t[along.point] + np.rint(along.share * waits).astype(np.int64)
    minute = t // _MINUTE_US
    goes_on = (np.diff(trip) == 0) & (np.diff(along.cell) == 0) & (np.diff(minute) == 0)
    first = np.flatnonzero(np.concatenate(([True], ~goes_on))[: len(t)])
    metres = np.add.reduceat(along.metres, first) if len(first) else along.metres
    return Visits(trip[first], along.cell[first], metres, t[first])


class CellsAlong(NamedTuple):
    """The points of paths, each with the pieces of the segment after it; shape (v,) each."""

    point: Integers
    """The point it is, or comes after."""
    share: Floats
    """How much of the segment lies before its middle; 0 for a point."""
    cell: Integers
    metres: Floats
    """A point has those of a segment that stays in its cell whole."""


def cells_along(lon: Floats, lat: Floats, metres: Floats, finder: CellFinder) -> CellsAlong:
    """Find the cells that paths go through.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        The points of all paths, one path after the other; WGS-84, decimal degrees.
    metres : ndarray of float, shape (n,)
        The length of the segment from each point to the next; NaN where there is none, as at the
        end of a path.
    finder : CellFinder
        Of the cells.

    Returns
    -------
    CellsAlong
        In order of the points; the metres sum to those given. Raises nothing.
    """
    cell = finder.find(lon, lat)
    whole = np.zeros(len(lon), dtype=np.bool_)
    whole[:-1] = cell[:-1] == cell[1:]
    cut = ~whole & (metres > 0.0)
    per_metre = PIECES_PER_SIDE / edge_metres(finder.resolution)
    pieces = np.where(cut, np.ceil(np.where(cut, metres, 0.0) * per_metre), 0.0).astype(np.int64)
    # The point itself, and behind it the pieces of its segment, counted from 1.
    first = np.cumsum(pieces + 1) - (pieces + 1)
    point = np.repeat(np.arange(len(lon)), pieces + 1)
    piece = np.flatnonzero(np.arange(len(point)) != first[point])
    of = point[piece]
    share = np.zeros(len(point))
    share[piece] = (piece - first[of] - 0.5) / pieces[of]
    cells, lengths = cell[point], np.where(whole & ~np.isnan(metres), metres, 0.0)[point]
    middle_lon = lon[of] + share[piece] * wrap_degrees(lon[of + 1] - lon[of])
    middle_lat = lat[of] + share[piece] * (lat[of + 1] - lat[of])
    cells[piece] = finder.find(middle_lon, middle_lat)
    lengths[piece] = metres[of] / pieces[of]
    return CellsAlong(point, share, cells, lengths)
