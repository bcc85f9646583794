"""A report's own page: how it stands, for whoever holds its link and for nobody else."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from secrets import token_hex
from typing import Any

import httpx
import pytest
from PIL import Image

from geo_service.domain.lifecycle import Stage
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import photos
from geo_service.web.page_policies import STRICT_POLICY

Bearer = Callable[[str], dict[str, str]]
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def reported(reporting_door: httpx.Client, hostile: str) -> str:
    """Return the path of a report that was just made."""
    file = BytesIO()
    Image.new("RGB", (64, 48), "blue").save(file, "JPEG")
    answer = reporting_door.post(
        "/report",
        data={
            "service_code": "light",
            # Those of other tests stand there too.
            "another": "yes",
            "lat": "32.0385",
            "long": "112.1375",
            "description": f"{hostile} {token_hex(4)}",
            "answer:light:depth": "ankle",
        },
        files={"media": ("a.jpg", file.getvalue(), "image/jpeg")},
    )
    assert answer.status_code == 303
    return answer.headers["location"].partition("?")[0]


def test_a_report_is_followed_by_its_link(
    reporting_door: httpx.Client, reported: str, hostile: str
) -> None:
    page = reporting_door.get(reported)
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == STRICT_POLICY
    assert page.headers["cache-control"] == "no-store"
    assert "路灯" in page.text
    assert "已采集" in page.text
    assert "示范街道" in page.text
    assert "2026-11-18 10:00" in page.text
    assert "待审核" in page.text
    assert "尚未公开" in page.text
    assert "谢谢" not in page.text
    assert hostile not in page.text
    assert "<img" not in page.text
    english = reporting_door.get(reported, headers=ENGLISH)
    assert "<strong>reported</strong>" in english.text
    assert "Not looked at yet" in english.text
    in_english = reporting_door.get(f"{reported}?lang=en&from=messenger")
    assert 'lang="en"' in in_english.text
    assert "geo_service_language=en" in in_english.headers["set-cookie"]


def test_stages_are_told_with_their_times_and_photos_once_they_are_public(
    reporting_door: httpx.Client,
    reporting_settings: Settings,
    reported: str,
    bearer: Bearer,
) -> None:
    issue_id = reported.removeprefix("/report/").rpartition(".")[0]
    moved = reporting_door.post(
        f"/issues/{issue_id}/moves",
        json={"to": Stage.FILED, "why": "查看过"},
        headers=bearer("staff"),
    )
    assert moved.status_code in {200, 201}, moved.text
    page = reporting_door.get(reported)
    assert page.text.index("已采集</strong>") < page.text.rindex("已建卷</strong>")
    assert len(re.findall("<time", page.text)) >= 2
    assert "查看过" in page.text
    with (
        open_workspace(reporting_settings) as workspace,
        workspace.database.reading() as connection,
    ):
        (photo,) = photos.of_issue(connection, issue_id)
    for path in (f"/issues/{issue_id}/approved", f"/photos/{photo.photo_id}/approved"):
        done = reporting_door.put(path, json={"approved": True}, headers=bearer("staff"))
        assert done.status_code == 200, done.text
    shown = reporting_door.get(reported)
    assert f'<img src="/photos/{photo.photo_id}" width="64" height="48"' in shown.text
    assert "待审核" not in shown.text
    assert reporting_door.get(f"/photos/{photo.photo_id}").status_code == 200


@pytest.mark.parametrize("change", ["{}0", "x{}", "{}/x", "none", "issue-1.AAAA"])
def test_a_link_that_is_none_shows_nothing(
    reporting_door: httpx.Client, reported: str, change: str
) -> None:
    token = change.format(reported.removeprefix("/report/"))
    answer = reporting_door.get(f"/report/{token}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "没有找到" in answer.text
    assert "路灯" not in answer.text


def test_a_key_that_is_no_more_keeps_nobody_from_the_page(
    reporting_door: httpx.Client, reported: str, keys: dict[str, str]
) -> None:
    name = f"geo_service_key_{reporting_door.base_url.port}"
    answer = reporting_door.get(reported, headers={"Cookie": f"{name}={keys['revoked']}"})
    assert answer.status_code == 200


def test_what_is_late_is_told(
    reporting_settings: Settings,
    serve_city: Callable[..., Any],
    now: datetime,
    reported: str,
) -> None:
    with serve_city(reporting_settings, lambda: now + timedelta(days=3)) as client:
        page = client.get(reported)
    assert "2026-11-19 10:00" in page.text
    assert "已超时" in page.text
