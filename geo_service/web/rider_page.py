"""``GET /``: the rider's page, whole without a script and quicker with one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias

import numpy as np
from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from pydantic import Field
from starlette.responses import HTMLResponse

from geo_service.domain.facility import Kind
from geo_service.errors import GeoServiceError, NotReady, UnknownKind
from geo_service.flows.find_nearest import answer_nearest
from geo_service.flows.placed_facilities import PlacedFacilities
from geo_service.geometry.metric import wrap_degrees
from geo_service.maps.icons import sign_sheet
from geo_service.store import city
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile
from geo_service.web.answers import page_answer
from geo_service.web.descriptions import describe_headers, describe_page
from geo_service.web.nearest import NearestParameters
from geo_service.web.page_policies import strict_policy
from geo_service.web.pages import write_page
from geo_service.web.parameters import Parameters, describe_parameters, read_parameters
from geo_service.web.problems import WrongParameters, hints, problem_of_error, problem_of_status
from geo_service.web.rider_cards import Card, kind_sign, kind_word, write_card
from geo_service.web.rider_words import Tongue, choose_tongue, say_moment
from geo_service.web.service import Service, service_of

Pairs: TypeAlias = list[tuple[str, str]]

LANGUAGE_COOKIE = "geo_service_language"
YEAR_S = 31_536_000
SHOWN, SHOWN_ON_MORE = 5, 20
CHOICES = ("kind", "open_at", "usable", "k", "lat", "lon", "datum")
"""What the page's form asks; anything else in the address is left alone, for messengers add
parameters of their own to links they pass on."""

router = APIRouter(tags=["rider"])


class PageParameters(Parameters):
    """Of the rider's page, besides those of the question; what else a link bears is left alone."""

    lang: Annotated[
        str, Field(description="`zh` or `en`. None: as the browser says.", examples=["en"])
    ] = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """A kind to choose."""

    slug: str
    name: str
    sign: Markup
    chosen: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows below the choices."""

    notice: str
    wrong: bool = False
    """Whether the notice tells of a mistake."""
    cards: tuple[Card, ...] = ()
    of_each: bool = False
    """Whether each card is the nearest of its kind, rather than one of the nearest of all."""
    more: bool = False
    """Whether there may be more than is shown."""
    as_of: str = ""
    """When it was answered, for whoever sees it later without a network."""
    position: tuple[str, str] = ("", "")
    """Latitude and longitude as given, for the form; empty: none was given."""
    centre: tuple[str, str] = ("", "")
    """Latitude and longitude asked from, in WGS-84, for the map."""
    status: int = 200


@router.get(
    "/",
    summary="The rider's page",
    response_class=Response,
    responses={
        200: describe_page(),
        422: describe_page("The page, saying that the position or the kind is none."),
        503: {
            **describe_page("The page, saying that there are no streets yet."),
            **describe_headers("Retry-After"),
        },
    },
    openapi_extra=describe_parameters(PageParameters),
)
def show_rider_page(request: Request) -> Response:
    """Show what is nearest: from the position given, else from the middle of the district.

    Links may bear `lat`, `lon`, `datum`, `kind`, `k`, `open_at` and `usable`, as
    `GET /facilities/nearest` takes them; whatever else they bear is left alone.
    """
    asked_tongue = request.query_params.get("lang")
    tongue = choose_tongue(
        asked_tongue,
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
    )
    # A form sends fields that were left empty too.
    pairs = [
        (name, text.strip())
        for name, text in request.query_params.multi_items()
        if name in CHOICES and text.strip()
    ]
    page = _write(service_of(request), tongue, pairs or [("open_at", "now")])
    if asked_tongue == tongue.code:
        page.set_cookie(LANGUAGE_COOKIE, tongue.code, max_age=YEAR_S, samesite="lax", httponly=True)
    page.headers["Vary"] = "Accept-Language, Cookie"
    page.headers["Content-Language"] = tongue.code
    return page


def _write(service: Service, tongue: Tongue, pairs: Pairs) -> HTMLResponse:
    kinds: list[str] = []
    title = ""
    try:
        title = _title(service)
        placed = service.kept_facilities.current(Profile.EBIKE)
        kinds = _kinds(placed)
        shown = _ask(placed, tongue, pairs, service.clock())
    except GeoServiceError as error:
        shown = _tell_error(tongue, error)
    chosen = {text for name, text in pairs if name == "kind"}
    page = write_page(
        "rider.html",
        words=tongue,
        title=title or tongue.service,
        tiles=[
            Tile(kind, kind_word(tongue, kind), kind_sign(kind), kind in chosen) for kind in kinds
        ],
        open_now=("open_at", "now") in pairs,
        usable_now=("usable", "true") in pairs,
        datum=dict(pairs).get("datum"),
        shown=shown,
        more=SHOWN_ON_MORE,
        sheet=Markup(sign_sheet()),  # noqa: S704 - our own drawings
    )
    answer = page_answer(page, strict_policy(service.tile_hosts), status=shown.status)
    answer.headers.update(hints(problem_of_status(shown.status)))
    return answer


def _ask(placed: PlacedFacilities, tongue: Tongue, pairs: Pairs, now: datetime) -> Shown:
    given = {name for name, _ in pairs}
    here = not given.isdisjoint({"lat", "lon"})
    if not here:
        pairs = [pair for pair in pairs if pair[0] != "datum"] + _middle(placed)
    if "k" not in given:
        pairs = [*pairs, ("k", str(SHOWN))]
    asked = read_parameters(NearestParameters, pairs)
    question = asked.question(now)
    # Who chooses no kind, and asks for no number, sees the nearest of each.
    of_each = not given.intersection({"kind", "k"})
    questions = (
        [question._replace(kinds=frozenset({kind}), k=1) for kind in _kinds(placed)]
        if of_each
        else [question]
    )
    answers = [answer_nearest(placed, one, now) for one in questions]
    found = [(near, answer.by) for answer in answers for near in answer.found]
    local = now.astimezone(placed.openings.calendar.zone)
    notice = tongue.from_here if here else tongue.from_middle
    if not found:
        notice = tongue.nothing_fits
    elif found[0][1] is Measure.STRAIGHT:
        notice = tongue.in_straight_line
    return Shown(
        notice,
        cards=tuple(write_card(tongue, near, now, by=by) for near, by in found),
        of_each=of_each,
        more=not of_each and len(found) == asked.k < SHOWN_ON_MORE,
        as_of=tongue.as_of.format(say_moment(tongue, local)),
        position=(f"{asked.lat:.6f}", f"{asked.lon:.6f}") if here else ("", ""),
        centre=(f"{question.lat:.6f}", f"{question.lon:.6f}"),
    )


def _middle(placed: PlacedFacilities) -> Pairs:
    """Return the middle of the facilities, else of the streets, as a form would send it."""
    west, south, east, north = placed.streets.network.extent
    lon = np.array([facility.lon for facility in placed.facilities] or [west, east])
    lat = np.array([facility.lat for facility in placed.facilities] or [south, north])
    middle = lon[0] + np.median(wrap_degrees(lon - lon[0]))
    return [
        ("lat", f"{float(np.median(lat)):.6f}"),
        ("lon", f"{float(wrap_degrees(middle)):.6f}"),
    ]


def _title(service: Service) -> str:
    with service.workspace.database.reading() as connection:
        return city.read_title(connection)


def _kinds(placed: PlacedFacilities) -> list[str]:
    """Return the kinds there are: those every city knows in their order, then the others."""
    present = {facility.kind for facility in placed.facilities}
    known = [str(kind) for kind in Kind if kind in present]
    return [*known, *sorted(present.difference(known))]


def _tell_error(tongue: Tongue, error: GeoServiceError) -> Shown:
    sentences = {
        WrongParameters: tongue.wrong_position,
        UnknownKind: tongue.unknown_kind,
        NotReady: tongue.not_ready,
    }
    for kind, sentence in sentences.items():
        if isinstance(error, kind):
            return Shown(sentence, wrong=True, status=problem_of_error(error).status)
    raise error
