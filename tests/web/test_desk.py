import html
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from geo_service.domain.area import Body, Level
from geo_service.domain.category import Category
from geo_service.domain.lifecycle import Stage
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import areas, cases, categories, issues
from geo_service.web import desk
from geo_service.web.page_policies import STRICT_POLICY

Bearer = Callable[[str], dict[str, str]]


class Page(HTMLParser):
    """What a page is made of: its tags, addresses, and the list's rows."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.rows: list[str] = []
        """Where the list's rows lead, not the marks of its map."""
        self._in_list = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        told = dict(attrs)
        self._in_list |= tag == "ol" and told.get("class") == "work"
        if self._in_list and tag == "a":
            self.rows.append(told["href"] or "")
        self.attributes += [(name, value or "") for name, value in attrs]

    @property
    def listed(self) -> list[str]:
        """The issues that are linked to, in order."""
        return [
            path.removeprefix("/desk/").partition("?")[0]
            for path in self.rows
            if path.startswith("/desk/")
        ]


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime, hostile: str
) -> Iterator[httpx.Client]:
    """Serve five issues: 1 overdue by 3 hours, 2 due in 50 hours, 3 closed, 4 and 5 without."""
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        areas.write(
            connection, [], [Body("body", hostile, Level.COMMUNITY, name_en="The community")]
        )
        categories.write(connection, [Category("standing_water", "积水", "Standing water")])
        known = {case.issue.issue_id: case for case in cases.read_open(connection)}
        changed = {
            "issue-1": {"due_at": now - timedelta(hours=3), "escalations": 2, "body_id": "body"},
            "issue-2": {"due_at": now + timedelta(hours=50), "stage": Stage.HANDLING},
        }
        for issue_id, change in changed.items():
            cases.change(connection, replace(known[issue_id], **change))  # type: ignore[arg-type]
        done = replace(known["issue-3"], stage=Stage.CLOSED)
        cases.change(connection, done)
        hostile_one = replace(known["issue-4"].issue, description=hostile)
        issues.write(connection, [hostile_one])
    with serve_city(own_settings, lambda: now) as client:
        yield client


def listed(door: httpx.Client, headers: dict[str, str], **asked: str) -> list[str]:
    page = door.get("/desk", params=asked, headers=headers)
    assert page.status_code == 200, page.text
    return Page(page.text).listed


def test_who_comes_in(door: httpx.Client, bearer: Bearer, keys: dict[str, str]) -> None:
    for path in ("/desk", "/desk/issue-1"):
        nobody = door.get(path)
        assert (nobody.status_code, nobody.headers["location"]) == (303, "/key?next=/desk")
        for role in ("rider", "operator", "analyst"):
            refused = door.get(path, headers={**bearer(role), "Accept": "text/html"})
            assert refused.status_code == 403
            assert 'href="/key?next=/desk"' in refused.text
            assert "积水" not in refused.text
        for role in ("staff", "admin"):
            page = door.get(path, headers=bearer(role))
            assert page.status_code == 200
            assert page.headers["cache-control"] == "no-store"
            assert page.headers["content-security-policy"] == STRICT_POLICY
        assert door.get(path, headers=bearer("expired")).status_code == 401
        name = f"geo_service_key_{door.base_url.port}"
        led = door.get(path, headers={"Cookie": f"{name}={keys['expired']}"})
        assert (led.status_code, led.headers["location"]) == (303, "/key?next=/desk")
        assert f'{name}=""' in led.headers["set-cookie"]


def test_a_key_in_the_address_is_put_into_a_cookie(
    door: httpx.Client, keys: dict[str, str]
) -> None:
    for path in ("/desk", "/desk/issue-1"):
        moved = door.get(path, params={"key": keys["staff"]})
        assert (moved.status_code, moved.headers["location"]) == (303, path)
        assert door.get(path).status_code == 200
        door.cookies.clear()
        # A strict cookie is not shown on the way in from another site.
        again = door.get(path, headers={"Sec-Fetch-Site": "cross-site"})
        assert f"url={path}" in again.text


def test_the_most_urgent_comes_first_in_words(
    own_door: httpx.Client, bearer: Bearer, hostile: str
) -> None:
    assert listed(own_door, bearer("staff")) == ["issue-1", "issue-2", "issue-4", "issue-5"]
    page = own_door.get("/desk", headers=bearer("staff"))
    for said in ("超期 3 小时", "还剩 2 天", "无时限", "已上升 2 次", "处置中", "未公开"):
        assert said in page.text, said
    assert hostile not in page.text
    assert hostile in html.unescape(page.text)
    read = Page(page.text)
    assert "b" not in read.tags
    for name, value in read.attributes:
        assert name != "style"
        assert not name.startswith("on")
        if name in {"src", "href", "action"}:
            assert value.startswith(("/", "#")), value
    english = own_door.get("/desk", headers={**bearer("staff"), "Accept-Language": "en"})
    for said in ("Overdue by 3 h", "Due in 2 d", "Standing water", "The community"):
        assert said in english.text, said


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"stage": "handling"}, ["issue-2"]),
        ({"stage": "closed"}, ["issue-3"]),
        ({"overdue": "true"}, ["issue-1"]),
        ({"approved": "false"}, ["issue-5"]),
        ({"approved": "true", "overdue": "true"}, ["issue-1"]),
        ({"body_id": "body"}, ["issue-1"]),
        ({"category": "standing_water", "body_id": "", "stage": ""}, None),
        ({"category": "dragons"}, []),
        ({"from": "a-messenger"}, None),
    ],
)
def test_filters(
    own_door: httpx.Client, bearer: Bearer, asked: dict[str, str], found: list[str] | None
) -> None:
    every = ["issue-1", "issue-2", "issue-4", "issue-5"]
    assert listed(own_door, bearer("staff"), **asked) == (every if found is None else found)
    if found == []:
        assert (
            "没有符合条件的事项"
            in own_door.get("/desk", params=asked, headers=bearer("staff")).text
        )


def test_counts_stand_on_top_and_lead_to_what_they_count(
    own_door: httpx.Client, bearer: Bearer
) -> None:
    page = own_door.get("/desk", headers=bearer("staff")).text
    for path, number in (
        ("/desk", 4),
        ("/desk?overdue=true", 1),
        ("/desk?stage=handling", 1),
        ("/desk?stage=closed", 1),
    ):
        link = page.partition(f'<a href="{path}"')[2]
        assert link.partition("<strong>")[2].startswith(f"{number}<"), path
        assert len(Page(own_door.get(path, headers=bearer("staff")).text).listed) == number


def test_pages_follow_each_other_and_keep_the_filter(
    own_door: httpx.Client, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "ON_A_PAGE", 2)
    seen: list[str] = []
    path = "/desk?category=standing_water"
    for _ in range(4):
        page = Page(own_door.get(path, headers=bearer("staff")).text)
        seen += page.listed
        ahead = [value for name, value in page.attributes if name == "href" and "after=" in value]
        if not ahead:
            break
        (path,) = ahead
        assert path.startswith("/desk?category=standing_water&")
    assert seen == ["issue-1", "issue-2", "issue-4", "issue-5"]


def test_a_wrong_choice_is_told_of(own_door: httpx.Client, bearer: Bearer) -> None:
    for asked in ({"stage": "odd"}, {"after": "x"}, {"overdue": "maybe"}):
        answer = own_door.get("/desk", params=asked, headers=bearer("staff"))
        assert answer.status_code == 422


def test_the_lists_map_leads_to_its_cases_by_their_numbers(
    own_door: httpx.Client, bearer: Bearer
) -> None:
    page = own_door.get("/desk?category=standing_water", headers=bearer("staff"))
    rows = Page(page.text).listed
    marks = re.findall(r'<a href="([^"]+)" aria-label="(\d+) ([^"]*)">', page.text)
    assert len(marks) == len(rows) > 1
    for path, number, name in marks:
        address = unescape(path)
        assert address.startswith(f"/desk/{rows[int(number) - 1]}")
        assert address.endswith("?back=category%3Dstanding_water")
        assert unescape(name) == "积水"
    nothing = own_door.get("/desk?category=none", headers=bearer("staff"))
    assert "overview-map" not in nothing.text
