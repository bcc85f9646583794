"""What a filter lets through is what a plain rule says, for as long as it claims."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.facility import Facility, State
from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.opening import Calendar, Openings, opening_at
from geo_service.domain.standing import ALWAYS, standing_at
from geo_service.domain.usable import Usable, usable_at

MICROSECOND = timedelta(microseconds=1)
STALE_AFTER_S = 600.0
CITY, BERLIN = Calendar(), Calendar("Europe/Berlin", "DE")
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
"""Of a Wednesday in Shanghai."""
PUT_BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half an hour before the clocks of Berlin are put back."""
PUT_FORWARD = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
KINDS = ("charging_cabinet", "parking_point", "rest_station")
AMENITIES = ("microwave", "tap", "wifi")

FILTERS = st.builds(
    FacilityFilter,
    kinds=st.frozensets(st.sampled_from(KINDS), max_size=2),
    amenities=st.frozensets(st.sampled_from(AMENITIES), max_size=2),
    open=st.booleans(),
    open_for_s=st.sampled_from([0.0, 0.001, 60.0, 1800.0, 3 * 3600.0, 86_400.0, 7 * 86_400.0]),
    usable=st.booleans(),
)
STATES = st.builds(
    lambda now, age_s, free, out: State(
        now - timedelta(seconds=age_s), free=free, out_of_order=out
    ),
    st.sampled_from([NOON, PUT_BACK, PUT_FORWARD]),
    st.integers(-300, 1500),
    st.sampled_from([None, 0, 1]),
    st.booleans(),
)
FACILITIES = st.builds(
    Facility,
    st.just("f"),
    st.sampled_from(KINDS),
    st.just(112.0),
    st.just(32.0),
    opening_hours=st.sampled_from(
        ["", "24/7", "off", "Mo-Su 08:00-22:00", "Mo-Su 22:00-06:00", "We 11:30-13:00; PH off"]
    ),
    amenities=st.frozensets(st.sampled_from(AMENITIES)),
    state=st.none() | STATES,
)


def plain_rule(
    wanted: FacilityFilter, facility: Facility, moment: datetime, calendar: Calendar
) -> bool:
    """Say whether a facility is wanted, one condition after the other."""
    opening = opening_at(facility.opening_hours, moment, calendar)
    usable = usable_at(facility, moment, is_open=opening.open, stale_after_s=STALE_AFTER_S)
    left_s = float("inf")
    if opening.changes_at is not None:
        left_s = (opening.changes_at.astimezone(UTC) - moment).total_seconds()
    return all(
        [
            not wanted.kinds or facility.kind in wanted.kinds,
            all(amenity in facility.amenities for amenity in wanted.amenities),
            not wanted.open or (opening.open and left_s >= wanted.open_for_s),
            not wanted.usable or usable is Usable.YES,
        ]
    )


def lets_through(
    wanted: FacilityFilter, facility: Facility, moment: datetime, openings: Openings
) -> tuple[bool, datetime]:
    if not wanted.admits(facility):
        return False, ALWAYS
    fits, until = True, ALWAYS
    if wanted.open:
        fits, until = wanted.holds(openings.at(facility.opening_hours, moment), moment)
    if fits and wanted.usable:
        standing = standing_at(facility, moment, openings, STALE_AFTER_S)
        fits, until = standing.usable is Usable.YES, min(until, standing.until)
    return fits, until


@settings(max_examples=500)
@given(
    FILTERS,
    FACILITIES,
    st.sampled_from([(CITY, NOON), (BERLIN, PUT_BACK), (BERLIN, PUT_FORWARD)]),
    st.lists(st.integers(-86_400, 86_400) | st.integers(-7200, 7200), min_size=1, max_size=4),
    st.booleans(),
    st.data(),
)
def test_answer_is_the_plain_rules_until_it_ends(
    wanted: FacilityFilter,
    facility: Facility,
    place: tuple[Calendar, datetime],
    asked_s: list[int],
    local: bool,
    data: st.DataObject,
) -> None:
    calendar, around = place
    openings = Openings(calendar)
    for second in asked_s:
        moment = around + timedelta(seconds=second)
        asked = moment.astimezone(calendar.zone) if local else moment
        answer, until = lets_through(wanted, facility, asked, openings)
        assert answer is plain_rule(wanted, facility, moment, calendar)
        assert until > moment
        # For a week at most; what holds for ever is tried there too.
        last = min((until - moment) // MICROSECOND - 1, 7 * 86_400 * 10**6)
        for later in (last, data.draw(st.integers(0, last))):
            inside = moment + later * MICROSECOND
            assert plain_rule(wanted, facility, inside, calendar) is answer


def station(hours: str = "Mo-Su 08:00-22:00") -> Facility:
    return Facility("f", "rest_station", 112.0, 32.0, opening_hours=hours)


def test_exactly_so_many_minutes_more_is_enough() -> None:
    """It closes at ten in the evening: at half past nine it is open for thirty minutes more."""
    wanted = FacilityFilter(open=True, open_for_s=1800.0)
    half_past_nine = NOON + timedelta(hours=9, minutes=30)
    openings = Openings(CITY)
    told = lets_through(wanted, station(), half_past_nine, openings)
    assert told == (True, half_past_nine + MICROSECOND)
    told = lets_through(wanted, station(), half_past_nine + MICROSECOND, openings)
    assert told == (False, NOON + timedelta(hours=10))


@pytest.mark.parametrize("hours", ["", "24/7", "Mo-Su 00:00-24:00"])
def test_what_never_closes_is_open_for_any_time(hours: str) -> None:
    wanted = FacilityFilter(open=True, open_for_s=7 * 86_400.0)
    assert lets_through(wanted, station(hours), NOON, Openings(CITY))[0]


def test_minutes_are_those_that_pass_not_those_on_the_clock() -> None:
    """From half past one to six on the night when an hour is left out it is three and a half."""
    night = station("Mo-Su 22:00-06:00")
    openings = Openings(BERLIN)
    for hours, enough in ((3.5, True), (4.0, False)):
        wanted = FacilityFilter(open=True, open_for_s=hours * 3600)
        assert lets_through(wanted, night, PUT_FORWARD, openings)[0] is enough


def test_without_a_question_about_the_moment_the_answer_holds_for_ever() -> None:
    wanted = FacilityFilter(kinds=frozenset({"rest_station"}))
    assert lets_through(wanted, station(), NOON, Openings(CITY)) == (True, ALWAYS)


def test_any_of_the_kinds_and_all_of_the_amenities() -> None:
    facility = Facility("f", "parking_point", 0.0, 0.0, amenities=frozenset({"tap", "wifi"}))
    assert FacilityFilter().admits(facility)
    assert FacilityFilter(kinds=frozenset(KINDS)).admits(facility)
    assert not FacilityFilter(kinds=frozenset({"rest_station"})).admits(facility)
    assert FacilityFilter(amenities=frozenset({"tap", "wifi"})).admits(facility)
    assert not FacilityFilter(amenities=frozenset({"tap", "microwave"})).admits(facility)


@pytest.mark.parametrize(
    ("hours", "calendar", "at", "minutes", "enough"),
    [
        # Past midnight one goes on counting.
        ("Mo-Su 22:00-02:30", CITY, "2026-11-18T23:00+08:00", 210, True),
        ("Mo-Su 22:00-02:30", CITY, "2026-11-18T23:00+08:00", 210.001, False),
        ("Mo-Su 22:00-02:30", CITY, "2026-11-19T00:00+08:00", 150, True),
        ("Mo-Su 22:00-02:30", CITY, "2026-11-18T15:00Z", 210, True),
        ("Mo-Su 22:00-02:30", CITY, "2026-11-18T21:59:59.999999+08:00", 1, False),
        ("Mo-Su 22:00-02:30", CITY, "2026-11-18T22:00+08:00", 270, True),
        ("We 18:00-30:00", CITY, "2026-11-19T05:00+08:00", 60, True),
        ("We 18:00-30:00", CITY, "2026-11-19T06:00+08:00", 0.001, False),
        # It closes at noon, whenever it opens again; but times that meet are one.
        ("Mo-Su 08:00-12:00,13:00-18:00", CITY, "2026-11-18T11:50+08:00", 10, True),
        ("Mo-Su 08:00-12:00,13:00-18:00", CITY, "2026-11-18T11:50+08:00", 10.001, False),
        ("Mo-Su 08:00-12:00,13:00-18:00", CITY, "2026-11-18T11:50+08:00", 300, False),
        ("Mo-Su 08:00-12:00,12:00-18:00", CITY, "2026-11-18T11:50+08:00", 370, True),
        ("Tu 08:00-24:00; We 00:00-12:00", CITY, "2026-11-17T23:00+08:00", 780, True),
        # The day before a holiday it closes at midnight.
        ("Mo-Su 00:00-24:00; PH off", CITY, "2026-09-30T23:00+08:00", 60, True),
        ("Mo-Su 00:00-24:00; PH off", CITY, "2026-09-30T23:00+08:00", 61, False),
        ("Mo-Su 00:00-24:00; PH off", CITY, "2026-10-01T00:00+08:00", 0, False),
        ("Mo-Su 00:00-24:00; PH off", BERLIN, "2026-09-30T23:00+08:00", 61, True),
        # The hours are the city's, whatever zone the question's time is in.
        ("Mo-Su 08:00-20:00", BERLIN, "2026-11-18T18:30:00Z", 30, True),
        ("Mo-Su 08:00-20:00", BERLIN, "2026-11-19T02:30:00+08:00", 31, False),
        ("Mo-Su 08:00-20:00", CITY, "2026-11-18T18:30:00Z", 0, False),
    ],
)
def test_open_for_so_long_as_one_counts_by_hand(
    hours: str, calendar: Calendar, at: str, minutes: float, *, enough: bool
) -> None:
    wanted = FacilityFilter(open=True, open_for_s=minutes * 60)
    moment = datetime.fromisoformat(at)
    openings = Openings(calendar)
    for asked in (moment + timedelta(hours=7), moment, moment - timedelta(days=1), moment):
        answer, until = lets_through(wanted, station(hours), asked, openings)
        assert until > asked
        assert asked != moment or answer is enough
