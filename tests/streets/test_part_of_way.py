"""What a stretch of an edge and the walk off the street cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.streets.packed_cost import LOWER, SHIFT
from geo_service.streets.part_of_way import off_street_cost, off_street_ms, stretch_cost


@pytest.mark.parametrize(
    ("off_mm", "ms"), [(0, 0), (3, 3), (6, 5), (1200, 1000), (500_000, 416_667)]
)
def test_off_the_street_a_metre_takes_as_long_as_on_foot(off_mm: int, ms: int) -> None:
    assert off_street_ms(off_mm) == ms
    assert abs(off_street_ms(off_mm) - off_mm / 1.2) <= 0.5
    assert off_street_ms(np.array([off_mm])).tolist() == [ms]
    assert divmod(off_street_cost(off_mm, True), 1 << SHIFT) == (ms, off_mm)
    assert divmod(off_street_cost(off_mm, False), 1 << SHIFT) == (off_mm, ms)


@given(
    length=st.integers(1, 10**8),
    time=st.integers(0, 10**8),
    share=st.floats(0, 1),
)
def test_two_stretches_cost_what_the_whole_edge_does(length: int, time: int, share: float) -> None:
    middle = int(share * length)
    for by_time in (True, False):
        there = stretch_cost(length, time, 0, middle, by_time)
        on = stretch_cost(length, time, middle, length, by_time)
        whole = (time, length) if by_time else (length, time)
        assert divmod(there + on, 1 << SHIFT) == whole
        assert stretch_cost(length, time, middle, 0, by_time) == there
        metres = there & LOWER if by_time else there >> SHIFT
        assert metres == middle
