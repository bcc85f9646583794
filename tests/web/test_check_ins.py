from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from geo_service.domain.role import Role
from geo_service.flows.check_in import station_code
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

Bearer = Callable[[str], dict[str, str]]
PLACES = ("station", "station-night", "window")


@pytest.fixture
def codes(own_settings: Settings) -> dict[str, str]:
    with open_workspace(own_settings) as workspace:
        return {place: station_code(workspace, place) for place in (*PLACES, "none")}


@pytest.fixture
def rider(own_settings: Settings, now: datetime) -> dict[str, str]:
    with open_workspace(own_settings) as workspace:
        token = add_key(workspace, Role.RIDER, None, now, rider="小王")[1]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def moments(now: datetime) -> list[datetime]:
    """Hold the present, which a test may move."""
    return [now + timedelta(seconds=1)]


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], moments: list[datetime]
) -> Iterator[httpx.Client]:
    with serve_city(own_settings, lambda: moments[-1]) as client:
        yield client


def test_a_rider_checks_in_and_sees_where_he_was(
    own_door: httpx.Client,
    rider: dict[str, str],
    codes: dict[str, str],
    moments: list[datetime],
    hostile: str,
) -> None:
    def scan(place: str) -> dict[str, object]:
        body = {"facility_id": place, "code": codes[place]}
        answer = own_door.post("/checkins", json=body, headers=rider)
        assert answer.status_code == 200, answer.text
        told: dict[str, object] = answer.json()
        return told

    assert scan("station") == {"counted": True, "points": 1, "balance": 1}
    assert scan("station") == {"counted": False, "points": 0, "balance": 1}
    assert scan("window") == {"counted": True, "points": 1, "balance": 2}
    moments.append(moments[-1] + timedelta(days=1))
    assert scan("station") == {"counted": True, "points": 1, "balance": 3}
    page = own_door.get("/checkins", headers=rider).json()
    assert [(one["day"], one["facility_id"]) for one in page["visits"]] == [
        ("2026-11-19", "station"),
        ("2026-11-18", "station"),
        ("2026-11-18", "window"),
    ]
    assert page["visits"][1] == {
        "facility_id": "station",
        "name": hostile,
        "name_en": "Station",
        "day": "2026-11-18",
        "checked_in_at": "2026-11-18T02:00:01Z",
    }
    assert page["next"] is None
    first = own_door.get("/checkins?limit=1", headers=rider).json()
    assert [one["day"] for one in first["visits"]] == ["2026-11-19"]
    assert first["next"] == "/checkins?before=2026-11-19&limit=1"
    second = own_door.get(first["next"], headers=rider).json()
    # A day is not torn apart.
    assert [one["facility_id"] for one in second["visits"]] == ["station", "window"]
    assert second["next"] is None
    points = own_door.get("/credits", headers=rider).json()
    assert [one["subject"] for one in points["entries"]] == ["station", "window", "station"]


def test_another_rider_sees_nothing_of_it(
    own_settings: Settings,
    own_door: httpx.Client,
    rider: dict[str, str],
    codes: dict[str, str],
    bearer: Bearer,
) -> None:
    body = {"facility_id": "station", "code": codes["station"]}
    own_door.post("/checkins", json=body, headers=rider)
    assert len(own_door.get("/checkins", headers=rider).json()["visits"]) == 1
    with open_workspace(own_settings) as workspace:
        token = add_key(workspace, Role.RIDER, None, datetime.fromisoformat("2026-11-18T02:00Z"))[1]
    other = own_door.get("/checkins", headers={"Authorization": f"Bearer {token}"})
    assert other.json() == {"visits": [], "next": None}
    for role in ("admin", "staff", "analyst", "operator"):
        assert own_door.get("/checkins", headers=bearer(role)).status_code == 403
        assert own_door.post("/checkins", json=body, headers=bearer(role)).status_code == 403
    assert own_door.get("/checkins").status_code == 401
    assert own_door.post("/checkins", content=b"{").status_code == 401


def test_what_is_wrong_is_said(
    own_door: httpx.Client, rider: dict[str, str], codes: dict[str, str]
) -> None:
    right = {"facility_id": "station", "code": codes["station"]}
    for change, status, said in (
        ({"code": codes["window"]}, 403, "Scan the code at the station"),
        ({"code": ""}, 403, "Scan the code at the station"),
        ({"facility_id": "none", "code": codes["none"]}, 404, "no facility"),
        ({"code": None}, 422, "code"),
        ({"facility_id": ""}, 422, "facility_id"),
        ({"day": 7}, 422, "no such member"),
    ):
        answer = own_door.post("/checkins", json={**right, **change}, headers=rider)
        assert (answer.status_code, said in answer.text) == (status, True), answer.text
    missing = own_door.post("/checkins", json={"facility_id": "station"}, headers=rider)
    assert missing.json()["errors"] == [{"field": "code", "detail": "It is required."}]
    for wrong in ("before=yesterday", "limit=0", "rider=x"):
        assert own_door.get(f"/checkins?{wrong}", headers=rider).status_code == 422
    assert own_door.get("/checkins", headers=rider).json()["visits"] == []
