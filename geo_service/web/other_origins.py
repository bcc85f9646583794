"""Pages of other origins may ask, if the settings name them: without cookies, with keys."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from geo_service.flows.answer_once import HEADER
from geo_service.settings import Settings
from geo_service.web.problems import OtherOrigin, problem_of_error, problem_response
from geo_service.web.security_headers import HEADERS

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT")
TAKEN = ("Authorization", "If-Match", "If-None-Match", HEADER)
"""Headers that may be sent besides those that anybody may send."""
SHOWN = (
    "Allow",
    "Content-Crs",
    "Content-Disposition",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "WWW-Authenticate",
)
"""Headers of answers that scripts may read besides those that any script may read."""
KEPT_S = 3_600


class OtherOrigins(CORSMiddleware):
    """Stands before all that answers, so that shortcuts and errors bear the headers too.

    Parameters
    ----------
    app : ASGI app
        Takes the requests.
    settings : Settings
        Name the origins.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        super().__init__(
            app,
            allow_origins=settings.origins(),
            allow_methods=METHODS,
            allow_headers=TAKEN,
            # A browser shows the cookie of a page here for nobody else.
            allow_credentials=False,
            expose_headers=SHOWN,
            max_age=KEPT_S,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say whether a request may be sent."""
        answer = super().preflight_response(request_headers)
        if answer.status_code >= 400:
            refused = OtherOrigin(
                "This origin, method or header is not let through.",
                remedy="Ask the operator to name the origin in the settings.",
            )
            kept = {
                name: value
                for name, value in answer.headers.items()
                if name.startswith("access-control-") or name == "vary"
            }
            answer = problem_response(problem_of_error(refused), kept)
        answer.headers.update(HEADERS)
        return answer
