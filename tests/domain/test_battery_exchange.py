from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.battery_exchange import NOTHING, Exchange, exchange_at
from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.usable import Usable, usable_at

NOW = datetime(2025, 3, 5, 9, 0, tzinfo=UTC)
CABINET = Facility("c", "charging_cabinet", 112.0, 32.0)
COUNT = st.none() | st.integers(0, 3)


def exchange(
    *services: Service,
    is_open: bool = True,
    age_s: float = 0.0,
    charged: int | None = None,
    empty: int | None = None,
    out_of_order: bool = False,
) -> Exchange:
    observed_at = NOW - timedelta(seconds=age_s)
    state = State(observed_at, charged=charged, empty=empty, out_of_order=out_of_order)
    cabinet = replace(CABINET, services=frozenset(services), state=state)
    return exchange_at(cabinet, NOW, is_open=is_open, stale_after_s=600.0)


def test_a_working_cabinet_hands_out_what_it_holds() -> None:
    assert exchange(charged=4, empty=2) == Exchange(4, 2, hands_out=True, takes_in=True)


def test_an_empty_cabinet_still_hands_out_and_a_full_one_takes_in() -> None:
    assert exchange(charged=0, empty=2) == Exchange(0, 2, hands_out=True, takes_in=True)
    assert exchange(charged=4, empty=0) == Exchange(4, 0, hands_out=True, takes_in=True)


@pytest.mark.parametrize(("age_s", "fresh"), [(600.0, True), (600.001, False), (86_400.0, False)])
def test_a_stale_state_promises_nothing(age_s: float, fresh: bool) -> None:
    told = exchange(charged=4, empty=2, age_s=age_s)
    assert (told != NOTHING) is fresh


def test_a_cabinet_that_never_reported_promises_nothing() -> None:
    assert exchange_at(CABINET, NOW, is_open=True, stale_after_s=600.0) == NOTHING


def test_closed_or_out_of_order_it_does_neither_and_tells_what_it_holds() -> None:
    neither = Exchange(4, 2, hands_out=False, takes_in=False)
    assert exchange(charged=4, empty=2, is_open=False) == neither
    assert exchange(charged=4, empty=2, out_of_order=True) == neither


def test_a_cabinet_that_only_charges_hands_out_nothing() -> None:
    told = exchange(Service.CHARGE, charged=4, empty=2)
    assert told == Exchange(0, 2, hands_out=False, takes_in=True)


def test_what_is_not_counted_is_not_promised() -> None:
    assert exchange(charged=4) == Exchange(4, 0, hands_out=True, takes_in=False)
    assert exchange(empty=2) == Exchange(0, 2, hands_out=False, takes_in=True)


@given(
    charged=COUNT,
    empty=COUNT,
    out_of_order=st.booleans(),
    is_open=st.booleans(),
    age_s=st.sampled_from([0.0, 599.0, 601.0]),
    services=st.frozensets(st.sampled_from(list(Service))),
)
def test_it_agrees_with_whether_riders_can_use_the_cabinet(
    charged: int | None,
    empty: int | None,
    out_of_order: bool,
    is_open: bool,
    age_s: float,
    services: frozenset[Service],
) -> None:
    state = State(NOW - timedelta(seconds=age_s), charged, empty, out_of_order=out_of_order)
    cabinet = replace(CABINET, services=services, state=state)
    told = exchange_at(cabinet, NOW, is_open=is_open, stale_after_s=600.0)
    usable = usable_at(cabinet, NOW, is_open=is_open, stale_after_s=600.0)
    offered = services or frozenset(Service)
    can_swap = told.hands_out and told.takes_in and min(told.charged, told.empty) > 0
    can_charge = told.takes_in and told.empty > 0
    promised = (Service.SWAP in offered and can_swap) or (Service.CHARGE in offered and can_charge)
    assert promised is (usable is Usable.YES)
