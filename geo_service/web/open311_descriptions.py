"""What OpenAPI says of the answers and errors of the Open311 paths."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from geo_service.web.open311_answers import STATUSES

JSON, XML = "application/json", "text/xml"
TEXT = {"type": "string"}
OR_NOTHING = {"type": ["string", "null"]}
TRUTH = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}

SERVICES: Mapping[str, Any] = {
    "description": "Services, in order of code.",
    "schema": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "service_code": TEXT,
                "service_name": TEXT,
                "description": OR_NOTHING,
                "metadata": TRUTH,
                "type": {"const": "realtime"},
                "keywords": OR_NOTHING,
                "group": OR_NOTHING,
            },
        },
    },
    "example": [
        {
            "service_code": "standing_water",
            "service_name": "道路积水 Standing water",
            "description": "雨后积水。 Water that stays on the road.",
            "metadata": True,
            "type": "realtime",
            "keywords": "积水, water",
            "group": "道路设施 Roads",
        }
    ],
}
DEFINITION: Mapping[str, Any] = {
    "description": "What is asked about a service.",
    "schema": {
        "type": "object",
        "properties": {
            "service_code": TEXT,
            "attributes": {"type": "array", "items": {"type": "object"}},
        },
    },
    "example": {
        "service_code": "standing_water",
        "attributes": [
            {
                "variable": True,
                "code": "depth",
                "datatype": "singlevaluelist",
                "required": False,
                "datatype_description": "选一项 One of the values.",
                "order": 1,
                "description": "水有多深？ How deep is it?",
                "values": [{"key": "ankle", "name": "没过脚踝 ankle"}],
            }
        ],
    },
}
REQUESTS: Mapping[str, Any] = {
    "description": "Service requests, newest first. `status` is `open` or `closed`; of what is "
    "closed `updated_datetime` is when it was. Times are the city's, with their offset.",
    "schema": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "service_request_id": TEXT,
                "status": {"enum": ["open", "closed"]},
                "status_notes": OR_NOTHING,
                "service_name": TEXT,
                "service_code": TEXT,
                "description": OR_NOTHING,
                "agency_responsible": OR_NOTHING,
                "service_notice": OR_NOTHING,
                "requested_datetime": MOMENT,
                "updated_datetime": MOMENT,
                "expected_datetime": {"type": ["string", "null"], "format": "date-time"},
                "address": OR_NOTHING,
                "address_id": {"type": "null"},
                "zipcode": {"type": "null"},
                "lat": {"type": "number"},
                "long": {"type": "number"},
                "media_url": OR_NOTHING,
            },
        },
    },
    "example": [
        {
            "service_request_id": "r-0a1b2c3d4e5f",
            "status": "open",
            "status_notes": "处置中 being handled",
            "service_name": "道路积水 Standing water",
            "service_code": "standing_water",
            "description": "路口积水",
            "agency_responsible": "示范街道",
            "service_notice": None,
            "requested_datetime": "2026-11-18T10:00:00+08:00",
            "updated_datetime": "2026-11-18T11:30:00+08:00",
            "expected_datetime": "2026-11-21T11:30:00+08:00",
            "address": "长虹路 12 号",
            "address_id": None,
            "zipcode": None,
            "lat": 32.041,
            "long": 112.142,
            "media_url": None,
        }
    ],
}
POSTED: Mapping[str, Any] = {
    "description": "Kept, on disk. `Location` is where it can be looked at, with its token. A "
    "report sent again is answered with the same id.",
    "schema": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "service_request_id": TEXT,
                "service_notice": TEXT,
                "account_id": {"type": "null"},
            },
        },
    },
    "example": [
        {
            "service_request_id": "r-0a1b2c3d4e5f",
            "service_notice": "已收到，工作人员查看后公开。 Kept; it is shown to everybody once "
            "staff have looked at it.",
            "account_id": None,
        }
    ],
}
TOKENS: Mapping[str, Any] = {
    "description": "The id of the report.",
    "schema": {
        "type": "array",
        "items": {"type": "object", "properties": {"service_request_id": TEXT, "token": TEXT}},
    },
    "example": [
        {
            "service_request_id": "r-0a1b2c3d4e5f",
            "token": "r-0a1b2c3d4e5f.00112233445566778899aabbccddeeff",
        }
    ],
}
DISCOVERY: Mapping[str, Any] = {
    "description": "Endpoints and their formats.",
    "schema": {
        "type": "object",
        "properties": {
            "changeset": TEXT,
            "contact": TEXT,
            "key_service": TEXT,
            "endpoints": {"type": "array", "items": {"type": "object"}},
        },
    },
    "example": {
        "changeset": "000000000042",
        "contact": "Ask whoever runs this service.",
        "key_service": "Reports need no key.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": "https://city.example/open311/v2",
                "changeset": "000000000042",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    },
}
ERRORS: Mapping[str, Any] = {
    "schema": {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["code", "description"],
            "properties": {"code": {"type": "integer"}, "description": TEXT},
        },
    },
}
SAID: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "lat: It must be a latitude from -90 to 90, in decimal degrees.",
    HTTPStatus.FORBIDDEN: "This key is unknown, expired or revoked. Ask the operator for one.",
    HTTPStatus.NOT_FOUND: "There is no service request with this id.",
    HTTPStatus.CONFLICT: "As things stand this can't be done.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The form is larger than 64 KiB.",
    HTTPStatus.SERVICE_UNAVAILABLE: "This workspace has no streets yet.",
}


def describe_answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Describe an answer in both formats, as FastAPI's ``responses`` takes it. Raises nothing."""
    content = {
        JSON: {"schema": answer["schema"], "example": answer["example"]},
        XML: {"schema": {"type": "string", "description": "The same, as XML 1.0."}},
    }
    return {"description": answer["description"], "content": content}


def describe_errors(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """Describe errors as Open311 tells them; KeyError if nothing is known to say of one."""
    return {
        int(status): {
            "description": f"{status.phrase}: a list of `code` and `description`.",
            "content": {
                JSON: {
                    "schema": ERRORS["schema"],
                    "example": [{"code": int(status), "description": SAID[status]}],
                },
                XML: {"schema": {"type": "string"}},
            },
        }
        for status in (STATUSES.get(one, one) for one in statuses)
    }
