from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geo_service.errors import WrongUsage
from geo_service.features.filters.times import (
    ALWAYS_AFTER,
    ALWAYS_BEFORE,
    day_span,
    end_span,
    moment_span,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micro(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def test_a_day_lasts_from_midnight_to_midnight_of_its_zone() -> None:
    first, last = day_span("2026-03-01", ZoneInfo("Asia/Shanghai"))
    assert first == micro(datetime(2026, 2, 28, 16, tzinfo=UTC))
    assert last == micro(datetime(2026, 3, 1, 16, tzinfo=UTC)) - 1


def test_a_day_on_which_clocks_change_is_as_long_as_it_is() -> None:
    first, last = day_span("2026-03-29", ZoneInfo("Europe/Berlin"))
    assert last + 1 - first == 23 * 3600 * 10**6


def test_the_last_day_there_is_has_no_end() -> None:
    assert day_span("9999-12-31", UTC)[1] == ALWAYS_AFTER


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01T08:30:00Z", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("2026-03-01t08:30:00.25z", datetime(2026, 3, 1, 8, 30, 0, 250_000, tzinfo=UTC)),
        ("2026-03-01T08:30:00+08:00", datetime(2026, 3, 1, 0, 30, tzinfo=UTC)),
        ("1969-07-20T20:17:40Z", datetime(1969, 7, 20, 20, 17, 40, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_rfc_3339_has_it(text: str, moment: datetime) -> None:
    assert moment_span(text) == (micro(moment), micro(moment))


def test_an_end_is_a_day_a_moment_or_none() -> None:
    assert end_span("..", UTC, first=True) == (ALWAYS_BEFORE, ALWAYS_BEFORE)
    assert end_span("..", UTC, first=False) == (ALWAYS_AFTER, ALWAYS_AFTER)
    assert end_span("2026-03-01", UTC, first=True) == day_span("2026-03-01", UTC)
    assert end_span("2026-03-01T00:00:00Z", UTC, first=True) == moment_span("2026-03-01T00:00:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-3-1",
        "2026-13-01",
        "20260301",
        "2026-W09-7",
        "\u0662\u0660\u0662\u0666-03-01",
        None,
        20260301,
    ],
)
def test_what_is_no_day_is_refused(text: object) -> None:
    with pytest.raises(WrongUsage, match="day in the filter is none"):
        day_span(text, UTC)


@pytest.mark.parametrize("text", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_do_no_harm(text: str) -> None:
    for zone in ("Asia/Shanghai", "America/Los_Angeles"):
        try:
            first, last = day_span(text, ZoneInfo(zone))
        except WrongUsage:
            continue
        assert first < last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "2026-03-01T08:30Z",
        "2026-03-01T08:30:00",
        "2026-03-01T08:30:60Z",
        "2026-03-01 08:30:00Z",
        "2026-03-01T08:30:00+99:00",
        "0001-01-01T00:00:00+08:00",
        "2026-03-01T08:30:00Z; --",
        None,
    ],
)
def test_what_is_no_moment_is_refused(text: object) -> None:
    with pytest.raises(WrongUsage, match="moment in the filter is none"):
        moment_span(text)
