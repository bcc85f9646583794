"""``GET /report/{token}``: how a report stands, for whoever holds its link."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from geo_service.domain.area import Body
from geo_service.domain.case_file import CaseFile
from geo_service.domain.lifecycle import WORDS, Stage
from geo_service.domain.photo import StoredPhoto
from geo_service.errors import NoKey
from geo_service.flows.check_keys import is_rider, is_staff
from geo_service.flows.show_issue import show_reported
from geo_service.store.keys import Key
from geo_service.web.answers import page_answer
from geo_service.web.auth import key_of
from geo_service.web.descriptions import describe_page, describe_problems
from geo_service.web.pages import write_page
from geo_service.web.path_parts import ReportToken
from geo_service.web.report_choices import category_name
from geo_service.web.report_page import title_of
from geo_service.web.report_words import report_words
from geo_service.web.rider_words import EN, Tongue
from geo_service.web.same_origin_forms import keep_tongue, tongue_of
from geo_service.web.service import service_of

router = APIRouter(tags=["reports"])


@dataclass(frozen=True, slots=True)
class Moment:
    """A time, for people and for machines."""

    text: str
    iso: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a report."""

    stage: str
    at: Moment
    why: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a report."""

    path: str
    """Empty: whoever looks may not see it just now."""
    public: bool
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Tracked:
    """A report as it stands, in the page's words."""

    category: str
    stage: str
    is_open: bool
    public: bool
    body: str
    """Blank: nobody answers for it yet."""
    due: Moment | None
    overdue: bool
    description: str
    address: str
    position: str
    supporters: int
    steps: tuple[Step, ...]
    photos: tuple[Picture, ...]


@router.get(
    "/report/{token:path}",
    summary="A report's own page",
    response_class=Response,
    responses={
        200: describe_page(),
        **describe_problems(HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE, page=True),
    },
)
def show_report_tracking_page(token: ReportToken, request: Request) -> Response:
    """Show the stages of one report, who answers, and its photos; nothing of any other."""
    service, tongue = service_of(request), tongue_of(request)
    file = show_reported(service.workspace, token)
    try:
        key = key_of(service, request, cookie=True)
    except NoKey:
        # The link opens the page whatever the browser keeps.
        key = None
    zone = service.workspace.calendar().zone
    page = page_answer(
        write_page(
            "report_tracking.html",
            words=tongue,
            said=report_words(tongue),
            title=title_of(service, tongue),
            report=_tracked(tongue, file, key, service.clock(), zone),
            thanks="thanks" in request.query_params,
            path=request.url.path,
        )
    )
    keep_tongue(page, request, tongue_of(request))
    return page


def _tracked(
    tongue: Tongue, file: CaseFile, key: Key | None, now: datetime, zone: ZoneInfo
) -> Tracked:
    case = file.case
    return Tracked(
        category=category_name(tongue, file.category),
        stage=_stage(tongue, case.stage),
        is_open=case.is_open,
        public=case.issue.approved,
        body=_name(tongue, file.body),
        due=_moment(case.due_at, zone) if case.due_at is not None and case.is_open else None,
        overdue=case.overdue(now),
        description=case.issue.description,
        address=case.address,
        position=f"{case.issue.lat:.6f}, {case.issue.lon:.6f}",
        supporters=file.supporters,
        steps=tuple(
            Step(_stage(tongue, move.to), _moment(move.moved_at, zone), move.why)
            for move in file.moves
            if not move.is_note
        ),
        photos=tuple(
            _picture(
                photo,
                seen=is_staff(key, case.area_id) or is_rider(key, photo.rider),
                public=photo.approved and case.issue.approved,
            )
            for photo in file.photos
        ),
    )


def _stage(tongue: Tongue, stage: Stage) -> str:
    return WORDS[stage][1 if tongue is EN else 0]


def _name(tongue: Tongue, body: Body | None) -> str:
    if body is None:
        return ""
    return (body.name_en if tongue is EN else "") or body.name


def _moment(at: datetime, zone: ZoneInfo) -> Moment:
    here = at.astimezone(zone)
    return Moment(f"{here:%Y-%m-%d %H:%M}", here.isoformat(timespec="seconds"))


def _picture(photo: StoredPhoto, *, seen: bool, public: bool) -> Picture:
    path = f"/photos/{photo.photo_id}" if seen or public else ""
    return Picture(path, public, photo.width, photo.height)
