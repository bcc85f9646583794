from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from geo_service.domain.facility import SLUG, Kind
from geo_service.domain.opening import Calendar, check_opening_hours, opening_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY, WEDNESDAY, THURSDAY = 2, 4, 5
"""Days of November 2026."""


@pytest.fixture(scope="module")
def places(read_demo: Callable[[str], dict[str, Any]]) -> dict[str, dict[str, Any]]:
    features = read_demo("facilities")["features"]
    return {feature["properties"]["id"]: feature["properties"] for feature in features}


def is_open(place: dict[str, Any], day: int, hour: int, month: int = 11) -> bool:
    moment = datetime(2026, month, day, hour, 30, tzinfo=SHANGHAI)
    return opening_at(place["opening_hours"], moment, Calendar()).open


def test_the_service_network_has_all_its_places(places: dict[str, dict[str, Any]]) -> None:
    assert Counter(place["kind"] for place in places.values()) == {
        Kind.REST_STATION: 8,
        Kind.PARKING_POINT: 3,
        Kind.CHARGING_CABINET: 1,
        Kind.WATER_POINT: 1,
        Kind.LIAISON_STATION: 7,
        Kind.SERVICE_WINDOW: 2,
    }
    rest = [place for place in places.values() if place["kind"] == Kind.REST_STATION]
    operators = Counter(place["operator"] for place in rest)
    assert operators == {"党群服务中心": 2, "暖蜂驿站": 5, "总工会": 1}


def test_ids_and_names_are_each_one_places_own(places: dict[str, dict[str, Any]]) -> None:
    assert len(places) == 22
    assert len({place["name"] for place in places.values()}) == 22
    assert len({place["name_en"] for place in places.values()}) == 22
    for place in places.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in place["name"])
        assert place["name_en"].isascii()


def test_the_cabinet_charges_and_swaps(places: dict[str, dict[str, Any]]) -> None:
    cabinet = next(place for place in places.values() if place["kind"] == Kind.CHARGING_CABINET)
    assert cabinet["services"] == "charge;swap"
    assert cabinet["charged"] >= 1
    assert cabinet["empty"] >= 1
    assert cabinet["charged"] + cabinet["empty"] <= cabinet["capacity"]
    assert datetime.fromisoformat(cabinet["observed_at"]).tzinfo is not None


def test_parking_points_count_their_spaces(places: dict[str, dict[str, Any]]) -> None:
    parking = [place for place in places.values() if place["kind"] == Kind.PARKING_POINT]
    assert all(0 <= place["free"] <= place["capacity"] for place in parking)
    assert sorted(place["free"] > 0 for place in parking) == [False, True, True]


def test_amenities_are_slugs_and_the_named_ones_are_there(
    places: dict[str, dict[str, Any]],
) -> None:
    offered = Counter(
        amenity
        for place in places.values()
        for amenity in place["amenities"].split(";")
        if place["amenities"]
    )
    assert all(SLUG.match(amenity) for amenity in offered)
    for amenity in (
        "air_conditioning",
        "fridge",
        "drinking_water",
        "microwave",
        "reading_corner",
        "medicine_box",
        "charging",
        "wifi",
    ):
        assert 2 <= offered[amenity] < 22, amenity


def test_opening_hours_can_be_read(places: dict[str, dict[str, Any]]) -> None:
    for place in places.values():
        check_opening_hours(place["opening_hours"])


def test_windows_open_on_their_day_only(places: dict[str, dict[str, Any]]) -> None:
    city, licences = places["window-city"], places["window-licences"]
    assert [day for day in range(2, 9) if is_open(city, day, 10)] == [WEDNESDAY]
    assert [day for day in range(2, 9) if is_open(licences, day, 10)] == [THURSDAY]
    assert not is_open(licences, THURSDAY, 12)
    # The first of October is a Thursday and National Day.
    assert not is_open(licences, 1, 10, month=10)
    assert is_open(licences, 15, 10, month=10)


def test_the_water_is_there_at_every_hour(places: dict[str, dict[str, Any]]) -> None:
    water = next(place for place in places.values() if place["kind"] == Kind.WATER_POINT)
    assert all(is_open(water, day, hour) for day in range(2, 9) for hour in range(24))
    assert "24" in water["name"]


def test_some_rest_stations_close_at_night_and_on_holidays(
    places: dict[str, dict[str, Any]],
) -> None:
    rest = [place for place in places.values() if place["kind"] == Kind.REST_STATION]
    assert sum(is_open(place, MONDAY, 14) for place in rest) == 8
    assert sum(is_open(place, MONDAY, 3) for place in rest) == 1
    # Past midnight, by a rule that runs on from the evening before.
    assert sum(is_open(place, MONDAY, 1) for place in rest) == 2
    assert 2 <= sum(is_open(place, 1, 14, month=10) for place in rest) <= 6


def test_every_place_stands_beside_a_street(layer: Callable[[str], Any]) -> None:
    streets = layer("streets")
    by_bike = streets[~streets["bicycle"].eq("no") & ~streets["access"].eq("private")]
    for spot in layer("facilities").geometry:
        assert 1.0 < by_bike.distance(spot).min() < 60.0
