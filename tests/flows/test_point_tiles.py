from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.issue import Issue
from geo_service.domain.opening import Calendar
from geo_service.domain.visibility import Viewer
from geo_service.flows.open_cases import keep_told
from geo_service.flows.point_tiles import FacilityTiles, IssueTiles
from geo_service.flows.wiring import Workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.coded import NOTHING
from geo_service.maps.tiles.cut import Cutter
from geo_service.store import city
from geo_service.store import facilities as stored_facilities
from geo_service.store import issues as stored_issues


def told(layer: Cutter) -> dict[str, dict[str, Any]]:
    """Return what a layer tells of each of its features, by id."""
    cut = layer.cut(Tile(0, 0, 0))
    rows = [
        {
            field.name: field.values[field.code[row]]
            for field in cut.fields
            if field.code[row] != NOTHING
        }
        for row in range(len(cut))
    ]
    return {row["id"]: row for row in rows}


@pytest.fixture
def cabinet() -> Facility:
    return Facility(
        "c/1",
        "charging_cabinet",
        112.14,
        32.04,
        name="柜",
        amenities=frozenset({"b", "a"}),
        services=frozenset({Service.SWAP}),
    )


def write(workspace: Workspace, *records: Facility | Issue) -> None:
    with workspace.database.writing() as connection:
        for record in records:
            if isinstance(record, Facility):
                stored_facilities.write(connection, [record])
            else:
                stored_issues.write(connection, [record])


def test_facilities_are_told_as_they_are(empty: Workspace, cabinet: Facility) -> None:
    write(empty, cabinet)
    assert told(FacilityTiles(empty, Viewer.PUBLIC).layer) == {
        "c/1": {
            "id": "c/1",
            "kind": "charging_cabinet",
            "name": "柜",
            "amenities": "a;b",
            "services": "swap",
            "count": 1,
        }
    }


def test_facilities_hold_whatever_they_report(
    empty: Workspace, cabinet: Facility, now: datetime
) -> None:
    write(empty, cabinet)
    tiles = FacilityTiles(empty, Viewer.PUBLIC)
    assert tiles.holds()
    for minute in range(3):
        with empty.database.writing() as connection:
            state = State(now + timedelta(minutes=minute), charged=minute)
            assert stored_facilities.write_state(connection, cabinet.facility_id, state)
        assert tiles.holds()
    write(empty, Issue("i", "water", 112.14, 32.04, now))
    assert tiles.holds()


@pytest.mark.parametrize("change", [{"name": "新"}, {"lon": 112.15}, {"kind": "water_point"}])
def test_facilities_that_are_others_do_not_hold(
    empty: Workspace, cabinet: Facility, change: dict[str, Any]
) -> None:
    write(empty, cabinet)
    tiles = FacilityTiles(empty, Viewer.PUBLIC)
    write(empty, replace(cabinet, **change))
    assert not tiles.holds()


def test_facilities_that_came_or_went_do_not_hold(empty: Workspace, cabinet: Facility) -> None:
    tiles = FacilityTiles(empty, Viewer.PUBLIC)
    write(empty, cabinet)
    assert not tiles.holds()
    tiles = FacilityTiles(empty, Viewer.PUBLIC)
    with empty.database.writing() as connection:
        stored_facilities.remove(connection, cabinet.facility_id)
    assert not tiles.holds()
    tiles = FacilityTiles(empty, Viewer.PUBLIC)
    with empty.database.writing() as connection:
        stored_facilities.write(connection, [cabinet], replace=True)
    assert not tiles.holds()


def test_the_public_sees_approved_issues_only(empty: Workspace, now: datetime) -> None:
    shown = Issue("shown", "water", 112.14, 32.04, now, description="secret")
    ended = replace(shown, issue_id="ended", closed_at=now + timedelta(hours=1))
    hidden = replace(shown, issue_id="hidden", approved=False)
    write(empty, shown, ended, hidden)
    public = told(IssueTiles(empty, Viewer.PUBLIC).layer)
    assert public.keys() == {"shown", "ended"}
    assert public["shown"]["open"] is True
    assert public["shown"]["reported_at"] == "2026-11-18T04:00:00Z"
    assert (public["ended"]["open"], public["ended"]["closed_at"]) == (
        False,
        "2026-11-18T05:00:00Z",
    )
    assert not {"approved", "body", "due_at", "description"} & public["shown"].keys()
    everything = told(IssueTiles(empty, Viewer.ANALYST).layer)
    assert everything.keys() == {"shown", "ended", "hidden"}
    assert everything["hidden"]["approved"] is False


def test_stage_and_unit_come_of_the_case(workspace: Workspace, now: datetime) -> None:
    issue = Issue("i", "water", 112.141, 32.0401, now)
    with workspace.database.writing() as connection:
        keep_told(connection, workspace, [issue], now, replace=False)
    row = told(IssueTiles(workspace, Viewer.PUBLIC).layer)["i"]
    assert row["stage"]
    assert row["unit"]


def test_issues_hold_until_something_but_facilities_changes(
    empty: Workspace, cabinet: Facility, now: datetime
) -> None:
    issue = Issue("i", "water", 112.14, 32.04, now)
    write(empty, issue)
    tiles = IssueTiles(empty, Viewer.PUBLIC)
    assert tiles.holds()
    write(empty, cabinet)
    assert tiles.holds()
    write(empty, cabinet, cabinet)
    assert tiles.holds()
    write(empty, replace(issue, approved=False))
    assert not tiles.holds()
    tiles = IssueTiles(empty, Viewer.PUBLIC)
    write(empty, cabinet)
    with empty.database.writing() as connection:
        city.write_calendar(connection, Calendar())
    assert not tiles.holds()
