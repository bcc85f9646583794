"""Usual riders against plain sets, on random passes."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule
from geo_service.domain.trace import Fixes
from geo_service.overlay.passes import find_passes
from geo_service.overlay.usual_riders import (
    UsualRiders,
    always_open,
    choose_riders,
    join_usual_riders,
    usual_riders,
)

Passes: TypeAlias = list[tuple[int, int, int, int]]
"""Issue, rider, trip, hour."""
Row: TypeAlias = tuple[int, int, int, int]

BIG = (1 << 31) - 1
numbers = st.integers(0, 4) | st.sampled_from([BIG, BIG - 1])
passes = st.lists(st.tuples(numbers, numbers, st.integers(0, 5), st.integers(0, 23)), max_size=60)


def gathered(passes: Passes) -> UsualRiders:
    return usual_riders(*np.array(passes, dtype=np.int64).reshape(-1, 4).T)


def rows_of(pairs: UsualRiders) -> list[Row]:
    return [tuple(row) for row in np.column_stack(pairs).tolist()]


def plain(passes: Passes) -> list[Row]:
    trips, hours = defaultdict(set), defaultdict(set)
    for issue, rider, trip, hour in passes:
        trips[issue, rider].add(trip)
        hours[issue, rider].add(hour)
    return [
        (*pair, len(trips[pair]), sum(1 << hour for hour in hours[pair])) for pair in sorted(trips)
    ]


@given(passes)
def test_pairs_are_those_of_plain_sets(passes: Passes) -> None:
    found = gathered(passes)
    assert rows_of(found) == plain(passes)
    assert all(column.dtype == np.int64 for column in found)


@given(st.lists(passes, max_size=4))
def test_parts_join_to_what_all_trips_together_give(parts: list[Passes]) -> None:
    joined = join_usual_riders([gathered(part) for part in parts])
    # A trip is in one part only, so its number there and the part's make its name.
    whole = [
        (issue, rider, 10 * number + trip, hour)
        for number, part in enumerate(parts)
        for issue, rider, trip, hour in part
    ]
    assert rows_of(joined) == plain(whole)


pairs = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 6)),
    st.tuples(st.integers(1, 5), st.integers(1, (1 << 24) - 1), st.integers(0, 2)),
)


@given(
    pairs,
    st.lists(st.text(max_size=3), min_size=7, max_size=7, unique=True),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_those_who_answer_then_those_who_pass_most_are_chosen(
    given_pairs: dict[tuple[int, int], tuple[int, int, int]],
    names: list[str],
    least: int,
    most: int,
) -> None:
    rows = [(*pair, *given_pairs[pair]) for pair in sorted(given_pairs)]
    columns = np.array(rows, dtype=np.int64).reshape(-1, 5).T
    rank = np.argsort(np.argsort(np.array(names, dtype=object)))
    chosen = choose_riders(
        UsualRiders(*columns[:4]), rank, columns[4], least_trips=least, most_riders=most
    )
    expected = []
    for issue in range(4):
        there = [row for row in rows if row[0] == issue and row[2] >= least]
        there.sort(key=lambda row: (row[4], -row[2], names[row[1]]))
        expected += there[:most]
    assert [rows[row] for row in chosen] == expected


@given(passes, st.lists(st.tuples(numbers, numbers), max_size=10))
def test_pairs_can_be_left_out(passes: Passes, out: list[tuple[int, int]]) -> None:
    found = gathered(passes)
    issue, rider = np.array(out, dtype=np.int64).reshape(-1, 2).T
    left = found.take(~found.is_one_of(issue, rider))
    assert rows_of(left) == [row for row in plain(passes) if row[:2] not in out]


def test_a_route_passes_a_place_whenever_something_was_wrong_there() -> None:
    start = datetime(2026, 10, 1, tzinfo=UTC)
    t = [int((start + timedelta(seconds=5 * step)).timestamp()) * 1_000_000 for step in range(9)]
    fixes = Fixes(
        ("t",),
        ("r",),
        np.zeros(1, np.int64),
        np.array([0, 9]),
        np.array(t),
        112.14 + 0.0001 * np.arange(9),
        np.full(9, 32.04),
    )
    later = Issue("later", "standing_water", 112.1404, 32.0401, start + timedelta(days=9))
    earlier = Issue(
        "earlier",
        "standing_water",
        112.1405,
        32.0401,
        start - timedelta(days=9),
        start - timedelta(days=8),
    )
    far = Issue("far", "standing_water", 112.1404, 32.05, start)
    points = always_open([later, far, earlier])
    assert sorted(find_passes(fixes, points, PassRule()).issue.tolist()) == [0, 2]
    assert len(always_open([])) == 0
