"""Features say of a facility what the contract names, rounded and in WGS-84."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.near import NearFacility
from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable
from geo_service.export.features import answer_collection, facility_feature, iso, near_feature

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
CABINET = Facility(
    "c1",
    "charging_cabinet",
    112.14,
    32.04,
    name="充电柜",
    opening_hours="24/7",
    amenities=frozenset({"water", "fridge"}),
    services=frozenset({Service.SWAP, Service.CHARGE}),
    state=State(NOW, charged=3, empty=None),
)
NEAR = NearFacility(
    facility=CABINET,
    rank=1,
    distance_m=123.456,
    duration_s=44.44,
    straight_m=100.06,
    snapped_m=None,
    opening=Opening(open=True, changes_at=NOW.astimezone(timezone(timedelta(hours=8)))),
    usable=Usable.UNKNOWN,
    state_age_s=12.34,
)


def test_near_facility_has_the_properties_of_the_contract() -> None:
    feature = near_feature(NEAR, riding=True)
    assert feature["type"] == "Feature"
    assert feature["id"] == "c1"
    assert feature["geometry"] == {"type": "Point", "coordinates": [112.14, 32.04]}
    properties = feature["properties"]
    assert properties.pop("navigate").startswith("https://uri.amap.com/")
    assert properties == {
        "id": "c1",
        "kind": "charging_cabinet",
        "name": "充电柜",
        "name_en": "",
        "rank": 1,
        "distance_m": 123.5,
        "duration_s": 44.4,
        "straight_m": 100.1,
        "snapped_m": None,
        "open_now": True,
        "closes_at": "2026-11-18T04:00:00Z",
        "usable": "unknown",
        "state_age_s": 12.3,
        "amenities": ["fridge", "water"],
    }
    assert json.loads(json.dumps(feature, allow_nan=False))["properties"] == properties


def test_closed_place_does_not_close() -> None:
    closed = replace(NEAR, opening=Opening(open=False, changes_at=NOW))
    properties = near_feature(closed, riding=True)["properties"]
    assert (properties["open_now"], properties["closes_at"]) == (False, None)
    always = replace(NEAR, opening=Opening(open=True, changes_at=None))
    assert near_feature(always, riding=True)["properties"]["closes_at"] is None


def test_facility_shows_its_state_and_nothing_the_source_said_besides() -> None:
    feature = facility_feature(replace(CABINET, more={"phone": "1"}))
    assert feature["properties"]["state"] == {
        "observed_at": "2026-11-18T04:00:00Z",
        "charged": 3,
        "empty": None,
        "free": None,
        "out_of_order": False,
    }
    assert feature["properties"]["services"] == ["charge", "swap"]
    assert "1" not in feature["properties"].values()
    assert facility_feature(replace(CABINET, state=None))["properties"]["state"] is None


def test_answer_says_how_it_was_compared() -> None:
    answer = answer_collection([NEAR, NEAR], by="time", notes=("Only two.",), riding=False)
    assert (answer["type"], answer["by"], answer["notes"]) == (
        "FeatureCollection",
        "time",
        ["Only two."],
    )
    assert len(answer["features"]) == 2
    assert "mode=walk" in answer["features"][0]["properties"]["navigate"]


@pytest.mark.parametrize("hours", [0, 8, -3])
def test_moments_go_out_in_utc(hours: int) -> None:
    assert iso(NOW.astimezone(timezone(timedelta(hours=hours)))) == "2026-11-18T04:00:00Z"
