import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.filters.distinct_texts import alone
from geo_service.features.filters.list_relations import Lists, relate_lists
from geo_service.features.filters.signatures import LISTS

LIST = st.lists(st.sampled_from("abc"), max_size=4).map(tuple)


def column(values: list[tuple[str, ...]]) -> Lists:
    held = np.empty(len(values), np.object_)
    held[:] = values
    return Lists(held, np.zeros(len(values), np.bool_))


def slow(op: str, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    there = all(value in other for value in one)
    back = all(value in one for value in other)
    shared = any(value in other for value in one)
    told = {"a_containedby": there, "a_contains": back, "a_equals": there and back}
    return (told | {"a_overlaps": shared})[op]


@pytest.mark.parametrize("op", LISTS)
@given(pairs=st.lists(st.tuples(LIST, LIST), min_size=1, max_size=5))
def test_lists_are_compared_as_sets(
    op: str, pairs: list[tuple[tuple[str, ...], tuple[str, ...]]]
) -> None:
    one, other = (column([pair[side] for pair in pairs]) for side in (0, 1))
    assert relate_lists(op, one, other).tolist() == [slow(op, *pair) for pair in pairs]
    single = pairs[0][0]
    alike = Lists(alone(frozenset(single)), np.zeros((), np.bool_))
    expected = [slow(op, pair[0], single) for pair in pairs]
    assert relate_lists(op, one, alike).tolist() == expected
    assert relate_lists(op, alike, one).tolist() == [slow(op, single, pair[0]) for pair in pairs]
