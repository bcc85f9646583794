import unicodedata

import pytest

from geo_service.features.filters.text_folds import FOLDS, without_accents, without_case


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("Οδος", "ΟΔΟΣ"),
        ("ΑΒΓ", "αβγ"),
        ("PLANET", "planet"),
        ("É", unicodedata.normalize("NFD", "é")),
        ("休息站A", "休息站a"),
    ],
)
def test_case_makes_no_difference(one: str, other: str) -> None:
    assert without_case(one) == without_case(other)
    assert one != other


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("débárquér", "debarquer"),
        ("chișinău", "chisinau"),
        (unicodedata.normalize("NFD", "á"), "a"),
        ("한국", unicodedata.normalize("NFD", "한국")),
    ],
)
def test_accents_make_no_difference(one: str, other: str) -> None:
    assert without_accents(one) == without_accents(other)
    assert one != other


def test_what_is_another_letter_stays_one() -> None:
    assert without_accents("が") != without_accents("か")
    assert without_accents("ø") == "ø"
    assert without_case("é") != without_case("e")
    assert without_accents("É") != without_accents("é")


def test_each_fold_has_the_name_of_its_function() -> None:
    assert FOLDS["casei"]("A") == "a"
    assert FOLDS["accenti"]("À") == "A"
