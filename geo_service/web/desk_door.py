"""Who comes to the desk: staff go in, and who shows no key is led to the page for it."""

from fastapi import Request, Response

from geo_service.domain.role import Role
from geo_service.errors import NoKey
from geo_service.flows.check_keys import require_role
from geo_service.store.keys import Key
from geo_service.web.answers import page_answer
from geo_service.web.auth import cookie_name, forget_key, key_of, take_from_address
from geo_service.web.pages import write_page
from geo_service.web.same_origin_forms import see_other
from geo_service.web.service import service_of

KEY_PAGE = "/key?next=/desk"


def let_staff_in(request: Request, path: str) -> Key | Response:
    """Return the key of whoever opens a page of the desk, or what the browser is told instead.

    Parameters
    ----------
    request : Request
        With the key in its header, its cookie or its address.
    path : str
        Of the page, without a key in it.

    Raises
    ------
    NoKey
        If the key in the address or the header is worth nothing.
    NotAllowed
        If the key is of another role.
    """
    service = service_of(request)
    moved = take_from_address(service, request, path)
    if moved is not None:
        return moved
    keeps = cookie_name(request) in request.cookies
    if request.headers.get("sec-fetch-site") == "cross-site" and not keeps:
        # A strict cookie is not shown on the way in from another site, only from our own.
        return page_answer(write_page("again.html", path=path))
    return key_of_staff(request)


def key_of_staff(request: Request) -> Key | Response:
    """Return the key of staff that a request shows, or what leads to the page for it.

    Raises
    ------
    NoKey
        If the key in the header is worth nothing.
    NotAllowed
        If the key is of another role.
    """
    try:
        key = key_of(service_of(request), request, cookie=True)
    except NoKey:
        if "authorization" in request.headers:
            raise
        led = see_other(KEY_PAGE)
        forget_key(led, request)
        return led
    if key is None:
        return see_other(KEY_PAGE)
    return require_role(key, Role.STAFF)
