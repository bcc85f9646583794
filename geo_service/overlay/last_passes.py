"""Which riders passed which issues, and when each did so last, while partitions stream by."""

import numpy as np

from geo_service.arrays import Integers
from geo_service.compiled import compiled

PAIR, MOMENT = 0, 1
"""The columns of the table."""
_BITS = 32
"""Issues and riders are numbered below 2^31 each, so that a pair is one integer."""
_EMPTY = -1
_LEAST_ROOM = 1 << 10
_WORD = 64
_SPREAD = 0x9E37_79B9_7F4A_7C15 - (1 << _WORD)
"""2^64 over the golden ratio, as a signed number: neighbouring pairs come to lie far apart
(D. Knuth, "The Art of Computer Programming", vol. 3, 6.4)."""


class LastPasses:
    """Pairs of issue and rider, each with the latest moment it was given.

    A hash table with open addresses, at most half full.
    """

    def __init__(self) -> None:
        self._table = _room(_LEAST_ROOM)
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
        needed = 2 * (self._count + len(issue))
        # Plain Python would warn of products that are meant to run over.
        with np.errstate(over="ignore"):
            if needed > len(self._table):
                larger = _room(1 << int(needed).bit_length())
                _put(larger, *self._filled())
                self._table = larger
            self._count += _put(self._table, (issue << _BITS) | rider, t)

    def rows(self) -> tuple[Integers, Integers, Integers]:
        """Return issue, rider and latest moment of each pair, by issue and then rider."""
        pair, t = self._filled()
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
        pair, t = self._filled()
        issue = pair >> _BITS
        return np.bincount(issue[t >= since[issue]], minlength=len(since)).astype(np.int64)

    def _filled(self) -> tuple[Integers, Integers]:
        filled = self._table[self._table[:, PAIR] != _EMPTY]
        return filled[:, PAIR].copy(), filled[:, MOMENT].copy()


def _room(size: int) -> Integers:
    """Make an empty table; the size is a power of two."""
    return np.full((size, 2), _EMPTY, dtype=np.int64)


@compiled
def _put(table: Integers, pair: Integers, t: Integers) -> int:
    """Put pairs into a table with room for them, and return how many were not there."""
    mask, bits, fresh = len(table) - 1, 0, 0
    while mask >> bits:
        bits += 1
    for row in range(len(pair)):
        # The highest bits of the product hang on all bits of the pair.
        at = ((pair[row] * _SPREAD) >> (_WORD - bits)) & mask
        while table[at, PAIR] != _EMPTY and table[at, PAIR] != pair[row]:
            at = (at + 1) & mask
        if table[at, PAIR] == _EMPTY:
            table[at, PAIR], table[at, MOMENT] = pair[row], t[row]
            fresh += 1
        else:
            table[at, MOMENT] = max(table[at, MOMENT], t[row])
    return fresh
