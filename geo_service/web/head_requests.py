"""HEAD wherever GET is: the same answer without its body (RFC 9110, section 9.3.2)."""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ASKED = "geo_service_head"


def is_head(request: Request) -> bool:
    """Say whether nobody will see the body, so that a door need not make it. Raises nothing."""
    return _ASKED in request.scope


class AnswerHead:
    """Asks the app as GET would, with the same rights, and leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        inner = {**scope, "method": "GET", _ASKED: True}

        async def send_without_body(message: Message) -> None:
            # Whoever stands before this is to know which door has answered.
            scope["route"] = inner.get("route")
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await self.app(inner, receive, send_without_body)
