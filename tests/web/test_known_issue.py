"""An issue's page for everybody, where a rider says without a script that it is seen too."""

from datetime import datetime

import httpx
import pytest

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import supporters
from geo_service.web.page_policies import STRICT_POLICY

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def rider(reporting_settings: Settings, now: datetime) -> str:
    with open_workspace(reporting_settings) as workspace:
        return add_key(workspace, Role.RIDER, None, now, rider="小李")[1]


def count(settings: Settings, issue_id: str) -> int:
    with open_workspace(settings) as workspace, workspace.database.reading() as connection:
        return supporters.count(connection, issue_id)


def test_everybody_sees_what_is_approved(reporting_door: httpx.Client) -> None:
    answer = reporting_door.get("/known/issue-3")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == STRICT_POLICY
    for words in ("已有人报告", "道路积水", "积水", "2026-09-20 08:00", "不用再报告"):
        assert words in answer.text
    assert 'method="post"' not in answer.text
    assert "Standing water" in reporting_door.get("/known/issue-3", headers=ENGLISH).text


@pytest.mark.parametrize("issue_id", ["issue-5", "none"])
def test_what_is_not_approved_is_as_if_it_were_not(
    reporting_door: httpx.Client, bearer: object, issue_id: str
) -> None:
    for headers in ({}, bearer("staff")):  # type: ignore[operator]
        answer = reporting_door.get(f"/known/{issue_id}", headers=headers)
        assert answer.status_code == 404
        assert issue_id not in answer.text
    page = reporting_door.get(f"/known/{issue_id}", headers={"Accept": "text/html"})
    assert "没有找到" in page.text


def test_a_rider_sees_it_too_and_counts_once(
    reporting_door: httpx.Client, reporting_settings: Settings, rider: str
) -> None:
    refused = reporting_door.post("/known/issue-4")
    assert refused.status_code == 403
    assert 'role="alert"' in refused.text
    reporting_door.post("/report/key", data={"key": rider})
    assert "就是这个，我也看到了" in reporting_door.get("/known/issue-4").text
    for _ in range(2):
        answer = reporting_door.post("/known/issue-4")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/known/issue-4?done=supported"
    assert "谢谢，已记下" in reporting_door.get(answer.headers["location"]).text
    assert count(reporting_settings, "issue-4") == 1
    assert reporting_door.post("/known/issue-5").status_code == 404
    foreign = {"Sec-Fetch-Site": "cross-site"}
    assert reporting_door.post("/known/issue-4", headers=foreign).status_code == 403
