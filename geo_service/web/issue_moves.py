"""``POST /issues/{id}/moves`` and its like: staff and reporters move an issue on."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from geo_service.domain.lifecycle import Stage
from geo_service.domain.progress import BEST_RATING, Wanted
from geo_service.domain.role import Role
from geo_service.domain.text import text_fault
from geo_service.errors import NoKey
from geo_service.export.case_json import case_feature
from geo_service.flows.answer_once import HEADER
from geo_service.flows.check_keys import require_rider
from geo_service.flows.progress_issue import approve_issue, progress_issue, support_issue
from geo_service.flows.show_issue import show_issue
from geo_service.store.keys import Key
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.auth import SHOWS_KEY, key_of, require_key
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import (
    KEPT_KEY,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.members import ApprovedBody, Members, TextMember, WholeMember, read_members
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import IssueId
from geo_service.web.schemas import issues
from geo_service.web.service import Service, service_of

LONGEST_REASON = 2_000


def _reason(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("It must be text.")  # noqa: TRY004 - pydantic wants ValueError
    fault = text_fault(value, LONGEST_REASON)
    if fault:
        raise ValueError(fault)
    return value.strip()


Reason = Annotated[
    str,
    BeforeValidator(_reason),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_REASON}),
]


class MoveBody(Members):
    """Where an issue is to go."""

    to: Annotated[
        Stage,
        WithJsonSchema({"type": "string", "enum": list(Stage)}),
        Field(description="The stage."),
    ]
    why: Annotated[Reason, Field(description="Needed to reject, send back or reopen.")] = ""
    body_id: Annotated[
        TextMember, Field(description="Who is to answer for it; left out: who does now.")
    ] = ""
    photo_id: Annotated[TextMember, Field(description="One of the issue's photos.")] = ""
    merged_into: Annotated[TextMember, Field(description="The issue that goes on.")] = ""
    rating: Annotated[
        WholeMember | None, Field(description=f"From 1 to {BEST_RATING}, by its reporter.")
    ] = None


MOVES = {
    "File it": {"to": "filed"},
    "Dispatch it": {"to": "dispatched", "body_id": "body-liulin"},
    "Report back": {"to": "reported_back", "why": "已抽排 Pumped dry."},
    "Merge it": {"to": "merged", "merged_into": "r-0a1b2c3d4e5f"},
    "Rate it": {"to": "rated", "rating": 5},
}
REFUSALS = (*WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
A_FEATURE: dict[int | str, dict[str, Any]] = {
    200: describe_answer(issues.ISSUE, "The issue as it stands now, a Feature.", media_type=GEOJSON)
}
ONLY_ONCE = {
    **KEPT_KEY,
    "description": "Sent again under the same key, the move is made once and answered the same.",
}

router = APIRouter(tags=["issues"], dependencies=[SHOWS_KEY])


@router.post(
    "/issues/{issue_id:path}/moves",
    summary="Move an issue on (staff's key, or its reporter's)",
    response_class=Response,
    responses={**A_FEATURE, **describe_problems(*REFUSALS)},
    openapi_extra={
        "parameters": [ONLY_ONCE],
        **describe_rules(
            why="Given where the stage needs it, of characters that can be shown.",
            body_id="There is such a body, and only where the stage takes one.",
            photo_id="It is a photo of the issue, and only where the stage takes one.",
            merged_into="Given, and only, to merge: another issue that goes on.",
            rating="Given, and only, to rate.",
            **{HEADER: "Not used before for something else."},
        ),
        **describe_body(JSON_TYPES, MoveBody, MOVES),
    },
)
async def move_issue(issue_id: IssueId, request: Request) -> Response:
    """Move it to the next stage; `next` of an issue lists where it may go.

    Staff file, reject, merge, dispatch, take up, report back, close and reopen; the rider who
    reported it rates it once it is closed, or reopens it.
    """
    service, key = await _asking(request)
    wanted = Wanted(**dict(read_members(MoveBody, await read_object(request, JSON_TYPES))))
    await run_in_threadpool(
        progress_issue,
        service.workspace,
        key,
        issue_id,
        wanted,
        service.clock(),
        idempotency_key=request.headers.get(HEADER, ""),
    )
    return await run_in_threadpool(_shown, service, key, issue_id)


@router.put(
    "/issues/{issue_id:path}/approved",
    summary="Show an issue to everybody, or hide it (staff's key)",
    response_class=Response,
    responses={**A_FEATURE, **describe_problems(*REFUSALS)},
    openapi_extra=describe_body(JSON_TYPES, ApprovedBody, {"Show it": {"approved": True}}),
)
async def set_issue_approval(issue_id: IssueId, request: Request) -> Response:
    """Approve what an issue says; each of its photos is approved by itself."""
    service = service_of(request)
    key = await run_in_threadpool(require_key, service, request, Role.STAFF)
    read_parameters(NoParameters, request.query_params.multi_items())
    body = read_members(ApprovedBody, await read_object(request, JSON_TYPES))
    await run_in_threadpool(
        approve_issue,
        service.workspace,
        issue_id,
        key,
        service.clock(),
        approved=body.approved,
    )
    return await run_in_threadpool(_shown, service, key, issue_id)


@router.post(
    "/issues/{issue_id:path}/supporters",
    summary="Say that one sees an issue too (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(issues.SUPPORTERS, "`supporters`: how many riders do now."),
        **describe_problems(*WITH_A_KEY, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    },
)
def add_issue_supporter(issue_id: IssueId, request: Request) -> Response:
    """Instead of reporting the same again; however often it is sent, a rider counts once."""
    service = service_of(request)
    key = key_of(service, request)
    require_rider(key)
    read_parameters(NoParameters, request.query_params.multi_items())
    count = support_issue(service.workspace, key, issue_id, service.clock())
    return json_answer({"issue_id": issue_id, "supporters": count})


async def _asking(request: Request) -> tuple[Service, Key]:
    service = service_of(request)
    key = await run_in_threadpool(key_of, service, request)
    if key is None:
        raise NoKey("This needs a key.", remedy="Send Authorization: Bearer KEY.")
    read_parameters(NoParameters, request.query_params.multi_items())
    return service, key


def _shown(service: Service, key: Key, issue_id: str) -> Response:
    file, reader = show_issue(service.workspace, key, issue_id)
    return json_answer(case_feature(file, reader, service.clock()), media_type=GEOJSON)
