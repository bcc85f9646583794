import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_service.domain.role import Role
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

TRIP = {
    "type": "Feature",
    "geometry": {"type": "LineString", "coordinates": [[112.131, 32.034], [112.132, 32.034]]},
    "properties": {"times": ["2026-11-17T01:00:00Z", "2026-11-17T01:00:20Z"]},
}


@pytest.fixture
def rider(own_settings: Settings, now: datetime) -> dict[str, str]:
    with open_workspace(own_settings) as workspace:
        token = add_key(workspace, Role.RIDER, None, now, rider="小王")[1]
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def own_door(
    own_settings: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    with serve_city(own_settings, lambda: now + timedelta(seconds=1)) as client:
        yield client


def test_a_rider_reads_agrees_and_withdraws(own_door: httpx.Client, rider: dict[str, str]) -> None:
    first = own_door.get("/consent", headers=rider).json()
    assert "轨迹" in first["text"]
    assert "pseudonym" in first["text_en"]
    assert (first["agreed"], first["agreed_at"], first["withdrawn_at"]) == (False, None, None)
    body = {"version": first["version"]}
    given = own_door.put("/consent", json=body, headers=rider).json()
    assert (given["agreed"], given["agreed_at"]) == (True, "2026-11-18T02:00:01Z")
    assert own_door.put("/consent", json=body, headers=rider).json() == given
    assert own_door.get("/consent", headers=rider).json() == given
    for start in ("01", "02"):
        sent = str(TRIP).replace("'", '"').replace("17T01", f"17T{start}")
        headers = {**rider, "Content-Type": "application/json"}
        assert own_door.post("/traces", content=sent, headers=headers).json()["added"] == 1
    assert own_door.delete("/consent", headers=rider).json()["removed"] == 0
    assert len(own_door.get("/traces", headers=rider).json()["trips"]) == 2
    after = own_door.get("/consent", headers=rider).json()
    assert (after["agreed"], after["withdrawn_at"]) == (False, "2026-11-18T02:00:01Z")
    assert own_door.post("/traces", json=TRIP, headers=rider).status_code == 403
    assert own_door.delete("/consent?traces=delete", headers=rider).json() == {
        "removed": 2,
        "untold": [],
    }
    assert own_door.get("/traces", headers=rider).json()["trips"] == []
    # One may change one's mind.
    assert own_door.put("/consent", json=body, headers=rider).json()["agreed"]


def test_what_was_put_in_the_place_of_the_workspace_is_asked_and_written(
    own_settings: Settings, own_door: httpx.Client, rider: dict[str, str], tmp_path: Path
) -> None:
    before = Path(shutil.copytree(own_settings.workspace, tmp_path / "before"))
    told = own_door.get("/consent", headers=rider).json()
    body = {"version": told["version"]}
    assert own_door.put("/consent", json=body, headers=rider).json()["agreed"]
    own_settings.workspace.rename(tmp_path / "damaged")
    assert own_door.get("/consent", headers=rider).status_code == 503
    before.rename(own_settings.workspace)
    assert not own_door.get("/consent", headers=rider).json()["agreed"]
    assert own_door.put("/consent", json=body, headers=rider).json()["agreed"]
    with open_workspace(own_settings) as workspace, workspace.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM consents").scalar() == 1


def test_only_the_present_text_can_be_agreed_to(
    own_door: httpx.Client, rider: dict[str, str]
) -> None:
    for body, said in (
        ({"version": "0123456789abcdef"}, "present text"),
        ({}, "required"),
        ({"version": 1}, "text"),
        ({"version": "x", "more": 1}, "no such member"),
    ):
        refused = own_door.put("/consent", json=body, headers=rider)
        assert (refused.status_code, said in refused.text) == (422, True), refused.text
    assert own_door.delete("/consent?traces=some", headers=rider).status_code == 422
    # Withdrawing what was never given is no fault.
    assert own_door.delete("/consent", headers=rider).json()["removed"] == 0
    assert own_door.get("/consent", headers=rider).json()["withdrawn_at"] is None


def test_a_changed_text_must_be_agreed_to_anew(
    own_settings: Settings,
    serve_city: Callable[..., Any],
    rider: dict[str, str],
    now: datetime,
    tmp_path: Path,
) -> None:
    settings = replace(own_settings, trace_days=30)
    with serve_city(settings, lambda: now) as door:
        told = door.get("/consent", headers=rider).json()
        assert "30 天" in told["text"]
        assert "for 30 days" in told["text_en"]
        door.put("/consent", json={"version": told["version"]}, headers=rider)
        assert door.post("/traces", json=TRIP, headers=rider).status_code == 200
    own = tmp_path / "consent.txt"
    own.write_text("我们的\n---\nOurs: {retention}", encoding="utf-8")
    with serve_city(replace(settings, consent_file=str(own)), lambda: now) as door:
        changed = door.get("/consent", headers=rider).json()
        assert changed["text_en"] == "Ours: for 30 days after the trip ends"
        assert changed["version"] != told["version"]
        assert changed["agreed"] is False
        assert changed["agreed_version"] == told["version"]
        assert door.post("/traces", json=TRIP, headers=rider).status_code == 403
        own.write_text("no parts", encoding="utf-8")
        assert door.get("/consent", headers=rider).status_code == 503
        assert door.post("/traces", json=TRIP, headers=rider).status_code == 503
