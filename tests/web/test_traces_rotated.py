"""A rider's own trips over HTTP when names change in between: all are the rider's alone."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from rotating import rotate

from geo_service.domain.role import Role
from geo_service.flows.give_consent import agree, present_text
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings

Headers = dict[str, str]
BEFORE, AFTER = "2026-10-31T15:59:00Z", "2026-10-31T16:00:00Z"
"""November begins in Xiangyang in between."""


def line(start: str) -> dict[str, Any]:
    begin = datetime.fromisoformat(start)
    times = [(begin + timedelta(seconds=5 * i)).isoformat() for i in range(20)]
    corners = [[round(112.131 + i * 0.00025, 6), 32.034] for i in range(20)]
    geometry = {"type": "LineString", "coordinates": corners}
    return {"type": "Feature", "geometry": geometry, "properties": {"times": times}}


@pytest.fixture
def rotated(own_settings: Settings, tmp_path: Path) -> Settings:
    """Change names with November 2026, under keys of the test's own."""
    key = shutil.copy(own_settings.rider_key_file, tmp_path / "rider.key")
    settings = replace(own_settings, rider_key_file=Path(key))
    with open_workspace(settings) as workspace:
        rotate(workspace, "2026-11")
    return settings


@pytest.fixture
def riders(rotated: Settings, now: datetime) -> dict[str, Headers]:
    made = {}
    with open_workspace(rotated) as workspace:
        version = present_text(workspace).version
        for name in ("wang", "li"):
            token = add_key(workspace, Role.RIDER, None, now, rider=name)[1]
            made[name] = {"Authorization": f"Bearer {token}"}
        with workspace.database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT rider FROM keys WHERE rider <> ''").all()
        for (rider,) in rows[-2:]:
            agree(workspace, rider, version, now)
    return made


@pytest.fixture
def own_door(
    rotated: Settings, serve_city: Callable[..., Any], now: datetime
) -> Iterator[httpx.Client]:
    with serve_city(rotated, lambda: now + timedelta(seconds=1)) as client:
        yield client


def test_trips_of_all_times_are_seen_and_removed_by_their_rider(
    rotated: Settings, own_door: httpx.Client, riders: dict[str, Headers]
) -> None:
    wang = riders["wang"]
    both = {"type": "FeatureCollection", "features": [line(BEFORE), line(AFTER)]}
    sent = own_door.post("/traces", json=both, headers=wang)
    assert sent.status_code == 200, sent.text
    assert sent.json()["added"] == 2
    assert own_door.post("/traces", json=both, headers=wang).json()["unchanged"] == 2
    page = own_door.get("/traces", headers=wang).json()
    assert [one["starts_at"] for one in page["trips"]] == [AFTER, BEFORE]
    assert page["untold"] == []
    # Whoever sees traces alone sees two riders.
    ids = {one["trip_id"] for one in page["trips"]}
    with open_workspace(rotated) as workspace:
        every = OverlayQuestion(counts_riders=False)
        names = {
            part.rider_ids[rider]
            for part in partitions_of(workspace, every)
            for trip_id, rider in zip(part.trip_ids, part.rider, strict=True)
            if trip_id in ids
        }
    assert len(names) == 2
    for trip in page["trips"]:
        address = f"/traces/{trip['trip_id']}"
        assert own_door.get(address, headers=riders["li"]).status_code == 404
        assert own_door.get(address, headers=wang).status_code == 200
    assert own_door.get("/traces", headers=riders["li"]).json()["trips"] == []
    gone = own_door.delete(f"/traces/{page['trips'][0]['trip_id']}", headers=wang)
    assert gone.status_code == 204
    removed = own_door.delete("/consent?traces=delete", headers=wang)
    assert removed.json() == {"removed": 1, "untold": []}
    assert own_door.get("/traces", headers=wang).json()["trips"] == []


def test_without_its_key_nothing_of_that_time_is_taken_or_told(
    own_door: httpx.Client, riders: dict[str, Headers], tmp_path: Path
) -> None:
    wang, key = riders["wang"], tmp_path / "rider.key.2026-11"
    trips = [
        own_door.post("/traces", json=line(start), headers=wang).json()["trips"][0]["trip_id"]
        for start in (BEFORE, AFTER)
    ]
    kept = key.read_text()
    key.write_text("ab" * 32)
    refused = own_door.post("/traces", json=line("2026-11-02T01:00:00Z"), headers=wang)
    assert refused.status_code == 503
    assert "2026-11" in refused.json()["detail"]
    assert str(tmp_path) not in refused.text
    # Older trips are taken and shown as ever.
    assert own_door.post("/traces", json=line(BEFORE), headers=wang).status_code == 200
    page = own_door.get("/traces", headers=wang).json()
    assert [one["trip_id"] for one in page["trips"]] == trips[:1]
    untold = [{"since": AFTER, "until": None}]
    assert page["untold"] == untold
    assert own_door.get(f"/traces/{trips[1]}", headers=wang).status_code == 404
    # Nor does the rider's page say that these are gone once all that can be are deleted.
    shown = own_door.get("/me", headers={**wang, "Accept-Language": "en"})
    assert "from 2026-11-01 00:00 until before …" in shown.text
    removed = own_door.delete("/consent?traces=delete", headers=wang)
    assert removed.json() == {"removed": 1, "untold": untold}
    key.write_text(kept)
    assert own_door.get(f"/traces/{trips[1]}", headers=wang).status_code == 200
