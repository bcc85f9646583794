"""What OpenAPI says of bodies that come in and of problems that go out."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any

from geo_service.flows.answer_once import HEADER, LONGEST_KEY
from geo_service.web.problems import MEDIA_TYPE, known_problems

TEXT = {"type": "string"}
PROBLEM_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "RFC 9457.",
    "required": ["type", "title", "status", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {"field": TEXT, "detail": TEXT},
            },
        },
    },
}
IDEMPOTENCY_KEY: Mapping[str, Any] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "May be sent, and changes nothing: sent twice, this does the same as sent once.",
    "schema": TEXT,
}
KEPT_KEY: Mapping[str, Any] = {**IDEMPOTENCY_KEY, "schema": {**TEXT, "maxLength": LONGEST_KEY}}
"""One that is remembered; each path says what for."""
IF_MATCH: Mapping[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of what is to be changed; if it has changed since: 412.",
    "schema": TEXT,
}

WITH_A_KEY = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
"""What may be amiss wherever a key is needed,"""
SENDING = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)
"""and wherever a body is sent."""


def describe_problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe the problems that a path may answer with, as FastAPI's ``responses`` takes them."""
    content = {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}
    return {
        int(status): {"description": _titles(status), "content": content} for status in statuses
    }


def describe_body(
    media_types: Collection[str], schema: Mapping[str, Any], examples: Mapping[str, object]
) -> dict[str, Any]:
    """Describe a body that is needed, as FastAPI's ``openapi_extra`` takes it.

    Parameters
    ----------
    media_types : collection of str
        Under each of which it may come.
    schema : mapping
        JSON Schema.
    examples : mapping of str to object
        Bodies by what they are an example of.
    """
    content = {
        "schema": schema,
        "examples": {name: {"summary": name, "value": body} for name, body in examples.items()},
    }
    return {"requestBody": {"required": True, "content": dict.fromkeys(media_types, content)}}


def _titles(status: HTTPStatus) -> str:
    titles = [str(one["title"]) for one in known_problems().values() if one["status"] == status]
    return "; ".join(titles) or status.phrase
