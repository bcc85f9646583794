"""The feeds as they are served, read by a validator of the standard's own schemas."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from gbfs_validator import validate_feed

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.opening import Calendar
from geo_service.export import gbfs
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored

NAMES = [
    "system_information",
    "vehicle_types",
    "station_information",
    "station_status",
    "gbfs_versions",
]
Serve = Callable[..., Any]


@contextmanager
def served_with(
    tmp_path: Path, serve_city: Serve, now: datetime, cabinets: list[Facility], **given: object
) -> Iterator[httpx.Client]:
    """Serve a workspace of facilities, without streets."""
    settings = Settings(workspace=tmp_path / "bare", rider_key_file=tmp_path / "rider.key", **given)
    with (
        start_workspace(settings, Calendar()) as workspace,
        workspace.database.writing() as connection,
    ):
        stored.write(connection, cabinets)
    with serve_city(settings, lambda: now) as door:
        yield door


def stations(door: httpx.Client, feed: str) -> dict[str, dict[str, Any]]:
    answer = door.get(f"/gbfs/{feed}.json")
    assert answer.status_code == 200
    return {one["station_id"]: one for one in answer.json()["data"]["stations"]}


def faults(address: str, **how: str) -> list[object]:
    """Validate as a reader of the standard does; return what it finds amiss."""
    report = validate_feed(address, **how)
    assert report["summary"]["version"]["validated"] == "3.0"
    known = {file["file"]: file for file in report["files"]}
    for name in ["gbfs", *NAMES]:
        file = known[f"{name}.json"]
        assert file["exists"], name
        assert all(one["exists"] for one in file.get("languages", [])), name
    found = [
        *(file["errors"] for file in known.values() if file.get("errors")),
        *(
            one["errors"]
            for file in known.values()
            for one in file.get("languages", [])
            if one["errors"]
        ),
    ]
    assert bool(found) is report["summary"]["hasErrors"]
    return found


def whole(door: httpx.Client, path: str = "/gbfs/gbfs.json") -> str:
    return str(door.base_url.join(path))


def made_cabinet(n: int, now: datetime) -> Facility:
    """Make the n-th of many cabinets that stand in all sorts of ways."""
    counted = State(
        now - timedelta(seconds=(n % 4) * 250),
        charged=None if n % 11 == 0 else n % 7,
        empty=None if n % 13 == 0 else n % 5,
        out_of_order=n % 17 == 0,
    )
    return Facility(
        f"osm/node {n}" if n % 2 else f"柜/{n}",
        "charging_cabinet",
        112.0 + n * 1e-4,
        32.0,
        name="" if n % 3 else f"柜 {n}",
        name_en="" if n % 5 else f'<b>Cabinet</b> "{n}"',
        opening_hours=["", "24/7", "Mo-Su 08:00-22:00", "Mo-Su 20:00-23:00"][n % 4],
        services=[frozenset(), frozenset({Service.SWAP}), frozenset({Service.CHARGE})][n % 3],
        state=None if n % 19 == 0 else counted,
    )


def expected(cabinet: Facility, now: datetime) -> tuple[int, int, bool, bool]:
    """Say slowly what a cabinet's figures are."""
    state = cabinet.state
    if state is None or now - state.observed_at > timedelta(minutes=10):
        return 0, 0, False, False
    local = (now + timedelta(hours=8)).hour
    first, last = {"08:00-22:00": (8, 22), "20:00-23:00": (20, 23)}.get(
        cabinet.opening_hours.removeprefix("Mo-Su "), (0, 24)
    )
    works = first <= local < last and not state.out_of_order
    swaps = cabinet.services != {Service.CHARGE}
    charged = state.charged if swaps and state.charged is not None else None
    return (
        charged or 0,
        state.empty or 0,
        works and charged is not None,
        works and state.empty is not None,
    )


@pytest.mark.parametrize("path", ["/gbfs", "/gbfs/gbfs.json"])
def test_a_validator_finds_nothing_amiss_in_the_city(door: httpx.Client, path: str) -> None:
    assert faults(whole(door, path)) == []


@pytest.mark.parametrize(
    ("feed", "member"),
    [("_status", "last_reported"), ("_information", "name")],
)
def test_the_validator_would_find_what_is_missing(
    tmp_path: Path,
    serve_city: Serve,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    feed: str,
    member: str,
) -> None:
    whole_one = getattr(gbfs, feed)

    def without(*given: object) -> dict[str, object]:
        return {name: one for name, one in whole_one(*given).items() if name != member}

    monkeypatch.setattr(gbfs, feed, without)
    with served_with(tmp_path, serve_city, now, [made_cabinet(1, now)]) as door:
        assert faults(whole(door))


def test_discovery_names_whole_addresses_that_answer(door: httpx.Client) -> None:
    listed = door.get("/gbfs/gbfs.json").json()["data"]["feeds"]
    assert [feed["name"] for feed in listed] == NAMES
    for feed in listed:
        assert feed["url"] == whole(door, f"/gbfs/{feed['name']}.json")
        assert door.get(feed["url"]).json()["version"] == "3.0"
    (version,) = door.get("/gbfs/gbfs_versions.json").json()["data"]["versions"]
    assert version == {"version": "3.0", "url": whole(door)}
    behind = door.get("/gbfs", headers={"Host": "swap.example.org"}).json()["data"]["feeds"]
    assert behind[0]["url"].endswith("://swap.example.org/gbfs/system_information.json")


def test_the_first_page_says_where_the_discovery_file_is(door: httpx.Client) -> None:
    (link,) = re.findall(r'<link rel="gbfs"[^>]*>', door.get("/").text)
    assert 'type="application/json"' in link
    assert door.get(link.split('href="')[1].split('"')[0]).json()["data"]["feeds"]


def test_the_citys_cabinets_and_nothing_else(door: httpx.Client, now: datetime) -> None:
    told = stations(door, "station_status")
    assert told.keys() == stations(door, "station_information").keys()
    assert told.keys() == {"cabinet-fresh", "cabinet-stale"}
    fresh, stale = told["cabinet-fresh"], told["cabinet-stale"]
    assert (fresh["num_vehicles_available"], fresh["num_docks_available"]) == (2, 3)
    assert fresh["is_renting"] is fresh["is_returning"] is True
    assert (stale["num_vehicles_available"], stale["num_docks_available"]) == (0, 0)
    assert stale["is_renting"] is stale["is_returning"] is False
    reported = datetime.fromisoformat(stale["last_reported"])
    assert reported == now - timedelta(minutes=30)


@pytest.mark.parametrize("count", [0, 1, 1000])
def test_cities_of_all_sizes_are_told_as_they_are(
    tmp_path: Path, serve_city: Serve, now: datetime, count: int
) -> None:
    cabinets = [made_cabinet(n, now) for n in range(count)]
    with served_with(tmp_path, serve_city, now, cabinets) as door:
        assert faults(whole(door)) == []
        told = stations(door, "station_status")
        named = stations(door, "station_information")
    assert len(told) == len(named) == count
    for cabinet in cabinets:
        station_id = cabinet.facility_id.replace(" ", "%20")
        one = told[station_id]
        figures = (
            one["num_vehicles_available"],
            one["num_docks_available"],
            one["is_renting"],
            one["is_returning"],
        )
        assert figures == expected(cabinet, now), station_id
        assert one["vehicle_types_available"][0]["count"] == figures[0]
        reported = datetime.fromisoformat(one["last_reported"])
        never = datetime(1970, 1, 1, tzinfo=UTC)
        assert reported == (cabinet.state.observed_at if cabinet.state else never)
        assert all(name["text"] for name in named[station_id]["name"])
        assert named[station_id].get("station_opening_hours", "") == cabinet.opening_hours


def test_what_is_set_is_told(tmp_path: Path, serve_city: Serve, now: datetime) -> None:
    given = {
        "gbfs_system_id": "xiangyang_swap",
        "gbfs_contact": "feeds@xiangyang.example",
        "gbfs_licence": "CC-BY-4.0",
        "gbfs_range_m": 61_000.0,
    }
    with served_with(tmp_path, serve_city, now, [], **given) as door:
        assert faults(whole(door)) == []
        told = door.get("/gbfs/system_information.json").json()["data"]
        (battery,) = door.get("/gbfs/vehicle_types.json").json()["data"]["vehicle_types"]
    assert told["system_id"] == "xiangyang_swap"
    assert told["feed_contact_email"] == "feeds@xiangyang.example"
    assert told["license_id"] == "CC-BY-4.0"
    assert told["timezone"] == "Asia/Shanghai"
    assert battery["max_range_meters"] == 61_000.0


def test_who_holds_a_feed_is_not_sent_it_again(door: httpx.Client) -> None:
    answer = door.get("/gbfs/station_status.json")
    held = {"If-None-Match": answer.headers["etag"]}
    assert door.get("/gbfs/station_status.json", headers=held).status_code == 304
    assert door.head("/gbfs/station_status.json").headers["etag"] == answer.headers["etag"]


def test_nothing_else_is_answered(door: httpx.Client) -> None:
    assert door.post("/gbfs/gbfs.json").status_code == 405
    assert door.put("/gbfs").status_code == 405
    missing = door.get("/gbfs/vehicle_status.json")
    assert missing.status_code == 404
    assert "vehicle_status" not in missing.text
    refused = door.get("/gbfs/gbfs.json?language=zh")
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "language"
