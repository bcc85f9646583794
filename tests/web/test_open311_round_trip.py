"""A second city loads what the first one serves, and serves the same again."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.flows.load_open311 import ServerOptions, load_open311
from geo_service.flows.loading import LoadOptions
from geo_service.flows.open_cases import keep_told
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store import cases, categories, issues

PAGE = "/open311/v2/requests"
WATER = Category("standing_water", "积水", "Standing water")
LIVED = ("updated_datetime", "agency_responsible", "expected_datetime")
"""Of what is open a second city tells these as it has lived there."""


def odd_issues(like: Issue, now: datetime) -> list[Issue]:
    return [
        replace(
            like,
            issue_id="odd/1.a 站",
            description="<b>&\"'积水\n第二行\t🛵",
            more={"address": "长虹路 & 12 号"},
        ),
        replace(like, issue_id="closed", closed_at=now - timedelta(days=2, microseconds=7)),
        replace(
            like,
            issue_id="reopened",
            closed_at=now - timedelta(days=9),
            reopened=((now - timedelta(days=5), now - timedelta(days=4)),),
        ),
        *(
            replace(like, issue_id=f"old-{days}", reported_at=now - timedelta(days=days))
            for days in range(100, 300, 4)
        ),
    ]


@pytest.fixture
def first(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    """Serve a city with issues that go back most of a year."""
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        categories.write(connection, [WATER])
        known = issues.find(connection, "issue-1")
        assert known is not None
        more = odd_issues(known, now)
        keep_told(connection, workspace, more, now, replace=False)
    with serve_city(own_settings, lambda: now + timedelta(hours=2)) as client:
        yield client


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(workspace=tmp_path / "second", rider_key_file=tmp_path / "k" / "rider.key")
    with start_workspace(settings, Calendar()) as workspace:
        with workspace.database.writing() as connection:
            categories.write(connection, [WATER])
        yield workspace


def told(door: httpx.Client, **asked: str) -> dict[str, dict[str, Any]]:
    found = door.get(f"{PAGE}.json", params=asked)
    assert found.status_code == 200, found.text
    return {one["service_request_id"]: one for one in found.json()}


@pytest.mark.parametrize("written", ["json", "xml"])
def test_a_saved_answer_in_either_format_makes_the_same_issues(
    first: httpx.Client,
    second: Workspace,
    serve_city: Callable[..., Any],
    now: datetime,
    tmp_path: Path,
    written: str,
) -> None:
    path = tmp_path / "answer"
    path.write_bytes(first.get(f"{PAGE}.{written}").content)
    report = load_open311(second, [str(path)], LoadOptions(), now)
    assert (report.loaded, report.refused) == (7, 0)
    with serve_city(second.settings, lambda: now) as door:
        again, before = told(door), told(first)
    assert again.keys() == before.keys()
    for issue_id, one in again.items():
        lived = LIVED if one["status"] == "open" else ()
        for name in before[issue_id].keys() - lived:
            assert one[name] == before[issue_id][name], (issue_id, name)


def test_a_server_is_asked_for_all_there_is(
    first: httpx.Client, second: Workspace, own_settings: Settings, now: datetime
) -> None:
    asked = ServerOptions(since=now - timedelta(days=365), until=now)
    address = f"{first.base_url}/open311/v2/"
    report = load_open311(second, [address], LoadOptions(), now, server=asked)
    with open_workspace(own_settings) as workspace, workspace.database.reading() as connection:
        wanted = {one.issue_id: one for one in issues.read_all(connection, approved_only=True)}
    with second.database.reading() as connection:
        found = {one.issue_id: one for one in issues.read_all(connection)}
        closed = cases.find(connection, "closed")
    assert report.loaded == len(wanted) == len(found) == 57
    for issue_id, one in found.items():
        right = wanted[issue_id]
        assert (one.lon, one.lat, one.category) == (right.lon, right.lat, right.category)
        assert one.reported_at == right.reported_at.replace(microsecond=0)
        assert one.description == right.description
        assert one.still_open == right.still_open
    assert closed is not None
    assert not closed.is_open
    again = load_open311(second, [address], LoadOptions(), now, server=asked)
    assert (again.loaded, again.replaced) == (57, 57)


def test_what_staff_s_key_brings_that_is_not_approved_stays_so(
    first: httpx.Client, second: Workspace, keys: dict[str, str], now: datetime
) -> None:
    asked = ServerOptions(api_key=keys["staff"])
    load_open311(second, [f"{first.base_url}/open311/v2"], LoadOptions(), now, server=asked)
    with second.database.reading() as connection:
        unseen, seen = (issues.find(connection, name) for name in ("issue-5", "issue-1"))
    assert unseen is not None
    assert seen is not None
    assert (unseen.approved, seen.approved) == (False, True)
