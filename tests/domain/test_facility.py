from dataclasses import FrozenInstanceError

import pytest

from geo_service.domain.facility import SLUG, Facility, Kind


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
