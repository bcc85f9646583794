"""How a facility stands is what a fresh look tells, at every moment until it ends."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.facility import Facility, Service, State
from geo_service.domain.opening import Calendar, Openings, opening_at
from geo_service.domain.standing import ALWAYS, Standing, standing_at
from geo_service.domain.usable import Usable, usable_at

MICROSECOND = timedelta(microseconds=1)
NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""A Wednesday's noon in Shanghai."""
CALENDARS = st.sampled_from([Calendar(), Calendar("Europe/Berlin", "DE")])
HOURS = st.sampled_from(
    ["", "24/7", "Mo-Su 08:00-22:00", "We 22:00-02:30", "Mo-Fr 09:00-12:00; PH off", "off"]
)
COUNTS = st.none() | st.integers(0, 2)
AGES_S = st.one_of(st.floats(-400, 1300), st.sampled_from([0.0, 599.999999, 600.0, 600.000001]))
STATES = st.builds(
    lambda age_s, **counts: State(NOW - timedelta(seconds=age_s), **counts),
    AGES_S,
    charged=COUNTS,
    empty=COUNTS,
    free=COUNTS,
    out_of_order=st.booleans(),
)
FACILITIES = st.builds(
    Facility,
    st.just("f"),
    st.sampled_from(["charging_cabinet", "parking_point", "rest_station"]),
    st.just(112.0),
    st.just(32.0),
    opening_hours=HOURS,
    services=st.frozensets(st.sampled_from(Service)),
    state=st.none() | STATES,
)


def afresh(
    facility: Facility, moment: datetime, calendar: Calendar, stale_after_s: float
) -> tuple[bool, Usable]:
    """Look at a facility as if nothing had been looked at before."""
    is_open = opening_at(facility.opening_hours, moment, calendar).open
    return is_open, usable_at(facility, moment, is_open=is_open, stale_after_s=stale_after_s)


def stands(facility: Facility, moment: datetime = NOW, stale_after_s: float = 600.0) -> Standing:
    return standing_at(facility, moment, Openings(Calendar()), stale_after_s)


@settings(max_examples=300)
@given(
    FACILITIES,
    CALENDARS,
    st.sampled_from([0.0, 0.0000006, 60.0, 600.0, 1e12, math.inf]),
    st.lists(st.floats(-900, 900), min_size=1, max_size=5),
    st.data(),
)
def test_it_stands_so_at_every_moment_until_it_ends(
    facility: Facility,
    calendar: Calendar,
    stale_after_s: float,
    asked_s: list[float],
    data: st.DataObject,
) -> None:
    openings = Openings(calendar)
    for second in asked_s:
        moment = NOW + timedelta(seconds=second)
        standing = standing_at(facility, moment, openings, stale_after_s)
        assert standing.since <= moment < standing.until
        last = (standing.until - moment) // MICROSECOND - 1
        later = moment + data.draw(st.integers(0, last)) * MICROSECOND
        for inside in (moment, later, standing.until - MICROSECOND):
            told = standing.opening.open, standing.usable
            assert told == afresh(facility, inside, calendar, stale_after_s)


def test_state_counts_at_the_very_age_and_no_longer() -> None:
    cabinet = Facility("c", "charging_cabinet", 112.0, 32.0, state=State(NOW, charged=1, empty=1))
    at_last = NOW + timedelta(seconds=600)
    assert stands(cabinet) == Standing(
        stands(cabinet).opening, Usable.YES, NOW, at_last + MICROSECOND
    )
    assert stands(cabinet, at_last).usable is Usable.YES
    assert stands(cabinet, at_last + MICROSECOND).usable is Usable.UNKNOWN


def test_stale_state_ends_nothing() -> None:
    hours = Facility("c", "parking_point", 112.0, 32.0, opening_hours="Mo-Su 08:00-22:00")
    closes = NOW + timedelta(hours=10)
    old = State(NOW - timedelta(seconds=601), free=1)
    for facility in (hours, replace(hours, state=old)):
        assert stands(facility).until == closes


def test_what_comes_first_ends_it() -> None:
    state = State(NOW - timedelta(seconds=300), free=1)
    parking = Facility("p", "parking_point", 112.0, 32.0, opening_hours="We 08:00-12:04")
    parking = replace(parking, state=state)
    assert stands(parking).until == NOW + timedelta(minutes=4)
    assert stands(parking, stale_after_s=420.0).until == NOW + timedelta(minutes=2) + MICROSECOND


@pytest.mark.parametrize("stale_after_s", [1e12, math.inf])
def test_state_that_never_grows_stale_is_no_fault(stale_after_s: float) -> None:
    parking = Facility("p", "parking_point", 112.0, 32.0, state=State(NOW, free=1))
    standing = stands(parking, NOW + timedelta(days=3650), stale_after_s)
    assert standing.usable is Usable.YES
    assert standing.until < ALWAYS
