import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.filters.text_patterns import compile_pattern


def slow_fit(text: str, pattern: str) -> bool:
    """Say what fits by a table of all beginnings of both."""
    meant: list[tuple[str, bool]] = []
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            meant.append((next(letters, letter), False))
        else:
            meant.append((letter, letter in "%_"))
    row = [True] + [False] * len(text)
    for letter, wild in meant:
        if letter == "%" and wild:
            row = [any(row[: place + 1]) for place in range(len(row))]
        else:
            fits = [(wild or letter == other) for other in text]
            row = [False] + [before and fit for before, fit in zip(row, fits, strict=False)]
    return row[-1]


@given(st.text("ab%_\\.*\n(", max_size=8), st.text("ab%_\\.*\n(", max_size=8))
def test_patterns_fit_what_a_table_says(text: str, pattern: str) -> None:
    assert compile_pattern(pattern)(text) == slow_fit(text, pattern)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("", "", True),
        ("", "a", False),
        ("%", "", True),
        ("Rest%", "Rest station", True),
        ("%station", "Rest stations", False),
        ("_", "站", True),
        ("100\\%", "100%", True),
        ("100\\%", "1000", False),
        ("a\\_b", "axb", False),
        ("\\", "\\", True),
        ("\\\\%", "\\x", True),
        ("a.c", "abc", False),
        ("a%b%c", "a-c-b-c", True),
    ],
)
def test_wildcards_and_their_escape(pattern: str, text: str, fits: bool) -> None:
    assert compile_pattern(pattern)(text) is fits


@pytest.mark.parametrize(
    "pattern",
    [
        "%" * 5_000 + "b",
        "%a" * 20 + "b",
        "%_" * 200 + "b",
        "%a%b%" * 500,
        "_%" * 900 + "b",
        "%" + "_" * 900 + "b%",
    ],
)
def test_no_pattern_takes_for_ever(pattern: str) -> None:
    assert not compile_pattern(pattern)("a" * 2_000)
