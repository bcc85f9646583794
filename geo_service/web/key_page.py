"""``/key``: somebody shows a key to be kept by the browser, or has it forgotten.

A link that brings a key to a browser that keeps another one leads here, to be asked.
"""

import re
from http import HTTPStatus
from types import MappingProxyType

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.domain.role import Role
from geo_service.domain.visibility import Viewer
from geo_service.errors import NoKey
from geo_service.store import city
from geo_service.store.keys import Key
from geo_service.web.answers import page_answer
from geo_service.web.auth import (
    LONGEST_KEY,
    forget_key,
    forget_offer,
    keep_key,
    keeps_no_other,
    key_of,
    offered_token,
    recognise,
    viewer_of,
)
from geo_service.web.bodies import read_form
from geo_service.web.descriptions import (
    SENDING,
    describe_form,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.key_words import key_words
from geo_service.web.pages import write_page
from geo_service.web.same_origin_forms import keep_tongue, require_own_form, see_other, tongue_of
from geo_service.web.service import Service, service_of

PLANNER = "/planner"
PUBLIC_MAP_ONLY = f"/key?next={PLANNER}"
"""Where the holders of keys that open no more of the map than everybody sees are told so."""
NEXT = ("/desk", "/planner", "/", "/report", "/me")
"""Where one may go on; nobody is led elsewhere by a link to this page."""
BELOW = re.compile(r"/(?:desk|stations)(?:/[\w%~:-][\w%.~:-]*)+", re.ASCII)
"""As well: one issue on the desk, one station's poster."""
HOMES = MappingProxyType(
    {Role.STAFF: "/desk", Role.ADMIN: "/desk", Role.ANALYST: "/planner", Role.OPERATOR: "/planner"}
)
"""Where the holders of keys go on by themselves; all others to the rider's page."""

router = APIRouter(tags=["keys"])


@router.get(
    "/key",
    summary="The page to show a key on",
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_led_on("A link brought a key, and the browser keeps no other."),
        **describe_problems(HTTPStatus.SERVICE_UNAVAILABLE, page=True),
    },
)
def show_key_page(request: Request) -> Response:
    """Ask for a key, or say that the browser keeps one; or whether to use what a link brought."""
    # Messengers add parameters of their own to links they pass on, so pages refuse none.
    service = service_of(request)
    going_on = known_path(request.query_params.get("next", ""))
    if "offered" in request.query_params:
        answer = _answer_offer(service, request, going_on)
        if answer is not None:
            return answer
    try:
        key = key_of(service, request, cookie=True)
    except NoKey:
        page = _show(request, going_on, wrong=key_words(tongue_of(request)).wrong)
        forget_key(page, request)
        return page
    return _show(request, going_on, key=key)


@router.post(
    "/key",
    summary="Show a key",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses={
        **describe_led_on("The key is kept by the browser now."),
        **describe_problems(
            *SENDING,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
            page=True,
        ),
    },
    openapi_extra=describe_form(
        {
            "key": "The key.",
            "offered": "`1`, without a key: the one that a link brought.",
            "next": f"Where to go on: one of {', '.join(NEXT)}, or below the desk or stations.",
        },
        {"A key": {"key": "gs_0123456789abcdef", "next": "/desk"}},
    ),
)
async def take_key_to_keep(request: Request) -> Response:
    """Check the key that is typed, keep it in a cookie, and go on to `next`."""
    require_own_form(request)
    fields = await read_form(request)
    return await run_in_threadpool(_take, request, fields)


@router.post(
    "/key/forget",
    summary="Forget the key",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses={
        **describe_led_on("The key is forgotten."),
        **describe_problems(HTTPStatus.FORBIDDEN, page=True),
    },
)
def forget_kept_key(request: Request) -> Response:
    """Take the key from the browser that sends this."""
    require_own_form(request)
    moved = see_other("/key?done=forgotten")
    forget_key(moved, request)
    return moved


def _take(request: Request, fields: dict[str, str]) -> Response:
    service, words = service_of(request), key_words(tongue_of(request))
    going_on, typed = known_path(fields.get("next", "")), fields.get("key", "").strip()
    if not typed and fields.get("offered"):
        typed = offered_token(request) or ""
    if not typed:
        return _show(request, going_on, wrong=words.needed, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        key = _recognised(service, request, typed)
    except NoKey:
        return _show(request, going_on, wrong=words.wrong, status=HTTPStatus.UNAUTHORIZED)
    return _keep(request, key, typed, going_on)


def opens_more(key: Key) -> bool:
    """Say whether a key opens more of the planner's map than everybody sees; raises nothing."""
    return viewer_of(key) is not Viewer.PUBLIC


def onward_of(key: Key, path: str) -> str:
    """Lead whose key opens no more than the public map to where that is said; raises nothing."""
    return PUBLIC_MAP_ONLY if path == PLANNER and not opens_more(key) else path


def _keep(request: Request, key: Key, token: str, going_on: str) -> Response:
    moved = see_other(onward_of(key, going_on) or _home(key))
    keep_key(moved, request, token)
    if offered_token(request) is not None:
        forget_offer(moved, request)
    return moved


def _answer_offer(service: Service, request: Request, going_on: str) -> Response | None:
    """Ask whether a key that a link brought is to be used; None if it brought none."""
    token = offered_token(request)
    if token is None:
        if request.headers.get("sec-fetch-site") != "cross-site":
            return None
        # A strict cookie is not shown on the way in from another site, only from our own.
        return page_answer(write_page("again.html", path=f"/key?{request.url.query}"))
    try:
        key = _recognised(service, request, token)
    except NoKey:
        page = _show(request, going_on, wrong=key_words(tongue_of(request)).wrong)
        forget_offer(page, request)
        return page
    if keeps_no_other(service, request, key):
        return _keep(request, key, token, going_on)
    return _show(request, going_on, key=key_of(service, request, cookie=True), offered=key)


def _recognised(service: Service, request: Request, typed: str) -> Key:
    if len(typed) > LONGEST_KEY:
        raise NoKey("This is no key.")
    return recognise(service, request, typed)


def known_path(text: str) -> str:
    """Return a path of ours to go on to; blank if it is none of them."""
    return text if text in NEXT or BELOW.fullmatch(text) else ""


def _home(key: Key) -> str:
    return HOMES.get(key.role, "/")


def _show(
    request: Request,
    going_on: str,
    *,
    key: Key | None = None,
    offered: Key | None = None,
    wrong: str = "",
    status: int = HTTPStatus.OK,
) -> Response:
    service, tongue = service_of(request), tongue_of(request)
    words = key_words(tongue)
    with service.workspace.database.reading() as connection:
        title = city.read_title(connection)
    page = page_answer(
        write_page(
            "key.html",
            words=tongue,
            said=words,
            title=title or tongue.service,
            going_on=going_on,
            onward=going_on or ("" if key is None else _home(key)),
            role="" if key is None else words.roles[key.role],
            offered="" if offered is None else words.roles[offered.role],
            wrong=wrong,
            note=words.public_map if going_on == PLANNER and key and not opens_more(key) else "",
            done=words.forgotten if request.query_params.get("done") == "forgotten" else "",
        ),
        status=status,
    )
    keep_tongue(page, request, tongue)
    return page
