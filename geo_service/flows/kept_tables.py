"""The tables that a long-running process keeps: so many, those asked for last."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from threading import Lock
from typing import TypeAlias
from weakref import WeakSet

from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable
from geo_service.streets.sites import Sites

Key: TypeAlias = tuple[Sites, Measure, bytes]

MOST = 32
"""So many sets of facilities at once; a table of Porto takes 7 MB."""


@dataclass(slots=True)
class _Kept:
    """A table, and its turn among all askings when it was last asked for."""

    table: ReadyTable
    asked: int


class KeptTables:
    """Makes each table once, however many threads ask for it, and forgets the one used least.

    Parameters
    ----------
    most : int
        How many are kept.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: dict[Key, _Kept] = {}
        self._promised: dict[Key, Future[ReadyTable]] = {}
        self._turns = count()
        self._dropped: WeakSet[Sites] = WeakSet()

    def get(self, key: Key) -> ReadyTable | None:
        """Return a table that is kept and ready, else None; waits for nobody."""
        # Without the lock, so nothing may be moved here: others are looking through the tables.
        kept = self._kept.get(key)
        if kept is None:
            return None
        kept.asked = next(self._turns)
        return kept.table

    def drop(self, sites: Sites) -> None:
        """Forget the tables of facilities that are no longer where they were.

        Whoever still asks for one, or waits for it, is given it, but it is not kept.
        """
        with self._lock:
            self._dropped.add(sites)
            for key in [key for key in self._kept if key[0] is sites]:
                del self._kept[key]

    def get_or_make(self, key: Key, make: Callable[[], ReadyTable]) -> ReadyTable:
        """Return a table; one thread makes it if need be, and the others wait for that one.

        Parameters
        ----------
        key : Key
            Where the facilities are, what nearest means, and the flags of the set as bytes.
        make : callable
            Makes it; what it raises, all that wait raise.
        """
        with self._lock:
            table, others = self.get(key), self._promised.get(key)
            if table is not None:
                return table
            if others is None:
                mine = self._promised[key] = Future()
        if others is not None:
            return others.result()
        try:
            table = make()
        except BaseException as problem:
            self._settle(key, None)
            mine.set_exception(problem)
            raise
        self._settle(key, table)
        mine.set_result(table)
        return table

    def _settle(self, key: Key, table: ReadyTable | None) -> None:
        """Put a table that was made in the place of its promise."""
        with self._lock:
            del self._promised[key]
            if table is not None and key[0] not in self._dropped:
                self._kept[key] = _Kept(table, next(self._turns))
            while len(self._kept) > self._most:
                del self._kept[min(self._kept, key=lambda key: self._kept[key].asked)]
