from datetime import UTC, datetime
from typing import Any

import pytest

from geo_service.domain.issue import Issue
from geo_service.domain.refusal import Batch
from geo_service.geometry.datum import Datum
from geo_service.geometry.extent import Extent
from geo_service.ingest.open311 import parse_open311

CITY = Extent(-71.2, 42.2, -70.9, 42.5, margin_m=5_000.0)


def a_request(**changes: object) -> dict[str, object]:
    return {
        "service_request_id": 638344,
        "status": "open",
        "status_notes": None,
        "service_name": "Illegal Parking",
        "service_code": "4f389210e75084437f0001e5",
        "requested_datetime": "2025-04-14T06:37:38-08:00",
        "updated_datetime": "2025-04-15T06:37:38-08:00",
        "lat": 42.31,
        "long": -71.05,
        **changes,
    }


def parse(*records: object, now: datetime, **options: Any) -> Batch[Issue]:  # noqa: ANN401
    return parse_open311(records, file="answer", now=now, **options)


def only_reason(batch: Batch[Issue]) -> str:
    assert batch.records == []
    (refusal,) = batch.refusals
    return refusal.reason


def test_a_request_becomes_an_issue_that_everybody_may_see(now: datetime) -> None:
    told = a_request(
        description="站在路口",
        address="8TH AVE",
        agency_responsible="Streets",
        media_url="http://x.example/1.jpg",
        status_notes="seen",
        zipcode=94122,
        address_id="",
        extended_attributes={"channel": "android"},
    )
    (issue,) = parse(told, now=now).records
    assert issue == Issue(
        "638344",
        "Illegal Parking",
        -71.05,
        42.31,
        datetime(2025, 4, 14, 14, 37, 38, tzinfo=UTC),
        description="站在路口",
        more={
            "service_code": "4f389210e75084437f0001e5",
            "service_name": "Illegal Parking",
            "status_notes": "seen",
            "agency_responsible": "Streets",
            "address": "8TH AVE",
            "zipcode": "94122",
            "media_url": "http://x.example/1.jpg",
        },
    )


def test_what_is_closed_was_closed_when_it_was_last_changed(now: datetime) -> None:
    (issue,) = parse(a_request(status="Closed"), now=now).records
    assert issue.closed_at == datetime(2025, 4, 15, 14, 37, 38, tzinfo=UTC)
    more = a_request(status="closed", closed_datetime="2025-04-14T20:00:00Z")
    (issue,) = parse(more, now=now).records
    assert issue.closed_at == datetime(2025, 4, 14, 20, tzinfo=UTC)


def test_a_code_or_a_name_that_is_known_here_decides_the_category(now: datetime) -> None:
    known = {"standing_water": "standing_water", "illegal parking": "illegal_parking"}
    by_code = a_request(service_request_id=1, service_code="Standing_Water", service_name="Pool")
    by_name = a_request(service_request_id=2)
    unknown = a_request(service_request_id=3, service_name="Graffiti")
    nameless = a_request(service_request_id=4, service_name="", service_code=6)
    batch = parse(by_code, by_name, unknown, nameless, now=now, known=known)
    assert [issue.category for issue in batch.records] == [
        "standing_water",
        "illegal_parking",
        "Graffiti",
        "6",
    ]


def test_text_in_xml_is_read_as_numbers_in_json_are(now: datetime) -> None:
    told = {name: "" if value is None else str(value) for name, value in a_request().items()}
    assert parse(told, now=now).records == parse(a_request(), now=now).records


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lat": None}, "It has no position."),
        ({"lat": "here"}, "not in numbers"),
        ({"lat": float("nan")}, "NaN, which is no number"),
        ({"lat": 10**400}, "not in numbers"),
        ({"lat": -71.05, "long": 142.31}, "km from the streets"),
        ({"long": -70.0}, "km from the streets"),
        ({"service_name": None, "service_code": None}, "It says no category."),
        ({"requested_datetime": None}, "It has no reported_at."),
        ({"requested_datetime": "yesterday"}, "can't be read"),
        ({"requested_datetime": "2025-04-14T06:37:38"}, "bears no time zone"),
        ({"requested_datetime": "2025-07-01T00:00:00Z"}, "lies in the future"),
        ({"status": "closed", "updated_datetime": None}, "says no time at which it was"),
        ({"status": "closed", "updated_datetime": "2025-04-13T00:00:00Z"}, "before it was"),
        ({"status": "closed", "updated_datetime": "2025-07-01T00:00:00Z"}, "in the future"),
        ({"status": "on hold"}, "neither open nor closed"),
        ({"service_request_id": "x" * 300}, "longer than 200 characters"),
        ({"description": "x" * 20_000}, "has 20,000 characters"),
    ],
)
def test_a_request_that_can_not_be_is_refused_with_the_reason(
    now: datetime, changes: dict[str, object], reason: str
) -> None:
    assert reason in only_reason(parse(a_request(**changes), now=now, near=CITY))


def test_what_is_no_record_is_refused_and_the_others_are_read(now: datetime) -> None:
    batch = parse(7, a_request(), now=now)
    assert len(batch.records) == 1
    (refusal,) = batch.refusals
    assert (refusal.row, refusal.file) == (1, "answer")
    assert "its fields have no names" in refusal.reason


def test_a_request_without_an_id_gets_the_same_one_each_time(now: datetime) -> None:
    told = a_request(service_request_id=None)
    (first,), (second,) = parse(told, now=now).records, parse(told, now=now).records
    assert first.issue_id == second.issue_id != ""


def test_positions_in_another_datum_are_converted(now: datetime) -> None:
    told = a_request(lat=32.04, long=112.14)
    (issue,) = parse(told, now=now, datum=Datum.GCJ02).records
    assert issue.lon != 112.14


def test_nothing_is_read_of_nothing(now: datetime) -> None:
    assert parse(now=now) == Batch([], (), (), 0)
