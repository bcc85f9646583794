"""``GET /basemap.json``: the city's own streets, as the quiet ground of the rider's map."""

from fastapi import APIRouter, Request, Response

from geo_service.streets.profile import Profile
from geo_service.web.answers import JSON
from geo_service.web.etags import tagged_answer
from geo_service.web.service import service_of

PATH = "/basemap.json"

router = APIRouter(tags=["rider"])


@router.get(
    PATH,
    summary="The streets as a quiet background",
    response_class=Response,
    responses={200: {"content": {JSON: {}}, "description": "Lines, packed, and street names."}},
)
def basemap(request: Request) -> Response:
    """Anybody may have the streets, and keep them as long as they hold."""
    service = service_of(request)
    network = service.districts.current(Profile.EBIKE).streets.network
    return tagged_answer(request, service.basemap.text(network), JSON)
