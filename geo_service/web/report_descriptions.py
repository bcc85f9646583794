"""What OpenAPI says of the report page's form."""

from http import HTTPStatus
from typing import Any

from geo_service.flows.report_issue import MOST_PHOTOS
from geo_service.web.descriptions import SENDING, TEXT, describe_body, describe_problems
from geo_service.web.forms import MULTIPART, URLENCODED

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
    "properties": {
        **{name: {**TEXT, "description": told} for name, told in FIELDS.items()},
        "media": {
            "type": "array",
            "maxItems": MOST_PHOTOS,
            "items": {**TEXT, "format": "binary"},
            "description": "Photos: JPEG, PNG or WebP; only in multipart forms.",
        },
    },
}
THE_FORM = describe_body(
    (URLENCODED, MULTIPART),
    SCHEMA,
    {"Standing water": {"service_code": "standing_water", "lat": "32.041", "long": "112.142"}},
)
REFUSED = describe_problems(
    *SENDING,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    page=True,
)
"""How the form may be refused; what is wrong with a field is said beside it."""
