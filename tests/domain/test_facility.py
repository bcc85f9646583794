from dataclasses import FrozenInstanceError

import pytest

from geo_service.domain.facility import SLUG, Facility, Kind, address_fault


@pytest.mark.parametrize("slug", [*Kind, "a", "water_point_2", "x" * 63])
def test_slugs(slug: str) -> None:
    assert SLUG.match(slug)


@pytest.mark.parametrize("text", ["", "A", "2x", "_x", "a-b", "a b", "充电柜", "x" * 64, "a\n"])
def test_no_slugs(text: str) -> None:
    assert not SLUG.match(text)


def test_two_facilities_share_no_memory() -> None:
    one, other = (Facility(name, "x", 0.0, 0.0) for name in "ab")
    one.more["colour"] = "red"
    assert other.more == {}


def test_a_facility_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Facility("a", "x", 0.0, 0.0).name = "b"


@pytest.mark.parametrize(
    ("facility_id", "why"),
    [
        ("nearest", "mean something else"),
        ("catchments", "mean something else"),
        ("a/state", "mean something else"),
        (" a", "begin or end with blanks"),
        ("a\n", "begin or end with blanks"),
        ("", "nothing, a dot or two dots"),
        ("a//b", "nothing, a dot or two dots"),
        ("a/../b", "nothing, a dot or two dots"),
        ("./a", "nothing, a dot or two dots"),
        ("a\ufffd", "whole UTF-8"),
    ],
)
def test_an_id_that_no_address_could_name_is_told(facility_id: str, why: str) -> None:
    assert why in address_fault(facility_id)


@pytest.mark.parametrize("facility_id", ["a", "驿站/1", "nearest/1", "a.b", "state", "...", "a b"])
def test_any_other_id_has_an_address(facility_id: str) -> None:
    assert address_fault(facility_id) == ""
