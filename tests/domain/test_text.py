import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.text import can_be_kept, line_fault, text_fault


@pytest.mark.parametrize(
    "text", ["", "积水，过不去", "line\nline\r\n\ttab", "🛵", "Ünïcode", "\u200f"]
)
def test_what_people_write_is_taken(text: str) -> None:
    assert text_fault(text, 100) == ""


@pytest.mark.parametrize("text", ["\0", "a\x1bb", "\x7f", "\x85", "\ufffe", "\ue000", "\ud83d"])
def test_what_nobody_can_read_is_refused(text: str) -> None:
    assert text_fault(text, 100)
    assert line_fault(text, 100)


@pytest.mark.parametrize(
    ("text", "kept"), [("", True), ("积水\x1b", True), ("a\0b", False), ("\ud800", False)]
)
def test_what_no_database_can_hold_is_known(text: str, kept: bool) -> None:
    assert can_be_kept(text) is kept


def test_half_a_character_is_called_by_its_name() -> None:
    assert "surrogate" in text_fault("ok \udc00", 100)


@given(st.text(st.characters(), max_size=30))
def test_whatever_is_taken_can_be_written_as_utf_8_and_xml(text: str) -> None:
    if not text_fault(text, 30):
        text.encode()
        assert all(
            one in "\t\n\r" or unicodedata.category(one) not in {"Cc", "Cs", "Cn", "Co"}
            for one in text
        )


def test_length_is_bounded_and_a_line_is_a_line() -> None:
    assert text_fault("x" * 11, 10) == "It is longer than 10 characters."
    assert text_fault("x" * 10, 10) == ""
    assert line_fault("a\nb", 10) == "It must be one line."
