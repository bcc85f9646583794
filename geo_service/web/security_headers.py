"""The headers that every answer bears, so that browsers let no page do what it must not."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo_service.web.page_policies import NO_PAGE_POLICY
from geo_service.web.request_counts import OTHER, RequestCounts
from geo_service.web.request_log import write_down

HEADERS = {
    "Content-Security-Policy": NO_PAGE_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    # Nothing to others. Under no-referrer browsers would hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""A door that needs another value sets its own."""
_ENCODED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
"""As they are sent."""


class SecurityHeaders:
    """Adds the headers, and counts and writes down the request once its answer leaves.

    Parameters
    ----------
    app : ASGI app
        Answers.
    counts : RequestCounts
        Of the process.
    path : str
        As OpenAPI writes it, where the app has no routes.
    """

    def __init__(self, app: ASGIApp, counts: RequestCounts, path: str = OTHER) -> None:
        self._app = app
        self._counts = counts
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                set_already = {name.lower() for name, _ in headers}
                headers += [header for header in _ENCODED if header[0] not in set_already]
                message = {**message, "headers": headers}
                status, seconds = message["status"], perf_counter() - begun
                self._counts.count_request(scope, status, seconds, self._path)
                write_down(scope, status, begun)
            await send(message)

        await self._app(scope, receive, send_with_headers)
