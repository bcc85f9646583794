from dataclasses import fields
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from geo_service.domain.opening import Opening
from geo_service.domain.usable import Usable
from geo_service.web.rider_words import (
    EN,
    TONGUES,
    ZH,
    choose_tongue,
    say_age,
    say_metres,
    say_minutes,
    say_opening,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("asked", "kept", "accepted", "code"),
    [
        (None, None, "", "zh"),
        (None, None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "fr,en;q=0.3,zh;q=0.5", "zh"),
        (None, None, "fr, en;q=0.5", "en"),
        (None, None, "en;q=nonsense, zh;q=0.1", "zh"),
        (None, None, "en;q=0", "zh"),
        (None, "en", "zh", "en"),
        ("zh", "en", "en", "zh"),
        ("xx", "yy", "en", "en"),
    ],
)
def test_language_is_chosen(asked: str | None, kept: str | None, accepted: str, code: str) -> None:
    assert choose_tongue(asked, kept, accepted).code == code


def test_both_languages_say_everything_with_the_same_blanks() -> None:
    for entry in fields(ZH):
        zh, en = getattr(ZH, entry.name), getattr(EN, entry.name)
        assert zh
        assert en
        if isinstance(zh, str):
            assert zh.count("{") == en.count("{"), entry.name
    for tongue in TONGUES.values():
        assert set(tongue.usable) == set(Usable)
        assert tongue.other in TONGUES
        assert len(tongue.weekdays) == 7


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "1 分钟"), (20, "1 分钟"), (149, "2 分钟"), (3600, "60 分钟")]
)
def test_minutes(seconds: float, words: str) -> None:
    assert say_minutes(ZH, seconds) == words


@pytest.mark.parametrize(
    ("metres", "words"),
    [
        (0, "10 m"),
        (14, "10 m"),
        (449, "450 m"),
        (994, "990 m"),
        (995, "1.0 km"),
        (12_345, "12.3 km"),
    ],
)
def test_metres(metres: float, words: str) -> None:
    assert say_metres(EN, metres) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (89, "just now"),
        (600, "10 min ago"),
        (7200, "2 h ago"),
        (86_400 * 3, "3 days ago"),
    ],
)
def test_age(seconds: float, words: str) -> None:
    assert say_age(EN, seconds) == f"reported {words}"


@pytest.mark.parametrize(
    ("opening", "zh", "en"),
    [
        (Opening(open=True, changes_at=None), "24 小时开放", "Open 24 hours"),
        (Opening(open=False, changes_at=None), "已关门", "Closed"),
    ],
)
def test_opening_that_never_changes(opening: Opening, zh: str, en: str) -> None:
    assert say_opening(ZH, opening, NOW) == zh
    assert say_opening(EN, opening, NOW) == en


@pytest.mark.parametrize(
    ("then", "zh", "en"),
    [
        ("2026-11-18T22:00", "22:00", "22:00"),
        ("2026-11-19T00:00", "24:00", "24:00"),
        ("2026-11-19T02:00", "明天 02:00", "tomorrow 02:00"),
        ("2026-11-20T00:00", "周五 00:00", "Fri 00:00"),
        ("2026-11-24T09:00", "周二 09:00", "Tue 09:00"),
        ("2026-11-25T09:00", "11月25日 09:00", "25/11 09:00"),
    ],
)
def test_opening_that_changes(then: str, zh: str, en: str) -> None:
    changes_at = datetime.fromisoformat(then).replace(tzinfo=ZONE)
    assert say_opening(ZH, Opening(True, changes_at), NOW) == f"营业至 {zh}"
    assert say_opening(EN, Opening(False, changes_at), NOW) == f"Closed, opens {en}"


def test_today_is_the_citys_and_not_utcs() -> None:
    late = datetime(2026, 11, 18, 23, 30, tzinfo=ZONE)
    opening = Opening(True, late + timedelta(hours=1))
    assert say_opening(EN, opening, late.astimezone(UTC)) == "Open until tomorrow 00:30"
