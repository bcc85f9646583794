"""Pages of a collection's features, answered before anything else is asked of a request.

Programs ask for page after page, and maps for box after box. What anybody may see and is ready is
answered here; whatever needs a key, is zipped, shown to people, takes longer, or is wrong, goes
the usual way and is told there.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo_service.domain.visibility import Viewer
from geo_service.web.ogc.addresses import Addresses
from geo_service.web.ogc.door import Asking
from geo_service.web.ogc.formats import Told, format_of
from geo_service.web.ogc.items import answer_at_once
from geo_service.web.security_headers import SecurityHeaders
from geo_service.web.service import Service

BEFORE: Final = "/ogc/collections/"
BEHIND: Final = "/items"
PATH: Final = f"{BEFORE}{{collection_id}}{BEHIND}"
"""As OpenAPI writes it."""
_KEYS: Final = ("authorization", "cookie")


class ItemsAtOnce:
    """Stands before the app, and bears the same headers.

    Parameters
    ----------
    app : ASGI app
        Takes all other requests.
    service : Service
        Of that app.
    smallest_zipped : int
        From so many bytes on the app zips an answer for who asks for that.
    """

    def __init__(self, app: ASGIApp, service: Service, smallest_zipped: int) -> None:
        self._app = app
        self._service = service
        self._smallest_zipped = smallest_zipped

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        answer: ASGIApp | None = None
        if scope["type"] == "http" and scope["method"] == "GET":
            path: str = scope["path"]
            if path.startswith(BEFORE) and path.endswith(BEHIND):
                answer = self._answer(Request(scope), path[len(BEFORE) : -len(BEHIND)])
        await (self._app if answer is None else answer)(scope, receive, send)

    def _answer(self, request: Request, name: str) -> ASGIApp | None:
        """Answer a question for which nobody has to wait; None for any other."""
        if not _is_plain(request.headers) or format_of(request) is not Told.JSON:
            return None
        asking = Asking(request, self._service, Viewer.PUBLIC, Addresses.of(request), Told.JSON)
        try:
            answer = answer_at_once(asking, name)
        except Exception:  # noqa: BLE001 - whatever is wrong, the usual way meets it too and tells
            return None
        if answer is None:
            return None
        return SecurityHeaders(self._with_vary(answer), self._service.requests, PATH)

    def _with_vary(self, answer: Response) -> Response:
        if len(answer.body) >= self._smallest_zipped:
            answer.headers.add_vary_header("Accept-Encoding")
        return answer


def _is_plain(headers: Headers) -> bool:
    """Say whether nothing in the head of a request asks for the usual way."""
    return "gzip" not in headers.get("accept-encoding", "") and not any(
        name in headers for name in _KEYS
    )
