"""Which riders' usual routes pass which issues: how many of their trips, and at what hours."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Flags, Integers
from geo_service.domain.issue import Issue
from geo_service.overlay.issue_grid import STILL_OPEN, IssuePoints

_BITS = 32
"""Issues and riders are numbered below 2^31 each, so that a pair is one integer."""
_ALWAYS = int(np.iinfo(np.int64).min)


class UsualRiders(NamedTuple):
    """Pairs of an issue and a rider who passed it, by issue and then rider; shape (q,) each."""

    issue: Integers
    """The issue's row."""
    rider: Integers
    """The rider's number."""
    trips: Integers
    """So many distinct trips of the rider's passed it."""
    hours: Integers
    """Bit h is set if one of them did at hour h."""

    def take(self, rows: Integers | Flags) -> "UsualRiders":
        """Return some of the pairs, in the order given."""
        return UsualRiders(*(column[rows] for column in self))

    def is_one_of(self, issue: Integers, rider: Integers) -> Flags:
        """Say of each pair whether it is one of these, shape (q,)."""
        return np.isin(_coded(self.issue, self.rider), _coded(issue, rider))


def always_open(issues: Sequence[Issue]) -> IssuePoints:
    """Turn issues into arrays as though each were open at all times.

    Parameters
    ----------
    issues : sequence of Issue
        A route passes a place whether or not something was wrong there when it was ridden.

    Returns
    -------
    IssuePoints
        One row an issue, in the same order. Raises nothing.
    """
    return IssuePoints(
        lon=np.array([one.lon for one in issues], dtype=np.float64),
        lat=np.array([one.lat for one in issues], dtype=np.float64),
        interval_offsets=np.arange(len(issues) + 1, dtype=np.int64),
        interval_from=np.full(len(issues), _ALWAYS),
        interval_to=np.full(len(issues), STILL_OPEN),
        confirmed_us=np.full(len(issues), _ALWAYS),
    )


def usual_riders(issue: Integers, rider: Integers, trip: Integers, hour: Integers) -> UsualRiders:
    """Gather passes by issue and rider.

    Parameters
    ----------
    issue, rider, trip, hour : ndarray of int, shape (p,)
        Of each pass: the issue's row and the rider's number, both from 0 to 2^31 - 1, the trip's
        number, and the hour of the day, from 0 to 23. A trip may pass an issue several times.

    Returns
    -------
    UsualRiders
        Each pair once. Raises nothing.
    """
    pair = _coded(issue, rider)
    order = np.lexsort((trip, pair))
    pair, trip = pair[order], trip[order]
    is_first = np.ones(len(pair), dtype=np.bool_)
    is_first[1:] = (pair[1:] != pair[:-1]) | (trip[1:] != trip[:-1])
    bit = np.left_shift(np.int64(1), hour[order], dtype=np.int64)
    return _merged(pair, is_first.astype(np.int64), bit)


def join_usual_riders(parts: Sequence[UsualRiders]) -> UsualRiders:
    """Put together what was gathered of different trips.

    Parameters
    ----------
    parts : sequence of UsualRiders
        With issues and riders numbered alike; a trip is in one of them only.

    Returns
    -------
    UsualRiders
        Each pair once. Raises nothing.
    """
    none = np.zeros(0, dtype=np.int64)
    nobody = UsualRiders(none, none, none, none)
    issue, rider, trips, hours = (
        np.concatenate(columns) for columns in zip(nobody, *parts, strict=True)
    )
    pair = _coded(issue, rider)
    order = np.argsort(pair, kind="stable")
    return _merged(pair[order], trips[order], hours[order])


def choose_riders(
    pairs: UsualRiders,
    rank: Integers,
    silent: Integers,
    *,
    least_trips: int,
    most_riders: int,
) -> Integers:
    """Choose whom to ask about each issue.

    Parameters
    ----------
    pairs : UsualRiders
        By issue.
    rank : ndarray of int, shape (riders,)
        The place of each rider's name in the order of text; it decides ties.
    silent : ndarray of int, shape (q,)
        How many questions about the issue each pair's rider has left unanswered before: whoever
        does not answer makes room for others.
    least_trips : int
        So many distinct trips must have passed an issue for it to lie on a usual route.
    most_riders : int
        So many at most for each issue.

    Returns
    -------
    ndarray of int, shape (c,)
        Rows of the pairs: by issue; then those who left fewer questions unanswered first, then
        those with more trips, then by name. Raises nothing.
    """
    rows = np.flatnonzero(pairs.trips >= least_trips)
    usual = pairs.take(rows)
    order = np.lexsort((rank[usual.rider], -usual.trips, silent[rows], usual.issue))
    issue = usual.issue[order]
    place = np.arange(len(issue)) - np.searchsorted(issue, issue)
    return rows[order[place < most_riders]]


def _coded(issue: Integers, rider: Integers) -> Integers:
    return (issue << _BITS) | rider


def _merged(pair: Integers, trips: Integers, hours: Integers) -> UsualRiders:
    """Make one row of those that follow each other with the same pair."""
    if not len(pair):
        return UsualRiders(pair, pair, trips, hours)
    first = np.flatnonzero(np.diff(pair, prepend=pair[0] - 1))
    pair = pair[first]
    return UsualRiders(
        pair >> _BITS,
        pair & ((1 << _BITS) - 1),
        np.add.reduceat(trips, first),
        np.bitwise_or.reduceat(hours, first),
    )
