"""``GET /basemap.json``: the city's own streets, as the quiet ground of the rider's map."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from geo_service.streets.profile import Profile
from geo_service.web.answers import JSON
from geo_service.web.descriptions import describe_answer, describe_held, describe_problems
from geo_service.web.etags import tagged_answer
from geo_service.web.schemas import pages
from geo_service.web.service import service_of

PATH = "/basemap.json"

router = APIRouter(tags=["rider"])


@router.get(
    PATH,
    summary="The streets as a quiet background",
    response_class=Response,
    responses={
        200: describe_answer(pages.BASE_MAP, "Lines, packed, and street names.", headers=["ETag"]),
        **describe_held(),
        **describe_problems(HTTPStatus.SERVICE_UNAVAILABLE),
    },
)
def read_base_map(request: Request) -> Response:
    """Anybody may have the streets, and keep them as long as they hold."""
    service = service_of(request)
    network = service.kept_facilities.current(Profile.EBIKE).streets.network
    return tagged_answer(request, service.basemap.text(network), JSON)
