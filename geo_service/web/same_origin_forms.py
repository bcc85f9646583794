"""Forms of our own pages: sent by them alone, in the language that the reader has chosen."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from geo_service.errors import NotAllowed
from geo_service.web.answers import NOT_KEPT
from geo_service.web.rider_page import LANGUAGE_COOKIE, YEAR_S
from geo_service.web.rider_words import Tongue, choose_tongue

OWN_SITES = ("same-origin", "none")
"""What browsers say of forms of our own pages."""
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def require_own_form(request: Request) -> None:
    """Let only forms of our own pages go on.

    Raises
    ------
    NotAllowed
        If the browser says that another site sent it.
    """
    site = request.headers.get("sec-fetch-site")
    # Browsers leave it out over plain http, and old ones always do; Origin they send with any form.
    is_own = _has_own_origin(request) if site is None else site in OWN_SITES
    if not is_own:
        raise NotAllowed("This form is sent by our own page only.")


def _has_own_origin(request: Request) -> bool:
    """Say whether no other origin is named; a program that is no browser names none."""
    scheme, host = request.url.scheme, request.headers.get("host", "").lower()
    own = f"{scheme}://{host.removesuffix(_USUAL_PORTS[scheme])}"
    return all(origin == own for origin in request.headers.getlist("origin"))


def tongue_of(request: Request) -> Tongue:
    """Choose the language of a page: asked for, kept, or preferred. Raises nothing."""
    return choose_tongue(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
    )


def keep_tongue(page: Response, request: Request, tongue: Tongue) -> None:
    """Let the browser keep a language that was asked for. Raises nothing."""
    if request.query_params.get("lang") == tongue.code:
        page.set_cookie(LANGUAGE_COOKIE, tongue.code, max_age=YEAR_S, samesite="lax", httponly=True)
    page.headers["Vary"] = "Accept-Language, Cookie"
    page.headers["Content-Language"] = tongue.code


def see_other(path: str) -> RedirectResponse:
    """Send a browser on to another page of ours, to be asked for with GET. Raises nothing."""
    return RedirectResponse(path, status_code=HTTPStatus.SEE_OTHER, headers=NOT_KEPT)
