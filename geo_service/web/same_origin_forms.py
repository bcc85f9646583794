"""Forms of our own pages: sent by them alone, in the language that the reader has chosen."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from geo_service.errors import NotAllowed
from geo_service.web.answers import NOT_KEPT
from geo_service.web.rider_page import LANGUAGE_COOKIE, YEAR_S
from geo_service.web.rider_words import Tongue, choose_tongue

OWN_SITES = (None, "same-origin", "none")
"""What browsers say of forms of our own pages; old ones say nothing."""


def require_own_form(request: Request) -> None:
    """Let only forms of our own pages go on.

    Raises
    ------
    NotAllowed
        If the browser says that another site sent it.
    """
    if request.headers.get("sec-fetch-site") not in OWN_SITES:
        raise NotAllowed("This form is sent by our own page only.")


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
