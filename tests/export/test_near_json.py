"""Answers say of each facility what the contract names, rounded and in WGS-84."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.near_facility import NearFacility
from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable
from geo_service.export.near_json import NearWriter

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


def written(*found: NearFacility, riding: bool = True, **more: object) -> dict[str, Any]:
    def refuse(name: str) -> None:
        pytest.fail(f"{name} is no JSON")

    text = NearWriter(riding=riding).write(found, **{"by": "time", **more})  # type: ignore[arg-type] - tests name the fields
    answer: dict[str, Any] = json.loads(text, parse_constant=refuse)
    return answer


def test_near_facility_has_the_properties_of_the_contract() -> None:
    (feature,) = written(NEAR)["features"]
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


def test_closed_place_does_not_close() -> None:
    closed = NEAR._replace(opening=Opening(open=False, changes_at=NOW))
    properties = written(closed)["features"][0]["properties"]
    assert (properties["open_now"], properties["closes_at"]) == (False, None)
    always = NEAR._replace(opening=Opening(open=True, changes_at=None))
    assert written(always)["features"][0]["properties"]["closes_at"] is None


def test_answer_says_how_it_was_compared() -> None:
    answer = written(NEAR, NEAR, notes=("Only two.",), riding=False)
    assert (answer["type"], answer["by"], answer["notes"]) == (
        "FeatureCollection",
        "time",
        ["Only two."],
    )
    assert len(answer["features"]) == 2
    assert "mode=walk" in answer["features"][0]["properties"]["navigate"]


def test_empty_answer_is_a_collection_too() -> None:
    assert written() == {"type": "FeatureCollection", "by": "time", "notes": [], "features": []}


@pytest.mark.parametrize(
    "text", ['"}]', "</script>", "\\", "换\n行", "\u2028", "%s {0}", "\x00\x1f"]
)
def test_whatever_a_facility_is_called_comes_back_as_it_is(text: str) -> None:
    named = NEAR._replace(
        facility=replace(CABINET, facility_id=text, name=text, name_en=text, kind="k")
    )
    (feature,) = written(named, notes=(text,))["features"]
    assert feature["id"] == feature["properties"]["id"] == text
    assert feature["properties"]["name"] == feature["properties"]["name_en"] == text


def test_ways_stand_with_their_own_facility() -> None:
    ways: list[dict[str, Any]] = [{"way": {"type": "LineString", "coordinates": []}}, {}]
    first, second = written(NEAR, NEAR._replace(rank=2), ways=ways)["features"]
    assert first["properties"]["way"] == ways[0]["way"]
    assert first["properties"]["rank"] == 1
    assert "way" not in second["properties"]


def test_facility_that_changed_is_written_anew() -> None:
    writer = NearWriter(riding=True)
    writer.write([NEAR], by="time")
    renamed = NEAR._replace(facility=replace(CABINET, name="新柜"))
    assert json.loads(writer.write([renamed], by="time"))["features"][0]["properties"]["name"] == (
        "新柜"
    )
