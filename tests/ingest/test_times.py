from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.errors import WrongUsage
from geo_service.ingest.times import Clock, TimeFault, read_times, zone_named

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HERE = Clock(zone_named("America/New_York"))


def us(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


@pytest.mark.parametrize(
    "told",
    [
        "2025-03-01T08:05:00Z",
        "2025-03-01 16:05:00+08:00",
        "2025-03-01T16:05:00+0800",
        "2025-03-01T03:05-05",
        "20250301T080500Z",
        " 2025-03-01T08:05:00.000000000Z ",
        "1740816300",
        "1740816300.0",
    ],
)
def test_the_same_instant_in_many_words(told: str) -> None:
    for column in (pd.Series([told], dtype="str"), pd.Series([told], dtype=object)):
        times = read_times(column, Clock())
        assert times.fault[0] == TimeFault.NONE
        assert times.us[0] == us("2025-03-01T08:05:00+00:00")


def test_a_column_may_mix_them_and_each_row_keeps_its_own_fault() -> None:
    column = pd.Series(["2025-03-01T08:05:00Z", "1740816300.5", None, "soon", "2025-03-01T08:05"])
    times = read_times(column, Clock())
    assert times.fault.tolist() == [
        TimeFault.NONE,
        TimeFault.NONE,
        TimeFault.MISSING,
        TimeFault.UNREADABLE,
        TimeFault.NO_ZONE,
    ]
    assert times.us.tolist() == [1740816300000000, 1740816300500000, 0, 0, 0]
    assert times.reason(0, "time") == ""
    assert times.reason(2, "time") == "It has no time."
    assert times.reason(3, "time").startswith("Its time 'soon' can't be read: write ISO 8601")
    assert times.reason(4, "time").startswith("Its time '2025-03-01T08:05' bears no time zone")


def test_many_rows_with_one_fault_are_read_like_few() -> None:
    told = ["2025-03-01T08:05:00Z"] * 200_000
    told[150_000] = "x"
    times = read_times(pd.Series(told, dtype="str"), Clock())
    assert np.flatnonzero(times.fault).tolist() == [150_000]
    assert set(times.us[times.fault == 0]) == {1740816300000000}


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_columns_of_times_with_and_without_a_zone(unit: str) -> None:
    stamps = pd.Series(["2025-03-01T08:05:00", None], dtype=f"datetime64[{unit}]")
    zoned = read_times(stamps.dt.tz_localize("Asia/Shanghai"), Clock())
    assert zoned.us[0] == us("2025-03-01T00:05:00+00:00")
    assert zoned.fault.tolist() == [TimeFault.NONE, TimeFault.MISSING]
    assert read_times(stamps, Clock()).fault.tolist() == [TimeFault.NO_ZONE, TimeFault.MISSING]
    local = read_times(stamps, HERE)
    assert local.us[0] == us("2025-03-01T13:05:00+00:00")
    assert local.fault.tolist() == [TimeFault.NONE, TimeFault.MISSING]


def test_numbers_are_unix_seconds() -> None:
    times = read_times(pd.Series([0.25, np.nan, np.inf, -1.0]), Clock())
    assert times.us.tolist() == [250_000, 0, 0, -1_000_000]
    assert times.fault.tolist() == [0, TimeFault.MISSING, TimeFault.UNREADABLE, 0]
    assert read_times(pd.Series([1740816300]), Clock()).us[0] == 1740816300000000


def test_the_hour_that_is_twice_is_taken_as_the_first_and_said() -> None:
    times = read_times(pd.Series(["2015-11-01 01:30:00", "2015-11-01 03:30:00"]), HERE)
    assert times.us[0] == us("2015-11-01T01:30:00-04:00")
    assert times.warnings == (
        (
            "1 local times were twice in America/New_York, because the clocks went back; the first "
            "is taken."
        ),
    )


def test_the_hour_that_never_was_is_a_fault() -> None:
    times = read_times(pd.Series(["2015-03-08 02:30:00", "2015-03-08 03:30:00"]), HERE)
    assert times.fault.tolist() == [TimeFault.SKIPPED, TimeFault.NONE]
    assert times.reason(0, "time") == (
        "Its time '2015-03-08 02:30:00' never was in America/New_York: the clocks went forward "
        "over it."
    )


def test_the_future_begins_after_the_slack() -> None:
    now = datetime(2025, 3, 1, 8, 0, tzinfo=UTC)
    column = pd.Series(["2025-03-01T08:05:00Z", "2025-03-01T08:05:00.000001Z"])
    times = read_times(column, Clock(None, now, 300.0))
    assert times.fault.tolist() == [TimeFault.NONE, TimeFault.FUTURE]


def test_a_time_that_no_calendar_has_can_not_be_read() -> None:
    column = pd.Series([1e12, -1e11, 253402300799.0, -62135596800.0])
    times = read_times(column, Clock())
    assert times.fault.tolist() == [TimeFault.UNREADABLE] * 2 + [TimeFault.NONE] * 2
    assert times.moment(2).isoformat() == "9999-12-31T23:59:59+00:00"
    assert times.moment(3).isoformat() == "0001-01-01T00:00:00+00:00"


def test_an_unknown_zone_is_wrong_usage() -> None:
    assert zone_named(None) is None
    for name in ("Mars/Olympus", "../etc/passwd", "America"):
        with pytest.raises(WrongUsage, match="Write its IANA name, for example Asia/Shanghai"):
            zone_named(name)


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - zone below
            st.integers(-14 * 60, 14 * 60),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_written_in_any_zone_it_is_the_same_instant(drawn: list[tuple[datetime, int]]) -> None:
    moments = [
        moment.replace(tzinfo=timezone(timedelta(minutes=minutes))) for moment, minutes in drawn
    ]
    column = pd.Series([moment.isoformat() for moment in moments], dtype="str")
    times = read_times(column, Clock())
    assert times.us.tolist() == [(one - EPOCH) // timedelta(microseconds=1) for one in moments]
    assert [times.moment(row) for row in range(len(moments))] == moments
