import html
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.role import Role
from geo_service.flows.check_in import station_code
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities
from geo_service.web.page_policies import STRICT_POLICY

Bearer = Callable[[str], dict[str, str]]
ODD = "osm/node/1 驿?站&#"
ODD_PATH = f"/stations/{quote(ODD)}"
STATION = "/stations/station"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def codes(own_settings: Settings, hostile: str) -> dict[str, str]:
    with open_workspace(own_settings) as workspace:
        with workspace.database.writing() as connection:
            odd = Facility(ODD, "odd_kind", 112.134, 32.034, address=hostile)
            facilities.write(connection, [odd])
        return {place: station_code(workspace, place) for place in ("station", "window", ODD)}


@pytest.fixture
def tokens(own_settings: Settings, now: datetime) -> dict[str, str]:
    with open_workspace(own_settings) as workspace:
        return {
            name: add_key(workspace, Role.RIDER, None, now, rider=name)[1]
            for name in ("小王", "小李")
        }


@pytest.fixture
def own_door(
    own_settings: Settings, codes: dict[str, str], serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    del codes
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


class Elements(HTMLParser):
    """What a page is made of, as a browser reads it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def points(door: httpx.Client, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    balance: int = door.get("/credits", headers=headers).json()["balance"]
    return balance


def has_form(page: httpx.Response) -> bool:
    return 'method="post"' in page.text


def test_a_station_is_shown_as_it_stands(own_door: httpx.Client, hostile: str) -> None:
    page = own_door.get(STATION)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"] == STRICT_POLICY
    assert hostile not in page.text
    assert hostile in html.unescape(page.text)
    assert "Station" in page.text
    assert "营业至 22:00" in page.text
    assert "微波炉" in page.text
    assert "扫描现场的二维码" in page.text
    assert not has_form(page)
    english = own_door.get(STATION, headers=ENGLISH)
    assert "Open until 22:00" in english.text
    assert "microwave" in english.text
    closed = own_door.get("/stations/station-night", headers=ENGLISH)
    assert "Closed, opens 20:00" in closed.text


def test_nothing_in_the_page_is_inline_or_from_elsewhere(
    own_door: httpx.Client, codes: dict[str, str], bearer: Bearer
) -> None:
    code = codes["station"]
    pages = [
        own_door.get(STATION),
        own_door.get(STATION, params={"code": code}),
        own_door.post(STATION, data={"code": code}),
        own_door.get(f"{STATION}/print", headers=bearer("staff")),
        own_door.get(f"{ODD_PATH}/print", headers=bearer("staff")),
    ]
    for page in pages:
        assert page.headers["content-security-policy"] == STRICT_POLICY
        read = Elements()
        read.feed(page.text)
        assert read.tags.isdisjoint({"script", "style", "b"})
        for name, value in read.attributes:
            assert name != "style"
            assert not name.startswith("on")
            if name in {"src", "href", "action"}:
                assert value.startswith(("/", "#", "https://uri.amap.com/")), value


def test_a_code_opens_the_form_and_a_wrong_one_does_not(
    own_door: httpx.Client, codes: dict[str, str]
) -> None:
    right = own_door.get(STATION, params={"code": codes["station"].lower(), "from": "messenger"})
    assert has_form(right)
    assert f'value="{codes["station"]}"' in right.text
    assert re.search(r'<label for="key">', right.text)
    for code in ("", codes["window"], "<b>"):
        wrong = own_door.get(STATION, params={"code": code})
        assert (wrong.status_code, has_form(wrong)) == (200, False)
        assert "不是本站的二维码" in wrong.text
        assert "<b>" not in wrong.text
        assert codes["station"] not in wrong.text


def test_a_rider_types_the_key_once_and_the_phone_keeps_it(
    own_door: httpx.Client, codes: dict[str, str], tokens: dict[str, str]
) -> None:
    token, code = tokens["小王"], {"code": codes["station"]}
    first = own_door.post(STATION, data={**code, "key": f" {token} "})
    assert first.status_code == 200, first.text
    assert "签到成功" in first.text
    assert "+1 分" in first.text
    cookie = first.headers["set-cookie"]
    assert token in cookie
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert token not in first.text
    known = own_door.get(STATION, params=code)
    assert "换一把钥匙" in known.text
    again = own_door.post(STATION, data={**code, "key": ""}, headers=ENGLISH)
    assert "Checked in already today" in again.text
    assert "Your points <strong>1</strong>" in again.text
    assert points(own_door, token) == 1
    other = own_door.post("/stations/window", data={"code": codes["window"]})
    assert "签到成功" in other.text
    assert points(own_door, token) == 2
    # Another rider's key that is typed comes before the one that is kept.
    own_door.post(STATION, data={**code, "key": tokens["小李"]})
    assert points(own_door, tokens["小李"]) == 1


def test_who_shows_no_riders_key_is_asked_for_one(
    own_door: httpx.Client, codes: dict[str, str], keys: dict[str, str], tokens: dict[str, str]
) -> None:
    code = {"code": codes["station"]}
    for typed, status, said in (
        ("", 401, "请输入你的骑手钥匙"),
        ("gs_nonsense", 401, "无效或已过期"),
        ("x" * 9_000, 401, "无效或已过期"),
        (keys["revoked"], 401, "无效或已过期"),
        (keys["admin"], 403, "不是骑手的钥匙"),
        (keys["analyst"], 403, "不是骑手的钥匙"),
    ):
        page = own_door.post(STATION, data={**code, "key": typed})
        assert (page.status_code, said in page.text) == (status, True), page.text
        assert has_form(page)
        assert "set-cookie" not in page.headers
        assert not typed or typed not in page.text
    assert points(own_door, tokens["小王"]) == 0


def test_a_key_that_is_kept_and_worth_nothing_is_forgotten(
    own_door: httpx.Client, codes: dict[str, str], keys: dict[str, str]
) -> None:
    name = f"geo_service_key_{own_door.base_url.port}"
    cookie = {"Cookie": f"{name}={keys['revoked']}"}
    shown = own_door.get(STATION, params={"code": codes["station"]}, headers=cookie)
    assert "换一把钥匙" not in shown.text
    page = own_door.post(STATION, data={"code": codes["station"]}, headers=cookie)
    assert page.status_code == 401
    assert page.headers["set-cookie"].startswith(f'{name}=""')


def test_a_wrong_code_counts_nothing(
    own_door: httpx.Client, codes: dict[str, str], tokens: dict[str, str]
) -> None:
    for code in ({}, {"code": codes["window"]}):
        page = own_door.post(STATION, data={**code, "key": tokens["小王"]})
        assert (page.status_code, "不是本站的二维码" in page.text) == (403, True)
        assert "set-cookie" not in page.headers
    assert points(own_door, tokens["小王"]) == 0


def test_other_sites_can_not_send_the_form(
    own_door: httpx.Client, codes: dict[str, str], tokens: dict[str, str]
) -> None:
    sent = {"code": codes["station"], "key": tokens["小王"]}
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
        page = own_door.post(STATION, data=sent, headers={"Sec-Fetch-Site": site})
        assert page.status_code == status


def test_only_a_form_is_taken(own_door: httpx.Client, codes: dict[str, str]) -> None:
    assert own_door.post(STATION, json=codes).status_code == 415
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body, status in ((b"code=%ff", 400), (b"&".join([b"a=1"] * 60), 400), (b"a" * 70_000, 413)):
        assert own_door.post(STATION, content=body, headers=form).status_code == status


def test_the_language_can_be_chosen_and_is_kept(
    own_door: httpx.Client, codes: dict[str, str]
) -> None:
    asked = own_door.get(STATION, params={"code": codes["station"], "lang": "en"})
    assert "Check in</button>" in asked.text
    assert "geo_service_language=en" in asked.headers["set-cookie"]
    assert own_door.get(STATION).text.startswith('<!doctype html>\n<html lang="en">')


def test_an_odd_id_finds_its_way(
    own_door: httpx.Client, codes: dict[str, str], tokens: dict[str, str], hostile: str
) -> None:
    page = own_door.get(ODD_PATH, params={"code": codes[ODD]})
    assert page.status_code == 200
    assert hostile in html.unescape(page.text)
    (action,) = re.findall(r'action="([^"]*)" method="post"', page.text)
    done = own_door.post(html.unescape(action), data={"code": codes[ODD], "key": tokens["小王"]})
    assert "签到成功" in done.text


def test_a_station_that_is_not_there_is_told_in_words(own_door: httpx.Client) -> None:
    page = own_door.get("/stations/none", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"][:9]) == (404, "text/html")
    assert own_door.get("/stations/none").headers["content-type"] == "application/problem+json"
    assert own_door.post("/stations/none", data={"code": "x"}).status_code == 404


def test_staff_print_a_poster_whose_code_leads_here(
    own_door: httpx.Client, codes: dict[str, str], bearer: Bearer, hostile: str
) -> None:
    for path, place, name in ((STATION, "station", hostile), (ODD_PATH, ODD, ODD)):
        page = own_door.get(f"{path}/print", headers=bearer("staff"))
        assert page.status_code == 200
        words = html.unescape(page.text)
        assert name in words
        assert f"{str(own_door.base_url).rstrip('/')}{path}?code={codes[place]}" in words
        assert hostile not in page.text
        assert page.text.count("<svg viewBox") == 1
        address = re.search(r'class="address">([^<]*)<', page.text)
        assert address is not None
        assert has_form(own_door.get(html.unescape(address[1])))


def test_a_browser_opens_a_poster_with_the_key_in_the_address_once(
    own_door: httpx.Client, keys: dict[str, str]
) -> None:
    moved = own_door.get(f"{ODD_PATH}/print?key={keys['staff']}")
    assert (moved.status_code, moved.headers["Location"]) == (303, f"{ODD_PATH}/print")
    assert moved.headers["Cache-Control"] == "no-store"
    assert own_door.get(f"{ODD_PATH}/print").status_code == 200
    own_door.cookies.clear()
    assert own_door.get(f"{ODD_PATH}/print?key={keys['revoked']}").status_code == 401
    assert own_door.get(f"{ODD_PATH}/print?key={keys['analyst']}").status_code == 303
    assert own_door.get(f"{ODD_PATH}/print").status_code == 403


def test_only_staff_see_a_poster(
    own_door: httpx.Client, bearer: Bearer, keys: dict[str, str]
) -> None:
    path = f"{STATION}/print"
    for role in ("rider", "analyst", "operator"):
        assert own_door.get(path, headers=bearer(role)).status_code == 403
    assert own_door.get(path).status_code == 401
    assert own_door.get(path, headers=bearer("admin")).status_code == 200
    cookie = {"Cookie": f"geo_service_key_{own_door.base_url.port}={keys['staff']}"}
    assert own_door.get(path, headers=cookie).status_code == 200
    assert own_door.get("/stations/none/print", headers=bearer("staff")).status_code == 404


def test_nobody_checks_in_on_a_poster(own_door: httpx.Client) -> None:
    refused = own_door.post(f"{STATION}/print", data={"code": "x"})
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET"
