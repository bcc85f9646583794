"""``PUT`` and ``DELETE /facilities/{id}``: staff add, change and retire facilities."""

from functools import partial
from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from geo_service.domain.facility import WORDS_OF_PATHS, Facility, address_fault
from geo_service.domain.role import Role
from geo_service.errors import RefusedFields
from geo_service.export.features import facility_feature
from geo_service.flows.change_facility import put_facility, retire_facility
from geo_service.geometry.datum import Datum
from geo_service.web.answers import GEOJSON, NOT_KEPT, json_answer
from geo_service.web.auth import SHOWS_KEY, require_key
from geo_service.web.bodies import FEATURE_TYPES, read_object
from geo_service.web.descriptions import (
    IDEMPOTENCY_KEY,
    describe_answer,
    describe_body,
    describe_problems,
    describe_rules,
)
from geo_service.web.etags import check_held
from geo_service.web.facilities import facility_content
from geo_service.web.parameters import (
    NoParameters,
    Parameters,
    describe_parameters,
    read_parameters,
)
from geo_service.web.path_parts import FacilityId
from geo_service.web.problems import FixedPath
from geo_service.web.schemas import facilities, sent
from geo_service.web.service import service_of

EXAMPLE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [112.1401, 32.0402]},
    "properties": {
        "kind": "charging_cabinet",
        "name": "长虹路换电柜",
        "name_en": "Changhong Road swap cabinet",
        "operator": "Tower Swap",
        "opening_hours": "24/7",
        "amenities": ["roof"],
        "services": ["swap"],
    },
}


class PutParameters(Parameters):
    """Of a facility that is put."""

    datum: Annotated[Datum, Field(description="Of the Point; answers are in WGS-84.")] = Datum.WGS84


REFUSALS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

router = APIRouter(tags=["facilities"], dependencies=[SHOWS_KEY])


@router.put(
    "/facilities/{facility_id:path}",
    summary="Add a facility, or change it (staff's key)",
    response_class=Response,
    responses={
        200: describe_answer(
            facilities.FACILITY, "Changed: the Feature as it is kept.", media_type=GEOJSON
        ),
        201: describe_answer(
            facilities.FACILITY,
            "Added, at `Location`.",
            media_type=GEOJSON,
            headers=["Location"],
        ),
        **describe_problems(
            *REFUSALS,
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        ),
    },
    openapi_extra={
        "parameters": [
            IDEMPOTENCY_KEY,
            *describe_parameters(PutParameters)["parameters"],
        ],
        **describe_rules(
            id="In the body as in the path, and one that can stand in a path.",
            geometry="Near the streets.",
            amenities="Together at most 10,000 characters.",
            opening_hours="Hours in OSM's syntax.",
            observed_at="Not in the future.",
        ),
        **describe_body(FEATURE_TYPES, sent.FACILITY, {"A cabinet": EXAMPLE}),
    },
)
async def save_facility(facility_id: FacilityId, request: Request) -> Response:
    """Make the facility what the Feature says; the next question about the nearest knows it.

    With `If-Match` and the `ETag` of what is to be changed: 412 if it has changed since.
    A key of some areas puts facilities there and nowhere else, and changes those that are there.
    The id can't be `nearest` or `catchments`, end in `/state`, or have an empty part, `.` or `..`
    between slashes.
    """
    _refuse_fixed(facility_id)
    service = service_of(request)
    key = await run_in_threadpool(require_key, service, request, Role.STAFF)
    asked = read_parameters(PutParameters, request.query_params.multi_items())
    _check_id(facility_id)
    feature = await read_object(request, FEATURE_TYPES)
    done = await run_in_threadpool(
        put_facility,
        service.workspace,
        facility_id,
        feature,
        datum=asked.datum,
        now=service.clock(),
        key=key,
        check=partial(_check_held, request),
    )
    answer = json_answer(facility_feature(done.facility), media_type=GEOJSON)
    if done.added:
        answer.status_code = HTTPStatus.CREATED
        answer.headers["Location"] = f"/facilities/{quote(facility_id)}"
    return answer


@router.delete(
    "/facilities/{facility_id:path}",
    summary="Retire a facility (staff's key)",
    status_code=HTTPStatus.NO_CONTENT,
    response_class=Response,
    responses={
        204: {"description": "It is gone."},
        **describe_problems(*REFUSALS, HTTPStatus.NOT_FOUND),
    },
    openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
)
def delete_facility(facility_id: FacilityId, request: Request) -> Response:
    """Remove the facility and its state; the next question about the nearest knows it.

    With `If-Match` and the `ETag` of what is to be removed: 412 if it has changed since.
    """
    _refuse_fixed(facility_id)
    service = service_of(request)
    key = require_key(service, request, Role.STAFF)
    read_parameters(NoParameters, request.query_params.multi_items())
    retire_facility(service.workspace, facility_id, key=key, check=partial(_check_held, request))
    return Response(status_code=HTTPStatus.NO_CONTENT, headers=NOT_KEPT)


def _check_held(request: Request, known: Facility | None) -> None:
    check_held(request, None if known is None else facility_content(known))


def _refuse_fixed(facility_id: str) -> None:
    if facility_id in WORDS_OF_PATHS:
        raise FixedPath(
            "This path is a question of its own, so no facility can have this id.",
            remedy="Choose another id.",
        )


def _check_id(facility_id: str) -> None:
    """Refuse an id with which a facility could not be found again."""
    fault = address_fault(facility_id)
    if fault:
        raise RefusedFields({"id": fault})
