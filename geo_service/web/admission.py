"""How many requests are answered at a time: more would make all wait, so they are told to return.

What is answered in front of the app, the nearest places above all, takes no thread and is not
counted; nor is a request while it waits for its sender, who may be slow: a body to come, or an
answer to be taken; nor while it waits in a room of its own for what takes long.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_service.web.problems import Overloaded, Problem, problem_of_error

ALWAYS: Final = frozenset({"/health/live"})
"""Whoever asks whether the process lives must not take it for dead because it is busy."""
_PLACE: Final = "geo_service.place"
_TOO_MANY: Final = replace(
    problem_of_error(Overloaded("Too many ask at once.", remedy="Ask again soon.")), wait_s=2
)


class Admission:
    """Lets so many requests in at a time, and answers 503 to the others at once.

    Parameters
    ----------
    app : ASGI app
        Answers those that are let in.
    tell : callable
        Makes the answer that tells of a problem.
    most : int
        How many are let in.
    """

    def __init__(
        self,
        app: ASGIApp,
        tell: Callable[[Request, Problem], Response],
        most: int,
    ) -> None:
        self._app = app
        self._tell = tell
        self._most = most
        self.under_way = 0
        """How many have a place now."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or send it away before any of its body is read."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        if self.under_way >= self._most:
            await self._tell(Request(scope), _TOO_MANY)(scope, receive, send)
            return
        place = scope[_PLACE] = _Place(self)
        place.take()

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
    """One request's place: it has it unless it waits elsewhere, in one way or several."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission
        self._reasons_to_wait = 1

    def take(self) -> None:
        """Go on; that others came in meanwhile matters little."""
        self._reasons_to_wait -= 1
        if self._reasons_to_wait == 0:
            self._admission.under_way += 1

    def leave(self) -> None:
        """Let others in."""
        if self._reasons_to_wait == 0:
            self._admission.under_way -= 1
        self._reasons_to_wait += 1
