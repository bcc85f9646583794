"""``PUT /facilities/{id}/state``: a facility's operator reports what it counts."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from geo_service.domain.facility import MOST_COUNTED, State
from geo_service.domain.opening import YEARS
from geo_service.domain.role import Role
from geo_service.errors import GeoServiceError, RefusedFields
from geo_service.export.features import state_told
from geo_service.flows.report_state import ReportedState, report_state
from geo_service.ingest.facility_feature import COUNT
from geo_service.store.keys import Key
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY, require_key
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.members import Members, TruthMember, read_members
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import FacilityId
from geo_service.web.schemas import facilities
from geo_service.web.service import service_of

A_TIME = "It must be an ISO 8601 time with a zone, as 2026-10-01T04:00:00Z, or Unix seconds."


def _moment(value: object) -> datetime:
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            read = datetime.fromtimestamp(value, UTC)
        else:
            read = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError):
        raise ValueError(A_TIME) from None
    # Beyond these years the libraries below can't count, and nobody means them.
    if read.tzinfo is None or read.year not in YEARS:
        raise ValueError(A_TIME)
    return read.astimezone(UTC)


def _count(value: object) -> int | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, (int, float))
        or not 0 <= value <= MOST_COUNTED
        or value != int(value)
    ):
        raise ValueError(COUNT)
    return int(value)


Count = Annotated[
    int | None,
    BeforeValidator(_count),
    WithJsonSchema({"type": ["integer", "null"], "minimum": 0, "maximum": MOST_COUNTED}),
]


class StateBody(Members):
    """What a facility reports."""

    observed_at: Annotated[
        datetime,
        BeforeValidator(_moment),
        WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "number"}]}),
        Field(description="When it was so: ISO 8601 with a zone, or Unix seconds."),
    ]
    charged: Annotated[Count, Field(description="Charged batteries ready to be taken.")] = None
    empty: Annotated[Count, Field(description="Empty working slots.")] = None
    free: Annotated[Count, Field(description="Free spaces.")] = None
    out_of_order: TruthMember = False


EXAMPLES = {
    "A cabinet": {"observed_at": "2026-10-01T12:00:00+08:00", "charged": 4, "empty": 2},
    "A parking point": {"observed_at": 1790827200, "free": 11},
    "Out of order": {"observed_at": "2026-10-01T04:00:00Z", "out_of_order": True},
}

router = APIRouter(tags=["facilities"], dependencies=[SHOWS_KEY])


@router.put(
    "/facilities/{facility_id:path}/state",
    summary="Report a facility's state (its operator's key, or staff's)",
    response_class=Response,
    responses={
        200: describe_answer(facilities.STATE_REPORT, "`kept`, and the `state` known now."),
        **describe_problems(*WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        **describe_rules(
            observed_at="Not in the future, and of the years 1970 to 2200.",
            id="In the path one that a facility can have.",
        ),
        **describe_body(JSON_TYPES, StateBody, EXAMPLES),
    },
)
async def report_facility_state(facility_id: FacilityId, request: Request) -> Response:
    """Keep the state, unless one observed later is known: then `kept` is false.

    What is left out or null is not counted there. An operator's key reports of the facilities
    whose `operator` it names, and of no other.
    """
    # One way to the threads and back, for there may be hundreds of states a second.
    try:
        members = await read_object(request, JSON_TYPES)
    except GeoServiceError:
        # Who may not report is told that, and not what is wrong.
        await run_in_threadpool(_reporter, request)
        raise
    return await run_in_threadpool(_keep, facility_id, request, members)


def _keep(facility_id: str, request: Request, members: dict[str, Any]) -> Response:
    service, key = service_of(request), _reporter(request)
    read_parameters(NoParameters, request.query_params.multi_items())
    if members.get("type") == "Feature":
        raise RefusedFields({"id": "Nothing but a state is put here: no id can end in /state."})
    state = read_state(members)
    done = report_state(service.workspace, key, facility_id, state, service.clock())
    return json_answer(_told(done))


def _reporter(request: Request) -> Key:
    return require_key(service_of(request), request, Role.OPERATOR, Role.STAFF)


def read_state(members: dict[str, Any]) -> State:
    """Read what was reported.

    Raises
    ------
    RefusedFields
        Naming each member that is unknown, missing or wrong; what was sent is not repeated.
    """
    body = read_members(StateBody, members)
    return State(body.observed_at, body.charged, body.empty, body.free, body.out_of_order)


def _told(done: ReportedState) -> dict[str, object]:
    known = state_told(done.facility.state)
    notes = []
    if known is not None and not done.kept:
        notes.append(
            f"Not kept: a state observed later, at {known['observed_at']}, is known already."
        )
    return {"id": done.facility.facility_id, "kept": done.kept, "state": known, "notes": notes}
