import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.case import Case
from geo_service.domain.category import Category, DataType, Question
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import ENDED, WORDS, Stage
from geo_service.export.open311 import (
    ServiceRequest,
    describe_definition,
    describe_discovery,
    describe_errors,
    describe_posted,
    describe_requests,
    describe_services,
    describe_token,
    notice_of_report,
    service_name,
    w3c_time,
)
from geo_service.export.open311_document import Document, write_json
from geo_service.export.open311_xml import write_xml

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOMENT = datetime(2026, 11, 18, 2, 0, 59, 999_999, tzinfo=UTC)
WATER = Category(
    "standing_water",
    "道路积水",
    "Standing water",
    "雨后积水",
    "道路 Roads",
    ("积水", "water"),
    questions=(
        Question(
            "depth",
            DataType.SINGLE_VALUE_LIST,
            "水有多深？",
            "How deep?",
            required=True,
            choices=(("ankle", "没过脚踝"), ("wheel", "半个车轮")),
        ),
        Question("since", DataType.DATETIME, "从什么时候？"),
    ),
)


def a_case(**changes: Any) -> Case:  # noqa: ANN401 - any of a case's fields
    issue = Issue("r-1", "standing_water", 112.14, 32.04, MOMENT, description="积水")
    return replace(Case(issue, Stage.HANDLING, "unit", MOMENT + timedelta(hours=1)), **changes)


def told(document: Document) -> Any:  # noqa: ANN401 - whatever JSON knows
    return json.loads(write_json(document))


def told_of(request: ServiceRequest) -> dict[str, Any]:
    (one,) = told(describe_requests([request], SHANGHAI, "http://city.example/photos/"))
    return dict(one)


def test_a_service_has_the_standard_s_fields() -> None:
    assert told(describe_services([WATER])) == [
        {
            "service_code": "standing_water",
            "service_name": "道路积水 Standing water",
            "description": "雨后积水",
            "metadata": True,
            "type": "realtime",
            "keywords": "积水, water",
            "group": "道路 Roads",
        }
    ]
    assert write_xml(describe_services([WATER])).split(b"\n")[1].startswith(b"<services><service>")


def test_a_service_without_questions_or_words_says_so() -> None:
    (bare,) = told(describe_services([Category("x", "", "")]))
    assert bare["service_name"] == "x"
    assert bare["metadata"] is False
    assert bare["keywords"] is None
    assert service_name(Category("x", "灯", "灯")) == "灯"


def test_a_definition_lists_attributes_in_order_with_their_values() -> None:
    definition = told(describe_definition(WATER))
    assert definition["service_code"] == "standing_water"
    first, second = definition["attributes"]
    assert first == {
        "variable": True,
        "code": "depth",
        "datatype": "singlevaluelist",
        "required": True,
        "datatype_description": "选一项 One of the values.",
        "order": 1,
        "description": "水有多深？ How deep?",
        "values": [
            {"key": "ankle", "name": "没过脚踝"},
            {"key": "wheel", "name": "半个车轮"},
        ],
    }
    assert (second["order"], second["values"], second["required"]) == (2, [], False)
    root = fromstring(write_xml(describe_definition(WATER)))
    assert root.tag == "service_definition"
    keys = root.findall("attributes/attribute/values/value/key")
    assert [key.text for key in keys] == ["ankle", "wheel"]


def test_a_request_has_the_standard_s_fields_in_its_order() -> None:
    due = MOMENT + timedelta(days=1)
    case = a_case(due_at=due, address="长虹路 12 号")
    one = told_of(ServiceRequest(case, "道路积水", agency="示范街道", photo_id="0f"))
    assert list(one.items()) == [
        ("service_request_id", "r-1"),
        ("status", "open"),
        ("status_notes", "处置中 being handled"),
        ("service_name", "道路积水"),
        ("service_code", "standing_water"),
        ("description", "积水"),
        ("agency_responsible", "示范街道"),
        ("service_notice", None),
        ("requested_datetime", "2026-11-18T10:00:59+08:00"),
        ("updated_datetime", "2026-11-18T11:00:59+08:00"),
        ("expected_datetime", "2026-11-19T10:00:59+08:00"),
        ("address", "长虹路 12 号"),
        ("address_id", None),
        ("zipcode", None),
        ("lat", 32.04),
        ("long", 112.14),
        ("media_url", "http://city.example/photos/0f"),
    ]


def test_what_is_not_known_is_null() -> None:
    case = a_case(issue=replace(a_case().issue, description=""))
    one = told_of(ServiceRequest(case, "x"))
    unknown = ("description", "agency_responsible", "expected_datetime", "address", "media_url")
    assert [one[name] for name in unknown] == [None] * 5


@pytest.mark.parametrize("stage", list(Stage))
def test_outside_there_is_only_open_and_closed_and_the_notes_are_the_stage_s_words(
    stage: Stage,
) -> None:
    one = told_of(ServiceRequest(a_case(stage=stage, due_at=MOMENT), "x"))
    assert one["status"] == ("closed" if stage in ENDED else "open")
    assert one["status_notes"] == " ".join(WORDS[stage])
    assert (one["expected_datetime"] is None) == (stage in ENDED)


def test_what_is_closed_was_changed_when_it_was_closed() -> None:
    closed_at = MOMENT + timedelta(hours=2)
    issue = replace(a_case().issue, closed_at=closed_at)
    rated = a_case(issue=issue, stage=Stage.RATED, updated_at=MOMENT + timedelta(days=3))
    assert told_of(ServiceRequest(rated, "x"))["updated_datetime"] == "2026-11-18T12:00:59+08:00"


def test_what_was_reopened_and_closed_again_was_changed_last() -> None:
    again = MOMENT + timedelta(hours=3), MOMENT + timedelta(hours=4)
    issue = replace(a_case().issue, closed_at=MOMENT + timedelta(hours=2), reopened=(again,))
    case = a_case(issue=issue, stage=Stage.CLOSED)
    assert told_of(ServiceRequest(case, "x"))["updated_datetime"] == "2026-11-18T14:00:59+08:00"


def test_the_notes_of_a_merged_one_name_the_other_if_it_may_be_named() -> None:
    case = a_case(stage=Stage.MERGED, merged_into="r-2")
    assert told_of(ServiceRequest(case, "x"))["status_notes"] == "已合并 merged into another issue"
    named = told_of(ServiceRequest(case, "x", merged_into="r-2"))["status_notes"]
    assert named == "已合并 merged into another issue: r-2"


def test_what_nobody_has_looked_at_says_so() -> None:
    case = a_case(issue=replace(a_case().issue, approved=False))
    assert "staff have looked" in told_of(ServiceRequest(case, "x"))["service_notice"]


def test_words_of_an_address_that_another_server_had_are_shown() -> None:
    case = a_case(issue=replace(a_case().issue, more={"address": "8TH AVE"}))
    assert told_of(ServiceRequest(case, "x"))["address"] == "8TH AVE"


def test_an_answer_to_a_report_has_no_token_beside_its_id() -> None:
    assert told(describe_posted("r-1", "kept")) == [
        {"service_request_id": "r-1", "service_notice": "kept", "account_id": None}
    ]
    assert told(describe_token("r-1", "r-1.ff")) == [
        {"service_request_id": "r-1", "token": "r-1.ff"}
    ]


def test_errors_are_a_list_in_both_formats() -> None:
    document = describe_errors([(400, "lat: wrong"), (400, "long: wrong")])
    assert told(document) == [
        {"code": 400, "description": "lat: wrong"},
        {"code": 400, "description": "long: wrong"},
    ]
    root = fromstring(write_xml(document))
    assert [child.tag for child in root] == ["error", "error"]


def test_the_discovery_names_the_endpoint_and_both_formats() -> None:
    document = describe_discovery("http://city.example/open311/v2", "0007", "Ask.", "None.")
    assert told(document) == {
        "changeset": "0007",
        "contact": "Ask.",
        "key_service": "None.",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": "http://city.example/open311/v2",
                "changeset": "0007",
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    formats = fromstring(write_xml(document)).findall("endpoints/endpoint/formats/format")
    assert [one.text for one in formats] == ["text/xml", "application/json"]


def test_the_notice_tells_of_open_ones_near_and_of_addresses_not_fetched() -> None:
    case = a_case(issue=replace(a_case().issue, approved=False))
    notice = notice_of_report(case, [("r-7", 12.4), ("r-8", 0.6)], media_url=True)
    assert "staff have looked" in notice
    near = "r-7 (12 m), r-8 (1 m)"
    assert f"附近的这些未办结问题可能与它相同：{near}。" in notice
    assert f"Open issues near it that may be the same: {near}." in notice
    assert "media_url" in notice
    assert notice_of_report(a_case(), [], media_url=False) == (
        "已收到并公开。 Kept, and shown to everybody."
    )


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Africa/Monrovia", "Asia/Kathmandu"]),
)
def test_a_time_is_the_same_second_in_the_city_s_zone(moment: datetime, zone: str) -> None:
    written = w3c_time(moment, ZoneInfo(zone))
    assert len(written) == len("2026-11-18T10:00:59+08:00")
    assert datetime.fromisoformat(written) == moment.replace(microsecond=0)


def test_a_time_without_a_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        w3c_time(datetime(2026, 1, 1), UTC)  # noqa: DTZ001 - that is the point
    assert w3c_time(MOMENT, timezone(timedelta(hours=-3, minutes=-30))).endswith("-03:30")
