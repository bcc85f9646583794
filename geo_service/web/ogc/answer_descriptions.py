"""What each door of ``/ogc`` answers, for both descriptions: OpenAPI 3.0 and 3.1."""

from collections.abc import Collection
from http import HTTPStatus

from geo_service.web.answers import GEOJSON, JSON
from geo_service.web.descriptions import (
    TEXT,
    Described,
    describe_answer,
    describe_headers,
    describe_held,
    describe_problems,
)
from geo_service.web.ogc.addresses import HTML, OPENAPI_30, SCHEMA
from geo_service.web.schemas import ogc
from geo_service.web.schemas.shapes import Schema

EVERYWHERE = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE)
OF_ONE = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""What may be amiss where a collection is named."""


def _told(
    schema: Schema,
    description: str,
    *problems: HTTPStatus,
    media_type: str = JSON,
    headers: Collection[str] = (),
) -> Described:
    """Describe answers; ``headers`` are those that pages for people do not have."""
    answer = describe_answer(schema, description, media_type=media_type)
    answer |= describe_headers(*headers, always=False)
    answer["content"] = {**answer["content"], HTML: {"schema": TEXT}}
    return {200: answer, **describe_problems(*EVERYWHERE, *problems)}


LANDING_PAGE = _told(ogc.LANDING_PAGE, "Where everything is.")
CONFORMANCE = _told(ogc.CONFORMANCE, "The addresses of the classes of requirements.")
API = _told(ogc.API, "The description.", media_type=OPENAPI_30.partition(";")[0])
COLLECTIONS = _told(ogc.COLLECTIONS, "The collections.")
COLLECTION = _told(ogc.COLLECTION, "The collection.", *OF_ONE)
QUERYABLES = _told(ogc.QUERYABLES, "The properties by name.", *OF_ONE, media_type=SCHEMA)
FEATURE_SCHEMA = _told(ogc.FEATURE_SCHEMA, "The members by name.", *OF_ONE, media_type=SCHEMA)
FEATURES = _told(
    ogc.FEATURES, "A page of features.", *OF_ONE, media_type=GEOJSON, headers=["Content-Crs"]
)
FEATURE = {
    **_told(
        ogc.FEATURE, "The feature.", *OF_ONE, media_type=GEOJSON, headers=["Content-Crs", "ETag"]
    ),
    **describe_held(),
}
