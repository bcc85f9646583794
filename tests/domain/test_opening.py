import time
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain import opening as opening_module
from geo_service.domain.opening import (
    SPANS_KEPT,
    Calendar,
    Opening,
    Openings,
    check_calendar,
    check_opening_hours,
    opening_at,
)
from geo_service.errors import RefusedData, WrongUsage

CITY = Calendar()
BERLIN = Calendar("Europe/Berlin", "DE")
MICROSECOND = timedelta(microseconds=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    "text",
    ["24/7", "Mo-Su 08:00-22:00", "We 09:00-17:00; PH off", "Mo-Fr 22:00-06:00", "Su[1] 10:00+"],
)
def test_osm_syntax_is_accepted(text: str) -> None:
    check_opening_hours(text)


@pytest.mark.parametrize("text", ["always", "周一到周五", "Mo-Fr 08:00-25:99", " ", "8 to 5"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(RefusedData) as error:
        check_opening_hours(text)
    assert str(error.value) == (
        f"The opening hours {text!r} are not in OpenStreetMap's opening_hours syntax. Write for "
        "example 'Mo-Su 08:00-22:00' or '24/7'."
    )


@pytest.mark.parametrize("text", ["", "24/7"])
def test_without_hours_and_round_the_clock_it_is_open_for_ever(text: str) -> None:
    opening = opening_at(text, at("2025-03-05T03:00:00"), CITY)
    assert opening.open
    assert opening.changes_at is None


@pytest.mark.parametrize(
    ("moment", "is_open", "changes"),
    [
        ("2025-03-05T08:59:59", False, "2025-03-05T09:00:00"),
        ("2025-03-05T09:00:00", True, "2025-03-05T17:00:00"),
        ("2025-03-05T16:59:59", True, "2025-03-05T17:00:00"),
        ("2025-03-05T17:00:00", False, "2025-03-12T09:00:00"),
    ],
)
def test_a_window_on_wednesdays(moment: str, is_open: bool, changes: str) -> None:
    opening = opening_at("We 09:00-17:00", at(moment), CITY)
    assert opening.open is is_open
    assert opening.changes_at == at(changes)
    assert opening.changes_at.tzinfo == SHANGHAI


def test_a_night_runs_over_midnight() -> None:
    assert opening_at("Mo 22:00-06:00", at("2025-03-04T05:59:00"), CITY).open
    assert not opening_at("Mo 22:00-06:00", at("2025-03-04T06:00:00"), CITY).open


def test_the_moment_may_be_given_in_any_zone() -> None:
    moment = datetime.fromisoformat("2025-03-05T01:30:00+00:00")
    assert opening_at("We 09:00-17:00", moment, CITY).open
    assert not opening_at("We 09:00-17:00", moment, Calendar("Europe/Berlin", "DE")).open


def test_public_holidays_are_those_of_the_country() -> None:
    new_year = "Mo-Fr 09:00-17:00; PH off"
    lunar = at("2025-01-29T10:00:00")
    assert not opening_at(new_year, lunar, CITY).open
    there = datetime(2025, 1, 29, 10, tzinfo=ZoneInfo("Europe/Berlin"))
    assert opening_at(new_year, there, Calendar("Europe/Berlin", "DE")).open


def test_a_change_of_the_comment_alone_is_no_change() -> None:
    text = 'Mo-Su 08:00-12:00 "front", Mo-Su 12:00-18:00 "back"'
    assert opening_at(text, at("2025-03-05T09:00:00"), CITY).changes_at == at("2025-03-05T18:00:00")


def test_hours_that_end_for_good_change_no_more() -> None:
    opening = opening_at("2024 Mo-Su 08:00-12:00", at("2025-03-05T09:00:00"), CITY)
    assert not opening.open
    assert opening.changes_at is None


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["Mo-Fr 08:00-12:00,13:00-17:00", "We,Sa 22:00-04:00", "Mo-Su 00:00-24:00"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2025, 12, 31)),  # noqa: DTZ001 - zone below
)
def test_until_it_changes_it_stays_and_then_it_does(text: str, drawn: datetime) -> None:
    moment = drawn.replace(tzinfo=SHANGHAI)
    opening = opening_at(text, moment, CITY)
    if opening.changes_at is None:
        assert opening_at(text, moment + timedelta(days=30), CITY).open is opening.open
        return
    assert opening.changes_at > moment
    just_before = opening.changes_at - timedelta(seconds=1)
    assert just_before < moment or opening_at(text, just_before, CITY).open is opening.open
    assert opening_at(text, opening.changes_at, CITY).open is not opening.open


def test_hours_that_never_change_are_answered_as_fast_as_others() -> None:
    start = time.perf_counter()
    opening = opening_at("Mo-Su 00:00-24:00", at("2025-03-05T09:00:00"), CITY)
    assert time.perf_counter() - start < 0.25
    assert opening.open
    assert opening.changes_at is None


def test_a_season_is_found_though_it_is_far() -> None:
    text = "Nov-Mar Mo-Su 08:00-12:00"
    assert opening_at(text, at("2025-04-01T09:00:00"), CITY).changes_at == at("2025-11-01T08:00:00")


def test_a_calendar_that_does_not_exist_is_wrong_usage() -> None:
    check_calendar(CITY)
    for zone in ("Mars/Olympus", "America", ""):
        with pytest.raises(WrongUsage, match=rf"There is no time zone '{zone}'\. Give an IANA"):
            check_calendar(Calendar(zone, "CN"))
    with pytest.raises(WrongUsage, match=r"The country 'XX' is not known\. Give the two letters"):
        check_calendar(Calendar("Asia/Shanghai", "XX"))


def in_utc(opening: Opening) -> datetime | None:
    """Return the next change in UTC; within one zone Python can't tell an hour from its repeat."""
    return None if opening.changes_at is None else opening.changes_at.astimezone(UTC)


def told(text: str, moment: datetime, calendar: Calendar) -> tuple[bool, datetime | None]:
    opening = opening_at(text, moment, calendar)
    return opening.open, in_utc(opening)


DAYS = st.sampled_from(["Mo-Su", "Mo-Fr", "Sa,Su", "We", "Fr-Mo", "Tu,Th", "Su[1]", "PH"])
SPANS = st.sampled_from(
    ["08:00-22:00", "00:00-24:00", "22:00-04:30", "09:00-12:00,13:30-17:00", "02:15-02:45", "off"]
)
SEASONS = st.sampled_from(["", "", "", "Nov-Mar ", "2025 ", "2026 Feb 10-20 ", "week 1-26 "])
RULES = st.tuples(SEASONS, DAYS, SPANS).map(lambda rule: f"{rule[0]}{rule[1]} {rule[2]}")
TEXTS = st.one_of(
    st.sampled_from(["", "24/7", "PH off", "Mo-Su 00:00-24:00", 'Mo-Fr 08:00-20:00 "ring"', "off"]),
    st.lists(RULES, min_size=1, max_size=3).map("; ".join),
)
# The clocks of Berlin are put forward and back in between.
NIGHTS = (datetime(2025, 3, 29, 20, tzinfo=UTC), datetime(2025, 10, 25, 20, tzinfo=UTC))
MOMENTS = st.one_of(
    st.datetimes(datetime(2024, 12, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - their zone stands beside them
    st.integers(0, 10 * 3600).map(lambda second: NIGHTS[0] + timedelta(seconds=second)),
    st.integers(0, 10 * 3600).map(lambda second: NIGHTS[1] + timedelta(seconds=second)),
)
ZONES = st.sampled_from([UTC, SHANGHAI, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])
CALENDARS = st.sampled_from([CITY, BERLIN])


@settings(max_examples=300)
@given(TEXTS, CALENDARS, st.lists(st.tuples(MOMENTS, ZONES), min_size=1, max_size=8), st.data())
def test_remembered_answer_is_the_answer_at_that_moment(
    text: str, calendar: Calendar, asked: list[tuple[datetime, ZoneInfo]], data: st.DataObject
) -> None:
    openings = Openings(calendar)
    for moment, zone in asked:
        there = moment.astimezone(zone)
        span = openings.at(text, there)
        assert (span.opening.open, in_utc(span.opening)) == told(text, there, calendar)
        assert span.since <= there < span.until
        last = (span.until - span.since) // MICROSECOND - 1
        later = span.since + data.draw(st.integers(0, last)) * MICROSECOND
        for inside in (span.since, later, span.until - MICROSECOND):
            assert told(text, inside, calendar) == (span.opening.open, in_utc(span.opening))
            assert openings.at(text, inside).opening is span.opening


def test_what_many_ask_about_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[datetime] = []

    def look(text: str, moment: datetime, calendar: Calendar) -> Opening:
        looked.append(moment)
        return opening_at(text, moment, calendar)

    monkeypatch.setattr(opening_module, "opening_at", look)
    openings = Openings(CITY)
    days = [at(f"2025-03-{day:02}T09:00:00") for day in (5, 12, 19, 26)]
    hours = [timedelta(minutes=minutes) for minutes in range(0, 480, 7)]
    for moment in (day + hour for day, hour in product(days, hours)):
        openings.at("We 09:00-17:00", moment)
    for moment in (day + hour for hour, day in product(hours, days)):
        openings.at("We 09:00-17:00", moment)
    assert looked == days


def test_only_the_last_few_answers_of_a_text_are_remembered() -> None:
    openings = Openings(CITY)
    for day in range(1, 29):
        openings.at("We 09:00-17:00", at(f"2025-03-{day:02}T09:00:00"))
    assert len(openings._spans["We 09:00-17:00"]) == SPANS_KEPT


def test_change_that_comes_into_sight_is_seen_at_once() -> None:
    """What is 400 days ahead is not seen today; it is told from the same moment on by both."""
    text, openings = "2026 Apr 10 08:00-12:00", Openings(CITY)
    first = at("2025-03-04T12:00:00")
    seen = []
    for hours in range(72):
        moment = first + timedelta(hours=hours)
        opening = openings.at(text, moment).opening
        assert (opening.open, in_utc(opening)) == told(text, moment, CITY)
        seen.append(opening.changes_at)
    assert seen[0] is None
    assert seen[-1] == at("2026-04-10T08:00:00")


@pytest.mark.parametrize("night", NIGHTS)
@pytest.mark.parametrize(
    "text",
    [
        "Mo-Su 02:00-02:45",
        "Mo-Su 02:15-04:00",
        "Mo-Su 01:00-02:30",
        "Mo-Su 01:00-05:00",
        "Mo-Su 03:00-03:30",
        "Sa 22:00-02:10; Su 02:50-09:00",
    ],
)
def test_night_in_which_the_clocks_change_is_told_minute_by_minute(
    text: str, night: datetime
) -> None:
    minutes = [night + timedelta(minutes=minute) for minute in range(30 * 60)]
    opened = [opening_at(text, minute, BERLIN).open for minute in minutes]
    turns = [minutes[row] for row in range(1, len(minutes)) if opened[row] != opened[row - 1]]
    assert turns
    for minute in minutes:
        coming = [turn for turn in turns if turn > minute]
        if coming:
            assert told(text, minute, BERLIN)[1] == coming[0]
