"""A rider's own page: what is kept and why, yes and no, and the trips."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import numpy as np
import pytest

from geo_service.domain.rider import pseudonym
from geo_service.domain.role import Role
from geo_service.domain.trace import Fixes
from geo_service.flows.give_consent import present_text
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.web.page_policies import STRICT_POLICY

Headers = dict[str, str]
Bearer = Callable[[str], Headers]


def trip(hour: int) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": [[112.131, 32.034], [112.136, 32.034]]},
        "properties": {"times": [f"2026-11-17T{hour:02}:00:00Z", f"2026-11-17T{hour:02}:01:40Z"]},
    }


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


@pytest.fixture
def rider(own_settings: Settings, own_door: httpx.Client, now: datetime) -> Headers:
    """Return the cookie of a rider's browser."""
    with open_workspace(own_settings) as workspace:
        token = add_key(workspace, Role.RIDER, None, now, rider="小王")[1]
    return {"Cookie": f"geo_service_key_{own_door.base_url.port}={token}"}


def bearer_of(cookie: Headers) -> Headers:
    return {"Authorization": f"Bearer {cookie['Cookie'].partition('=')[2]}"}


def send(door: httpx.Client, rider: Headers, *hours: int) -> list[str]:
    """Send trips, and return their ids."""
    found = []
    for hour in hours:
        sent = door.post("/traces", json=trip(hour), headers=bearer_of(rider))
        found.append(sent.json()["trips"][0]["trip_id"])
    return found


def press(door: httpx.Client, rider: Headers, **fields: str) -> httpx.Response:
    return door.post("/me", data=fields, headers=rider)


def version_on(page: str) -> str:
    found = re.search(r'name="version" value="([0-9a-f]{16})"', page)
    assert found
    return found[1]


def test_without_a_key_it_leads_to_the_page_for_one_and_back(own_door: httpx.Client) -> None:
    for answer in (own_door.get("/me"), own_door.post("/me", data={"do": "delete-all"})):
        assert answer.status_code == 303
        assert answer.headers["location"] == "/key?next=/me"
    ended = {"Cookie": f"geo_service_key_{own_door.base_url.port}=gs_no"}
    answer = own_door.get("/me", headers=ended)
    assert answer.headers["location"] == "/key?next=/me"
    assert "key_" in answer.headers["set-cookie"]
    came = own_door.get("/me", headers={"Sec-Fetch-Site": "cross-site"})
    assert came.status_code == 200
    assert 'href="/me"' in came.text or "url=/me" in came.text
    assert 'name="next" value="/me"' in own_door.get("/key?next=/me").text


@pytest.mark.parametrize("role", ["staff", "operator", "analyst", "admin"])
def test_it_is_for_riders_only(own_door: httpx.Client, bearer: Bearer, role: str) -> None:
    headers = {**bearer(role), "Accept": "text/html"}
    page = own_door.get("/me", headers=headers)
    assert page.status_code == 403
    assert page.headers["content-type"].startswith("text/html")
    assert own_door.post("/me", data={"do": "delete-all"}, headers=headers).status_code == 403


def test_a_rider_agrees_withdraws_and_thinks_again(
    own_door: httpx.Client, own_settings: Settings, rider: Headers
) -> None:
    page = own_door.get("/me?lang=en", headers=rider)
    assert page.headers["content-security-policy"] == STRICT_POLICY
    assert page.headers["cache-control"] == "no-store"
    with open_workspace(own_settings) as workspace:
        text = present_text(workspace)
    for line in (*text.zh.splitlines(), *text.en.splitlines()):
        assert line.replace("'", "&#39;") in page.text
    assert "You have not agreed" in page.text
    assert 'value="withdraw"' not in page.text
    agreed = press(own_door, rider, do="agree", version=version_on(page.text))
    assert (agreed.status_code, agreed.headers["location"]) == (303, "/me?done=agreed")
    page = own_door.get("/me?done=agreed&lang=en", headers=rider)
    assert "You have agreed. Thank you." in page.text
    assert "You agreed on 2026-11-18 10:00" in page.text, "in the city's time"
    assert 'value="agree"' not in page.text
    send(own_door, rider, 1, 2)
    withdrawn = press(own_door, rider, do="withdraw")
    assert withdrawn.headers["location"] == "/me?done=withdrawn"
    assert own_door.get("/me", headers=rider).text.count("?f=gpx") == 2
    assert press(own_door, rider, do="agree", version=text.version).status_code == 303
    withdrawn = press(own_door, rider, do="withdraw", trips="delete")
    assert withdrawn.headers["location"] == "/me?done=withdrawn-all"
    page = own_door.get("/me?lang=en", headers=rider)
    assert "No trips of yours are kept." in page.text
    assert "You have not agreed" in page.text


def test_a_text_that_has_changed_is_to_be_read_anew(own_door: httpx.Client, rider: Headers) -> None:
    refused = press(own_door, rider, do="agree", version="0" * 16)
    assert refused.status_code == 422
    assert "请重新阅读" in refused.text
    assert version_on(refused.text)
    assert not own_door.get("/consent", headers=bearer_of(rider)).json()["agreed"]
    assert press(own_door, rider, do="something").status_code == 422


def test_trips_are_taken_along_and_deleted(own_door: httpx.Client, rider: Headers) -> None:
    version = own_door.get("/consent", headers=bearer_of(rider)).json()["version"]
    press(own_door, rider, do="agree", version=version)
    first, second, third = send(own_door, rider, 1, 2, 3)
    page = own_door.get("/me?lang=en", headers=rider).text
    assert "2026-11-17 11:00" in page, "in the city's time"
    assert "0.5 km, 2 min" in page
    assert page.index(third) < page.index(second) < page.index(first)
    for path in re.findall(r'href="(/traces/[^"]+)"', page):
        assert own_door.get(path, headers=rider).status_code == 200
        assert own_door.get(path).status_code == 401
    deleted = press(own_door, rider, do="delete", trip_id=second)
    assert deleted.headers["location"] == "/me?done=deleted"
    again = press(own_door, rider, do="delete", trip_id=second)
    assert again.status_code == 404
    assert "没有这次行程" in again.text
    page = own_door.get("/me", headers=rider).text
    assert [one in page for one in (first, second, third)] == [True, False, True]
    assert press(own_door, rider, do="delete-all").headers["location"] == "/me?done=deleted-all"
    assert own_door.get("/traces", headers=bearer_of(rider)).json()["trips"] == []
    assert own_door.get("/consent", headers=bearer_of(rider)).json()["agreed"]


def test_older_trips_stand_on_pages_of_their_own(own_door: httpx.Client, rider: Headers) -> None:
    version = own_door.get("/consent", headers=bearer_of(rider)).json()["version"]
    press(own_door, rider, do="agree", version=version)
    sent = set(send(own_door, rider, *range(23)))
    found, path = set[str](), "/me"
    for _ in range(3):
        page = own_door.get(path, headers=rider).text
        shown = set(re.findall(r"/traces/([^?]+)\?f=gpx", page))
        assert not shown & found
        found |= shown
        onward = re.search(r'href="(/me\?before=[^"]+)"', page)
        if onward is None:
            break
        path = onward[1]
    assert found == sent
    assert own_door.get("/me?before=never", headers=rider).status_code == 422


def test_a_form_of_another_site_does_nothing(own_door: httpx.Client, rider: Headers) -> None:
    version = own_door.get("/consent", headers=bearer_of(rider)).json()["version"]
    press(own_door, rider, do="agree", version=version)
    send(own_door, rider, 1)
    for site in ("cross-site", "same-site"):
        refused = press(own_door, {**rider, "Sec-Fetch-Site": site}, do="delete-all")
        assert refused.status_code == 403
    assert len(own_door.get("/traces", headers=bearer_of(rider)).json()["trips"]) == 1


def test_the_riders_page_leads_to_it(own_door: httpx.Client) -> None:
    assert '<a class="more" href="/me">' in own_door.get("/").text


@pytest.mark.parametrize(
    ("lang", "mark", "about", "backup"),
    [
        ("zh", " · 管理员载入</p>", "不是你上传的", "备份被清除"),
        ("en", " · loaded by the service</p>", "You have not sent", "until that backup is removed"),
    ],
)
def test_trips_that_were_loaded_are_told_from_those_that_were_sent(
    own_door: httpx.Client,
    own_settings: Settings,
    rider: Headers,
    now: datetime,
    lang: str,
    mark: str,
    about: str,
    backup: str,
) -> None:
    version = own_door.get("/consent", headers=bearer_of(rider)).json()["version"]
    press(own_door, rider, do="agree", version=version)
    send(own_door, rider, 1)
    page = own_door.get(f"/me?lang={lang}", headers=rider).text
    assert mark not in page
    assert about not in page
    assert backup in page
    with open_workspace(own_settings) as workspace:
        name = pseudonym("小王", workspace.rider_key())
        lon, lat = np.array([112.131, 112.136]), np.array([32.034, 32.034])
        t = int(now.timestamp() - 7200) * 1_000_000 + np.array([0, 100_000_000])
        fixes = Fixes(("loaded-1",), (name,), np.array([0]), np.array([0, 2]), t, lon, lat)
        workspace.lake.add(fixes)
    page = own_door.get(f"/me?lang={lang}", headers=rider).text
    assert page.count(mark) == 1
    assert about in page
