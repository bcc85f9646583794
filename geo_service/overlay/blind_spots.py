"""Blind spots: streets and cells that no trip was in, where nobody can say what is wrong."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cell_visits import cells_along
from geo_service.overlay.exposure import NO_PLACE
from geo_service.overlay.visits import Visits

_METRE_MM = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class BlindSpots:
    """One row a place with streets that no trip was in; shape (b,) each.

    Most issues first, then most metres of street, then by place.
    """

    place: Integers
    """The H3 cell, or the street edge."""
    street_m: Floats
    """How much street there is, both directions once."""
    issues: Integers
    """How many of the issues given belong to the place."""

    def __len__(self) -> int:
        return len(self.place)


def find_blind_spots(
    place: Integers, street_m: Floats, seen: Integers, issue_place: Integers
) -> BlindSpots:
    """Find the places that no trip was in.

    Parameters
    ----------
    place : ndarray of int, shape (p,)
        All places with streets, ascending, each once.
    street_m : ndarray of float, shape (p,)
        How much street each has.
    seen : ndarray of int
        Places that a trip was in.
    issue_place : ndarray of int, shape (i,)
        The place each issue belongs to; -1: to none.

    Returns
    -------
    BlindSpots
        Raises nothing.
    """
    blind = ~np.isin(place, seen)
    place, street_m = place[blind], street_m[blind]
    there = issue_place[(issue_place != NO_PLACE) & np.isin(issue_place, place)]
    issues = np.bincount(np.searchsorted(place, there), minlength=len(place)).astype(np.int64)
    order = np.lexsort((place, -street_m, -issues))
    return BlindSpots(place[order], street_m[order], issues[order])


def places_seen(parts: Iterable[Visits]) -> Integers:
    """Return every place that was visited, once, ascending. Raises nothing."""
    seen = np.zeros(0, dtype=np.int64)
    for visits in parts:
        seen = np.union1d(seen, visits.place)
    return seen


def street_cells(
    edge_shape: Integers, lon: Floats, lat: Floats, shape_mm: Integers, finder: CellFinder
) -> tuple[Integers, Floats]:
    """Find the cells that streets run through.

    Parameters
    ----------
    edge_shape : ndarray of int, shape (m + 1,)
        Edge e's shape points are the rows edge_shape[e] to edge_shape[e + 1].
    lon, lat : ndarray of float, shape (p,)
        The shape points; WGS-84, decimal degrees.
    shape_mm : ndarray of int, shape (p,)
        Millimetres along the edge from its start.
    finder : CellFinder
        Of the cells.

    Returns
    -------
    cell : ndarray of int, shape (c,)
        Ascending, each once.
    street_m : ndarray of float, shape (c,)
        More than 0; they sum to the length of all edges. Raises nothing.
    """
    metres = np.append(np.diff(shape_mm), 0) / _METRE_MM
    metres[edge_shape[1:] - 1] = np.nan
    along = cells_along(lon, lat, metres, finder)
    cell, row = np.unique(along.cell, return_inverse=True)
    street_m = np.bincount(row, weights=along.metres, minlength=len(cell)).astype(np.float64)
    # A shape point on a border may be all that a cell has of a street.
    crossed = street_m > 0.0
    return cell[crossed], street_m[crossed]
