"""The rules of a release's period and rounding."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geo_service.domain.release import (
    Release,
    calendar_month,
    closed_month,
    following_month,
    round_down,
)
from geo_service.errors import WrongUsage

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_a_month_is_the_citys_own() -> None:
    assert calendar_month("2024-05", SHANGHAI) == (
        datetime(2024, 4, 30, 16, tzinfo=UTC),
        datetime(2024, 5, 31, 16, tzinfo=UTC),
    )


def test_december_ends_with_the_year() -> None:
    assert calendar_month("2023-12", UTC) == (
        datetime(2023, 12, 1, tzinfo=UTC),
        datetime(2024, 1, 1, tzinfo=UTC),
    )


def test_a_month_in_which_clocks_change_is_an_hour_shorter() -> None:
    since, until = calendar_month("2024-03", ZoneInfo("Europe/Lisbon"))
    assert until - since == timedelta(days=31) - timedelta(hours=1)


def test_months_follow_each_other_without_a_gap_or_overlap() -> None:
    names = [f"{year}-{month:02}" for year in (2023, 2024) for month in range(1, 13)]
    months = [calendar_month(name, ZoneInfo("America/New_York")) for name in names]
    assert [until for _, until in months[:-1]] == [since for since, _ in months[1:]]


@pytest.mark.parametrize("month", range(1, 13))
def test_the_month_after_a_moment_begins_where_its_own_ends(month: int) -> None:
    moment = datetime(2023, month, 28, 23, 59, tzinfo=SHANGHAI)
    _, until = calendar_month(f"2023-{month:02}", SHANGHAI)
    assert calendar_month(following_month(moment), SHANGHAI)[0] == until


@pytest.mark.parametrize(
    "period", ["2024", "2024-13", "2024-00", "2024-5", "24-05", "2024-05-01", "", "9999-12", "May"]
)
def test_what_is_no_month_is_refused(period: str) -> None:
    with pytest.raises(WrongUsage, match="not a calendar month"):
        calendar_month(period, UTC)


def test_only_a_closed_month_is_released() -> None:
    end = datetime(2024, 5, 31, 16, tzinfo=UTC)
    assert closed_month("2024-05", SHANGHAI, end)[1] == end
    with pytest.raises(WrongUsage, match=r"2024-05 ends at 2024-06-01T00:00:00\+08:00"):
        closed_month("2024-05", SHANGHAI, end - timedelta(microseconds=1))


@pytest.mark.parametrize(("count", "rounded"), [(0, 0), (9, 0), (10, 10), (19, 10), (20, 20)])
def test_counts_are_rounded_down(count: int, rounded: int) -> None:
    assert round_down(count, 10) == rounded


def test_periods_overlap_only_where_they_share_a_moment() -> None:
    since, until = calendar_month("2024-05", UTC)
    release = Release("2024-05", since, until, 9, ())
    second = timedelta(seconds=1)
    assert release.overlaps(since, until)
    assert release.overlaps(until - second, until + second)
    assert release.overlaps(since - second, until + second)
    assert not release.overlaps(until, until + second)
    assert not release.overlaps(since - second, since)
