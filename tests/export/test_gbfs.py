from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.battery_exchange import NOTHING, Exchange
from geo_service.domain.facility import Facility, State
from geo_service.export import gbfs

SYSTEM = gbfs.System("city_swap", "", "feeds@example.org", "Asia/Shanghai", "", 60_000.0)
NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def texts(localized: list[dict[str, str]]) -> dict[str, str]:
    return {one["language"]: one["text"] for one in localized}


def test_a_feed_says_when_it_was_made() -> None:
    told = gbfs.feed({"stations": []}, NOW, 60)
    assert told == {
        "last_updated": "2026-11-18T02:00:00Z",
        "ttl": 60,
        "version": "3.0",
        "data": {"stations": []},
    }


@given(st.lists(st.text(min_size=1), min_size=2, max_size=2, unique=True))
def test_ids_have_no_blanks_and_stay_apart(ids: list[str]) -> None:
    told = [gbfs.station_id(one) for one in ids]
    assert told[0] != told[1]
    assert not any(letter.isspace() for one in told for letter in one)


def test_most_ids_stay_as_they_are() -> None:
    for one in ("osm/node/123", "柜-1", "a.b_c~d"):
        assert gbfs.station_id(one) == one
    assert gbfs.station_id("a b%") == "a%20b%25"


@pytest.mark.parametrize(
    ("name", "name_en", "zh", "en"),
    [
        ("柜", "Cabinet", "柜", "Cabinet"),
        ("柜", "", "柜", "柜"),
        ("", "Cabinet", "Cabinet", "Cabinet"),
        ("", "", "换电柜 c", "Charging cabinet c"),
    ],
)
def test_a_name_is_there_in_both_languages(name: str, name_en: str, zh: str, en: str) -> None:
    cabinet = Facility("c", "charging_cabinet", 112.0, 32.0, name=name, name_en=name_en)
    (told,) = gbfs.station_information([cabinet])["stations"]
    assert texts(told["name"]) == {"zh": zh, "en": en}
    assert not {"address", "station_opening_hours"} & told.keys()


def test_hours_and_address_are_told_where_they_are_known() -> None:
    cabinet = Facility(
        "c", "charging_cabinet", 112.0, 32.0, address="街1号", opening_hours="Mo-Fr 08:00-20:00"
    )
    (told,) = gbfs.station_information([cabinet])["stations"]
    assert told["address"] == "街1号"
    assert told["station_opening_hours"] == "Mo-Fr 08:00-20:00"
    assert (told["lon"], told["lat"]) == (112.0, 32.0)


def test_status_tells_the_exchange_and_when_it_was_reported() -> None:
    state = State(NOW, charged=9, empty=9)
    cabinet = Facility("c", "charging_cabinet", 112.0, 32.0, state=state)
    exchange = Exchange(2, 3, hands_out=True, takes_in=False)
    (told,) = gbfs.station_status([(cabinet, exchange)])["stations"]
    assert told == {
        "station_id": "c",
        "num_vehicles_available": 2,
        "vehicle_types_available": [{"vehicle_type_id": "battery", "count": 2}],
        "num_docks_available": 3,
        "is_installed": True,
        "is_renting": True,
        "is_returning": False,
        "last_reported": "2026-11-18T02:00:00Z",
    }


def test_a_cabinet_that_never_reported_did_so_long_ago() -> None:
    cabinet = Facility("c", "charging_cabinet", 112.0, 32.0)
    (told,) = gbfs.station_status([(cabinet, NOTHING)])["stations"]
    assert told["last_reported"] == "1970-01-01T00:00:00Z"


def test_the_system_has_a_name_and_a_licence_only_if_one_was_chosen() -> None:
    told = gbfs.system_information(SYSTEM)
    assert texts(told["name"]).keys() == {"zh", "en"}
    assert "license_id" not in told
    chosen = gbfs.System("a", "樊城", "a@example.org", "Asia/Shanghai", "CC-BY-4.0", 1.0)
    told = gbfs.system_information(chosen)
    assert texts(told["name"]) == {"zh": "樊城", "en": "樊城"}
    assert told["license_id"] == "CC-BY-4.0"
