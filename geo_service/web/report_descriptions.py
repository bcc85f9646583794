"""What OpenAPI says of the forms that reports come in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from geo_service.flows.report_issue import MOST_PHOTOS
from geo_service.web.descriptions import PAGE_RULE, SENDING, TEXT, describe_body, describe_problems
from geo_service.web.forms import MULTIPART, URLENCODED
from geo_service.web.schemas.shapes import Schema

FIELDS = {
    "service_code": "What it is, of those that can be chosen.",
    "lat": "Latitude, decimal degrees.",
    "long": "Longitude, decimal degrees.",
    "datum": "Of the position: `wgs84`, `gcj02` or `bd09`.",
    "description": "Up to 4,000 characters.",
    "address_string": "The place in words.",
    "requested_datetime": "When it was seen.",
    "idempotency_key": "The same whenever the form is sent again.",
    "another": "Not blank: it is another than what is known near.",
    "held": "A photo that is held already.",
    "drop": "A photo that is to be taken out.",
    "key": "A rider's key, to be remembered.",
}
SCHEMA: dict[str, Any] = {
    "title": "ReportPageForm",
    "type": "object",
    "description": "The page's form; answers to questions stand in fields of their own.",
    "properties": {name: {**TEXT, "description": told} for name, told in FIELDS.items()},
    "additionalProperties": TEXT,
}


def describe_report_form(schema: Schema, examples: Mapping[str, object]) -> dict[str, Any]:
    """Describe a form that a report comes in, without photos and with them.

    Parameters
    ----------
    schema : Schema
        Of the fields that are no files, with a title.
    examples : mapping of str to object
        Forms without photos, by what they are an example of.

    Returns
    -------
    dict
        As FastAPI's ``openapi_extra`` takes it. Raises nothing.
    """
    photos = {
        "type": "array",
        "maxItems": MOST_PHOTOS,
        "items": {**TEXT, "format": "binary"},
        "description": "JPEG, PNG or WebP.",
    }
    with_photos = {
        **schema,
        "title": f"{schema['title']}WithPhotos",
        "properties": {**schema["properties"], "media": photos},
    }
    told = describe_body((URLENCODED,), schema, examples)
    more = describe_body((MULTIPART,), with_photos, examples)
    told["requestBody"]["content"] |= more["requestBody"]["content"]
    return told


THE_FORM = PAGE_RULE | describe_report_form(
    SCHEMA,
    {"Standing water": {"service_code": "standing_water", "lat": "32.041", "long": "112.142"}},
)
REFUSED = describe_problems(
    *SENDING,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
    page=True,
)
"""How the form may be refused; what is wrong with a field is said beside it."""
