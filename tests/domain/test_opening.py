import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.opening import Calendar, check_calendar, check_opening_hours, opening_at
from geo_service.errors import RefusedData, WrongUsage

CITY = Calendar()
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
