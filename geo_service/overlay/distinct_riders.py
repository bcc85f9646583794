"""Exact counts of distinct riders while partitions stream by."""

from collections.abc import Hashable, Iterable

import numpy as np

from geo_service.arrays import Integers

_BITS = 32
"""Places and riders are numbered below 2^31 each, so that a pair is one integer."""


class Numbering:
    """Numbers names from 0 as they are first met, the same name always alike."""

    def __init__(self) -> None:
        self._number: dict[Hashable, int] = {}

    def __len__(self) -> int:
        return len(self._number)

    @property
    def names(self) -> tuple[Hashable, ...]:
        """Every name, in order of its number."""
        return tuple(self._number)

    def numbers(self, names: Iterable[Hashable]) -> Integers:
        """Return the number of each name, new ones included.

        Parameters
        ----------
        names : iterable of hashable
            Rider ids, cells, edges.

        Returns
        -------
        ndarray of int, shape (names,)
            Raises nothing.
        """
        known = self._number
        return np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64)


class Distinct:
    """Distinct riders of each place, told apart by number."""

    def __init__(self) -> None:
        self._kept = np.zeros(0, dtype=np.int64)
        self._fresh: list[Integers] = []
        self._waiting = 0

    def add(self, place: Integers, rider: Integers) -> None:
        """Take in pairs, repeated ones too.

        Parameters
        ----------
        place, rider : ndarray of int, shape (n,)
            Numbers from 0 to 2^31 - 1. Raises nothing.
        """
        self._fresh.append((place << _BITS) | rider)
        self._waiting += len(place)
        # Merging only when the new ones outweigh the old keeps the whole work near n log n.
        if self._waiting > len(self._kept):
            self._merge()

    def _merge(self) -> None:
        self._kept = np.unique(np.concatenate((self._kept, *self._fresh)))
        self._fresh, self._waiting = [], 0

    def count(self, places: int) -> Integers:
        """Return how many distinct riders each place has.

        Parameters
        ----------
        places : int
            How many places there are.

        Returns
        -------
        ndarray of int, shape (places,)
            Raises nothing.
        """
        self._merge()
        return np.bincount(self._kept >> _BITS, minlength=places).astype(np.int64)
