"""A packed cost behaves as the pair that it holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT, pack, pack_measured
from geo_service.streets.part_of_way import off_street_cost
from geo_service.streets.profile import EBIKE_KM_H, Profile, speed_m_s

FIRST = st.integers(0, (1 << 29) - 1)
SECOND = st.integers(0, (1 << 32) - 1)
PAIR = st.tuples(FIRST, SECOND)


@given(pair=PAIR)
def test_what_was_packed_comes_out_again(pair: tuple[int, int]) -> None:
    packed = pack(*pair)
    assert (packed >> SHIFT, packed & LOWER) == pair
    assert 0 <= packed < NEVER


@given(pairs=st.lists(PAIR, min_size=1))
def test_columns_are_packed_as_their_rows_are(pairs: list[tuple[int, int]]) -> None:
    columns = np.array(pairs, dtype=np.int64).T
    packed = pack(columns[0], columns[1])
    assert packed.dtype == np.int64
    assert packed.tolist() == [pack(*pair) for pair in pairs]


@given(one=PAIR, other=PAIR)
def test_order_is_that_of_the_pairs(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert (pack(*one) < pack(*other)) == (one < other)
    assert (pack(*one) == pack(*other)) == (one == other)


@given(parts=st.lists(st.tuples(st.integers(0, 1 << 24), st.integers(0, 1 << 27)), max_size=31))
def test_sum_is_that_of_each_part(parts: list[tuple[int, int]]) -> None:
    total = sum(pack(*part) for part in parts)
    assert (total >> SHIFT, total & LOWER) == (
        sum(first for first, _ in parts),
        sum(second for _, second in parts),
    )


@given(millimetres=FIRST, milliseconds=FIRST)
def test_measure_says_which_part_comes_first(millimetres: int, milliseconds: int) -> None:
    by_time = pack_measured(millimetres, milliseconds, True)
    assert (by_time >> SHIFT, by_time & LOWER) == (milliseconds, millimetres)
    by_distance = pack_measured(millimetres, milliseconds, False)
    assert (by_distance >> SHIFT, by_distance & LOWER) == (millimetres, milliseconds)


def test_too_long_a_way_is_no_way() -> None:
    # 537 km, or six days.
    limit = 1 << 29
    assert pack(limit - 1, LOWER) == NEVER - 1
    assert pack(limit, 0) == NEVER
    assert pack(limit // 2, 0) + pack(limit // 2, 0) == NEVER


def test_two_ways_that_are_none_are_none_together_and_fit() -> None:
    never = np.full(1, NEVER)
    assert never.dtype == np.int64
    assert (never + never).tolist() == [2 * NEVER]
    assert (never + never > never).all()
    assert (never + pack(3, 4) > never).all()


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("highway", [*EBIKE_KM_H, "steps", "unheard_of"])
@pytest.mark.parametrize("maxspeed", ["", "1", "200"])
def test_second_part_fits_wherever_the_first_does(
    profile: Profile, highway: str, maxspeed: str
) -> None:
    speed = speed_m_s({"highway": highway, "maxspeed": maxspeed}, profile)
    longest = NEVER >> SHIFT
    assert longest / speed <= LOWER, "milliseconds beside millimetres"
    assert longest * speed <= LOWER, "millimetres beside milliseconds"


@pytest.mark.parametrize("by_time", [True, False])
def test_second_part_fits_off_the_street_too(by_time: bool) -> None:
    far_mm = 400_000_000
    both = {far_mm, round(far_mm / 1.2)}
    assert set(divmod(off_street_cost(far_mm, by_time), 1 << SHIFT)) == both
