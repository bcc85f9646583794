"""Figures added up part by part, in any order and over again kept ones, against plain sets."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from geo_service.overlay.issue_grid import IssuePoints
from geo_service.overlay.pass_counts import (
    NO_MOMENT,
    Counted,
    PassCounts,
    PassTally,
    Riders,
    moved,
)
from geo_service.overlay.passes import Passes

ISSUES = 6
Row = tuple[int, int, int, float]
"""Trip, issue, moment, metres."""
PART = st.tuples(
    st.lists(st.sampled_from(["x", "y", "z", "骑手"]), min_size=4, max_size=4),
    st.lists(
        st.tuples(
            st.integers(0, 3), st.integers(0, ISSUES - 1), st.integers(-50, 50), st.floats(0, 25)
        ),
        max_size=12,
    ),
)
Part = tuple[list[str], list[Row]]


def points(confirmed: list[int]) -> IssuePoints:
    nothing = np.zeros(0, dtype=np.int64)
    place = np.zeros(ISSUES)
    return IssuePoints(
        place, place, np.zeros(ISSUES + 1, np.int64), nothing, nothing, np.array(confirmed)
    )


def passes_of(rows: list[Row]) -> Passes:
    trip, issue, t = np.array([row[:3] for row in rows], dtype=np.int64).reshape(-1, 3).T
    return Passes(trip, issue, t, np.array([row[3] for row in rows], dtype=np.float64))


def riders_of(names: list[str]) -> Riders:
    known = sorted(set(names))
    return Riders(np.array([known.index(name) for name in names], dtype=np.int64), known)


def part_counted(part: Part, issues: np.ndarray) -> Counted:
    tally = PassTally(points([0] * ISSUES))
    tally.add_passes(passes_of([row for row in part[1] if row[1] in issues]), riders_of(part[0]))
    return tally.counted(issues)


@dataclass
class Plain:
    """One issue's passes as they are."""

    moments: list[int] = field(default_factory=list)
    metres: list[float] = field(default_factory=list)
    last_of: dict[str, int] = field(default_factory=dict)


def plain(parts: list[Part], confirmed: list[int]) -> list[list[object]]:
    issues = [Plain() for _ in range(ISSUES)]
    for names, rows in parts:
        for trip, issue, t, metres in rows:
            one = issues[issue]
            one.moments.append(t)
            one.metres.append(metres)
            one.last_of[names[trip]] = max(t, one.last_of.get(names[trip], t))
    return [
        [
            len(one.moments),
            len(one.last_of),
            min(one.moments, default=NO_MOMENT),
            max(one.moments, default=NO_MOMENT),
            min(one.metres, default=None),
            sum(t >= since for t in one.last_of.values()),
        ]
        for one, since in zip(issues, confirmed, strict=True)
    ]


def rows_of(counts: PassCounts) -> list[list[object]]:
    closest = [None if np.isnan(metres) else metres for metres in counts.closest_m.tolist()]
    columns = (counts.passes, counts.riders, counts.first_us, counts.last_us)
    since = counts.riders_since_confirmed.tolist()
    return [
        list(row) for row in zip(*(one.tolist() for one in columns), closest, since, strict=True)
    ]


CONFIRMED = st.lists(st.integers(-60, 60), min_size=ISSUES, max_size=ISSUES)


@given(st.lists(PART, max_size=4), CONFIRMED)
def test_passes_add_up_as_plain_sets_do(parts: list[Part], confirmed: list[int]) -> None:
    tally = PassTally(points(confirmed))
    for names, rows in parts:
        tally.add_passes(passes_of(rows), riders_of(names))
    assert rows_of(tally.counts()) == plain(parts, confirmed)


@given(st.lists(PART, max_size=4), CONFIRMED, st.sets(st.integers(0, ISSUES - 1)), st.data())
def test_parts_counted_apart_for_some_issues_and_then_others_add_up_to_the_same(
    parts: list[Part], confirmed: list[int], first: set[int], data: st.DataObject
) -> None:
    some = np.array(sorted(first), dtype=np.int64)
    rest = np.array(sorted(set(range(ISSUES)) - first), dtype=np.int64)
    pieces = [part_counted(part, issues) for part in parts for issues in (some, rest)]
    tally = PassTally(points(confirmed))
    for piece in data.draw(st.permutations(pieces)):
        tally.add(piece)
    assert rows_of(tally.counts()) == plain(parts, confirmed)


@given(PART, CONFIRMED, st.permutations(range(ISSUES)), st.sets(st.integers(0, ISSUES - 1)))
def test_figures_under_other_numbers_are_those_of_the_same_issues(
    part: Part, confirmed: list[int], order: list[int], out: set[int]
) -> None:
    place = np.array([-1 if issue in out else order[issue] for issue in range(ISSUES)])
    found = moved(part_counted(part, np.arange(ISSUES)), place)
    assert found.issue.tolist() == sorted(number for number in place.tolist() if number >= 0)
    tally = PassTally(points(confirmed))
    tally.add(found)
    renumbered = [
        (trip, order[issue], t, metres) for trip, issue, t, metres in part[1] if issue not in out
    ]
    assert rows_of(tally.counts()) == plain([(part[0], renumbered)], confirmed)


@given(PART)
def test_counted_says_for_each_issue_which_rider_was_there_last_when(part: Part) -> None:
    issues = np.arange(ISSUES)
    found = part_counted(part, issues)
    last: dict[tuple[int, str], int] = {}
    for trip, issue, t, _ in part[1]:
        pair = issue, part[0][trip]
        last[pair] = max(t, last.get(pair, t))
    assert {
        (int(found.issue[issue]), found.rider_ids[rider]): t
        for issue, rider, t in zip(*(one.tolist() for one in found.pairs), strict=True)
    } == last


def test_issues_that_nobody_passed_are_infinitely_far_and_have_no_moment() -> None:
    tally = PassTally(points([0] * ISSUES))
    none = tally.counted(np.array([2, 4]))
    assert none.passes.tolist() == [0, 0]
    assert none.closest_m.tolist() == [np.inf, np.inf]
    assert (none.first_us > none.last_us).all()
    assert (len(none.pairs.issue), none.rider_ids) == (0, ())
    counts = tally.counts()
    assert set(counts.first_us.tolist()) == set(counts.last_us.tolist()) == {NO_MOMENT}
    assert np.isnan(counts.closest_m).all()


def test_counts_taken_do_not_change_with_what_is_added_later() -> None:
    tally = PassTally(points([0] * ISSUES))
    before = tally.counts()
    tally.add_passes(passes_of([(0, 1, 5, 2.0)]), riders_of(["x"]))
    assert before.passes.sum() == 0
    assert tally.counts().passes.tolist() == [0, 1, 0, 0, 0, 0]
