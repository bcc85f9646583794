"""What a rider would say of each sort of place on the map: mine, or not for me."""

from collections.abc import Mapping

import pytest

from geo_service.domain.facility import SLUG, Kind
from geo_service.ingest.osm_kinds import (
    KINDS,
    TABLE,
    WANTED,
    LeftOut,
    amenities_of,
    says_for_whom,
    sort_place,
)

CHARGER = {"amenity": "charging_station"}
SHELTER = {"amenity": "shelter"}
WATER = {"amenity": "drinking_water"}
RACK = {"amenity": "bicycle_parking"}


def left_out(tags: Mapping[str, str]) -> LeftOut | None:
    made = sort_place(tags)
    assert made is not None
    return made.left_out


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (CHARGER, Kind.CHARGING_CABINET),
        (RACK, Kind.PARKING_POINT),
        ({"amenity": "motorcycle_parking"}, Kind.PARKING_POINT),
        (WATER, Kind.WATER_POINT),
        ({"amenity": "water_point"}, Kind.WATER_POINT),
        ({"man_made": "drinking_fountain"}, Kind.WATER_POINT),
        ({"man_made": "water_tap", "drinking_water": "yes"}, Kind.WATER_POINT),
        ({"amenity": "fountain", "drinking_water": "yes"}, Kind.WATER_POINT),
        ({"amenity": "fountain", "fountain": "bottle_refill"}, Kind.WATER_POINT),
        ({"natural": "spring", "drinking_water": "treated"}, Kind.WATER_POINT),
        (SHELTER, Kind.REST_STATION),
    ],
)
def test_places_that_serve_riders(tags: Mapping[str, str], kind: Kind) -> None:
    assert sort_place(tags) == (kind, None)
    assert WANTED.count(next(iter(tags.items()))) == 1


@pytest.mark.parametrize(
    "tags",
    [
        {},
        {"highway": "residential"},
        {"amenity": "parking"},
        {"amenity": "bicycle_rental"},
        {"amenity": "fountain"},
        {"amenity": "fountain", "drinking_water": "no"},
        {"man_made": "water_tap"},
        {"natural": "spring"},
        {"drinking_water": "yes"},
        {"disused:amenity": "drinking_water"},
    ],
)
def test_other_things_are_no_places_of_ours(tags: Mapping[str, str]) -> None:
    assert sort_place(tags) is None


@pytest.mark.parametrize("access", ["private", "no", "residents", "permit"])
def test_private_places_are_left_out_unless_bicycles_may_enter(access: str) -> None:
    assert left_out(RACK | {"access": access}) is LeftOut.PRIVATE
    assert left_out(RACK | {"access": access, "bicycle": "yes"}) is None


@pytest.mark.parametrize("access", ["yes", "customers", "permissive", "unknown"])
def test_places_for_customers_and_all_stay_in(access: str) -> None:
    assert left_out(RACK | {"access": access}) is None


@pytest.mark.parametrize(
    "more", [{"disused": "yes"}, {"abandoned": "yes"}, {"operational_status": "broken"}]
)
def test_places_out_of_use_are_left_out(more: Mapping[str, str]) -> None:
    assert left_out(WATER | more) is LeftOut.OUT_OF_USE


@pytest.mark.parametrize(
    ("more", "cars_only", "sure"),
    [
        ({}, False, False),
        ({"bicycle": "yes"}, False, True),
        ({"bicycle": "no"}, True, False),
        ({"motorcar": "yes"}, True, False),
        ({"car": "designated"}, True, False),
        ({"hgv": "yes"}, True, False),
        ({"motorcar": "yes", "bicycle": "yes"}, False, True),
        ({"car": "yes", "scooter": "yes"}, False, True),
        ({"motorcar": "no", "bicycle": "designated"}, False, True),
        ({"motorcar": "yes", "motorcycle": "yes"}, True, False),
        ({"motorcycle": "yes"}, False, False),
        ({"socket:type2": "2"}, True, False),
        ({"socket:type2_combo": "1", "socket:chademo": "1"}, True, False),
        ({"socket:type2:output": "22 kW"}, True, False),
        ({"socket:type2": "2", "socket:schuko": "1"}, False, True),
        ({"socket:type2": "2", "socket:schuko": "no"}, True, False),
        ({"socket:bosch_3pin": "4"}, False, True),
        ({"socket": "unknown"}, False, False),
        ({"brand": "Tesla Supercharger"}, True, False),
        ({"name": "蔚来换电站"}, True, False),
        ({"operator": "IONITY GmbH"}, True, False),
        ({"brand": "NIO Power", "bicycle": "yes"}, False, True),
        ({"name": "Nion tori"}, False, False),
    ],
)
def test_chargers_for_cars_only_are_left_out(
    more: Mapping[str, str], cars_only: bool, sure: bool
) -> None:
    assert left_out(CHARGER | more) is (LeftOut.CARS_ONLY if cars_only else None)
    assert says_for_whom(CHARGER | more) is sure


@pytest.mark.parametrize(
    ("more", "restful"),
    [
        ({}, True),
        ({"shelter_type": "picnic_shelter"}, True),
        ({"shelter_type": "weather_shelter; gazebo"}, True),
        ({"shelter_type": "public_transport"}, False),
        ({"shelter_type": "bomb_shelter"}, False),
        ({"shelter_type": "field_shelter"}, False),
        ({"public_transport": "platform"}, False),
        ({"highway": "bus_stop"}, False),
        ({"shelter_type": "pavilion", "public_transport": "platform"}, True),
    ],
)
def test_shelters_of_stops_and_animals_are_no_rest_stations(
    more: Mapping[str, str], restful: bool
) -> None:
    assert left_out(SHELTER | more) is (None if restful else LeftOut.NO_REST)


def test_water_said_not_to_be_for_drinking_is_left_out() -> None:
    assert left_out({"amenity": "water_point", "drinking_water": "no"}) is LeftOut.NOT_DRINKABLE


def test_a_reason_to_leave_out_one_use_leaves_the_other() -> None:
    stop = SHELTER | {"shelter_type": "public_transport", "man_made": "drinking_fountain"}
    assert sort_place(stop) == (Kind.WATER_POINT, None)
    charger = CHARGER | {"bicycle": "no", "man_made": "drinking_fountain"}
    assert sort_place(charger) == (Kind.WATER_POINT, None)
    dry = charger | {"drinking_water": "no"}
    assert sort_place(dry) == (Kind.CHARGING_CABINET, LeftOut.CARS_ONLY)


def test_amenities_are_what_riders_choose_a_place_for() -> None:
    tags = {
        "covered": "yes",
        "fee": "no",
        "lit": "24/7",
        "toilets": "yes",
        "bench": "no",
        "internet_access": "wlan",
        "bicycle_parking": "shed",
    }
    assert amenities_of(Kind.REST_STATION, tags) == {"covered", "no_fee", "lit", "toilet", "wifi"}
    assert amenities_of(Kind.PARKING_POINT, {"bicycle_parking": "shed"}) == {"covered"}
    assert amenities_of(Kind.PARKING_POINT, {"fee": "yes"}) == frozenset()
    assert amenities_of(Kind.REST_STATION, {"drinking_water": "yes"}) == {"drinking_water"}
    assert amenities_of(Kind.WATER_POINT, {}) == {"drinking_water"}
    everything = amenities_of(
        Kind.REST_STATION, dict.fromkeys(["bench", "bottle", "cargo_bike", "supervised"], "yes")
    )
    assert len(everything) == 4
    assert all(SLUG.match(slug) for slug in everything)


def test_table_names_each_tag_once_and_kinds_that_cities_know() -> None:
    assert len(set(WANTED)) == len(TABLE)
    assert set(KINDS) == {
        "charging_cabinet",
        "parking_point",
        "water_point",
        "rest_station",
    }
