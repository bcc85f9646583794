from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.columns import microseconds
from geo_service.web.ogc.instants import Interval, read_interval

DAY = microseconds(datetime(2026, 2, 3, tzinfo=UTC))
LAST = DAY + 86_400_000_000 - 1
NOON = DAY + 43_200_000_000


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("2026-02-03T12:00:00Z", Interval(NOON, NOON)),
        ("2026-02-03T20:00:00+08:00", Interval(NOON, NOON)),
        ("2026-02-03", Interval(DAY, LAST)),
        ("2026-02-03T12:00:00Z/..", Interval(NOON, None)),
        ("2026-02-03T12:00:00Z/", Interval(NOON, None)),
        ("../2026-02-03T12:00:00Z", Interval(None, NOON)),
        ("/2026-02-03", Interval(None, LAST)),
        ("2026-02-03/2026-02-03T12:00:00Z", Interval(DAY, NOON)),
    ],
)
def test_moments_days_and_intervals_are_read(text: str, interval: Interval) -> None:
    assert read_interval(text) == interval


@pytest.mark.parametrize(
    "text",
    ["", "..", "../..", "/", "a/b/c", "2026", "2026-02-30", "2026-02-03T12:00:00", "yesterday",
     "2026-02-03T12:00:00Z/2026-02-02", "0001-01-01", "9999-12-31"],
)  # fmt: skip
def test_anything_else_is_refused_with_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"It (must|needs).*\."):
        read_interval(text)


MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=900)))
def test_an_interval_of_moments_is_just_these(start: datetime, length: timedelta) -> None:
    read = read_interval(f"{start.isoformat()}/{(start + length).isoformat()}")
    assert read == (microseconds(start), microseconds(start + length))
