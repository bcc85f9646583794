"""``/desk/{id}``: one issue on the desk, and the forms that move it on."""

from collections.abc import Callable
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool

from geo_service.domain.lifecycle import Stage
from geo_service.domain.progress import Wanted
from geo_service.domain.text import text_fault
from geo_service.errors import (
    ForbiddenMove,
    NotFound,
    RefusedFields,
)
from geo_service.flows.keep_photo import approve_photo
from geo_service.flows.progress_issue import approve_issue, progress_issue
from geo_service.flows.take_up_case import CaseInHand, take_up_case
from geo_service.maps.small_map import small_map
from geo_service.store.keys import Key
from geo_service.store.photo_files import is_photo_id
from geo_service.web.answers import page_answer
from geo_service.web.auth import SHOWS_KEY
from geo_service.web.bodies import read_form
from geo_service.web.descriptions import (
    KEY_OPTIONAL,
    SENDING,
    WITH_A_KEY,
    describe_form,
    describe_led_on,
    describe_page,
    describe_problems,
)
from geo_service.web.desk_door import key_of_staff, let_staff_in
from geo_service.web.desk_file import Typed, write_file
from geo_service.web.desk_refusals import say_refused
from geo_service.web.desk_return import BACK, going_back, list_path, read_asked
from geo_service.web.desk_rows import case_path
from geo_service.web.desk_words import desk_words
from geo_service.web.issue_moves import LONGEST_REASON
from geo_service.web.pages import write_page
from geo_service.web.path_parts import IssueId, PhotoId
from geo_service.web.same_origin_forms import keep_tongue, require_own_form, see_other, tongue_of
from geo_service.web.service import Service, service_of

Fields = dict[str, str]
Doing = Callable[[Request, Key, str, Fields], Response]
FORMS = ("/moves", "/approved")
"""What the paths of forms end in."""
NEAR_FORM = "near"
"""The name of the forms that merge an issue nearby into the one that is shown."""

DONE = {
    **describe_led_on("To the issue as it stands now; without a key to the page for it."),
    **describe_problems(
        *WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, page=True
    ),
}
APPROVED = KEY_OPTIONAL | describe_form(
    {"approved": "`true` or `false`.", "back": "The list that was come from."},
    {"Show it": {"approved": "true"}},
)

router = APIRouter(tags=["desk"], dependencies=[SHOWS_KEY])


@router.post(
    "/desk/{issue_id:path}/moves",
    summary="Move an issue on, by a form of the desk (staff's key)",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses=DONE,
    openapi_extra=KEY_OPTIONAL
    | describe_form(
        {
            "to": "The stage.",
            "seen": "The number of the last move that was seen.",
            "why": "Needed to reject, send back or reopen.",
            "body_id": "Who is to answer for it.",
            "photo_id": "One of the issue's photos.",
            "merged_into": "The issue that goes on.",
            "into": "The same, typed.",
            "page": "The issue whose page the form stands on.",
            "back": "The list that was come from.",
        },
        {"File it": {"to": "filed", "seen": "1"}},
    ),
)
async def move_issue_on_desk(issue_id: IssueId, request: Request) -> Response:
    """Make the move that a form asks for, unless another came first; then show the issue."""
    return await _do(issue_id, request, _move)


@router.post(
    "/desk/{issue_id:path}/photos/{photo_id}/approved",
    summary="Approve a photo or take it back, by a form of the desk (staff's key)",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses=DONE,
    openapi_extra=APPROVED,
)
async def set_photo_approval_on_desk(
    issue_id: IssueId, photo_id: PhotoId, request: Request
) -> Response:
    """Let everybody see a photo as far as its issue is seen, or no longer; then show the issue."""

    def doing(request: Request, key: Key, issue_id: str, fields: Fields) -> Response:
        held = take_up_case(service_of(request).workspace, key, issue_id)
        known = {photo.photo_id for photo in held.file.photos}
        if not is_photo_id(photo_id) or photo_id not in known:
            raise NotFound("This issue has no photo with this id.")
        shown = _flag(fields)
        approve_photo(service_of(request).workspace, key, photo_id, approved=shown)
        return _done(issue_id, "photo-shown" if shown else "photo-hidden", fields)

    return await _do(issue_id, request, doing)


@router.post(
    "/desk/{issue_id:path}/approved",
    summary="Show an issue to everybody or hide it, by a form of the desk (staff's key)",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses=DONE,
    openapi_extra=APPROVED,
)
async def set_issue_approval_on_desk(issue_id: IssueId, request: Request) -> Response:
    """Let everybody see an issue, or no longer; then show it."""
    return await _do(issue_id, request, _approve)


@router.get(
    "/desk/{issue_id:path}",
    summary="One issue on the desk (staff's key)",
    openapi_extra=KEY_OPTIONAL,
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_led_on("To the page for a key; or a key in the address is kept now."),
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND, page=True),
    },
)
def show_issue_on_desk(issue_id: IssueId, request: Request) -> Response:
    """Show all that staff see of an issue, and a form for each move that is open to them."""
    key = let_staff_in(request, case_path(issue_id))
    if isinstance(key, Response):
        if issue_id.endswith(FORMS):
            raise NotFound("There is no page here: forms of the desk are sent to it.")
        return key
    return _show(request, take_up_case(service_of(request).workspace, key, issue_id))


async def _do(issue_id: str, request: Request, doing: Doing) -> Response:
    require_own_form(request)
    fields = await read_form(request)
    key = await run_in_threadpool(key_of_staff, request)
    if isinstance(key, Response):
        return key
    return await run_in_threadpool(doing, request, key, issue_id, fields)


def _move(request: Request, key: Key, issue_id: str, fields: Fields) -> Response:
    service = service_of(request)
    # Of a form that merges an issue nearby: the issue whose page it stands on.
    shown_id = fields.get("page") or issue_id
    try:
        wanted = _wanted(fields)
        progress_issue(
            service.workspace, key, issue_id, wanted, service.clock(), seen=_seen(fields)
        )
    except (RefusedFields, ForbiddenMove) as error:
        form = NEAR_FORM if shown_id != issue_id else fields.get("to", "")
        held = take_up_case(service.workspace, key, shown_id)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        if isinstance(error, ForbiddenMove):
            status = HTTPStatus.CONFLICT
        stage = take_up_case(service.workspace, key, issue_id).file.case.stage
        typed = _typed(request, form, error, fields, stage)
        return _show(request, held, typed=typed, status=status)
    return _done(shown_id, "merged" if wanted.to is Stage.MERGED else "moved", fields)


def _wanted(fields: Fields) -> Wanted:
    why = fields.get("why", "")
    fault = text_fault(why, LONGEST_REASON)
    if fault:
        raise RefusedFields({"why-text": fault})
    try:
        to = Stage(fields.get("to", ""))
    except ValueError:
        raise RefusedFields({"to": "There is no such stage."}) from None
    into = fields.get("into", "").strip() or fields.get("merged_into", "")
    return Wanted(
        to,
        why=why.strip(),
        body_id=fields.get("body_id", ""),
        photo_id=fields.get("photo_id", ""),
        merged_into=into if to is Stage.MERGED else "",
    )


def _seen(fields: Fields) -> int:
    seen = fields.get("seen", "")
    if not (seen.isascii() and seen.isdecimal() and len(seen) < 10):
        raise RefusedFields({"seen": "It must be the number of the last move that was seen."})
    return int(seen)


def _typed(
    request: Request,
    form: str,
    error: RefusedFields | ForbiddenMove,
    fields: Fields,
    stage: Stage,
) -> Typed:
    tongue = tongue_of(request)
    words = desk_words(tongue)
    if isinstance(error, RefusedFields):
        name, detail = next(iter(error.faults.items()))
        wrong = words.wrong.get(name, detail)
        return Typed(form, wrong, name.removesuffix("-text"), fields=fields)
    detail = say_refused(tongue, error, stage)
    return Typed(form, words.wrong[error.code], detail=detail, fields=fields)


def _approve(request: Request, key: Key, issue_id: str, fields: Fields) -> Response:
    service, shown = service_of(request), _flag(fields)
    approve_issue(service.workspace, issue_id, key, service.clock(), approved=shown)
    return _done(issue_id, "shown" if shown else "hidden", fields)


def _flag(fields: Fields) -> bool:
    if fields.get("approved") not in {"true", "false"}:
        raise RefusedFields({"approved": "It must be true or false."})
    return fields["approved"] == "true"


def _done(issue_id: str, what: str, fields: Fields) -> Response:
    keep = going_back(read_asked(fields.get(BACK, ""))).replace("?", "&", 1)
    return see_other(f"{case_path(issue_id)}?done={what}{keep}")


def _show(
    request: Request,
    held: CaseInHand,
    *,
    typed: Typed | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    service, tongue = service_of(request), tongue_of(request)
    words = desk_words(tongue)
    zone = service.workspace.calendar().zone
    known = {step for step in (typed.form,) if step} if typed else set()
    file = write_file(tongue, held, service.clock(), zone)
    back = read_asked(typed.fields.get(BACK, "") if typed else request.query_params.get(BACK, ""))
    page = page_answer(
        write_page(
            "desk_issue.html",
            words=tongue,
            said=words,
            title=held.title or tongue.service,
            file=file,
            approved=held.file.case.issue.approved,
            photos=held.file.photos,
            picture=Markup(_map(service, held, words.map_label)),  # noqa: S704 - our own drawing
            typed=typed or Typed(),
            beside=bool(known & {NEAR_FORM, *(str(step.to) for step in file.steps)}),
            done=words.done.get(request.query_params.get("done", ""), ""),
            longest=LONGEST_REASON,
            back=back,
            back_path=list_path(back),
            keep=going_back(back),
        ),
        status=status,
    )
    keep_tongue(page, request, tongue)
    return page


def _map(service: Service, held: CaseInHand, label: str) -> str:
    issue = held.file.case.issue
    near = [(one.duplicate.case.issue.lon, one.duplicate.case.issue.lat) for one in held.near]
    return small_map(service.streets_if_any(), issue.lon, issue.lat, label=label, near=near)
