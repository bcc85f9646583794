"""In which cells a trip was, and for how many metres.

A fix counts for the cell it lies in. A segment whose ends lie in one cell belongs to it whole
(cells are convex). Any other is cut into equal pieces no longer than a sixteenth of a cell's
side, and each piece belongs to the cell its middle lies in.
"""

from dataclasses import dataclass

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
        The metres sum to the length of all segments. Raises nothing.
    """
    trip, metres = fixes.trip_of_fix(), segment_metres(fixes, rule)
    cell = cell_of(fixes.lon, fixes.lat, resolution)
    whole = np.zeros(len(fixes), dtype=np.bool_)
    whole[:-1] = cell[:-1] == cell[1:]
    cut = np.flatnonzero(~whole & (metres > 0.0))
    pieces = np.ceil(metres[cut] * PIECES_PER_SIDE / edge_metres(resolution)).astype(np.int64)
    fix = np.repeat(cut, pieces)
    nth = np.arange(len(fix)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (nth + 0.5) / np.repeat(pieces, pieces)
    lon = fixes.lon[fix] + share * wrap_degrees(fixes.lon[fix + 1] - fixes.lon[fix])
    lat = fixes.lat[fix] + share * (fixes.lat[fix + 1] - fixes.lat[fix])
    return Visits(
        trip=np.concatenate((trip, trip[fix])),
        place=np.concatenate((cell, cell_of(lon, lat, resolution))),
        metres=np.concatenate(
            (np.where(whole, np.nan_to_num(metres), 0.0), metres[fix] / np.repeat(pieces, pieces))
        ),
    )
