"""Exposure: what each cell, or each street edge, sees of trips, riders, issues and passes.

An issue belongs to the cell of its point, or to the street edge it was snapped to; its passes
with it. The rate of issues per 1,000 trips has the exact 95 % interval of a Poisson count.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import gammaincinv

from geo_service.arrays import Floats, Integers
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.seen import Seen
from geo_service.overlay.visit_tally import Visited, VisitTally
from geo_service.overlay.visits import Visits

_TAIL = 0.025
NO_PLACE = -1
"""Of an issue that is near no street."""


@dataclass(frozen=True, slots=True, eq=False)
class Exposure:
    """One row a place that saw a trip or has an issue; shape (p,) each."""

    key: tuple[str, ...]
    """The H3 cell, or the street edge's id in its forward direction."""
    trips: Integers
    riders: Integers
    """Distinct ones."""
    metres: Floats
    """Ridden there by all trips together."""
    issues: Integers
    """How many of the issues given belong to the place."""
    passes: Integers
    """At those issues, while they were open."""
    issues_per_1000_trips: Floats
    """NaN without trips, as are the next two."""
    rate_low: Floats
    """Lower end of the rate's 95 % interval."""
    rate_high: Floats
    """Upper end of the rate's 95 % interval."""

    def __len__(self) -> int:
        return len(self.key)


class Ridden(Protocol):
    """What map matching says: one row an edge that a trip traversed; shape (r,) each."""

    @property
    def trip(self) -> Integers:
        """The trip's number in its fixes."""

    @property
    def edge(self) -> Integers:
        """The edge, in whichever direction it was ridden."""

    @property
    def metres(self) -> Floats:
        """How much of it was ridden."""

    @property
    def t_enter(self) -> Integers:
        """When the trip came onto it, microseconds UTC."""


def edge_visits(ridden: Ridden) -> Visits:
    """Return edges that were ridden as visits; each has the moment when it was entered."""
    return Visits(ridden.trip, ridden.edge, ridden.metres, ridden.t_enter)


def count_cell_exposure(parts: Iterable[Seen], points: IssuePoints, resolution: int) -> Exposure:
    """Count exposure by H3 cell.

    Parameters
    ----------
    parts : iterable of Seen
        Trips, the cells they were in and the issues they passed; taken one at a time.
    points : IssuePoints
        The issues; all of them are counted where they are, passed or not.
    resolution : int
        H3's, of every cell.

    Returns
    -------
    Exposure
        Ordered by cell. Raises nothing of its own.
    """
    visited, passes = _add_up(parts, len(points))
    issue_cell = cell_of(points.lon, points.lat, resolution)
    place = _all_places(visited, issue_cell)
    return _exposure(cell_names(place), place, visited, issue_cell, passes)


def count_street_exposure(
    parts: Iterable[Seen],
    points: IssuePoints,
    *,
    issue_edge: Integers,
    edge_id: Callable[[int], str],
) -> tuple[Exposure, Integers]:
    """Count exposure by street edge, both directions of a stretch together.

    Parameters
    ----------
    parts : iterable of Seen
        Trips, the edges they rode along and the issues they passed; taken one at a time.
    points : IssuePoints
        The issues.
    issue_edge : ndarray of int, shape (i,)
        The edge each issue belongs to; -1: none is near.
    edge_id : callable
        Names an edge in its forward direction.

    Returns
    -------
    exposure : Exposure
        Ordered by edge.
    edge : ndarray of int, shape (p,)
        Each row's edge. Raises nothing of its own.
    """
    visited, passes = _add_up(parts, len(points))
    edge = _all_places(visited, issue_edge)
    names = tuple(edge_id(one) for one in edge.tolist())
    return _exposure(names, edge, visited, issue_edge, passes), edge


def rate_interval(issues: Integers, trips: Integers) -> tuple[Floats, Floats, Floats]:
    """Return issues per 1,000 trips and the exact 95 % interval of a Poisson count.

    The ends are quantiles of gamma distributions (F. Garwood, "Fiducial limits for the Poisson
    distribution", Biometrika 28, 1936); the lower end of no issues is 0.

    Parameters
    ----------
    issues, trips : ndarray of int, shape (n,)

    Returns
    -------
    rate, low, high : ndarray of float, shape (n,)
        NaN where there are no trips. Raises nothing.
    """
    thousands = np.where(trips > 0, trips / 1000.0, np.nan)
    low = np.where(issues > 0, gammaincinv(np.maximum(issues, 1), _TAIL), 0.0)
    high = gammaincinv(issues + 1, 1.0 - _TAIL)
    return issues / thousands, low / thousands, high / thousands


def _add_up(parts: Iterable[Seen], issues: int) -> tuple[Visited, Integers]:
    """Add up what trips saw: by place, and the passes of each issue."""
    places, passes = VisitTally(), np.zeros(issues, dtype=np.int64)
    for seen in parts:
        places.add(seen.trips, seen.visits)
        passes += np.bincount(seen.passes.issue, minlength=issues)
    return places.visited(), passes


def _all_places(visited: Visited, issue_place: Integers) -> Integers:
    return np.union1d(visited.place, issue_place[issue_place != NO_PLACE])


def _exposure(
    names: tuple[str, ...],
    place: Integers,
    visited: Visited,
    issue_place: Integers,
    passes: Integers,
) -> Exposure:
    """Put the figures of trips and of issues into one row a place."""
    trips, riders = np.zeros((2, len(place)), dtype=np.int64)
    metres = np.zeros(len(place))
    row = np.searchsorted(place, visited.place)
    trips[row], riders[row], metres[row] = visited.trips, visited.riders, visited.metres
    placed = issue_place != NO_PLACE
    row = np.searchsorted(place, issue_place[placed])
    issues = np.bincount(row, minlength=len(place)).astype(np.int64)
    passed = np.zeros(len(place), dtype=np.int64)
    np.add.at(passed, row, passes[placed])
    return Exposure(names, trips, riders, metres, issues, passed, *rate_interval(issues, trips))
