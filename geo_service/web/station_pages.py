"""``/stations/{id}``: a station's page for phones, where riders check in, and its poster."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse

from geo_service.domain.facility import Facility
from geo_service.domain.opening import opening_at
from geo_service.domain.role import Role
from geo_service.domain.secret_code import is_code
from geo_service.errors import NoKey, NotAllowed, NotFound
from geo_service.export.navigate import amap_link
from geo_service.flows.check_in import CheckInAnswer, check_in, station_code
from geo_service.flows.check_keys import (
    require_place,
    require_rider,
    require_role,
)
from geo_service.maps.icons import sign_sheet
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.store.keys import Key
from geo_service.web.answers import page_answer
from geo_service.web.auth import (
    SHOWS_KEY,
    cookie_name,
    forget_key,
    keep_key,
    key_of,
    recognise,
    take_from_address,
)
from geo_service.web.bodies import read_form
from geo_service.web.descriptions import (
    SENDING,
    WITH_A_KEY,
    describe_form,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.pages import write_page
from geo_service.web.parameters import Parameters, describe_parameters
from geo_service.web.path_parts import FacilityId
from geo_service.web.problems import FixedPath
from geo_service.web.qr_picture import qr_picture
from geo_service.web.rider_cards import amenity_words, kind_sign, kind_word
from geo_service.web.rider_words import EN, Tongue, say_opening
from geo_service.web.same_origin_forms import keep_tongue, require_own_form, tongue_of
from geo_service.web.service import Service, service_of
from geo_service.web.station_words import station_words

POSTER = "/print"

router = APIRouter(tags=["stations"])


class StationParameters(Parameters):
    """Of a station's page; what else a link bears is left alone."""

    code: Annotated[
        str, Field(description="As it is put up there: one can check in.", examples=["ABCDEFGHIJ"])
    ] = ""


@dataclass(frozen=True, slots=True)
class Station:
    """A facility, in the page's words."""

    path: str
    kind: str
    sign: Markup
    name: str
    name_beside: str
    """In the other language; empty if it has none."""
    address: str
    is_open: bool
    opening: str
    amenities: tuple[str, ...]
    link: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page says and asks below the station."""

    code: str = ""
    """The station's, if it was shown; then one can check in."""
    key_known: bool = False
    done: CheckInAnswer | None = None
    wrong: str = ""
    """What went wrong, in words; empty: nothing did."""
    status: int = HTTPStatus.OK


@router.get(
    f"/stations/{{facility_id:path}}{POSTER}",
    summary="A station's poster with its code (staff's key)",
    response_class=Response,
    responses={
        200: describe_page("The poster."),
        **describe_led_on("The key in the address is kept by the browser now."),
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND, page=True),
    },
    dependencies=[SHOWS_KEY],
)
def print_station_poster(facility_id: FacilityId, request: Request) -> Response:
    """Show a page of the size A6 to print and put up: whoever scans its code can check in.

    A key in the address (`?key=`) is put into a cookie at once, so that a browser can open it.
    """
    service = service_of(request)
    moved = take_from_address(service, request, f"{_path(facility_id)}/print")
    if moved is not None:
        return moved
    key = require_role(key_of(service, request, cookie=True), Role.STAFF)
    facility, _ = _find(service, facility_id)
    with service.workspace.database.reading() as connection:
        require_place(connection, service.workspace, key, facility)
    code = station_code(service.workspace, facility_id)
    address = f"{str(request.base_url).rstrip('/')}{_path(facility_id)}?code={code}"
    names = [name for name in (facility.name, facility.name_en) if name]
    page = write_page(
        "station_print.html",
        sign=kind_sign(facility.kind),
        sheet=Markup(sign_sheet()),  # noqa: S704 - our own drawings
        name=names[0] if names else facility_id,
        name_en=names[1] if len(names) > 1 else "",
        place=facility.address,
        picture=qr_picture(address),
        address=address,
    )
    return page_answer(page)


@router.get(
    "/stations/{facility_id:path}",
    summary="A station's page",
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_problems(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE, page=True),
    },
    openapi_extra=describe_parameters(StationParameters),
)
def show_station_page(facility_id: FacilityId, request: Request) -> Response:
    """Show a facility as it stands now; with the code that is put up there one can check in."""
    # Messengers add parameters of their own to links they pass on, so pages refuse none.
    code = request.query_params.get("code")
    service = service_of(request)
    facility, title = _find(service, facility_id)
    shown = Shown()
    if code is not None:
        right = station_code(service.workspace, facility_id)
        if is_code(code, right):
            shown = Shown(right, _knows_rider(service, request))
        else:
            shown = Shown(wrong=station_words(tongue_of(request)).wrong_code)
    return _show(request, facility, title, shown)


@router.post(
    "/stations/{facility_id:path}",
    summary="Check in on a station's page",
    response_class=Response,
    responses={
        200: describe_page("The page, with what came of it."),
        **describe_problems(
            *SENDING,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.METHOD_NOT_ALLOWED,
            HTTPStatus.SERVICE_UNAVAILABLE,
            page=True,
        ),
    },
    openapi_extra=describe_form(
        {"code": "As it is put up there.", "key": "A rider's; blank: the one the browser keeps."},
        {"A visit": {"code": "ABCDEFGHIJ", "key": ""}},
    ),
)
async def check_in_on_page(facility_id: FacilityId, request: Request) -> Response:
    """Count the visit of the rider whose key is typed, or is kept by the browser."""
    if facility_id.endswith(POSTER):
        raise FixedPath("This is a poster to look at; check in on its station's page.")
    require_own_form(request)
    fields = await read_form(request)
    return await run_in_threadpool(_check_in, facility_id, request, fields)


def _check_in(facility_id: str, request: Request, fields: dict[str, str]) -> Response:
    service = service_of(request)
    facility, title = _find(service, facility_id)
    words = station_words(tongue_of(request))
    typed, code = fields.get("key", "").strip(), fields.get("code", "")
    right = station_code(service.workspace, facility_id)
    if not is_code(code, right):
        wrong_code = Shown(wrong=words.wrong_code, status=HTTPStatus.FORBIDDEN)
        return _show(request, facility, title, wrong_code)
    keeps = cookie_name(request) in request.cookies
    try:
        key = _typed_or_kept(service, request, typed)
        done = check_in(service.workspace, key, facility_id, code, service.clock())
    except NoKey:
        wrong = words.key_wrong if typed or keeps else words.key_needed
        page = _show(
            request, facility, title, Shown(right, wrong=wrong, status=HTTPStatus.UNAUTHORIZED)
        )
        if keeps and not typed:
            forget_key(page, request)
        return page
    except NotAllowed:
        no_rider = Shown(right, wrong=words.no_rider, status=HTTPStatus.FORBIDDEN)
        return _show(request, facility, title, no_rider)
    page = _show(request, facility, title, Shown(right, done=done))
    if typed:
        keep_key(page, request, typed)
    return page


def _typed_or_kept(service: Service, request: Request, typed: str) -> Key | None:
    if typed:
        return recognise(service, request, typed)
    return key_of(service, request, cookie=True)


def _knows_rider(service: Service, request: Request) -> bool:
    """Say whether the browser keeps a rider's key."""
    try:
        require_rider(key_of(service, request, cookie=True))
    except (NoKey, NotAllowed):
        return False
    return True


def _find(service: Service, facility_id: str) -> tuple[Facility, str]:
    """Return a facility, and what the city's pages are headed with."""
    with service.workspace.database.reading() as connection:
        found = stored_facilities.find(connection, facility_id)
        title = city.read_title(connection)
    if found is None:
        raise NotFound("There is no station with this id.")
    return found, title


def _path(facility_id: str) -> str:
    return f"/stations/{quote(facility_id)}"


def _show(request: Request, facility: Facility, title: str, shown: Shown) -> HTMLResponse:
    service, tongue = service_of(request), tongue_of(request)
    points = service.workspace.settings.points_check_in
    page = page_answer(
        write_page(
            "station.html",
            words=tongue,
            said=station_words(tongue),
            title=title or tongue.service,
            station=_station(service, tongue, facility),
            shown=shown,
            points=points,
            sheet=Markup(sign_sheet()),  # noqa: S704 - our own drawings
        ),
        status=shown.status,
    )
    keep_tongue(page, request, tongue)
    return page


def _station(service: Service, tongue: Tongue, facility: Facility) -> Station:
    now, calendar = service.clock(), service.workspace.calendar()
    opening = opening_at(facility.opening_hours, now, calendar)
    names = [name for name in (facility.name, facility.name_en) if name]
    if tongue is EN:
        names.reverse()
    kind = kind_word(tongue, facility.kind)
    return Station(
        path=_path(facility.facility_id),
        kind=kind,
        sign=kind_sign(facility.kind),
        name=names[0] if names else kind,
        name_beside=names[1] if len(names) > 1 else "",
        address=facility.address,
        is_open=opening.open,
        opening=say_opening(tongue, opening, now)
        if facility.opening_hours
        else tongue.hours_unknown,
        amenities=amenity_words(tongue, facility),
        link=amap_link(facility, riding=True),
    )
