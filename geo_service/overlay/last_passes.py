"""Which riders passed which issues, and when each did so last, while partitions stream by."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.compiled import compiled
from geo_service.overlay.number_table import (
    EMPTY,
    KEY,
    VALUE,
    empty_table,
    filled,
    shift_of,
    slot_of,
    with_room,
)

_BITS = 32
"""Issues and riders are numbered below 2^31 each, so that a pair is one integer."""


class LastPasses:
    """Pairs of issue and rider, each with the latest moment it was given."""

    def __init__(self) -> None:
        self._table = empty_table()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, issue: Integers, rider: Integers, t: Integers) -> None:
        """Take in passes.

        Parameters
        ----------
        issue, rider : ndarray of int, shape (n,)
            Numbers from 0 to 2^31 - 1.
        t : ndarray of int, shape (n,)
            Moments, microseconds UTC. Raises nothing.
        """
        self._table = with_room(self._table, self._count + len(issue))
        with np.errstate(over="ignore"):
            self._count += _keep_latest(self._table, (issue << _BITS) | rider, t)

    def rows(self) -> tuple[Integers, Integers, Integers]:
        """Return issue, rider and latest moment of each pair, by issue and then rider."""
        pair, t = filled(self._table)
        order = np.argsort(pair)
        pair = pair[order]
        return pair >> _BITS, pair & ((1 << _BITS) - 1), t[order]

    def riders(self, issues: int) -> Integers:
        """Return how many riders passed each issue, shape (issues,)."""
        return self.riders_since(np.full(issues, np.iinfo(np.int64).min))

    def riders_since(self, since: Integers) -> Integers:
        """Return how many riders passed each issue at or after the issue's own moment.

        Parameters
        ----------
        since : ndarray of int, shape (issues,)
            Microseconds UTC.

        Returns
        -------
        ndarray of int, shape (issues,)
            Raises nothing.
        """
        pair, t = filled(self._table)
        issue = pair >> _BITS
        return np.bincount(issue[t >= since[issue]], minlength=len(since)).astype(np.int64)


@compiled
def _keep_latest(table: Integers, pair: Integers, t: Integers) -> int:
    """Put pairs into a table with room for them, and return how many were not there."""
    shift, fresh = shift_of(table), 0
    for row in range(len(pair)):
        at = slot_of(table, pair[row], shift)
        if table[at, KEY] == EMPTY:
            table[at, KEY], table[at, VALUE] = pair[row], t[row]
            fresh += 1
        else:
            table[at, VALUE] = max(table[at, VALUE], t[row])
    return fresh
