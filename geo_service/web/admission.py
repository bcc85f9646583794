"""How many requests are answered at a time: more would make all wait, so they are told to return.

What is answered in front of the app, the nearest places above all, takes no thread and is not
counted.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.web.problems import Overloaded, Problem, problem_of_error

ALWAYS: Final = frozenset({"/health/live", "/metrics"})
"""Whoever asks how the process does must not take it for dead because it is busy."""
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
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request in, or send it away before any of its body is read."""
        if scope["type"] != "http" or scope["path"] in ALWAYS:
            await self._app(scope, receive, send)
            return
        if self._under_way >= self._most:
            await self._tell(Request(scope), _TOO_MANY)(scope, receive, send)
            return
        self._under_way += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way -= 1
