"""The report page without a script: a plain form, and words beside what is wrong in it."""

import html
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from PIL import Image

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import cases, issues, photos, supporters
from geo_service.web.page_policies import STRICT_POLICY
from geo_service.web.report_choices import answer_field

PLACE = {
    "service_code": "standing_water",
    "lat": "32.0385",
    "long": "112.1375",
    "another": "yes",
}
"""Whatever others have reported there meanwhile: this is another one."""
ENGLISH = {"Accept-Language": "en"}
MIB = 1024 * 1024


def picture(colour: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 48), colour).save(file, "JPEG")
    return file.getvalue()


class Page(HTMLParser):
    """What a page asks, says and is made of, as a browser reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.values: dict[str, str] = {}
        self.checked: set[tuple[str, str]] = set()
        self.faults: dict[str, str] = {}
        self._in_fault = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += told.items()
        name = told.get("name", "")
        if tag == "input" and told.get("type") in ("radio", "checkbox"):
            if "checked" in told:
                self.checked.add((name, told["value"]))
        elif tag == "input":
            self.values[name] = told.get("value", "")
        self._in_fault = told.get("data-fault", "")

    def handle_data(self, data: str) -> None:
        if self._in_fault and data.strip():
            self.faults[self._in_fault] = data.strip()
            self._in_fault = ""


@pytest.fixture
def stored(reporting_settings: Settings) -> Callable[[httpx.Response], Any]:
    """Return the case, and the photos, of the report whose page was led to."""

    def _stored(answer: httpx.Response) -> Any:  # noqa: ANN401 - a case that is there
        issue_id = token_in(answer).rpartition(".")[0]
        with (
            open_workspace(reporting_settings) as workspace,
            workspace.database.reading() as connection,
        ):
            return cases.find(connection, issue_id), photos.of_issue(connection, issue_id)

    return _stored


@pytest.fixture
def count(reporting_settings: Settings) -> Callable[[], int]:
    def _count() -> int:
        with (
            open_workspace(reporting_settings) as workspace,
            workspace.database.reading() as connection,
        ):
            return len(issues.read_all(connection))

    return _count


@pytest.fixture
def rider(reporting_settings: Settings, now: datetime) -> str:
    with open_workspace(reporting_settings) as workspace:
        return add_key(workspace, Role.RIDER, None, now, rider="小王")[1]


def token_in(answer: httpx.Response) -> str:
    assert answer.status_code == 303, Page(answer.text).faults
    found = re.fullmatch(r"/report/([^/?]+)\?thanks=1", answer.headers["location"])
    assert found is not None
    return unquote(found[1])


def remember(door: httpx.Client, key: str, **more: str) -> httpx.Response:
    return door.post("/report/key", data={"key": key, **more})


def test_an_empty_form_asks_everything_and_is_all_our_own(reporting_door: httpx.Client) -> None:
    answer = reporting_door.get("/report")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == STRICT_POLICY
    assert answer.headers["cache-control"] == "no-store"
    page = Page(answer.text)
    assert {"media", "lat", "long", "address_string", "key"} <= page.values.keys()
    assert page.faults == {}
    assert "style" not in page.tags
    for name, value in page.attributes:
        assert name != "style"
        assert not name.startswith("on")
        if name in {"src", "href", "action", "formaction"}:
            assert value.startswith("/"), value
    assert "道路积水" in answer.text
    assert "没过脚踝" in answer.text
    english = reporting_door.get("/report", headers=ENGLISH)
    assert "Standing water" in english.text
    other = Page(reporting_door.get("/report").text)
    assert other.values["idempotency_key"] != page.values["idempotency_key"]


def test_a_form_with_a_photo_is_kept_and_leads_to_its_page(
    reporting_door: httpx.Client, stored: Callable[[httpx.Response], Any], now: datetime
) -> None:
    depth = answer_field("standing_water", "depth")
    answer = reporting_door.post(
        "/report",
        data={**PLACE, "description": "很深\n过不去", "address_string": "长虹路", depth: "ankle"},
        files={"media": ("a.jpg", picture(), "image/jpeg")},
    )
    case, kept = stored(answer)
    assert (case.issue.category, case.issue.lon, case.issue.lat) == (
        "standing_water",
        112.1375,
        32.0385,
    )
    assert case.issue.description == "很深\n过不去"
    assert case.issue.more == {"depth": "ankle"}
    assert case.issue.reported_at == now + timedelta(seconds=1)
    assert (case.address, case.reporter, case.issue.approved) == ("长虹路", "", False)
    assert [(photo.width, photo.height) for photo in kept] == [(64, 48)]
    thanks = reporting_door.get(answer.headers["location"])
    assert thanks.status_code == 200
    assert "谢谢" in thanks.text
    assert f'href="/report/{token_in(answer)}"' in thanks.text


def test_no_photo_chosen_and_questions_of_other_categories_do_not_matter(
    reporting_door: httpx.Client, stored: Callable[[httpx.Response], Any]
) -> None:
    other = answer_field("light", "depth")
    answer = reporting_door.post(
        "/report",
        data={**PLACE, "description": "empty", other: "wheel", "lat": " 32.0386 "},
        files={"media": ("", b"", "application/octet-stream")},
    )
    case, kept = stored(answer)
    assert (case.issue.more, kept, case.issue.lat) == ({}, [], 32.0386)


def test_a_position_of_another_datum_is_converted(
    reporting_door: httpx.Client, stored: Callable[[httpx.Response], Any]
) -> None:
    case, _ = stored(reporting_door.post("/report", data={**PLACE, "datum": "gcj02"}))
    assert case.issue.lon == pytest.approx(112.1375 - 0.006, abs=0.002)
    assert case.issue.lon != 112.1375


def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(
    reporting_door: httpx.Client, hostile: str, count: Callable[[], int]
) -> None:
    before = count()
    required = answer_field("light", "depth")
    data = {
        "service_code": "light",
        "lat": hostile,
        "long": "112.1",
        "datum": "bd09",
        "address_string": hostile,
        "description": hostile,
    }
    files = {"media": ("a.jpg", picture(), "image/jpeg")}
    answer = reporting_door.post("/report", data=data, files=files)
    assert answer.status_code == 422
    assert answer.headers["content-security-policy"] == STRICT_POLICY
    assert hostile not in answer.text
    page = Page(answer.text)
    assert "b" not in page.tags
    assert "纬度" in page.faults["lat"]
    assert page.values["lat"] == hostile
    assert page.values["long"] == "112.1"
    assert page.values["address_string"] == hostile
    assert f">\n{html.escape(hostile, quote=False)[:5]}" in answer.text
    assert ("service_code", "light") in page.checked
    assert '<option value="bd09" selected>' in answer.text
    assert 'name="held"' in answer.text
    unanswered = reporting_door.post("/report", data={**data, "lat": "32.0385"}, headers=ENGLISH)
    assert Page(unanswered.text).faults == {required: "Please answer this."}
    wrong = {**data, "lat": "32.0385", required: "deep"}
    assert Page(reporting_door.post("/report", data=wrong).text).faults.keys() == {required}
    assert count() == before


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service_code": ""}, "service_code"),
        ({"service_code": "none"}, "service_code"),
        ({"lat": ""}, "lat"),
        ({"lat": "91"}, "lat"),
        ({"lat": "33.5"}, "lat"),
        ({"long": "1e9"}, "long"),
        ({"long": "x"}, "long"),
        ({"datum": "other"}, "datum"),
        ({"description": "x" * 4001}, "description"),
        ({"address_string": "a\nb"}, "address_string"),
        ({"requested_datetime": "2027-01-01T00:00:00Z"}, "requested_datetime"),
    ],
)
def test_each_field_has_its_own_words(
    reporting_door: httpx.Client, changes: dict[str, str], field: str
) -> None:
    for language in ("zh", "en"):
        answer = reporting_door.post(
            "/report", data={**PLACE, **changes}, headers={"Accept-Language": language}
        )
        assert answer.status_code == 422
        assert f'data-fault="{field}"' in answer.text
        assert 'role="alert"' in answer.text


def test_a_photo_that_is_none_or_too_large_is_told_beside_it(
    reporting_door: httpx.Client, count: Callable[[], int]
) -> None:
    before = count()
    for data, status in ((b"no picture", 422), (b"\xff" * (10 * MIB + 1), 413)):
        answer = reporting_door.post(
            "/report", data=PLACE, files={"media": ("a.jpg", data, "image/jpeg")}
        )
        assert answer.status_code == status
        assert "JPEG" in Page(answer.text).faults["media"]
    many = [("media", (f"{n}.jpg", picture(), "image/jpeg")) for n in range(6)]
    assert reporting_door.post("/report", data=PLACE, files=many).status_code == 413
    stray = {"other": ("a.jpg", picture(), "image/jpeg")}
    assert reporting_door.post("/report", data=PLACE, files=stray).status_code == 422
    assert count() == before


def test_a_form_with_very_many_fields_is_refused(reporting_door: httpx.Client) -> None:
    many = {f"f{n}": "x" for n in range(1_001)}
    assert reporting_door.post("/report", data=many).status_code == 413
    assert reporting_door.post("/report", data={**PLACE, **dict.fromkeys("abc", "x")}).is_redirect


def test_the_same_form_sent_twice_is_one_report(
    reporting_door: httpx.Client, count: Callable[[], int]
) -> None:
    data = {**PLACE, "description": "twice", "idempotency_key": "k" * 22}
    first = reporting_door.post("/report", data=data)
    before = count()
    again = reporting_door.post("/report", data=data)
    by_header = {**data, "idempotency_key": "other"}
    header = reporting_door.post("/report", data=by_header, headers={"Idempotency-Key": "k" * 22})
    assert token_in(first) == token_in(again) == token_in(header)
    assert count() == before


def test_a_riders_key_makes_the_report_the_riders_own(
    reporting_door: httpx.Client, rider: str, stored: Callable[[httpx.Response], Any]
) -> None:
    kept = remember(reporting_door, rider, description="typed before", lat="32.0385")
    assert kept.status_code == 200
    assert "HttpOnly" in kept.headers["set-cookie"]
    assert "typed before" in kept.text
    assert Page(kept.text).values["lat"] == "32.0385"
    assert "记在你名下" in reporting_door.get("/report").text
    data = {**PLACE, "description": "a rider's", "idempotency_key": "of a rider"}
    case, _ = stored(reporting_door.post("/report", data=data))
    assert case.reporter
    other = reporting_door.post("/report", data={**data, "description": "another"})
    assert other.status_code == 422
    assert "已经发送过" in other.text


@pytest.mark.parametrize(("key", "status"), [("none", 401), ("expired", 401), ("analyst", 403)])
def test_a_key_that_is_no_riders_is_told_beside_it(
    reporting_door: httpx.Client, keys: dict[str, str], key: str, status: int
) -> None:
    answer = remember(reporting_door, keys.get(key, key), description="typed")
    assert answer.status_code == status
    assert Page(answer.text).faults.keys() == {"key"}
    assert "set-cookie" not in answer.headers
    assert "typed" in answer.text
    assert keys.get(key, "geo") not in answer.text


def test_a_cookie_of_staff_reports_like_anybody_and_a_dead_one_is_told(
    reporting_door: httpx.Client,
    keys: dict[str, str],
    stored: Callable[[httpx.Response], Any],
    count: Callable[[], int],
) -> None:
    name = f"geo_service_key_{reporting_door.base_url.port}"
    data = {**PLACE, "description": "by staff's browser"}
    reporting_door.cookies.set(name, keys["staff"])
    case, _ = stored(reporting_door.post("/report", data=data))
    assert (case.issue.approved, case.reporter) == (False, "")
    reporting_door.cookies.clear()
    before = count()
    dead = {"Cookie": f"{name}={keys['revoked']}"}
    refused = reporting_door.post("/report", data={**data, "description": "dead"}, headers=dead)
    assert refused.status_code == 401
    assert Page(refused.text).faults.keys() == {"key"}
    assert f'{name}=""' in refused.headers["set-cookie"]
    assert count() == before
    shown = reporting_door.get("/report", headers=dead)
    assert shown.status_code == 200
    assert f'{name}=""' in shown.headers["set-cookie"]


def test_only_our_own_page_sends_forms(reporting_door: httpx.Client) -> None:
    for path in ("/report", "/report/key", "/report/support"):
        answer = reporting_door.post(path, data=PLACE, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403, path
    own = reporting_door.post("/report", data=PLACE, headers={"Sec-Fetch-Site": "same-origin"})
    assert own.status_code == 303


def test_a_rider_sees_an_issue_too_and_counts_once(
    reporting_door: httpx.Client, reporting_settings: Settings, rider: str
) -> None:
    fields = {"issue_id": "issue-2"}
    assert reporting_door.post("/report/support", data=fields).status_code == 401
    remember(reporting_door, rider)
    for _ in range(2):
        answer = reporting_door.post("/report/support", data=fields)
        assert answer.json() == {"issue_id": "issue-2", "supporters": 1}
    assert reporting_door.post("/report/support", data={"issue_id": "none"}).status_code == 404
    assert reporting_door.post("/report/support", data={"issue_id": "issue-5"}).status_code == 404
    with (
        open_workspace(reporting_settings) as workspace,
        workspace.database.reading() as connection,
    ):
        assert supporters.count(connection, "issue-2") == 1


def test_a_city_without_streets_or_categories_still_shows_the_page(
    door: httpx.Client, reporting_door: httpx.Client
) -> None:
    assert door.get("/report").status_code == 200
    linked = 'href="/report"'
    assert linked in reporting_door.get("/").text
    assert linked in reporting_door.get("/stations/station").text


def test_who_says_no_place_is_asked_for_one_and_not_told_that_it_is_wrong(
    reporting_door: httpx.Client,
) -> None:
    nowhere = {"service_code": "standing_water", "lat": "", "long": " "}
    faults = Page(reporting_door.post("/report", data=nowhere).text).faults
    assert "还没说在哪里" in faults["lat"]
    english = Page(reporting_door.post("/report", data=nowhere, headers=ENGLISH).text).faults
    assert "Say where it is" in english["lat"]
