from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.own_trip import own_trip_id, trip_lengths_m
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import geodesic_of_two_m


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_a_trip_is_named_for_its_rider_and_its_first_millisecond(one: int, other: int) -> None:
    same = (one + 500) // 1000 == (other + 500) // 1000
    assert (own_trip_id("r", one, b"k") == own_trip_id("r", other, b"k")) == same
    assert own_trip_id("r", one, b"k") != own_trip_id("s", one, b"k")
    assert own_trip_id("r", one, b"k") != own_trip_id("r", one, b"l")
    assert "r1234" not in own_trip_id("r1234", one, b"k")


@given(st.lists(st.integers(1, 5), max_size=4), st.randoms(use_true_random=False))
def test_a_trip_is_as_long_as_its_segments(counts: list[int], chance: object) -> None:
    number = chance.random  # type: ignore[attr-defined]
    total = sum(counts)
    lon = np.array([112 + number() / 100 for _ in range(total)])
    lat = np.array([32 + number() / 100 for _ in range(total)])
    offsets = np.cumsum([0, *counts], dtype=np.int64)
    names = tuple(map(str, range(len(counts))))
    rider = np.zeros(len(counts), dtype=np.int64)
    fixes = Fixes(names, ("r",), rider, offsets, np.arange(total), lon, lat)
    expected = [
        sum(
            geodesic_of_two_m(lon[i], lat[i], lon[i + 1], lat[i + 1]) for i in range(start, end - 1)
        )
        for start, end in pairwise(offsets.tolist())
    ]
    assert trip_lengths_m(fixes).tolist() == pytest.approx(expected, rel=1e-4, abs=1e-6)
