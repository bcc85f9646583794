import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.filters.signatures import INTERVALS, TIMES
from geo_service.features.filters.temporal_relations import COMPARISONS, RELATIONS, Spans

NEVER = np.zeros((), np.bool_)
SPAN = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(sorted)
THIRTEEN = {  # exactly one of them holds between two intervals that last
    "t_before",
    "t_after",
    "t_meets",
    "t_metby",
    "t_overlaps",
    "t_overlappedby",
    "t_starts",
    "t_startedby",
    "t_during",
    "t_contains",
    "t_finishes",
    "t_finishedby",
    "t_equals",
}


def spans(*ends: int) -> Spans:
    first, last = ends
    return Spans(np.array(first), np.array(last), NEVER)


@given(SPAN, SPAN)
def test_one_of_thirteen_relations_holds_between_two_intervals(
    one: list[int], other: list[int]
) -> None:
    if one[0] == one[1] or other[0] == other[1]:
        return
    held = {op for op in THIRTEEN if RELATIONS[op](spans(*one), spans(*other))}
    assert len(held) == 1


@given(SPAN, SPAN)
def test_intervals_intersect_where_they_share_a_moment(one: list[int], other: list[int]) -> None:
    shared = set(range(one[0], one[1] + 1)) & set(range(other[0], other[1] + 1))
    assert bool(RELATIONS["t_intersects"](spans(*one), spans(*other))) == bool(shared)
    assert bool(RELATIONS["t_disjoint"](spans(*one), spans(*other))) == (not shared)


@given(SPAN, SPAN, st.sampled_from(sorted(THIRTEEN)))
def test_each_relation_has_its_opposite(one: list[int], other: list[int], op: str) -> None:
    turned = {"t_before": "t_after", "t_meets": "t_metby", "t_overlaps": "t_overlappedby"}
    turned |= {"t_starts": "t_startedby", "t_during": "t_contains", "t_finishes": "t_finishedby"}
    turned |= {back: there for there, back in turned.items()} | {"t_equals": "t_equals"}
    there = RELATIONS[op](spans(*one), spans(*other))
    assert bool(there) == bool(RELATIONS[turned[op]](spans(*other), spans(*one)))


def test_every_operator_has_its_relation() -> None:
    assert set(RELATIONS) == {*TIMES, *INTERVALS}


@pytest.mark.parametrize(
    ("sign", "within", "before"),
    [
        ("=", True, False),
        ("<>", False, True),
        ("<", False, True),
        ("<=", True, True),
        (">", False, False),
        (">=", True, False),
    ],
)
def test_a_day_is_all_its_moments(sign: str, within: bool, before: bool) -> None:
    day = spans(10, 19)
    assert bool(COMPARISONS[sign](spans(15, 15), day)) is within
    assert bool(COMPARISONS[sign](spans(9, 9), day)) is before
