"""Who was erased is remembered by a mark that says nothing without the key."""

from datetime import UTC, datetime

import pytest

from geo_service.domain.erasure import MARK_DIGITS, Erasure, ErasureList, mark_of, mark_of_key

KEY, OTHER_KEY = b"one", b"other"


def test_list_is_read_as_it_was_written() -> None:
    erased = Erasure(mark_of("rider", KEY), datetime(2026, 3, 5, 1, 2, 3, tzinfo=UTC))
    told = ErasureList(mark_of_key(KEY), (erased,))
    assert ErasureList.from_json(told.as_json()) == told


def test_moment_without_a_zone_is_refused() -> None:
    told = {"key_mark": "", "erased": [{"mark": "a", "asked_at": "2026-03-05T01:02:03"}]}
    with pytest.raises(ValueError, match="no zone"):
        ErasureList.from_json(told)


def test_mark_hangs_on_the_rider_and_on_the_key() -> None:
    marks = {
        mark_of("rider", KEY),
        mark_of("other rider", KEY),
        mark_of("rider", OTHER_KEY),
        mark_of_key(KEY),
        mark_of_key(OTHER_KEY),
    }
    assert len(marks) == 5
    assert {len(mark) for mark in marks} == {MARK_DIGITS} == {32}
    assert mark_of("rider", KEY) in marks
