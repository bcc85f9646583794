"""Facilities put and retired by staff."""

from datetime import datetime
from typing import Any

import pytest

from geo_service.domain.facility import State
from geo_service.errors import NotFound, RefusedFields
from geo_service.flows.change_facility import put_facility, retire_facility
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum
from geo_service.store import city, facilities
from geo_service.store.change_journal import FACILITIES, changed_since


def feature(lon: float = 112.145, **properties: object) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [lon, 32.04]},
        "properties": {"kind": "water_point", **properties},
    }


def test_what_is_put_is_kept_and_told_back(workspace: Workspace, now: datetime) -> None:
    added = put_facility(workspace, "w", feature(name="一"), datum=Datum.WGS84, now=now)
    changed = put_facility(workspace, "w", feature(name="二"), datum=Datum.WGS84, now=now)
    assert (added.added, added.facility.name) == (True, "一")
    assert (changed.added, changed.facility.name) == (False, "二")
    with workspace.database.reading() as connection:
        assert facilities.read_all(connection) == [changed.facility]


def test_a_state_that_was_reported_is_told_back(workspace: Workspace, now: datetime) -> None:
    put_facility(workspace, "w", feature(), datum=Datum.WGS84, now=now)
    with workspace.database.writing() as connection:
        facilities.write_state(connection, "w", State(now, free=3))
    kept = put_facility(workspace, "w", feature(name="new"), datum=Datum.WGS84, now=now)
    assert kept.facility.state == State(now, free=3)


def test_streets_say_how_far_is_too_far(workspace: Workspace, now: datetime) -> None:
    for lon, near in ((112.15 + 0.79, True), (112.15 + 0.80, False), (111.34, False)):
        if near:
            assert put_facility(workspace, "w", feature(lon), datum=Datum.WGS84, now=now)
            continue
        with pytest.raises(RefusedFields, match="can't be accepted") as refused:
            put_facility(workspace, "x", feature(lon), datum=Datum.WGS84, now=now)
        assert "within 75 km" in refused.value.faults["geometry"]


def test_without_streets_any_place_on_earth_is_taken(empty: Workspace, now: datetime) -> None:
    assert put_facility(empty, "w", feature(-60.0), datum=Datum.WGS84, now=now).added
    with pytest.raises(RefusedFields) as refused:
        put_facility(empty, "w", feature(181.0), datum=Datum.WGS84, now=now)
    assert "km" not in refused.value.faults["geometry"]


def test_what_is_refused_changes_nothing(workspace: Workspace, now: datetime) -> None:
    with workspace.database.reading() as connection:
        before = city.changes(connection)
    with pytest.raises(RefusedFields):
        put_facility(workspace, "w", feature(kind="A"), datum=Datum.WGS84, now=now)
    with pytest.raises(NotFound):
        retire_facility(workspace, "w")
    with workspace.database.reading() as connection:
        assert city.changes(connection) == before


def test_each_is_told_to_those_who_keep_facilities(workspace: Workspace, now: datetime) -> None:
    put_facility(workspace, "kept", feature(), datum=Datum.WGS84, now=now)
    with workspace.database.reading() as connection:
        before = city.changes(connection)
    put_facility(workspace, "w", feature(), datum=Datum.WGS84, now=now)
    retire_facility(workspace, "w")
    put_facility(workspace, "x", feature(), datum=Datum.WGS84, now=now)
    with workspace.database.reading() as connection:
        assert changed_since(connection, FACILITIES, before) == {"w", "x"}
        found = facilities.find_many(connection, ["w", "x"])
    assert [one.facility_id for one in found] == ["x"]
