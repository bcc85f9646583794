"""``/report``: somebody reports what is wrong on the way, with one thumb and without a script."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse

from geo_service.domain.role import Role
from geo_service.errors import NoKey, NotAllowed, RefusedFields, WrongUsage
from geo_service.flows.answer_once import HEADER
from geo_service.flows.check_keys import require_rider
from geo_service.flows.find_category import list_categories
from geo_service.flows.progress_issue import support_issue
from geo_service.flows.report_issue import MOST_PHOTOS, refuse_wrong_report, report_issue
from geo_service.flows.track_report import token_of
from geo_service.store import city
from geo_service.store.acting import act_as
from geo_service.store.keys import Key
from geo_service.web.answers import NOT_KEPT, json_answer, page_answer
from geo_service.web.auth import SHOWS_KEY, cookie_name, forget_key, keep_key, key_of, recognise
from geo_service.web.bodies import read_form as read_short_form
from geo_service.web.descriptions import (
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_form,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.forms import Form, read_form
from geo_service.web.page_policies import strict_policy
from geo_service.web.pages import write_page
from geo_service.web.problems import TooLargeBody, WrongParameters
from geo_service.web.report_choices import group_choices
from geo_service.web.report_descriptions import REFUSED, THE_FORM
from geo_service.web.report_form import PHOTO, Typed, faults_in_words, read_sent, typed_in
from geo_service.web.report_near import Known, known_near
from geo_service.web.report_photos import HELD, FormPhotos, Picture, hold_photos, photos_of
from geo_service.web.report_words import report_words
from geo_service.web.rider_words import Tongue
from geo_service.web.same_origin_forms import keep_tongue, require_own_form, tongue_of
from geo_service.web.schemas import issues
from geo_service.web.sent_report import SentReport
from geo_service.web.service import Service, service_of

PATH = "/report"
MOST_FIELDS = 1_000
"""Without a script a form holds the questions of every category, most of them unanswered."""

router = APIRouter(tags=["reports"])


@dataclass(frozen=True, slots=True)
class Shown:
    """What the form holds when it is shown."""

    typed: Typed = field(default_factory=Typed)
    faults: Mapping[str, str] = field(default_factory=dict)
    """What is wrong, by the names of fields."""
    photo_lost: bool = False
    """Whether a photo had been chosen that has to be chosen again."""
    pictures: Sequence[Picture] = ()
    """The photos that are held until the form is sent."""
    near: Sequence[Known] = ()
    """What is known already near the place: the form is sent once it is said to be another."""
    key_known: bool = False
    status: int = HTTPStatus.OK


@router.get(
    PATH,
    summary="The report page",
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_problems(HTTPStatus.SERVICE_UNAVAILABLE, page=True),
    },
)
def show_report_page(request: Request) -> Response:
    """Show an empty form; with a rider's key in the browser the report is that rider's."""
    key, stale = _rider(service_of(request), request)
    page = _show(request, Shown(key_known=key is not None))
    if stale:
        forget_key(page, request)
    return page


@router.post(
    PATH,
    summary="Send the report page's form",
    response_class=Response,
    responses={
        200: describe_page("The form again, with what is known near the place."),
        **describe_led_on("To the report's own page."),
        **REFUSED,
    },
    openapi_extra=THE_FORM,
)
async def send_report_form(request: Request) -> Response:
    """Keep a report, and lead on to its own page; what is wrong is said beside its field."""
    form = await _read(request)
    if isinstance(form, Response):
        return form
    return await _work(request, form, _keep)


@router.post(
    f"{PATH}/key",
    summary="Remember a key that is typed on the report page",
    response_class=Response,
    responses={200: describe_page("The form again."), **REFUSED},
    openapi_extra=THE_FORM,
)
async def remember_report_key(request: Request) -> Response:
    """Put the key that was typed into a cookie, and show the form again as it was."""
    form = await _read(request)
    if isinstance(form, Response):
        return form
    return await _work(request, form, _remember)


@router.post(
    f"{PATH}/photos",
    summary="Add photos to the report page's form, or take one out",
    response_class=Response,
    responses={200: describe_page("The form again."), **REFUSED},
    openapi_extra=THE_FORM,
)
async def change_report_photos(request: Request) -> Response:
    """Hold the photos until the form is sent, and show it again as it was."""
    form = await _read(request)
    if isinstance(form, Response):
        return form
    return await _work(request, form, _change_photos)


@router.post(
    f"{PATH}/support",
    summary="Say on the report page that one sees an issue too (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(issues.SUPPORTERS, "`supporters`: how many riders do now."),
        **describe_problems(
            *SENDING,
            *WITH_A_KEY,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            page=True,
        ),
    },
    openapi_extra=describe_form(
        {"issue_id": "The issue's id."}, {"An issue": {"issue_id": "issue-006"}}
    ),
    dependencies=[SHOWS_KEY],
)
async def support_issue_on_report_page(request: Request) -> Response:
    """Count the rider whose key the browser keeps, instead of a report of the same."""
    require_own_form(request)
    fields = await read_short_form(request)
    return await run_in_threadpool(_support, request, fields.get("issue_id", ""))


def title_of(service: Service, tongue: Tongue) -> str:
    """Return what the city's pages are headed with; raises nothing of its own."""
    with service.workspace.database.reading() as connection:
        return city.read_title(connection) or tongue.service


async def _read(request: Request) -> Form | Response:
    """Read the form; one that is too large is answered with the page, saying so."""
    require_own_form(request)
    try:
        return await read_form(request, MOST_FIELDS)
    except TooLargeBody:
        words = report_words(tongue_of(request))
        shown = Shown(
            faults={PHOTO: words.faults[PHOTO]}, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        )
        return await run_in_threadpool(_show, request, shown)


async def _work(
    request: Request, form: Form, doing: Callable[[Request, Form], Response]
) -> Response:
    """Answer where photos are drawn, if there are any."""
    if form.files or any(name == HELD for name, _ in form.texts):
        return await service_of(request).draw_photos(request, doing, request, form)
    return await run_in_threadpool(doing, request, form)


def _keep(request: Request, form: Form) -> Response:
    service, tongue, typed = service_of(request), tongue_of(request), typed_in(form)
    words, photos = report_words(tongue), photos_of(service, form, typed, service.clock())
    key, stale = _rider(service, request)
    shown = Shown(typed, key_known=key is not None)
    if stale:
        # Sent on without a word it would be nobody's.
        shown = _with_photos(request, shown, photos)
        page = _refuse(request, shown, {"key": words.faults["key"]}, HTTPStatus.UNAUTHORIZED)
        forget_key(page, request)
        return page
    try:
        sent = read_sent(
            typed,
            photos.to_send(),
            list_categories(service.workspace),
            service.workspace.calendar().zone,
            request.headers.get(HEADER, ""),
        )
        near = () if _is_another(request, typed) else _near(service, tongue, sent)
        if near:
            return _show(request, replace(_with_photos(request, shown, photos), near=near))
        service.limits.count_report(request, key)
        issue_id = _report(service, sent, key)
    except (WrongParameters, RefusedFields) as error:
        shown = _with_photos(request, shown, photos)
        return _refuse(request, shown, faults_in_words(tongue, words, error, typed))
    except WrongUsage as error:
        if error.where != HEADER:
            raise
        shown = _with_photos(request, shown, photos)
        return _refuse(request, shown, {"form": words.faults["form"]})
    token = quote(token_of(service.workspace, issue_id), safe="")
    return RedirectResponse(
        f"{PATH}/{token}?thanks=1", status_code=HTTPStatus.SEE_OTHER, headers=NOT_KEPT
    )


def _is_another(request: Request, typed: Typed) -> bool:
    """Say whether it is known that a report is not of what is near.

    The page's script, which names its tries, has shown that before, or sends what was kept.
    """
    return bool(typed.one("another")) or HEADER in request.headers


def _near(service: Service, tongue: Tongue, sent: SentReport) -> Sequence[Known]:
    report = sent.report()
    # What is wrong with it is told first.
    refuse_wrong_report(service.workspace, report, service.clock())
    return known_near(service, tongue, report)


def _with_photos(request: Request, shown: Shown, photos: FormPhotos) -> Shown:
    """Hold what was chosen; the page's script holds it itself."""
    service, words = service_of(request), report_words(tongue_of(request))
    if HEADER in request.headers:
        return replace(shown, photo_lost=bool(photos.fresh))
    pictures, fault = hold_photos(service, request, photos, service.clock())
    faults = {**shown.faults, **({fault: words.faults[fault]} if fault else {})}
    return replace(shown, pictures=pictures, photo_lost=photos.lost, faults=faults)


def _change_photos(request: Request, form: Form) -> Response:
    service, typed = service_of(request), typed_in(form)
    key, _ = _rider(service, request)
    photos = photos_of(service, form, typed, service.clock())
    shown = _with_photos(request, Shown(typed, key_known=key is not None), photos)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if shown.faults else HTTPStatus.OK
    return _show(request, replace(shown, status=status))


def _report(service: Service, sent: SentReport, key: Key | None) -> str:
    reported = report_issue(
        service.workspace,
        sent.report(),
        key=key,
        now=service.clock(),
        photos=sent.photos,
        idempotency_key=sent.idempotency_key,
    )
    return reported.case.issue.issue_id


def _remember(request: Request, form: Form) -> Response:
    service, typed = service_of(request), typed_in(form)
    words = report_words(tongue_of(request))
    token = typed.one("key").strip()
    photos = photos_of(service, form, typed, service.clock())
    shown = _with_photos(request, Shown(typed), photos)
    try:
        require_rider(recognise(service, request, token))
    except NoKey:
        return _refuse(request, shown, {"key": words.faults["key"]}, HTTPStatus.UNAUTHORIZED)
    except NotAllowed:
        return _refuse(request, shown, {"key": words.faults["no_rider"]}, HTTPStatus.FORBIDDEN)
    page = _show(request, replace(shown, key_known=True))
    keep_key(page, request, token)
    return page


def _support(request: Request, issue_id: str) -> Response:
    service = service_of(request)
    key = key_of(service, request, cookie=True)
    count = support_issue(service.workspace, key, issue_id, service.clock())
    return json_answer({"issue_id": issue_id, "supporters": count})


def _rider(service: Service, request: Request) -> tuple[Key | None, bool]:
    """Return the rider's key that the browser keeps, and whether it keeps one that is no more."""
    try:
        key = key_of(service, request, cookie=True)
    except NoKey:
        return None, cookie_name(request) in request.cookies
    if key is not None and key.role is not Role.RIDER:
        # Whoever looks after the city reports here as anybody does.
        act_as("")
        return None, False
    return key, False


def _refuse(
    request: Request,
    shown: Shown,
    faults: Mapping[str, str],
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> HTMLResponse:
    return _show(request, replace(shown, faults={**shown.faults, **faults}, status=status))


def _show(request: Request, shown: Shown) -> HTMLResponse:
    service, tongue = service_of(request), tongue_of(request)
    words = report_words(tongue)
    categories = list_categories(service.workspace)
    page = page_answer(
        write_page(
            "report.html",
            words=tongue,
            said=words,
            title=title_of(service, tongue),
            groups=group_choices(tongue, categories),
            shown=shown,
            typed=shown.typed,
            faults=shown.faults,
            sending_key=secrets.token_urlsafe(16),
            most_photos=MOST_PHOTOS,
            script_words=json.dumps(dict(words.script), ensure_ascii=False),
        ),
        strict_policy(service.tile_hosts),
        status=shown.status,
    )
    keep_tongue(page, request, tongue_of(request))
    return page
