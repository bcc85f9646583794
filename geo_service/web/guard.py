"""What every answer bears and what is written down of every request."""

import logging
from time import perf_counter
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_service.web.request_log import GatheringHandler

ACCESS = logging.getLogger("geo_service.web.access")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A door that needs another value sets its own."""


class Guard:
    """Adds the security headers, and logs method, path, status and milliseconds.

    The query is never logged: it holds positions, and in a planner's first link a key.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                write_down(scope, message["status"], begun)
            await send(message)

        await self._app(scope, receive, send_guarded)


def write_down(scope: Scope, status: int, begun: float) -> None:
    """Log a request that has been answered.

    Parameters
    ----------
    scope : Scope
        Of the request.
    status : int
        Of the answer.
    begun : float
        When it came, as ``perf_counter`` tells.
    """
    if not ACCESS.isEnabledFor(logging.INFO):
        return
    spent_ms = (perf_counter() - begun) * 1000
    # Quoted again: a line break in a path would look like another request.
    line = f"{scope['method']} {quote(scope['path'])} {status} {spent_ms:.1f} ms"
    if len(ACCESS.handlers) == 1 and isinstance(ACCESS.handlers[0], GatheringHandler):
        ACCESS.handlers[0].gather(f"INFO:     {line}")
    else:
        ACCESS.info("%s", line)


def finish_log() -> None:
    """Write the lines that still wait; the process may be about to end."""
    for handler in ACCESS.handlers:
        handler.flush()
