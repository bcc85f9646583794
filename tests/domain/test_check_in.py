from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.check_in import city_day, day_shown, number_day

ZONES = ("Asia/Shanghai", "America/St_Johns", "Pacific/Apia", "UTC")


def test_the_day_changes_at_the_citys_midnight() -> None:
    midnight = datetime(2026, 11, 17, 16, tzinfo=UTC)
    zone = ZoneInfo("Asia/Shanghai")
    before, after = city_day(midnight - timedelta(microseconds=1), zone), city_day(midnight, zone)
    assert (day_shown(before), day_shown(after)) == (date(2026, 11, 17), date(2026, 11, 18))
    assert city_day(midnight, ZoneInfo("UTC")) == before


def test_the_first_day_is_the_one_1970_began_with() -> None:
    assert number_day(date(1970, 1, 1)) == 0
    assert number_day(date(1969, 12, 31)) == -1


@given(
    st.integers(86_400, 7_258_118_400).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(ZONES),
)
def test_a_day_is_the_date_on_the_citys_calendar(moment: datetime, zone: str) -> None:
    shown = moment.astimezone(ZoneInfo(zone))
    assert day_shown(city_day(moment, ZoneInfo(zone))) == shown.date()


@pytest.mark.parametrize("day", [-719_162, 0, 20_000, 2_932_896])
def test_numbers_and_dates_are_inverse(day: int) -> None:
    assert number_day(day_shown(day)) == day
