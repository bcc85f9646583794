"""A short list holds what sorting all that was offered would put first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT, pack
from geo_service.streets.shortlist import offer

Offer = tuple[int, int, int]
"""The two parts of a cost, and a rank."""
# Few different numbers, so that ties and sites offered again are common.
OFFERS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 3), st.integers(0, 5)), max_size=40)


def empty(rows: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    return np.full(rows, NEVER), np.zeros(rows, dtype=np.uint32)


def filled(offers: list[Offer], width: int) -> list[Offer]:
    """Put all into one list; return what it holds."""
    key, second = empty(width)
    for first, other, rank in offers:
        offer(key, second, 0, width, pack(first, other), rank)
    return held(key, second)


def held(key: NDArray[np.int64], second: NDArray[np.uint32]) -> list[Offer]:
    return [
        (int(key[row] >> SHIFT), int(second[row]), int(key[row] & LOWER))
        for row in range(len(key))
        if key[row] != NEVER
    ]


def sorted_by_hand(offers: list[Offer], width: int) -> list[Offer]:
    """The least cost of each rank; by its first part, then the rank."""
    least: dict[int, tuple[int, int]] = {}
    for first, other, rank in offers:
        least[rank] = min(least.get(rank, (first, other)), (first, other))
    entries = [(first, other, rank) for rank, (first, other) in least.items()]
    return sorted(entries, key=lambda entry: (entry[0], entry[2]))[:width]


@given(offers=OFFERS, width=st.integers(1, 8))
def test_list_is_that_of_sorting_everything(offers: list[Offer], width: int) -> None:
    assert filled(offers, width) == sorted_by_hand(offers, width)


@pytest.mark.parametrize("seed", range(30))
def test_long_lists_of_large_numbers_are_those_of_sorting(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, 1 << 29, 300)
    second = random.integers(0, 1 << 32, 300)
    offers = list(
        zip(first.tolist(), second.tolist(), random.integers(0, 80, 300).tolist(), strict=True)
    )
    for width in (1, 8, 60, 100):
        assert filled(offers, width) == sorted_by_hand(offers, width)


@given(offers=OFFERS, width=st.integers(1, 4), base=st.integers(0, 5))
def test_rows_of_other_lists_stay_as_they_are(offers: list[Offer], width: int, base: int) -> None:
    key, second = empty(12)
    key[:], second[:] = np.arange(12) + 77, np.arange(12) + 5
    rows = slice(base, base + width)
    key[rows], second[rows] = NEVER, 0
    for first, other, rank in offers:
        offer(key, second, base, width, pack(first, other), rank)
    assert held(key[rows], second[rows]) == sorted_by_hand(offers, width)
    others = np.delete(np.arange(12), np.arange(base, base + width))
    assert key[others].tolist() == (others + 77).tolist()
    assert second[others].tolist() == (others + 5).tolist()


def test_room_that_is_left_is_padding() -> None:
    key, second = empty(3)
    offer(key, second, 0, 3, pack(5, 7), 2)
    assert key.tolist() == [pack(5, 2), NEVER, NEVER]
    assert second[0] == 7


def test_equals_are_in_the_order_of_ranks_whenever_they_come() -> None:
    assert filled([(9, 1, 3), (9, 5, 1), (9, 0, 2)], 2) == [(9, 5, 1), (9, 0, 2)]
    assert filled([(9, 0, 2), (9, 1, 3), (9, 5, 1)], 1) == [(9, 5, 1)]


def test_site_moves_up_when_a_cheaper_way_is_offered_and_never_down() -> None:
    before = [(4, 0, 1), (6, 0, 2), (8, 0, 3)]
    assert filled([*before, (5, 9, 3)], 3) == [(4, 0, 1), (5, 9, 3), (6, 0, 2)]
    assert filled([*before, (9, 0, 1)], 3) == before
    assert filled([*before, (8, 1, 3)], 3) == before
    assert filled([(8, 5, 3), (8, 1, 3)], 3) == [(8, 1, 3)]


def test_first_rank_is_no_padding() -> None:
    assert filled([(3, 1, 0), (2, 1, 0), (2, 1, 1)], 3) == [(2, 1, 0), (2, 1, 1)]


def test_way_that_is_none_enters_no_list() -> None:
    key, second = empty(2)
    for cost in (NEVER, NEVER + 5, 2 * NEVER, pack(1 << 29, 0)):
        offer(key, second, 0, 2, cost, 0)
    assert key.tolist() == [NEVER, NEVER]
    offer(key, second, 0, 2, NEVER - 1, 0)
    assert held(key, second) == [((1 << 29) - 1, LOWER, 0)]
