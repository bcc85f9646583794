"""How many requests are answered at a time: some more wait their turn, the rest are sent away.

More at a time would make all late. Who comes in a short rush waits for its end; only where more is
asked for longer than can be answered, some are told to return.

What is answered in front of the app, the nearest places above all, takes no thread and is not
counted; nor is a request while it waits for its sender, who may be slow: a body to come, or an
answer to be taken; nor while it waits in a room of its own for what takes long.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_service.web.problems import Overloaded, Problem, problem_of_error

ALWAYS: Final = frozenset({"/health/live"})
"""Whoever asks whether the process lives must not take it for dead because it is busy."""
PATIENCE_S: Final = 0.5
"""So long a request waits for a place at most: a rush may be over by then, a crowd is not."""
WAITING_FOR_EACH: Final = 2
"""For each place so many may wait."""
_PLACE: Final = "geo_service.place"
_TOO_MANY: Final = replace(
    problem_of_error(Overloaded("Too many ask at once.", remedy="Ask again soon.")), wait_s=2
)


class Admission:
    """Lets so many requests in at a time, in their order, and answers 503 to whom it can't soon.

    Parameters
    ----------
    app : ASGI app
        Answers those that are let in.
    tell : callable
        Makes the answer that tells of a problem.
    most : int
        How many are let in.
    patience_s : float
        How long the others wait before they are sent away; those who find too many waiting are
        sent away at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        tell: Callable[[Request, Problem], Response],
        most: int,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._app = app
        self._tell = tell
        self._most = most
        self._patience_s = patience_s
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.under_way = 0
        """How many have a place now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or send it away before any of its body is read."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        if not await self._let_in():
            await self._tell(Request(scope), _TOO_MANY)(scope, receive, send)
            return
        place = scope[_PLACE] = _Place(self)

        async def receive_without_place() -> Message:
            place.leave()
            try:
                return await receive()
            finally:
                place.take()

        async def send_without_place(message: Message) -> None:
            place.leave()
            try:
                await send(message)
            finally:
                place.take()

        try:
            await self._app(scope, receive_without_place, send_without_place)
        finally:
            place.leave()

    async def _let_in(self) -> bool:
        """Take a place, now or in its turn; False if there is none for too long."""
        if self.under_way < self._most and not self._waiting:
            self.under_way += 1
            return True
        if len(self._waiting) >= WAITING_FOR_EACH * self._most:
            return False
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._patience_s):
                await turn
        except TimeoutError:
            return self._was_given(turn)
        except asyncio.CancelledError:
            if self._was_given(turn):
                self.give_up_place()
            raise
        return True

    def _was_given(self, turn: asyncio.Future[None]) -> bool:
        """Say whether a place came in the moment in which its taker stopped to wait for it."""
        with suppress(ValueError):
            self._waiting.remove(turn)
        return turn.done() and not turn.cancelled()

    def give_up_place(self) -> None:
        """Hand a place on to who has waited longest."""
        self.under_way -= 1
        while self._waiting and self.under_way < self._most:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self.under_way += 1


@contextmanager
def without_place(scope: Scope) -> Iterator[None]:
    """Give up a request's place while the block runs; whoever has none loses none."""
    place: _Place | None = scope.get(_PLACE)
    if place is None:
        yield
        return
    place.leave()
    try:
        yield
    finally:
        place.take()


class _Place:
    """The place one request was given: it has it unless it waits elsewhere, in one way or more."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._reasons_to_wait = 0

    def take(self) -> None:
        """Go on; that others came in meanwhile matters little."""
        self._reasons_to_wait -= 1
        if self._reasons_to_wait == 0:
            self._admission.under_way += 1

    def leave(self) -> None:
        """Let others in."""
        if self._reasons_to_wait == 0:
            self._admission.give_up_place()
        self._reasons_to_wait += 1
