"""Rooms for those who wait for what takes long: so many at most, and fewer from one address.

Who waits there has no place among those that are answered soon, so that however many ask for one
slow map, others are let in. Who finds no room is told at once when to come again.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request

from geo_service.web.admission import without_place
from geo_service.web.problems import Overloaded
from geo_service.web.rate_limits import address_of

Done = TypeVar("Done")


class WaitingRoom:
    """Those who wait for one kind of work, or have it done now; asked in one event loop.

    Parameters
    ----------
    what : str
        What they wait for, in the plural, as whoever finds no room is told.
    most : int
        How many there may be.
    most_of_one : int
        How many of them from one address (IPv6: its /64).
    """

    def __init__(self, what: str, most: int, most_of_one: int) -> None:
        self._what = what
        self._most = most
        self._most_of_one = most_of_one
        self._here = Counter[str]()

    @property
    def here(self) -> int:
        """How many there are."""
        return self._here.total()

    @contextmanager
    def wait(self, request: Request) -> Iterator[None]:
        """Have a request in the room while the block runs, and in no other place.

        Raises
        ------
        Overloaded
            If there are too many, or too many from its address.
        """
        sender = address_of(request)
        if self.here >= self._most or self._here[sender] >= self._most_of_one:
            raise Overloaded(f"Too many {self._what} are waited for.", remedy="Ask again soon.")
        self._here[sender] += 1
        try:
            with without_place(request.scope):
                yield
        finally:
            self._here[sender] -= 1
            # Else every address that ever asked would be remembered.
            self._here += Counter[str]()


class LengthyWork:
    """One kind of work that takes long, on threads of its own, behind a room to wait in.

    Parameters
    ----------
    at_a_time : int
        How many threads.
    room : WaitingRoom
        Holds those who wait, and those for whom they work.
    """

    def __init__(self, at_a_time: int, room: WaitingRoom) -> None:
        self.threads = CapacityLimiter(at_a_time)
        self.room = room

    async def do(self, request: Request, doing: Callable[[], Done]) -> Done:
        """Do something for a request, in its turn.

        Raises
        ------
        Overloaded
            If too many wait already; besides, what is raised while it is done.
        """
        with self.room.wait(request):
            return await run_sync(doing, limiter=self.threads)
