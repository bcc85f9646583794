"""Reports and wrong keys are counted by who sends them, really served."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from starlette.requests import Request

from geo_service.settings import Settings
from geo_service.web.commons import Commons
from geo_service.web.problems import TooMany
from geo_service.web.rate_limits import Limits, address_of

REPORT = {"service_code": "standing_water", "lat": "32.041", "long": "112.142"}
PATH = "/open311/v2/requests.json"
Serve = Callable[[Settings, Callable[[], datetime]], Any]


def sent_from(host: str) -> Request:
    return Request({"type": "http", "headers": [], "client": (host, 1)})


def report(door: httpx.Client, words: str, **headers: str) -> httpx.Response:
    return door.post(PATH, data={**REPORT, "description": words}, headers=headers)


def test_one_report_too_many_has_to_wait(
    reporting_settings: Settings, serve_city: Serve, now: datetime, bearer: Callable
) -> None:
    settings = replace(reporting_settings, reports_per_hour=3, key_reports_per_hour=4)
    with serve_city(settings, lambda: now) as door:
        assert [report(door, f"甲 {i}").status_code for i in range(3)] == [201] * 3
        late = report(door, "甲 3")
        assert late.status_code == 429
        assert 1100 < int(late.headers["retry-after"]) <= 1200
        assert late.json() == [
            {
                "code": 429,
                "description": "Too many reports have come from this address. "
                "Wait a little and send it again.",
            }
        ]
        form = {**REPORT, "description": "表单", "another": "1"}
        page = door.post("/report", data=form, headers={"Accept": "text/html"})
        assert page.status_code == 429
        assert "请过一会儿再发" in page.text
        assert 1100 < int(page.headers["retry-after"]) <= 1200
        told = door.post("/report", data=form)
        assert told.headers["content-type"] == "application/problem+json"
        assert told.json()["type"] == "/problems/too-many"
        # Who shows a key is counted by it; staff are not.
        codes = [report(door, f"乙 {i}", **bearer("rider")).status_code for i in range(5)]
        assert codes == [201] * 4 + [429]
        codes = [report(door, f"丙 {i}", **bearer("staff")).status_code for i in range(6)]
        assert codes == [201] * 6
        # A proxy that does not know which header is its own tells nothing.
        other = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
        assert report(door, "甲 4", **other).status_code == 429


def test_photos_drawn_for_a_form_are_counted_and_held_ones_are_not_drawn_again(
    reporting_settings: Settings, serve_city: Serve, now: datetime
) -> None:
    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "JPEG")
    photos = [("media", ("a.jpg", file.getvalue(), "image/jpeg"))] * 2
    with serve_city(replace(reporting_settings, reports_per_hour=3), lambda: now) as door:
        shown = door.post("/report/photos", data=REPORT, files=photos)
        assert shown.status_code == 200
        held = re.findall(r'name="held" value="([^"]+)"', shown.text)
        assert len(held) == 2
        for _ in range(4):
            again = door.post("/report/photos", data={**REPORT, "held": held})
            assert again.status_code == 200
        late = door.post("/report/photos", data=REPORT, files=photos)
        assert late.status_code == 429
        assert late.json()["detail"].startswith("Too many photos have come from this address.")
        for path in ("/report", "/report/key"):
            wrong = {**REPORT, "service_code": "none", "key": "wrong"}
            assert door.post(path, data=wrong, files=photos[:1]).status_code == 429
        sent = {**REPORT, "description": "照片", "another": "1", "held": held}
        assert door.post("/report", data=sent).status_code == 303


def test_what_is_refused_anyway_is_not_counted(
    reporting_settings: Settings, serve_city: Serve, now: datetime
) -> None:
    with serve_city(replace(reporting_settings, reports_per_hour=1), lambda: now) as door:
        assert [door.post(PATH, data={}).status_code for _ in range(3)] == [400] * 3
        assert report(door, "丁").status_code == 201


def test_after_many_wrong_keys_unknown_ones_are_not_looked_at(
    settings: Settings, serve_city: Serve, now: datetime, bearer: Callable
) -> None:
    later = now + timedelta(seconds=1)
    with serve_city(replace(settings, failed_keys_per_hour=3), lambda: later) as door:
        wrong = {"Authorization": "Bearer gs_wrong"}
        codes = [door.get("/tasks", headers=wrong).status_code for _ in range(5)]
        assert codes == [401, 401, 401, 429, 429]
        other = {"Authorization": "Bearer gs_wrong-2"}
        for headers in (other, bearer("expired"), bearer("revoked")):
            refused = door.get("/overlay/issues", headers=headers)
            assert refused.status_code == 429
            assert refused.json()["detail"].startswith("Too many keys from this address")
            assert int(refused.headers["retry-after"]) > 0


def test_wrong_keys_keep_no_good_one_waiting(
    settings: Settings, serve_city: Serve, now: datetime, bearer: Callable, keys: dict[str, str]
) -> None:
    """Nor one that this process has not seen before, as after a start or in another worker."""
    with serve_city(replace(settings, failed_keys_per_hour=3), lambda: now) as door:
        wrong = {"Authorization": "Bearer gs_wrong"}
        codes = [door.get("/tasks", headers=wrong).status_code for _ in range(4)]
        assert codes == [401, 401, 401, 429]
        for role in ("analyst", "admin"):
            assert door.get("/overlay/issues", headers=bearer(role)).is_success
            assert door.post("/key", data={"key": keys[role]}).status_code == 303
        door.cookies.clear()
        assert door.get("/facilities/nearest?lat=32.04&lon=112.14").is_success
        # A good one in between wins nobody further tries.
        assert door.get("/tasks", headers=wrong).status_code == 429


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("not an address", ""),
    ],
)
def test_senders_are_told_apart_by_address_or_network(host: str, counted: str) -> None:
    assert address_of(sent_from(host)) == counted


def test_without_an_address_all_are_one_sender(settings: Settings) -> None:
    unknown = Request({"type": "http", "headers": [], "client": None})
    limits = Limits(replace(settings, reports_per_hour=1), Commons())
    limits.count_report(unknown, None)
    with pytest.raises(TooMany):
        limits.count_report(sent_from("unix"), None)
    limits.count_report(sent_from("192.0.2.1"), None)
