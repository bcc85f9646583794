from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.moments import day_begin, day_of, from_microseconds, to_microseconds

ZONES = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(
    min_value=datetime(2, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(9998, 1, 1),  # noqa: DTZ001
    timezones=ZONES,
)


@given(MOMENTS)
def test_a_moment_comes_back_exactly_and_in_utc(moment: datetime) -> None:
    back = from_microseconds(to_microseconds(moment))
    assert back == moment
    assert back.tzinfo is UTC


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    first = datetime(2000, 10, 29, 2, tzinfo=ZoneInfo("Europe/Oslo"))
    assert to_microseconds(first.replace(fold=1)) - to_microseconds(first) == 3_600_000_000


def test_microseconds_are_those_of_unix_time() -> None:
    assert to_microseconds(datetime(2001, 9, 9, 1, 46, 40, 5, tzinfo=UTC)) == 10**15 + 5
    assert to_microseconds(datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)) == -1_000_000


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="2024-05-01T00:00:00 has no zone"):
        to_microseconds(datetime(2024, 5, 1))  # noqa: DTZ001 - what is tested


@given(MOMENTS)
def test_a_moment_lies_in_its_utc_day(moment: datetime) -> None:
    day = day_of(moment)
    assert day_begin(day) <= moment < day_begin(day + 1)


@given(st.datetimes(datetime(1900, 1, 1), datetime(2300, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - the zone is given beside it
def test_a_day_begins_at_its_midnight(moment: datetime) -> None:
    day = to_microseconds(moment) // (24 * 3_600_000_000)
    assert day_begin(day) == moment.replace(hour=0, minute=0, second=0, microsecond=0)
