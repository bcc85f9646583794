"""What Open311 answers look like in JSON, in the words of GeoReport v2."""

from geo_service.domain.category import DataType
from geo_service.export.open311 import FORMATS, SPECIFICATION
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    fixed,
    moment,
    number,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

HERE = "2026-11-18T10:00:00+08:00"
SERVICE_CODE = text("What it is, of those in services.", "standing_water")
REQUEST_ID = text("The report's id.", "r-0a1b2c3d4e5f")
_CHANGESET = text("Another whenever services are.", "000000000042")
_NOTHING: Schema = {"type": "null", "description": "Not known here."}

SERVICES = several(
    record(
        "Open311Service",
        {
            "service_code": SERVICE_CODE,
            "service_name": text("In Chinese and English.", "道路积水 Standing water"),
            "description": or_null(text("More of it.", "雨后积水。 Water that stays on the road.")),
            "metadata": truth("Whether anything is asked about it."),
            "type": fixed("realtime"),
            "keywords": or_null(text("With commas between them.", "积水, water")),
            "group": or_null(text("What it belongs to.", "道路设施 Roads")),
        },
    )
)
_VALUE = record(
    "Open311Value",
    {"key": text("To be sent.", "ankle"), "name": text("To be shown.", "没过脚踝 ankle")},
)
DEFINITION = record(
    "Open311Definition",
    {
        "service_code": SERVICE_CODE,
        "attributes": several(
            record(
                "Open311Attribute",
                {
                    "variable": truth("Whether it is to be answered."),
                    "code": text("Its name in `attribute[CODE]`.", "depth"),
                    "datatype": choice("Of the answer.", list(DataType)),
                    "required": truth("Whether it must be answered.", example=False),
                    "datatype_description": text("The same in words.", "一行文字 A line of text."),
                    "order": whole("From 1.", 1),
                    "description": or_null(text("The question.", "水有多深？ How deep is it?")),
                    "values": several(_VALUE, "To choose from."),
                },
            )
        ),
    },
)
REQUESTS = several(
    record(
        "Open311Request",
        {
            "service_request_id": REQUEST_ID,
            "status": choice("Whether it goes on.", ["open", "closed"]),
            "status_notes": or_null(text("How it stands.", "处置中 being handled")),
            "service_name": text("In Chinese and English.", "道路积水 Standing water"),
            "service_code": SERVICE_CODE,
            "description": or_null(text("What its reporter wrote.", "路口积水")),
            "agency_responsible": or_null(text("Who answers for it.", "示范街道")),
            "service_notice": or_null(text("What becomes of it.", "已收到 Kept.")),
            "requested_datetime": moment("When it was reported.", HERE),
            "updated_datetime": moment("When it last moved.", HERE),
            "expected_datetime": or_null(moment("Until when it must move on.", HERE)),
            "address": or_null(text("The place in words.", "长虹路 12 号")),
            "address_id": _NOTHING,
            "zipcode": _NOTHING,
            "lat": number("Decimal degrees, WGS-84.", 32.041),
            "long": number("Decimal degrees, WGS-84.", 112.142),
            "media_url": or_null(text("Where its first picture is.", "https://city.example/1")),
        },
    )
)
POSTED = several(
    record(
        "Open311Posted",
        {
            "service_request_id": REQUEST_ID,
            "service_notice": or_null(
                text("What becomes of it.", "已收到，工作人员查看后公开。 Kept.")
            ),
            "account_id": _NOTHING,
        },
    )
)
TOKENS = several(
    record(
        "Open311Token",
        {
            "service_request_id": REQUEST_ID,
            "token": text("Its token.", "r-0a1b2c3d4e5f.00112233445566778899aabbccddeeff"),
        },
    )
)
DISCOVERY = record(
    "Open311Discovery",
    {
        "changeset": _CHANGESET,
        "contact": text("Whom to ask.", "Ask whoever runs this service."),
        "key_service": text("Where keys are had.", "Reports need no key."),
        "endpoints": several(
            record(
                "Open311Endpoint",
                {
                    "specification": text("What it speaks.", SPECIFICATION),
                    "url": text("Where.", "https://city.example/open311/v2", format="uri"),
                    "changeset": _CHANGESET,
                    "type": fixed("production"),
                    "formats": several(choice("", FORMATS)),
                },
            )
        ),
    },
)
ERRORS = several(
    record(
        "Open311Error",
        {
            "code": whole("The status.", 400, minimum=400, maximum=599),
            "description": text(
                "What is wrong, and what to do.", "lat: It must be a plain decimal number."
            ),
        },
    )
)
