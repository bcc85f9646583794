from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.web import token_buckets
from geo_service.web.commons import Commons
from geo_service.web.token_buckets import HOUR_S, TokenBuckets

STEPS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 4_000)), max_size=60)


@given(st.integers(1, 20), STEPS)
def test_nobody_takes_more_than_was_full_and_has_come_back(
    an_hour: int, steps: list[tuple[str, int]]
) -> None:
    buckets, now_s, taken = TokenBuckets(Commons(), "reports", an_hour), 0.0, {"a": 0, "b": 0}
    left = {"a": float(an_hour), "b": float(an_hour)}
    for who, pause_s in steps:
        now_s += pause_s
        back = pause_s * an_hour / HOUR_S
        left = {one: min(an_hour, had + back) for one, had in left.items()}
        wait_s = buckets.wait_s(who, now_s)
        if abs(left[who] - 1) < 1e-6:
            # Which side of whole it falls on is a matter of rounding.
            left[who] = left[who] - 1 if not buckets.take(who, now_s) else left[who]
            continue
        assert (wait_s == 0) is (left[who] >= 1)
        assert buckets.take(who, now_s) == wait_s
        if not wait_s:
            left[who] -= 1
            taken[who] += 1
        assert taken[who] <= an_hour + now_s * an_hour / HOUR_S + 1e-6


def test_whoever_waits_as_long_as_is_said_gets_one() -> None:
    buckets = TokenBuckets(Commons(), "reports", 7)
    assert [buckets.take("a", 5.0) for _ in range(7)] == [0.0] * 7
    wait_s = buckets.take("a", 5.0)
    assert 514 < wait_s < 515
    assert buckets.take("a", 5.0 + wait_s - 1) > 0
    assert buckets.take("a", 5.0 + wait_s + 0.001) == 0


def test_0_is_any_number() -> None:
    buckets = TokenBuckets(Commons(), "reports", 0)
    assert not any(buckets.take("a", 0.0) or buckets.wait_s("a", 0.0) for _ in range(1_000))


def test_each_sort_is_counted_by_itself() -> None:
    commons = Commons()
    reports, photos = TokenBuckets(commons, "reports", 1), TokenBuckets(commons, "photos", 1)
    assert reports.take("a", 0.0) == photos.take("a", 0.0) == 0
    assert reports.take("a", 0.0) == HOUR_S


def test_processes_count_together(tmp_path: Path) -> None:
    here, there = (TokenBuckets(Commons(tmp_path), "reports", 4) for _ in range(2))
    assert [one.take("a", 0.0) for one in (here, there, here, there)] == [0.0] * 4
    assert here.take("a", 0.0) == there.take("a", 0.0) == HOUR_S / 4


def test_after_an_hour_nobody_is_remembered_and_nobody_from_before_a_restart_waits() -> None:
    commons = Commons()
    buckets = TokenBuckets(commons, "reports", 1)
    assert buckets.take("a", 50_000.0) == 0
    # The machine has begun anew, and its clock with it.
    assert buckets.take("a", 10.0) == HOUR_S
    assert buckets.take("b", 10.0) == 0
    assert buckets.take("a", 11.0) == 0
    assert buckets.take("c", 12.0 + HOUR_S) == 0
    with commons.open() as file:
        assert file.execute("SELECT who FROM taken").fetchall() == [("c",)]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_buckets, "MOST_TAKEN", 100)
    commons = Commons()
    buckets = TokenBuckets(commons, "reports", 1)
    for number in range(150):
        assert buckets.take(str(number), 0.0) == 0
    with commons.open() as file:
        assert file.execute("SELECT count(*) FROM taken").fetchone() == (100,)
    assert buckets.take("149", 0.0) > 0
    assert buckets.take("50", 0.0) > 0
    assert buckets.take("49", 0.0) == 0
