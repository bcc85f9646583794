"""``/me``: what is kept of a rider's rides and why, consent, and the rider's own trips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from urllib.parse import quote
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from geo_service.domain.consent import Agreement, ConsentText
from geo_service.domain.own_trip import is_sent
from geo_service.domain.rider_names import Span
from geo_service.errors import NoKey, NotFound, RefusedFields
from geo_service.export.features import iso
from geo_service.flows.check_keys import require_rider
from geo_service.flows.give_consent import agree, present_text, what_was_said, withdraw
from geo_service.flows.own_trips import (
    MeasuredTrip,
    OwnPage,
    delete_all_trips,
    delete_trip,
    list_trips,
)
from geo_service.web.answers import page_answer
from geo_service.web.auth import SHOWS_KEY, cookie_name, forget_key, key_of
from geo_service.web.bodies import read_form
from geo_service.web.consent_words import ConsentWords, consent_words
from geo_service.web.descriptions import (
    KEY_OPTIONAL,
    SENDING,
    describe_form,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.pages import write_page
from geo_service.web.parameters import read_parameters
from geo_service.web.report_page import title_of
from geo_service.web.rider_words import EN, Tongue
from geo_service.web.same_origin_forms import keep_tongue, require_own_form, see_other, tongue_of
from geo_service.web.service import Service, service_of
from geo_service.web.traces import ListParameters

PATH = "/me"
KEY_PAGE = f"/key?next={PATH}"
ON_A_PAGE = 20

router = APIRouter(tags=["traces"], dependencies=[SHOWS_KEY])


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip, in the page's words."""

    trip_id: str
    path: str
    when: str
    iso: str
    measured: str
    sent: bool
    """Whether the rider sent it; else it was loaded from a file."""


@router.get(
    PATH,
    summary="Your own page: consent and trips (rider's key)",
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_led_on("To the page for a key, and back."),
        **describe_problems(
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
            page=True,
        ),
    },
    openapi_extra=KEY_OPTIONAL,
)
def show_own_page(request: Request) -> Response:
    """Show the rider's consent, the text of it, and the trips; nothing of anybody else."""
    keeps = cookie_name(request) in request.cookies
    if request.headers.get("sec-fetch-site") == "cross-site" and not keeps:
        # A strict cookie is not shown on the way in from another site, only from our own.
        return page_answer(write_page("again.html", path=PATH))
    rider = _rider(request)
    return rider if isinstance(rider, Response) else _show(request, rider)


@router.post(
    PATH,
    summary="Agree, withdraw or delete, by a form of your own page (rider's key)",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses={
        **describe_led_on("To the page as it is now; without a key to the page for it."),
        **describe_problems(
            *SENDING,
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
            page=True,
        ),
    },
    openapi_extra=KEY_OPTIONAL
    | describe_form(
        {
            "do": "`agree`, `withdraw`, `delete` or `delete-all`.",
            "version": "To agree: that of the text that was read.",
            "trips": "To withdraw: `delete` deletes all trips too.",
            "trip_id": "To delete: which trip.",
        },
        {"Agree": {"do": "agree", "version": "0123456789abcdef"}},
    ),
)
async def change_own_page(request: Request) -> Response:
    """Do what the form asks for, for the rider whose key the browser keeps."""
    require_own_form(request)
    fields = await read_form(request)
    return await run_in_threadpool(_do, request, fields)


def _do(request: Request, fields: dict[str, str]) -> Response:
    rider = _rider(request)
    if isinstance(rider, Response):
        return rider
    words = consent_words(tongue_of(request))
    try:
        done = _done(service_of(request), rider, fields)
    except RefusedFields as error:
        if "version" not in error.faults:
            raise
        return _show(request, rider, words.stale, HTTPStatus.UNPROCESSABLE_ENTITY)
    except NotFound:
        return _show(request, rider, words.gone, HTTPStatus.NOT_FOUND)
    return see_other(f"{PATH}?done={done}")


def _done(service: Service, rider: str, fields: dict[str, str]) -> str:
    """Do what is asked for, and say what was done."""
    workspace, now = service.workspace, service.clock()
    match fields.get("do", ""):
        case "agree":
            agree(workspace, rider, fields.get("version", ""), now)
            return "agreed"
        case "withdraw":
            everything = fields.get("trips") == "delete"
            withdraw(workspace, rider, now, delete_traces=everything)
            return "withdrawn-all" if everything else "withdrawn"
        case "delete":
            delete_trip(workspace, rider, fields.get("trip_id", ""))
            return "deleted"
        case "delete-all":
            delete_all_trips(workspace, rider)
            return "deleted-all"
    raise RefusedFields({"do": "It must be agree, withdraw, delete or delete-all."})


def _rider(request: Request) -> str | Response:
    """Return whose page it is, or what leads to the page for a key.

    Raises
    ------
    NoKey
        If the key in the header is worth nothing.
    NotAllowed
        If the key is not a rider's.
    """
    try:
        key = key_of(service_of(request), request, cookie=True)
    except NoKey:
        if "authorization" in request.headers:
            raise
        led = see_other(KEY_PAGE)
        forget_key(led, request)
        return led
    return see_other(KEY_PAGE) if key is None else require_rider(key)


def _show(request: Request, rider: str, wrong: str = "", status: int = HTTPStatus.OK) -> Response:
    service, tongue = service_of(request), tongue_of(request)
    words, zone = consent_words(tongue), service.workspace.calendar().zone
    asked = [pair for pair in request.query_params.multi_items() if pair[0] == "before" and pair[1]]
    before = read_parameters(ListParameters, asked).before
    found = list_trips(service.workspace, rider, before, ON_A_PAGE)
    text = present_text(service.workspace)
    said = what_was_said(service.workspace, rider)
    own, other = _texts(tongue, text)
    page = page_answer(
        write_page(
            "consent.html",
            words=tongue,
            said=words,
            title=title_of(service, tongue),
            standing=_standing(words, said, text.version, zone),
            agrees=said is not None and said.holds_for(text.version),
            may_withdraw=said is not None and said.withdrawn_at is None,
            version=text.version,
            text=own,
            other=other,
            trips=[_trip(words, one, zone) for one in found.shown],
            older=_older(found),
            later=before is not None,
            done="" if wrong else words.done.get(request.query_params.get("done", ""), ""),
            wrong=wrong,
            untold=_untold(words, found.untold, zone),
        ),
        status=status,
    )
    keep_tongue(page, request, tongue)
    return page


def _untold(words: ConsentWords, spans: Sequence[Span], zone: ZoneInfo) -> str:
    """Say of which times nobody can tell whose trips are whose; blank: of none."""
    told = [
        words.span.format(*("…" if end is None else _moment(end, zone) for end in span))
        for span in spans
    ]
    return words.untold.format("; ".join(told)) if told else ""


def _texts(tongue: Tongue, text: ConsentText) -> tuple[list[str], list[str]]:
    """Return the text in the page's language and in the other, a paragraph a line."""
    zh, en = ([line for line in one.splitlines() if line.strip()] for one in text)
    return (en, zh) if tongue is EN else (zh, en)


def _standing(words: ConsentWords, said: Agreement | None, version: str, zone: ZoneInfo) -> str:
    if said is None or said.withdrawn_at is not None:
        return words.not_agreed
    if not said.holds_for(version):
        return words.changed
    return words.agreed.format(_moment(said.agreed_at, zone))


def _trip(words: ConsentWords, one: MeasuredTrip, zone: ZoneInfo) -> Trip:
    trip, metres = one
    minutes = round((trip.ends_at - trip.starts_at).total_seconds() / 60)
    return Trip(
        trip_id=trip.trip_id,
        path=f"/traces/{quote(trip.trip_id)}",
        when=_moment(trip.starts_at, zone),
        iso=trip.starts_at.astimezone(zone).isoformat(timespec="seconds"),
        measured=words.trip.format(f"{metres / 1000:.1f}", minutes),
        sent=is_sent(trip.trip_id),
    )


def _older(found: OwnPage) -> str:
    if found.older_than is None:
        return ""
    return f"{PATH}?before={quote(iso(found.older_than), safe='')}"


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
