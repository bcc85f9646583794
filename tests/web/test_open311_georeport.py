"""A client of somebody else reads what is served: ``georeport`` knows only the standard."""

import httpx
import pytest
from georeport import GeoReport

FIELDS = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
]


def as_text(value: object) -> object:
    """Say a value of JSON as XML says it."""
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


@pytest.fixture
def clients(reporting_door: httpx.Client) -> tuple[GeoReport, GeoReport]:
    address = f"{reporting_door.base_url}/open311/v2"
    return (
        GeoReport(address, jurisdiction="city.example", output_format="json"),
        GeoReport(address, jurisdiction="city.example", output_format="xml"),
    )


def test_services_are_read_in_both_formats(clients: tuple[GeoReport, GeoReport]) -> None:
    as_json, as_xml = (client.get_service_list() for client in clients)
    assert [one["service_code"] for one in as_json][-1] == "standing_water"
    assert as_xml == [{name: as_text(value) for name, value in one.items()} for one in as_json]


def test_a_definition_is_read_in_both_formats(clients: tuple[GeoReport, GeoReport]) -> None:
    as_json, as_xml = (client.get_service_definition("standing_water") for client in clients)
    (attribute,) = as_json["attributes"]
    told = as_xml["attributes"]["attribute"]
    assert told.pop("values")["value"] == attribute.pop("values")
    assert told == {name: as_text(value) for name, value in attribute.items()}


def test_requests_are_read_in_both_formats(clients: tuple[GeoReport, GeoReport]) -> None:
    asked = {
        "service_code": "standing_water",
        "start_date": "2026-09-01T00:00:00Z",
        "end_date": "2026-10-01T00:00:00Z",
        "status": "open",
    }
    as_json, as_xml = (client.get_service_requests(**asked) for client in clients)
    assert len(as_json) == 4
    assert list(as_json[0]) == FIELDS
    assert as_xml == [{name: as_text(value) for name, value in one.items()} for one in as_json]
    several = {client.output_format: client.get_service_requests("issue-1") for client in clients}
    # Of a list of one the client's XML reader makes the one.
    assert several["xml"] == {name: as_text(value) for name, value in several["json"][0].items()}


def test_one_request_is_read_in_both_formats(clients: tuple[GeoReport, GeoReport]) -> None:
    as_json, as_xml = (client.get_service_request("issue-3") for client in clients)
    assert as_json["service_request_id"] == "issue-3"
    assert as_xml == {name: as_text(value) for name, value in as_json.items()}
