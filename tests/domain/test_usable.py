from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.usable import Usable, usable_at

NOW = datetime(2025, 3, 5, 9, 0, tzinfo=UTC)
CABINET = Facility("c", "charging_cabinet", 112.0, 32.0)
PARKING = Facility("p", "parking_point", 112.0, 32.0)
STATION = Facility("s", "rest_station", 112.0, 32.0)


def usable(
    place: Facility,
    *,
    is_open: bool = True,
    stale_after_s: float = 600.0,
    age_s: float = 0.0,
    **state: int | bool | None,
) -> Usable:
    if state:
        observed_at = NOW - timedelta(seconds=age_s)
        place = replace(place, state=State(observed_at, **state))
    return usable_at(place, NOW, is_open=is_open, stale_after_s=stale_after_s)


@pytest.mark.parametrize("place", [CABINET, PARKING, STATION])
def test_without_live_state_it_is_usable_when_open(place: Facility) -> None:
    assert usable(place) is Usable.YES
    assert usable(place, is_open=False) is Usable.NO


@pytest.mark.parametrize(("age_s", "answer"), [(600.0, Usable.YES), (601.0, Usable.UNKNOWN)])
def test_state_older_than_ten_minutes_says_nothing(age_s: float, answer: Usable) -> None:
    assert usable(PARKING, free=1, age_s=age_s) is answer


def test_a_closed_place_is_of_no_use_whatever_its_state() -> None:
    assert usable(PARKING, free=1, age_s=9999.0, is_open=False) is Usable.NO


@pytest.mark.parametrize("place", [CABINET, PARKING, STATION])
def test_out_of_order_is_of_no_use(place: Facility) -> None:
    state = {"charged": 5, "empty": 5, "free": 5, "out_of_order": True}
    assert usable(place, **state) is Usable.NO
    assert usable(place, **state, age_s=601.0) is Usable.UNKNOWN


@pytest.mark.parametrize(("free", "answer"), [(0, Usable.NO), (1, Usable.YES), (None, Usable.YES)])
def test_parking_needs_a_free_space_where_it_counts_them(free: int | None, answer: Usable) -> None:
    assert usable(PARKING, free=free) is answer


def test_a_station_needs_no_count() -> None:
    assert usable(STATION, free=0, empty=0, charged=0) is Usable.YES


def expected(services: frozenset[Service], charged: int | None, empty: int | None) -> Usable:
    """Ask of every count that is not known what it could be."""
    could = set()
    for real_charged in (charged,) if charged is not None else (0, 1):
        for real_empty in (empty,) if empty is not None else (0, 1):
            charge = Service.CHARGE in services and real_empty >= 1
            swap = Service.SWAP in services and real_charged >= 1 and real_empty >= 1
            could.add(charge or swap)
    if could == {True}:
        return Usable.YES
    return Usable.NO if could == {False} else Usable.UNKNOWN


@pytest.mark.parametrize(
    "services",
    [frozenset(), frozenset({Service.CHARGE}), frozenset({Service.SWAP}), frozenset(Service)],
)
def test_a_cabinet_is_usable_if_any_service_it_offers_is(services: frozenset[Service]) -> None:
    cabinet = replace(CABINET, services=services)
    for charged, empty in product((None, 0, 1, 3), repeat=2):
        answer = usable(cabinet, charged=charged, empty=empty)
        assert answer is expected(services or frozenset(Service), charged, empty)
