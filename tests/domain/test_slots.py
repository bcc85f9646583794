"""Slots against the standard library, asked moment by moment."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.moments import from_microseconds, to_microseconds
from geo_service.domain.slots import (
    SLOTS,
    WEEK_SLOTS,
    Per,
    SlotRule,
    shown_us,
    slot_parts,
    week_slots,
)

ZONES = [
    "Asia/Shanghai",  # one offset since 1991
    "Asia/Kathmandu",  # 5:45
    "Australia/Lord_Howe",  # put forward by half an hour
    "America/St_Johns",  # put forward at 00:01
    "Africa/Monrovia",  # 44 minutes and 30 seconds behind until 1972
    "Europe/Berlin",
    "Pacific/Apia",  # one Friday left out in 2011
    "UTC",
]
moments = st.integers(to_microseconds(datetime(1965, 1, 1, tzinfo=UTC)), 4_000_000_000_000_000)


def us(*parts: int) -> int:
    return to_microseconds(datetime(*parts, tzinfo=UTC))


@given(st.lists(moments, max_size=20), st.sampled_from(ZONES), st.sampled_from(Per))
def test_slots_are_those_of_plain_datetimes(moments: list[int], zone: str, per: Per) -> None:
    slots = SlotRule(per, ZoneInfo(zone)).slots(np.array(moments, dtype=np.int64))
    here = [from_microseconds(moment).astimezone(ZoneInfo(zone)) for moment in moments]
    weekday, hour = slot_parts(slots)
    asked = per.value.split("_")
    none = [0] * len(here)
    assert weekday.tolist() == (
        [moment.isoweekday() for moment in here] if "weekday" in asked else none
    )
    assert hour.tolist() == ([moment.hour for moment in here] if "hour" in asked else none)
    assert ((slots >= 0) & (slots < SLOTS)).all()


@given(st.lists(moments, max_size=20), st.sampled_from(ZONES))
def test_week_has_a_slot_for_all_and_for_each_rule(moments: list[int], zone: str) -> None:
    found = week_slots(np.array(moments, dtype=np.int64), ZoneInfo(zone))
    here = [from_microseconds(moment).astimezone(ZoneInfo(zone)) for moment in moments]
    assert found.tolist() == [
        [0 for _ in here],
        [1 + at.hour for at in here],
        [25 * at.isoweekday() for at in here],
        [25 * at.isoweekday() + 1 + at.hour for at in here],
    ]
    assert (found < WEEK_SLOTS).all()


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", us(2026, 3, 29, 1)),
        ("Europe/Berlin", us(2026, 10, 25, 1)),
        ("America/St_Johns", us(2010, 3, 14, 3, 31)),
        ("America/St_Johns", us(2010, 11, 7, 2, 31)),
        ("Africa/Monrovia", us(1972, 1, 7, 0, 44, 30)),
        ("Australia/Lord_Howe", us(2026, 4, 4, 15)),
    ],
)
def test_clocks_are_changed_at_the_very_moment(zone: str, change: int) -> None:
    t = change + np.array([-900_000_001, -1_000_000, -1, 0, 1, 59_999_999, 900_000_000])
    here = [from_microseconds(moment).astimezone(ZoneInfo(zone)) for moment in t.tolist()]
    assert here[2].utcoffset() != here[3].utcoffset(), "the test's own dates are right"
    expected = [to_microseconds(moment.replace(tzinfo=UTC)) for moment in here]
    assert shown_us(t, ZoneInfo(zone)).tolist() == expected


class Counting(tzinfo):
    """An hour ahead, and counts how often it is asked."""

    asked = 0

    def utcoffset(self, _: datetime | None) -> timedelta:
        type(self).asked += 1
        return timedelta(hours=1)

    def dst(self, _: datetime | None) -> timedelta:
        return timedelta()


def test_a_zone_is_asked_for_quarters_of_an_hour_only() -> None:
    t = us(2026, 10, 1) + np.arange(0, 3_600_000_000, 1_000_000)
    slots = SlotRule(Per.HOUR, Counting()).slots(t)
    assert set(slots.tolist()) == {1}
    assert Counting.asked <= 3 * 5


@pytest.mark.parametrize("per", Per)
def test_no_moments_have_no_slots(per: Per) -> None:
    slots = SlotRule(per, UTC).slots(np.zeros(0, dtype=np.int64))
    assert (slots.shape, slots.dtype) == ((0,), np.int64)


@pytest.mark.parametrize(
    ("per", "slots"), [(Per.HOUR, 24), (Per.WEEKDAY, 7), (Per.WEEKDAY_HOUR, 168)]
)
def test_a_week_has_all_its_slots(per: Per, slots: int) -> None:
    week = us(2026, 10, 5) + 1_800_000_000 * np.arange(48 * 7)
    rule = SlotRule(per, ZoneInfo("Asia/Shanghai"))
    assert len(set(rule.slots(week).tolist())) == slots
    assert (rule.slots(week) == rule.slots(week + 7 * 86_400_000_000)).all()
