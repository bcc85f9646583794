from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.maps.figures import (
    class_limits,
    class_ranges,
    round_limits,
    say_briefly,
    say_chance,
    say_count,
    say_length,
    say_minutes,
    say_number,
    say_time,
    say_time_us,
)

XIANGYANG = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("number", "said"),
    [(1234.5, "1,234"), (99.96, "100"), (12.345, "12.3"), (0.5, "0.5"), (0, "0")],
)
def test_numbers_have_three_digits(number: float, said: str) -> None:
    assert say_number(number) == said


def test_chance_is_never_said_to_be_none() -> None:
    assert [say_chance(share) for share in (0.0, 0.00099, 0.001, 0.0496, 1.0)] == [
        "< 0.001", "< 0.001", "0.001", "0.050", "1.000"
    ]  # fmt: skip


def test_counts_and_lengths_are_easy_to_read() -> None:
    assert say_count(1234567) == "1,234,567"
    assert say_length(999.4) == "999 m"
    assert say_length(12_345) == "12.3 km"


def test_minutes_have_a_tenth_while_they_are_few() -> None:
    assert say_minutes(200) == "3.3 min"
    assert say_minutes(1190) == "19.8 min"
    assert say_minutes(3930) == "66 min"


def test_times_are_those_of_the_city() -> None:
    moment = datetime(2026, 9, 30, 17, 5, tzinfo=UTC)
    assert say_time(moment, XIANGYANG) == "2026-10-01 01:05"
    assert say_time_us(int(moment.timestamp()) * 1_000_000, XIANGYANG) == "2026-10-01 01:05"


def test_a_moment_that_never_was_is_not_said() -> None:
    assert say_time_us(-1, XIANGYANG) == ""


def test_limits_share_values_out_evenly_and_are_round() -> None:
    limits = class_limits(np.arange(1, 1001), 5)
    assert limits == [200, 400, 600, 800]


def test_values_all_alike_are_one_class() -> None:
    assert class_limits([7, 7, 7], 5) == []
    assert class_ranges([], 7, 7) == ["7"]


def test_nothing_to_share_out_gives_no_limit() -> None:
    assert class_limits([0.0, float("nan")], 5) == []


@given(st.lists(st.floats(0.001, 1e6), min_size=1, max_size=50), st.integers(1, 6))
def test_every_class_has_values_and_a_range(values: list[float], classes: int) -> None:
    limits = class_limits(values, classes)
    assert limits == sorted(set(limits))
    assert len(limits) < classes
    found = np.searchsorted(limits, values, side="right")
    assert {0, len(limits)} <= set(found.tolist())
    assert len(class_ranges(limits, min(values), max(values))) == len(limits) + 1


@pytest.mark.parametrize(
    ("number", "said"), [(0.15, "0.15"), (7000, "7,000"), (15_000, "15k"), (1.5e6, "1.5M")]
)
def test_limits_are_brief(number: float, said: str) -> None:
    assert say_briefly(number) == said


@given(st.floats(1e-6, 1e9), st.floats(1.0, 1e4))
def test_round_limits_lie_between_and_are_told_apart(lowest: float, times: float) -> None:
    highest = lowest * times
    limits = round_limits(lowest, highest, 6)
    assert limits == sorted(set(limits))
    assert 1 <= len(limits) <= 6
    assert 0.9 * lowest / 1.6 <= limits[0] * 1.0001
    assert limits[-1] <= 0.9 * highest * 1.0001
    assert {f"{limit:e}"[:3] for limit in limits} <= {
        "1.0", "1.5", "2.0", "3.0", "4.0", "5.0", "7.0"
    }  # fmt: skip


def test_round_limits_are_those_of_a_ladder() -> None:
    assert round_limits(1.0, 10.0, 6) == [1.0, 1.5, 2.0, 3.0, 5.0, 7.0]
    assert round_limits(110.0, 5_700.0, 6) == [100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0]
    assert round_limits(5.0, 5.0, 6) == [4.0]
