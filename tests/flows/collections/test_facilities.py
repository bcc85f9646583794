"""Facilities as features."""

import json
from dataclasses import replace
from datetime import datetime

import pytest
import shapely

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.visibility import Viewer
from geo_service.features.columns import Features
from geo_service.flows.collections.collection import PUBLIC, TRUSTED, Sight
from geo_service.flows.collections.facilities import FIELDS, facility_row, read_facilities
from geo_service.flows.wiring import Workspace
from geo_service.store import facilities


@pytest.fixture
def cabinet(now: datetime) -> Facility:
    return Facility(
        "b",
        "charging_cabinet",
        112.14,
        32.04,
        name="柜 “一”",
        name_en="One",
        operator="o",
        address="a",
        opening_hours="24/7",
        amenities=frozenset({"water", "seat"}),
        services=frozenset({Service.SWAP, Service.CHARGE}),
        state=State(now, charged=1, empty=0, free=None, out_of_order=False),
        more={"z": "1", "电话": "2"},
    )


def told(features: Features, row: int) -> dict[str, object]:
    return {one.name: features.columns[one.name].value(row) for one in features.fields}


def test_a_facility_tells_all_it_has(empty: Workspace, cabinet: Facility, now: datetime) -> None:
    plain = Facility("a", "water_point", -179.5, -32.0)
    with empty.database.writing() as connection:
        facilities.write(connection, [cabinet, plain])
    features = read_facilities(empty, Sight(Viewer.ANALYST))
    assert features.ids.tolist() == ["a", "b"]
    assert shapely.equals(features.shapes, shapely.points([-179.5, 112.14], [-32.0, 32.04])).all()
    nothing = dict.fromkeys(one.name for one in FIELDS)
    assert told(features, 0) == {**nothing, "kind": "water_point"}
    assert told(features, 1) == {
        "kind": "charging_cabinet",
        "name": "柜 “一”",
        "name_en": "One",
        "operator": "o",
        "address": "a",
        "opening_hours": "24/7",
        "amenities": ("seat", "water"),
        "services": ("charge", "swap"),
        "state_observed_at": now,
        "charged": 1,
        "empty": 0,
        "free": None,
        "out_of_order": False,
        "more": json.dumps({"z": "1", "电话": "2"}, ensure_ascii=False),
    }


def test_only_analysts_are_told_what_else_a_source_said(
    empty: Workspace, cabinet: Facility
) -> None:
    with empty.database.writing() as connection:
        facilities.write(connection, [cabinet])
    more = [
        read_facilities(empty, sight).columns["more"].value(0)
        for sight in (PUBLIC, Sight(Viewer.ANALYST), TRUSTED)
    ]
    assert more == [None, more[1], more[1]]
    assert more[1] is not None


def test_one_facility_made_anew_is_as_among_all(empty: Workspace, cabinet: Facility) -> None:
    known = [cabinet, replace(cabinet, facility_id="a", lon=1.0, state=None)]
    with empty.database.writing() as connection:
        facilities.write(connection, known)
    for sight in (PUBLIC, TRUSTED):
        features = read_facilities(empty, sight)
        for facility in known:
            facility_id, shape, values = facility_row(facility, sight)
            row = features.ids.tolist().index(facility_id)
            assert dict(zip((one.name for one in FIELDS), values, strict=True)) == told(
                features, row
            )
            assert shape == features.shapes[row]
