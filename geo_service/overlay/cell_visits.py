"""In which cells a trip was, for how many metres, and when.

A fix counts for the cell it lies in. A segment whose ends lie in one cell belongs to it whole
(cells are convex). Any other is cut into equal pieces no longer than a sixteenth of a cell's
side, and each piece belongs to the cell its middle lies in.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import wrap_degrees
from geo_service.overlay.cells import cell_of, edge_metres
from geo_service.overlay.trip_path import segment_metres

PIECES_PER_SIDE = 16


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """One row a visit of a trip to a place; a trip may visit a place many times."""

    trip: Integers
    """Shape (v,): the trip's number in its fixes."""
    place: Integers
    """Shape (v,): a cell, or a street edge."""
    metres: Floats
    """Shape (v,): how far the trip went there."""
    t: Integers
    """Shape (v,): when it was there, microseconds UTC."""


def cell_visits(fixes: Fixes, rule: PassRule, resolution: int) -> Visits:
    """Find the cells every trip was in.

    Parameters
    ----------
    fixes : Fixes
        Whole trips.
    rule : PassRule
        Says which fixes are joined by a segment.
    resolution : int
        H3's.

    Returns
    -------
    Visits
        The metres sum to the length of all segments. A fix and a segment that stays in its cell
        have the moment of the fix, a piece that of its middle. Raises nothing.
    """
    along = cells_along(fixes.lon, fixes.lat, segment_metres(fixes, rule), resolution)
    later = np.minimum(along.point + 1, len(fixes) - 1)
    waits = fixes.t[later] - fixes.t[along.point]
    return Visits(
        trip=fixes.trip_of_fix()[along.point],
        place=along.cell,
        metres=along.metres,
        t=fixes.t[along.point] + np.rint(along.share * waits).astype(np.int64),
    )


class CellsAlong(NamedTuple):
    """The points of paths, and the pieces of the segments between them; shape (v,) each."""

    point: Integers
    """The point it is, or comes after."""
    share: Floats
    """How much of the segment lies before its middle; 0 for a point."""
    cell: Integers
    metres: Floats
    """A point has those of a segment that stays in its cell whole."""


def cells_along(lon: Floats, lat: Floats, metres: Floats, resolution: int) -> CellsAlong:
    """Find the cells that paths go through.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        The points of all paths, one path after the other; WGS-84, decimal degrees.
    metres : ndarray of float, shape (n,)
        The length of the segment from each point to the next; NaN where there is none, as at the
        end of a path.
    resolution : int
        H3's.

    Returns
    -------
    CellsAlong
        The metres sum to those given. Raises nothing.
    """
    cell = cell_of(lon, lat, resolution)
    whole = np.zeros(len(lon), dtype=np.bool_)
    whole[:-1] = cell[:-1] == cell[1:]
    cut = np.flatnonzero(~whole & (metres > 0.0))
    pieces = np.ceil(metres[cut] * PIECES_PER_SIDE / edge_metres(resolution)).astype(np.int64)
    point = np.repeat(cut, pieces)
    nth = np.arange(len(point)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (nth + 0.5) / np.repeat(pieces, pieces)
    middle_lon = lon[point] + share * wrap_degrees(lon[point + 1] - lon[point])
    middle_lat = lat[point] + share * (lat[point + 1] - lat[point])
    return CellsAlong(
        point=np.concatenate((np.arange(len(lon)), point)),
        share=np.concatenate((np.zeros(len(lon)), share)),
        cell=np.concatenate((cell, cell_of(middle_lon, middle_lat, resolution))),
        metres=np.concatenate(
            (
                np.where(whole, np.nan_to_num(metres), 0.0),
                metres[point] / np.repeat(pieces, pieces),
            )
        ),
    )
