"""``GET /ogc``: the landing page, what is conformed to, and the description in OpenAPI 3.0."""

from fastapi import APIRouter, Request, Response

from geo_service.flows.collections.catalogue import collections_for
from geo_service.store import city
from geo_service.web.answers import json_answer
from geo_service.web.auth import SHOWS_KEY
from geo_service.web.docs import swagger_answer
from geo_service.web.ogc import answer_descriptions as answers
from geo_service.web.ogc.addresses import OPENAPI_30
from geo_service.web.ogc.api_document import api_document
from geo_service.web.ogc.documents import conformance_page, landing_page
from geo_service.web.ogc.door import VARIES, Asking, read_only_format, systems_of
from geo_service.web.ogc.formats import Told
from geo_service.web.ogc.parameter_descriptions import DESCRIBE_F

USUAL_TITLE = "geo_service"

router = APIRouter(tags=["ogc"], dependencies=[SHOWS_KEY])


@router.get(
    "/ogc",
    summary="OGC API - Features: the landing page",
    response_class=Response,
    responses=answers.LANDING_PAGE,
    openapi_extra=DESCRIBE_F,
)
def read_ogc_landing_page(request: Request) -> Response:
    """Tell where the collections, their description and the conformance are."""
    asking = Asking.of(request)
    read_only_format(request.query_params.multi_items())
    with asking.service.workspace.database.reading() as connection:
        title = city.read_title(connection) or USUAL_TITLE
    document = landing_page(asking.addresses, title, asking.told)
    return asking.answer("landing.html", document, seen=collections_for(asking.viewer))


@router.get(
    "/ogc/conformance",
    summary="OGC API - Features: the requirement classes that are met",
    response_class=Response,
    responses=answers.CONFORMANCE,
    openapi_extra=DESCRIBE_F,
)
def read_ogc_conformance(request: Request) -> Response:
    """Name the classes of requirements by their addresses."""
    asking = Asking.of(request)
    read_only_format(request.query_params.multi_items())
    return asking.answer("conformance.html", conformance_page(asking.addresses, asking.told))


@router.get(
    "/ogc/api",
    summary="OGC API - Features: described in OpenAPI 3.0",
    response_class=Response,
    responses=answers.API,
    openapi_extra=DESCRIBE_F,
)
def read_ogc_api(request: Request) -> Response:
    """Describe all paths of the collections that whoever asks may see."""
    asking = Asking.of(request)
    read_only_format(request.query_params.multi_items())
    if asking.told is Told.HTML:
        answer = swagger_answer("?f=json")
        answer.headers.update(VARIES)
        return answer
    systems = systems_of(asking.service.collections.around())
    document = api_document(asking.addresses, collections_for(asking.viewer), systems)
    return json_answer(document, media_type=OPENAPI_30, headers=VARIES)
