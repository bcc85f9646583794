from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from defusedxml.ElementTree import fromstring

BASE = "/open311/v2"
ISSUES = ["issue-4", "issue-3", "issue-2", "issue-1"]
"""Reported at one time, so by id, the last first; the fifth is not approved."""


def get(door: httpx.Client, path: str, **asked: object) -> Any:  # noqa: ANN401 - whatever JSON knows
    answer = door.get(path, params={name: str(text) for name, text in asked.items()})
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(door: httpx.Client, **asked: object) -> list[str]:
    """Return the ids of the city's first issues; other tests report more."""
    found = get(door, f"{BASE}/requests.json", **asked)
    named = [str(one["service_request_id"]) for one in found]
    return [name for name in named if name.startswith("issue-")]


def test_the_discovery_leads_to_services_and_their_definitions(
    reporting_door: httpx.Client,
) -> None:
    found = get(reporting_door, "/open311/discovery.json")
    (endpoint,) = found["endpoints"]
    assert endpoint["formats"] == ["text/xml", "application/json"]
    services = get(reporting_door, f"{endpoint['url']}/services.json")
    assert {"standing_water", "a/b? 站.x", "light"} <= {one["service_code"] for one in services}
    for service in services:
        code = quote(service["service_code"], safe="")
        definition = get(reporting_door, f"{endpoint['url']}/services/{code}.json")
        assert definition["service_code"] == service["service_code"]
        assert bool(definition["attributes"]) == service["metadata"]


@pytest.mark.parametrize(
    "path",
    [
        "/open311/discovery",
        f"{BASE}/services",
        f"{BASE}/services/standing_water",
        f"{BASE}/requests",
        f"{BASE}/requests/issue-1",
        f"{BASE}/requests/issue-5",
    ],
)
def test_xml_and_json_are_both_served(
    reporting_door: httpx.Client, bearer: Callable[[str], dict[str, str]], path: str
) -> None:
    as_json = reporting_door.get(f"{path}.json", headers=bearer("staff"))
    as_xml = reporting_door.get(f"{path}.xml", headers=bearer("staff"))
    assert as_json.headers["content-type"] == "application/json; charset=utf-8"
    assert as_xml.headers["content-type"] == "text/xml; charset=utf-8"
    assert as_xml.text.startswith('<?xml version="1.0" encoding="UTF-8"?>')
    told, root = as_json.json(), fromstring(as_xml.content)
    if isinstance(told, dict):
        assert [child.tag for child in root] == list(told)
    else:
        assert len(root) == len(told)
        for element, record in zip(root, told, strict=True):
            assert [child.tag for child in element] == list(record)


def test_requests_are_listed_newest_first_page_by_page(reporting_door: httpx.Client) -> None:
    water = {"service_code": "standing_water", "end_date": "2026-10-01T00:00:00Z"}
    assert ids(reporting_door, **water) == ISSUES
    assert ids(reporting_door, **water, page_size=3) == ISSUES[:3]
    assert ids(reporting_door, **water, page_size=3, page=2) == ISSUES[3:]
    assert ids(reporting_door, **water, page_size=3, page=3) == []


def test_staff_see_what_is_not_approved(reporting_door: httpx.Client, keys: dict[str, str]) -> None:
    asked = {"service_code": "standing_water", "end_date": "2026-10-01T00:00:00Z"}
    assert ids(reporting_door, **asked, api_key=keys["staff"]) == ["issue-5", *ISSUES]
    assert ids(reporting_door, **asked, api_key=keys["rider"]) == ISSUES
    assert get(reporting_door, f"{BASE}/requests/issue-5.json", api_key=keys["admin"])


def test_only_the_last_90_days_are_shown_unless_more_is_asked(
    settings: Any,  # noqa: ANN401 - of the city
    serve_city: Callable[..., Any],
    now: Any,  # noqa: ANN401 - a moment
) -> None:
    # The issues were reported on 2026-09-20.
    with serve_city(settings, lambda: now + timedelta(days=40)) as later:
        assert ids(later) == []
        assert ids(later, service_request_id="issue-1,issue-5,nobody's") == ["issue-1"]
        assert ids(later, start_date="2026-09-01T00:00:00Z") == ISSUES
        assert ids(later, updated_after="2026-11-01T00:00:00Z") == ISSUES
        assert ids(later, updated_after="2027-11-01T00:00:00Z") == []


def test_requests_are_filtered_by_state_and_place(reporting_door: httpx.Client) -> None:
    assert ids(reporting_door, status="open") == ISSUES
    assert ids(reporting_door, status="closed") == []
    assert ids(reporting_door, service_code="blocked_lane,nix") == []
    (first,) = get(reporting_door, f"{BASE}/requests/issue-1.json")
    near = {"lat": first["lat"], "long": first["long"]}
    assert ids(reporting_door, **near, radius=50) == ["issue-1"]
    assert ids(reporting_door, **near, radius=10000) == ISSUES


def test_a_request_is_told_in_the_city_s_time(reporting_door: httpx.Client) -> None:
    (one,) = get(reporting_door, f"{BASE}/requests/issue-2.json")
    assert one["requested_datetime"] == "2026-09-20T08:00:00+08:00"
    assert one["service_name"] == "道路积水 Standing water"
    assert one["status_notes"] == "已建卷 accepted"


@pytest.mark.parametrize("written", ["json", "xml"])
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("services/nix", 404),
        ("requests/nix", 404),
        ("requests/issue-5", 404),
        ("tokens/nix", 404),
        ("tokens/issue-1.00112233445566778899aabbccddeeff", 404),
        ("requests", 400),
        ("nix", 404),
        ("services/", 404),
    ],
)
def test_errors_are_told_in_the_format_asked(
    reporting_door: httpx.Client, path: str, status: int, written: str
) -> None:
    wrong = {"page": "x"} if status == 400 else {}
    answer = reporting_door.get(f"{BASE}/{path}.{written}", params=wrong)
    assert answer.status_code == status
    if written == "json":
        assert [one["code"] for one in answer.json()] == [status]
    else:
        assert [one.text for one in fromstring(answer.content).iter("code")] == [str(status)]


@pytest.mark.parametrize("path", ["services.yaml", "requests", "requests/issue-1", "", "requests."])
def test_a_format_there_is_not_is_404_in_json(reporting_door: httpx.Client, path: str) -> None:
    answer = reporting_door.get(f"{BASE}/{path}")
    assert answer.status_code == 404
    assert answer.json()[0]["code"] == 404


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("requests.json", "GET, HEAD, POST"), ("services.json", "GET, HEAD")],
)
def test_another_method_is_405_and_names_those_there_are(
    reporting_door: httpx.Client, path: str, allowed: str
) -> None:
    answer = reporting_door.put(f"{BASE}/{path}")
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()[0]["code"] == 405


@pytest.mark.parametrize("path", ["requests.xml", "requests/issue-1.xml"])
def test_a_key_that_is_none_is_403(
    reporting_door: httpx.Client, keys: dict[str, str], path: str
) -> None:
    for key in (keys["expired"], keys["revoked"], "made up", "x" * 600):
        answer = reporting_door.get(f"{BASE}/{path}", params={"api_key": key})
        assert answer.status_code == 403
        assert "unknown, expired or revoked" in answer.text or "no key" in answer.text
    blank = reporting_door.get(f"{BASE}/{path}", params={"api_key": ""})
    assert blank.status_code == 200


def test_head_is_get_without_a_body(reporting_door: httpx.Client) -> None:
    answer = reporting_door.head(f"{BASE}/services.xml")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
