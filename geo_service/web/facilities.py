"""``GET /facilities/{id}``: one facility as it stands."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.domain.facility import Facility
from geo_service.errors import NotFound
from geo_service.export.features import facility_feature
from geo_service.store import facilities as stored_facilities
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.descriptions import describe_answer, describe_held, describe_problems
from geo_service.web.etags import tagged_answer
from geo_service.web.parameters import NoParameters, read_parameters
from geo_service.web.path_parts import FacilityId
from geo_service.web.schemas import facilities
from geo_service.web.service import service_of

router = APIRouter(tags=["facilities"])


@router.get(
    # An id may hold slashes, as osm/node/123.
    "/facilities/{facility_id:path}",
    summary="One facility",
    response_class=Response,
    responses={
        200: describe_answer(
            facilities.FACILITY, "A Feature.", media_type=GEOJSON, headers=["ETag"]
        ),
        **describe_held(),
        **describe_problems(
            HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE
        ),
    },
)
def read_facility(facility_id: FacilityId, request: Request) -> Response:
    """Return the facility with its opening hours and the state it last reported."""
    read_parameters(NoParameters, request.query_params.multi_items())
    with service_of(request).workspace.database.reading() as connection:
        found = stored_facilities.find(connection, facility_id)
    if found is None:
        raise NotFound("There is no facility with this id.")
    return tagged_answer(request, facility_content(found), GEOJSON)


def facility_content(facility: Facility) -> bytes:
    """Write a facility as it is answered, and as its ``ETag`` is made of; raises nothing."""
    return bytes(json_answer(facility_feature(facility)).body)
