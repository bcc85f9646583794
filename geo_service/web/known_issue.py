"""``/known/{id}``: an issue that everybody may see, and a rider's word of seeing it too."""

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.domain.case_file import CaseFile
from geo_service.domain.lifecycle import WORDS
from geo_service.domain.role import Role
from geo_service.errors import ForbiddenMove, NoKey, NotAllowed, NotFound
from geo_service.flows.progress_issue import support_issue
from geo_service.flows.show_issue import show_issue
from geo_service.store.keys import Key
from geo_service.web.answers import page_answer
from geo_service.web.auth import SHOWS_KEY, key_of
from geo_service.web.descriptions import describe_led_on, describe_page, describe_problems
from geo_service.web.pages import write_page
from geo_service.web.path_parts import IssueId
from geo_service.web.report_choices import category_name
from geo_service.web.report_near import known_path
from geo_service.web.report_page import title_of
from geo_service.web.report_words import report_words
from geo_service.web.rider_words import EN
from geo_service.web.same_origin_forms import keep_tongue, require_own_form, see_other, tongue_of
from geo_service.web.service import service_of

router = APIRouter(tags=["reports"])


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """An issue, in the page's words."""

    path: str
    category: str
    stage: str
    is_open: bool
    description: str
    address: str
    position: str
    since: str
    since_iso: str
    supporters: int
    photos: tuple[tuple[str, int, int], ...]
    """Address, width and height of each that everybody may see."""


@router.get(
    "/known/{issue_id:path}",
    summary="An issue's page for everybody",
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_problems(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE, page=True),
    },
)
def show_known_issue_page(issue_id: IssueId, request: Request) -> Response:
    """Show of an approved issue what everybody may see."""
    return _show(request, issue_id)


@router.post(
    "/known/{issue_id:path}",
    summary="Say on an issue's page that one sees it too (rider's key)",
    response_class=Response,
    status_code=HTTPStatus.SEE_OTHER,
    responses={
        **describe_led_on("To the issue as it stands now."),
        **describe_problems(
            HTTPStatus.FORBIDDEN,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.SERVICE_UNAVAILABLE,
            page=True,
        ),
    },
    dependencies=[SHOWS_KEY],
)
def support_known_issue(issue_id: IssueId, request: Request) -> Response:
    """Count the rider whose key the browser keeps, and show the issue again."""
    require_own_form(request)
    service, words = service_of(request), report_words(tongue_of(request))
    try:
        key = key_of(service, request, cookie=True)
        support_issue(service.workspace, key, issue_id, service.clock())
    except (NoKey, NotAllowed):
        return _show(request, issue_id, words.faults["no_rider"], HTTPStatus.FORBIDDEN)
    except ForbiddenMove:
        return _show(request, issue_id, words.not_supported, HTTPStatus.CONFLICT)
    return see_other(f"{known_path(issue_id)}?done=supported")


def _show(
    request: Request, issue_id: str, wrong: str = "", status: int = HTTPStatus.OK
) -> Response:
    service, tongue = service_of(request), tongue_of(request)
    words, key = report_words(tongue), _rider(request)
    # What is not approved is nobody's here, be it the reporter's: that page is another.
    file, _ = show_issue(service.workspace, None, issue_id)
    if not file.case.issue.approved:
        raise NotFound("There is no issue with this id.")
    page = page_answer(
        write_page(
            "known_issue.html",
            words=tongue,
            said=words,
            title=title_of(service, tongue),
            issue=_issue(request, file),
            key_known=key is not None,
            done=request.query_params.get("done") == "supported",
            wrong=wrong,
        ),
        status=status,
    )
    keep_tongue(page, request, tongue)
    return page


def _rider(request: Request) -> Key | None:
    try:
        key = key_of(service_of(request), request, cookie=True)
    except NoKey:
        return None
    return key if key is not None and key.role is Role.RIDER else None


def _issue(request: Request, file: CaseFile) -> KnownIssue:
    service, tongue = service_of(request), tongue_of(request)
    issue = file.case.issue
    since = issue.reported_at.astimezone(service.workspace.calendar().zone)
    return KnownIssue(
        path=known_path(issue.issue_id),
        category=category_name(tongue, file.category),
        stage=WORDS[file.case.stage][1 if tongue is EN else 0],
        is_open=file.case.is_open,
        description=issue.description,
        address=file.case.address,
        position=f"{issue.lat:.6f}, {issue.lon:.6f}",
        since=f"{since:%Y-%m-%d %H:%M}",
        since_iso=since.isoformat(timespec="seconds"),
        supporters=file.supporters,
        photos=tuple(
            (f"/photos/{photo.photo_id}", photo.width, photo.height)
            for photo in file.photos
            if photo.approved
        ),
    )
