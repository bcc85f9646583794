from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import pytest

from geo_service.flows.manage_teams import add_team, join_team
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

Bearer = Callable[[str], dict[str, str]]
FIGURES = "/teams/figures"


def test_staff_and_analysts_see_what_teams_did(
    own_settings: Settings, serve_city: Callable, bearer: Bearer, now: datetime, hostile: str
) -> None:
    with open_workspace(own_settings) as workspace:
        add_team(workspace, "east", hostile, "East")
        join_team(workspace, "east", "小王", now)
    figures = {"members": 1, "reports": 0, "checks": 0, "closures": 0}
    team = {"team_id": "east", "name": hostile, "name_en": "East", **figures}
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        for role in ("staff", "analyst", "admin"):
            answer = client.get(FIGURES, headers=bearer(role))
            assert answer.json() == {"month": "2026-11", "teams": [team]}
        before = client.get(f"{FIGURES}?month=2026-10", headers=bearer("staff"))
        assert before.json() == {"month": "2026-10", "teams": [{**team, "members": 0}]}


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "1969-12", "9999-01", "now", "\uff12026-10"]
)
def test_a_month_that_is_none_is_refused_and_not_repeated(
    door: httpx.Client, bearer: Bearer, month: str
) -> None:
    answer = door.get(FIGURES, params={"month": month}, headers=bearer("staff"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "month", "detail": "It must be a month, as 2026-10."}
    ]


def test_nobody_else_sees_it(door: httpx.Client, bearer: Bearer) -> None:
    for role, status in (("rider", 403), ("operator", 403), ("revoked", 401)):
        assert door.get(FIGURES, headers=bearer(role)).status_code == status
    assert door.get(FIGURES).status_code == 401
