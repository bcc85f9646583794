"""``GET /issues/near``: open issues that may be the same as what is about to be reported."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from geo_service.export.case_json import case_summary
from geo_service.export.features import collection
from geo_service.flows.find_duplicates import Duplicate, find_duplicates
from geo_service.geometry.datum import Datum, to_wgs84
from geo_service.web.answers import GEOJSON, json_answer
from geo_service.web.descriptions import describe_answer, describe_problems, describe_rules
from geo_service.web.parameters import Number, Parameters, describe_parameters, read_parameters
from geo_service.web.schemas import issues
from geo_service.web.service import Service, service_of


class NearParameters(Parameters):
    """Of the open issues near a place."""

    service_code: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="The category, as Open311 calls it.",
            examples=["standing_water"],
        ),
    ]
    lat: Annotated[Number, Field(ge=-90, le=90, description="Decimal degrees.", examples=[32.04])]
    long: Annotated[
        Number, Field(ge=-180, le=180, description="Decimal degrees.", examples=[112.14])
    ]
    datum: Annotated[Datum, Field(description="Of the position.")] = Datum.WGS84


router = APIRouter(tags=["issues"])


@router.get(
    "/issues/near",
    summary="Open issues that may be the same as what is about to be reported",
    response_class=Response,
    responses={
        200: describe_answer(
            issues.NEAR_ISSUES,
            "A FeatureCollection of at most five, nearest first, with `distance_m`, `supporters` "
            "and `photos`.",
            media_type=GEOJSON,
        ),
        **describe_problems(
            HTTPStatus.NOT_FOUND,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        ),
    },
    openapi_extra={
        **describe_parameters(NearParameters),
        **describe_rules(service_code="One that can be reported."),
    },
)
def find_issues_near(request: Request) -> Response:
    """Open issues of the category within its distance that everybody may see."""
    asked = read_parameters(NearParameters, request.query_params.multi_items())
    service = service_of(request)
    lon, lat = to_wgs84(asked.long, asked.lat, asked.datum)
    found = find_duplicates(service.workspace, asked.service_code, lon, lat)
    return json_answer(_offered(service, found), media_type=GEOJSON)


def _offered(service: Service, found: list[Duplicate]) -> dict[str, object]:
    now = service.clock()
    features = []
    for duplicate in found:
        case = duplicate.case
        feature = case_summary(case, duplicate.category, None, now)
        feature["properties"].update(
            description=case.issue.description,
            distance_m=round(duplicate.distance_m, 1),
            supporters=duplicate.supporters,
            photos=[f"/photos/{photo_id}" for photo_id in duplicate.photo_ids],
        )
        features.append(feature)
    return collection(features)
