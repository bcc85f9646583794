import time
from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
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


def test_change_is_looked_for_up_to_four_hundred_days_after_the_day() -> None:
    text = "2026 Apr 10 08:00-12:00"
    assert opening_at(text, at("2025-03-05T12:00:00"), CITY).changes_at is None
    seen = opening_at(text, at("2025-03-06T12:00:00"), CITY)
    assert seen.changes_at == at("2026-04-10T08:00:00")


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


FIXED = {
    "Asia/Shanghai": timedelta(hours=8),
    "Asia/Kathmandu": timedelta(hours=5, minutes=45),
    "Pacific/Kiritimati": timedelta(hours=14),
    "Etc/GMT+12": timedelta(hours=-12),
    "America/Bogota": timedelta(hours=-5),
}
"""Zones whose clocks are never changed."""
NO_HOLIDAYS = datetime(2026, 11, 9, tzinfo=UTC)
"""A Monday; in the two weeks from then on nothing is celebrated."""
WEEK = timedelta(days=7)
TIMETABLES: dict[str, tuple[range | list[int], list[tuple[int, int]]]] = {
    "Mo-Su 08:00-22:00": (range(7), [(480, 1320)]),
    "Mo-Fr 07:30-12:00,13:00-17:45": (range(5), [(450, 720), (780, 1065)]),
    "Mo-Su 22:00-02:30": (range(7), [(1320, 1590)]),
    "Sa,Su 18:00-30:00": ([5, 6], [(1080, 1800)]),
    "Su 23:59-24:01": ([6], [(1439, 1441)]),
    "We 00:00-24:00": ([2], [(0, 1440)]),
    "Mo-Th 20:00-08:00": (range(4), [(1200, 1920)]),
    "Tu 09:00-12:00,12:00-15:00": ([1], [(540, 720), (720, 900)]),
    "Mo-Su 00:00-24:00": (range(7), [(0, 1440)]),
}
"""Days from Monday on, and on each the minutes after its midnight, also those of the next day."""


def opened_times(text: str, offset: timedelta) -> list[tuple[datetime, datetime]]:
    """Return from when to when a place is open, in UTC, where times that meet are one."""
    days, spans = TIMETABLES[text]
    midnights = [NO_HOLIDAYS - offset + timedelta(days=day) for day in range(-14, 35)]
    times = [
        (midnight + timedelta(minutes=since), midnight + timedelta(minutes=until))
        for row, midnight in enumerate(midnights)
        if row % 7 in days
        for since, until in spans
    ]
    joined: list[tuple[datetime, datetime]] = []
    for since, until in sorted(times):
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(until, joined[-1][1])
        else:
            joined.append((since, until))
    return joined


@pytest.mark.parametrize("zone", FIXED)
@pytest.mark.parametrize("text", TIMETABLES)
def test_timetable_of_a_week_is_told_to_the_second_whatever_was_asked_before(
    text: str, zone: str
) -> None:
    random, openings = Random(text + zone), Openings(Calendar(zone, "CN"))  # noqa: S311 - nothing secret
    times = opened_times(text, FIXED[zone])
    turns = [turn for time in times for turn in time]
    moments = [
        turn + step
        for turn in turns
        if NO_HOLIDAYS <= turn < NO_HOLIDAYS + 2 * WEEK
        for step in (-timedelta(seconds=1), -MICROSECOND, timedelta(0), MICROSECOND)
    ]
    moments += [NO_HOLIDAYS + random.random() * 2 * WEEK for _ in range(60)]
    random.shuffle(moments)
    for moment in moments:
        coming = next(turn for turn in turns if turn > moment)
        told_now = any(since <= moment < until for since, until in times)
        expected = told_now, None if len(times) == 1 else coming
        span = openings.at(text, moment.astimezone(ZoneInfo(zone)))
        assert (span.opening.open, in_utc(span.opening)) == expected
        assert told(text, moment, Calendar(zone, "CN")) == expected


@pytest.mark.parametrize(
    ("country", "zone", "days"),
    [
        ("CN", "Asia/Shanghai", "01-01 02-17 05-01 06-19 09-25 10-01"),
        ("DE", "Europe/Berlin", "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"),
    ],
)
def test_public_holidays_are_whole_days_of_the_city(country: str, zone: str, days: str) -> None:
    """Those of 2026 that hold everywhere in the country, from one midnight to the next there."""
    calendar, here = Calendar(zone, country), ZoneInfo(zone)
    for day in days.split():
        midnight = datetime.fromisoformat(f"2026-{day}").replace(tzinfo=here)
        next_day = midnight + timedelta(days=1)
        openings = Openings(calendar)
        for text, opened in (("Mo-Su 00:00-24:00; PH off", False), ("PH 00:00-24:00", True)):
            for moment in (midnight, midnight + timedelta(hours=9), next_day - MICROSECOND):
                assert openings.at(text, moment).opening.open is opened, day
        for outside in (midnight - MICROSECOND, next_day):
            is_one = f"{outside:%m-%d}" in days
            assert openings.at("PH 00:00-24:00", outside).opening.open is is_one, day
