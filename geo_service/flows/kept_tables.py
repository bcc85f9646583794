"""The tables that a long-running process keeps: so many, those asked for last."""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import TypeAlias

from geo_service.streets.measure import Measure
from geo_service.streets.nearest import Choice
from geo_service.streets.sites import Sites

Key: TypeAlias = tuple[Sites, Measure, bytes]

MOST = 32
"""So many sets of facilities at once; a table of Porto takes 7 MB."""


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
        self._kept: OrderedDict[Key, Choice | Future[Choice]] = OrderedDict()

    def get(self, key: Key) -> Choice | None:
        """Return a table that is kept and ready, else None; waits for nobody."""
        kept = self._kept.get(key)
        if not isinstance(kept, Choice):
            return None
        try:
            self._kept.move_to_end(key)
        except KeyError:  # another thread has forgotten it just now
            return kept
        return kept

    def drop(self, sites: Sites) -> None:
        """Forget the tables of facilities that are no longer where they were."""
        with self._lock:
            for key in [key for key in self._kept if key[0] is sites]:
                del self._kept[key]

    def get_or_make(self, key: Key, make: Callable[[], Choice]) -> Choice:
        """Return a table; one thread makes it if need be, and the others wait for that one.

        Parameters
        ----------
        key : Key
            Where the facilities are, what nearest means, and the flags of the set as bytes.
        make : callable
            Makes it; what it raises, all that wait raise.
        """
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                promise: Future[Choice] = Future()
                self._kept[key] = promise
            self._kept.move_to_end(key)
        if isinstance(kept, Choice):
            return kept
        if kept is not None:
            return kept.result()
        try:
            made = make()
        except BaseException as problem:
            with self._lock:
                self._kept.pop(key, None)
            promise.set_exception(problem)
            raise
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        promise.set_result(made)
        return made
