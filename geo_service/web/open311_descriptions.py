"""What OpenAPI says of the answers and errors of the Open311 paths."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from geo_service.web.descriptions import describe_headers
from geo_service.web.open311_answers import STATUSES
from geo_service.web.schemas import open311
from geo_service.web.schemas.shapes import Schema

JSON, XML = "application/json", "text/xml"
SAME_IN_XML = {"type": "string", "description": "The same, as XML 1.0."}

SAID: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "lat: It must be a latitude from -90 to 90, in decimal degrees.",
    HTTPStatus.FORBIDDEN: "This key is unknown, expired or revoked. Ask whoever runs this service "
    "for one.",
    HTTPStatus.NOT_FOUND: "There is no service request with this id.",
    HTTPStatus.CONFLICT: "As things stand this can't be done.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The form is larger than 64 KiB.",
    HTTPStatus.SERVICE_UNAVAILABLE: "This workspace has no streets yet.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many reports have come from this address.",
}


def describe_both(
    schema: Schema, description: str, *, headers: Collection[str] = ()
) -> dict[str, Any]:
    """Describe an answer in both formats, as FastAPI's ``responses`` takes it. Raises nothing."""
    content = {
        JSON: {"schema": schema},
        XML: {"schema": SAME_IN_XML},
    }
    return {"description": description, "content": content, **describe_headers(*headers)}


def describe_errors(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe errors as Open311 tells them; KeyError if nothing is known to say of one."""
    return {
        int(status): {
            "description": f"{status.phrase}: a list of `code` and `description`.",
            "content": {
                JSON: {
                    "schema": open311.ERRORS,
                    "example": [{"code": int(status), "description": SAID[status]}],
                },
                XML: {"schema": SAME_IN_XML},
            },
            **describe_headers(*_hints(status)),
        }
        for status in (STATUSES.get(one, one) for one in statuses)
    }


def _hints(status: HTTPStatus) -> tuple[str, ...]:
    later = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)
    return ("Retry-After",) if status in later else ()
