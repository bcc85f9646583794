"""Distinct riders against sets of pairs."""

import numpy as np
import pytest

from geo_service.overlay.distinct_riders import Distinct, Numbering


@pytest.mark.parametrize("seed", range(5))
def test_counts_are_those_of_sets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    distinct, pairs = Distinct(), set()
    for _ in range(int(rng.integers(1, 12))):
        size = int(rng.integers(0, 300))
        place, rider = rng.integers(0, 20, size), rng.integers(0, 2**31 - 1, size) % 50
        distinct.add(place, rider)
        pairs |= set(zip(place.tolist(), rider.tolist(), strict=True))
        assert distinct.count(22).tolist() == [
            sum(its == one for its, _ in pairs) for one in range(22)
        ]


def test_the_greatest_numbers_do_not_mix() -> None:
    distinct, top = Distinct(), 2**31 - 1
    distinct.add(np.array([0, 0, 1]), np.array([top, 0, top]))
    assert distinct.count(2).tolist() == [2, 1]


def test_nothing_is_counted_before_anything_comes() -> None:
    assert Distinct().count(3).tolist() == [0, 0, 0]


def test_names_keep_their_numbers() -> None:
    numbering = Numbering()
    assert numbering.numbers(["b", "a", "b"]).tolist() == [0, 1, 0]
    assert numbering.numbers(["c", "a"]).tolist() == [2, 1]
    assert numbering.names == ("b", "a", "c")
    assert len(numbering) == 3
