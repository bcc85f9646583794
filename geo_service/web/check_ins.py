"""``/checkins``: a rider says where he is, and sees where he was."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.concurrency import run_in_threadpool

from geo_service.domain.check_in import day_shown, number_day
from geo_service.export.features import iso
from geo_service.flows.check_in import check_in
from geo_service.flows.check_keys import require_rider
from geo_service.flows.list_check_ins import OwnCheckIn, list_check_ins
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY, key_of
from geo_service.web.bodies import JSON_TYPES, read_object
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
    SENDING,
    WITH_A_KEY,
    describe_answer,
    describe_body,
    describe_problems,
)
from geo_service.web.members import Members, TextMember, read_members
from geo_service.web.parameters import (
    NoParameters,
    Parameters,
    WholeNumber,
    describe_parameters,
    read_parameters,
)
from geo_service.web.schemas import riders
from geo_service.web.service import service_of

LONGEST_ID = 500
PAGE, LONGEST_PAGE = 50, 200
EXAMPLE = {"facility_id": "station-yunshan", "code": "ABCDEFGHIJ"}


def _day(text: object) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise ValueError("It must be a day, as 2026-10-01.") from None


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class CheckInParameters(Parameters):
    """Of a rider's check-ins."""

    before: Annotated[
        Day | None, Field(description="Only visits of earlier days, as 2026-10-01.")
    ] = None
    limit: Annotated[
        WholeNumber,
        Field(ge=1, le=LONGEST_PAGE, description="So many visits, and the others of their day."),
    ] = PAGE


class CheckInBody(Members):
    """Where a rider is."""

    facility_id: Annotated[TextMember, Field(min_length=1, max_length=LONGEST_ID)]
    code: Annotated[TextMember, Field(max_length=LONGEST_ID, description="As it is put up there.")]


router = APIRouter(tags=["check-ins"], dependencies=[SHOWS_KEY])


@router.post(
    "/checkins",
    summary="Check in at a station (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            riders.CHECKED_IN,
            "Whether it `counted` (once a day), the `points` given for it, and the `balance`.",
        ),
        **describe_problems(*WITH_A_KEY, *SENDING, HTTPStatus.NOT_FOUND),
    },
    openapi_extra={
        "parameters": [IDEMPOTENCY_KEY],
        **describe_body(JSON_TYPES, CheckInBody, {"A station": EXAMPLE}),
    },
)
async def check_in_at_station(request: Request) -> Response:
    """Count the visit, once a day of the city; sent again it is not counted again."""
    service = service_of(request)
    key = await run_in_threadpool(key_of, service, request)
    require_rider(key)
    read_parameters(NoParameters, request.query_params.multi_items())
    body = read_members(CheckInBody, await read_object(request, JSON_TYPES))
    done = await run_in_threadpool(
        check_in, service.workspace, key, body.facility_id, body.code, service.clock()
    )
    return json_answer({"counted": done.counted, "points": done.points, "balance": done.balance})


@router.get(
    "/checkins",
    summary="Your visits (rider's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            riders.VISITS, "`visits`, newest first, and the address of the `next` page."
        ),
        **describe_problems(*WITH_A_KEY),
    },
    openapi_extra=describe_parameters(CheckInParameters),
)
def list_own_visits(request: Request) -> Response:
    """Answer with the visits of the rider whose key is shown, and of nobody else."""
    service = service_of(request)
    rider = require_rider(key_of(service, request))
    asked = read_parameters(CheckInParameters, request.query_params.multi_items())
    before = None if asked.before is None else number_day(asked.before)
    found = list_check_ins(service.workspace, rider, before, asked.limit)
    following = None
    if found.older_than_day is not None:
        day = day_shown(found.older_than_day).isoformat()
        following = f"/checkins?before={day}&limit={asked.limit}"
    return json_answer({"visits": [_told(one) for one in found.shown], "next": following})


def _told(own: OwnCheckIn) -> dict[str, object]:
    found, facility = own
    return {
        "facility_id": found.facility_id,
        "name": "" if facility is None else facility.name,
        "name_en": "" if facility is None else facility.name_en,
        "day": day_shown(found.day).isoformat(),
        "checked_in_at": iso(found.checked_in_at),
    }
