import base64
import json
import string
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.maps.escape import as_script
from geo_service.maps.folding import fitting, fold


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_comes_back_whole(text: str) -> None:
    assert zlib.decompress(base64.b64decode(fold(text))).decode() == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folded_text_can_end_nothing_and_start_nothing(text: str) -> None:
    assert set(fold(text)) <= {*string.ascii_letters, *string.digits, *"+/="}


def test_cards_that_say_much_the_same_take_little_room() -> None:
    rows = [["驿站", "Rest station", f"place {number}", "24/7"] for number in range(1000)]
    assert len(fold(as_script(rows))) < len(as_script(rows).encode()) / 8


@pytest.mark.parametrize("most", [0, 100, 5_000, 10**9])
def test_as_many_rows_fit_as_there_is_room_for(most: int) -> None:
    random = np.random.default_rng(3)
    rows = [random.bytes(30).hex() for _ in range(500)]
    count = fitting(rows, most)
    assert count == 0 or len(fold(json.dumps(rows[:count]))) <= most * 1.02
    if count < len(rows):
        assert len(fold(json.dumps(rows[: count * 11 // 10 + 2]))) > most


def test_nothing_fits_whole() -> None:
    assert fitting([], 10) == 0
