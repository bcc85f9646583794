"""Who is asking: keys in the Authorization header, and for pages in a cookie."""

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

from fastapi import Security
from fastapi.security import HTTPBearer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from geo_service.domain.role import Role
from geo_service.domain.visibility import Viewer, viewer_with
from geo_service.errors import NoKey
from geo_service.flows.check_keys import recognise_key, require_role
from geo_service.store.keys import Key
from geo_service.web.answers import NOT_KEPT
from geo_service.web.problems import Fault, TooMany, WrongParameters
from geo_service.web.service import Service

COOKIE = "geo_service_key"
"""The beginning of the cookie's name; the port follows, since browsers keep none apart."""
COOKIE_DAYS = 30
OFFERED_S = 300
"""How long a key that a link brought waits for a yes, in seconds."""
LONGEST_KEY = 512
SHOWS_KEY = Security(
    HTTPBearer(scheme_name="key", description="From 'geo-service keys add'.", auto_error=False)
)
"""Tells OpenAPI that a path needs a key; the door itself asks for it."""


def key_of(service: Service, request: Request, *, cookie: bool = False) -> Key | None:
    """Return the key a request shows; None if it shows none.

    Parameters
    ----------
    service : Service
        Knows the keys.
    request : Request
        With ``Authorization: Bearer ...``.
    cookie : bool
        Whether the cookie of the pages counts too; for what a browser opens by itself.

    Raises
    ------
    NoKey
        If the key is unknown, expired or revoked, or the header can't be read.
    """
    token = _bearer(request)
    if token is None and cookie:
        token = request.cookies.get(cookie_name(request))
        request.state.by_cookie = token is not None
    if token is None:
        return None
    if len(token) > LONGEST_KEY:
        raise NoKey("This is no key.")
    return recognise(service, request, token)


def shows_key(request: Request) -> bool:
    """Say whether a request shows anything as a key in its header. Raises nothing."""
    return "authorization" in request.headers


def recognise(service: Service, request: Request, token: str) -> Key:
    """Return the key that a token opens, however many from its address opened nothing.

    Raises
    ------
    NoKey
        If the key is unknown, expired or revoked.
    TooMany
        If it is, and so were too many from this address before it.
    """
    try:
        return recognise_key(service.workspace, token, service.clock())
    except NoKey:
        service.limits.count_wrong_key(request)
        raise


def key_of_any(service: Service, request: Request, *tokens: str) -> Key | None:
    """Return the key that a request shows in its header, its address or its form.

    Parameters
    ----------
    service : Service
        Knows the keys.
    request : Request
        With ``Authorization: Bearer ...``, or without.
    tokens : str
        Shown elsewhere; blank ones are none.

    Raises
    ------
    NoKey
        If one of them is unknown, expired or revoked.
    WrongParameters
        If they are different keys.
    """
    shown = [
        key for key in (key_of(service, request), *_recognised(service, request, tokens)) if key
    ]
    if len({key.key_id for key in shown}) > 1:
        raise WrongParameters([Fault("api_key", "Several keys are shown; show one.")])
    return shown[0] if shown else None


def _recognised(service: Service, request: Request, tokens: Iterable[str]) -> list[Key]:
    told = [token for token in tokens if token]
    if any(len(token) > LONGEST_KEY for token in told):
        raise NoKey("This is no key.")
    return [recognise(service, request, token) for token in told]


def require_analyst(service: Service, request: Request, *, cookie: bool = False) -> None:
    """Let only analysts and administrators go on.

    Raises
    ------
    NoKey
        If the request shows no key, or one that is not valid.
    NotAllowed
        If the key has another role.
    """
    require_role(key_of(service, request, cookie=cookie), Role.ANALYST)


def require_key(service: Service, request: Request, *roles: Role) -> Key:
    """Let only the holders of some roles' keys and administrators go on.

    Returns
    -------
    Key
        The one the request shows.

    Raises
    ------
    NoKey
        If it shows none, or one that is not valid.
    NotAllowed
        If the key has another role.
    """
    return require_role(key_of(service, request), *roles)


def viewer_of(key: Key | None) -> Viewer:
    """Say by whose rights a map is drawn for the holder of a key."""
    return viewer_with(None if key is None else key.role)


def cookie_name(request: Request) -> str:
    """Name the cookie of this server: two on one host would else share their keys."""
    return f"{COOKIE}_{request.url.port}" if request.url.port else COOKIE


def keep_key(response: Response, request: Request, token: str) -> None:
    """Give the browser a key to show with pages; scripts and other sites can't reach it."""
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def take_from_address(
    service: Service,
    request: Request,
    path: str,
    onward: Callable[[Key, str], str] = lambda _, path: path,
) -> Response | None:
    """Put a key in the address into a cookie at once, so that it does not stay there.

    If the browser keeps another key, or may keep one, somebody else may have made the link: then
    the key waits in a cookie of its own, and its page asks whether to use it.

    Parameters
    ----------
    service : Service
        Knows the keys.
    request : Request
        Perhaps with ``?key=``.
    path : str
        Where the browser goes on without it.
    onward : callable
        Tells, of the key and this path, where its holder is led if that is elsewhere.

    Returns
    -------
    Response or None
        What sends it there; None: there is no key in the address.

    Raises
    ------
    NoKey
        If the key is unknown, expired or revoked.
    """
    token = request.query_params.get("key")
    if token is None:
        return None
    key = recognise(service, request, token)
    if keeps_no_other(service, request, key):
        moved = RedirectResponse(onward(key, path), status_code=303, headers=NOT_KEPT)
        keep_key(moved, request, token)
        return moved
    asking = f"/key?{urlencode({'offered': 1, 'next': path})}"
    moved = RedirectResponse(asking, status_code=303, headers=NOT_KEPT)
    moved.set_cookie(
        _offer_name(request),
        token,
        max_age=OFFERED_S,
        path="/key",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return moved


def came_by_cookie(request: Request) -> bool:
    """Say whether the key that was looked at came out of the cookie. Raises nothing."""
    return getattr(request.state, "by_cookie", False)


def keeps_no_other(service: Service, request: Request, key: Key) -> bool:
    """Say whether a browser keeps no other key that opens anything; raises nothing."""
    kept = request.cookies.get(cookie_name(request))
    if kept is None:
        # A strict cookie is not shown on the way in from another site, only from our own.
        return request.headers.get("sec-fetch-site") != "cross-site"
    try:
        return recognise(service, request, kept).key_id == key.key_id
    except (NoKey, TooMany):
        return True


def offered_token(request: Request) -> str | None:
    """Return what a link brought and nobody has said yes to; raises nothing."""
    return request.cookies.get(_offer_name(request))


def forget_offer(response: Response, request: Request) -> None:
    """Take from the browser what a link brought."""
    response.delete_cookie(_offer_name(request), path="/key", httponly=True, samesite="strict")


def _offer_name(request: Request) -> str:
    return f"{cookie_name(request)}_offered"


def forget_key(response: Response, request: Request) -> None:
    """Take the key from the browser."""
    response.delete_cookie(cookie_name(request), httponly=True, samesite="strict")


def _bearer(request: Request) -> str | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NoKey("The Authorization header can't be read.", remedy="Send Bearer and the key.")
    return token.strip()
