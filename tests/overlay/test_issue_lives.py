"""A mark stays while an issue's place and life within a time stay, and only then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.overlay.issue_grid import STILL_OPEN, IssuePoints
from geo_service.overlay.issue_lives import life_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

FROM, TO = 100, 200
Lives = list[tuple[int, int]]
DRAWN = st.lists(
    st.tuples(st.integers(90, 210), st.one_of(st.integers(90, 210), st.just(STILL_OPEN))),
    max_size=4,
)


def points(*lives: Sequence[tuple[int, int]], lon: float = 112.1, lat: float = 32.0) -> IssuePoints:
    flat = np.array([one for several in lives for one in several], dtype=np.int64).reshape(-1, 2)
    return IssuePoints(
        lon=np.full(len(lives), lon),
        lat=np.full(len(lives), lat),
        interval_offsets=np.cumsum([0, *map(len, lives)], dtype=np.int64),
        interval_from=flat[:, 0].copy(),
        interval_to=flat[:, 1].copy(),
        confirmed_us=np.zeros(len(lives), dtype=np.int64),
    )


def mark(
    lives: Sequence[tuple[int, int]], name: int = 7, lon: float = 112.1, lat: float = 32.0
) -> int:
    names, row = np.array([name], dtype=np.uint64), np.array([0])
    return int(life_marks(points(lives, lon=lon, lat=lat), names, row, FROM, TO)[0])


def within(lives: Lives) -> Lives:
    """Cut lives to the moments from ``FROM`` to ``TO``, both included."""
    cut = [(max(start, FROM), min(end, TO + 1)) for start, end in lives]
    return [life for life in cut if life[0] < life[1]]


@given(DRAWN, DRAWN)
def test_marks_are_equal_just_where_lives_within_the_time_are(one: Lives, other: Lives) -> None:
    assert (mark(one) == mark(other)) == (within(one) == within(other))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ([(0, STILL_OPEN)], [(50, STILL_OPEN)], True),
        ([(0, STILL_OPEN)], [(0, 201)], True),
        ([(0, STILL_OPEN)], [(0, 200)], False),  # closed at the last moment, which is not open
        ([(0, STILL_OPEN)], [(100, STILL_OPEN)], True),
        ([(0, STILL_OPEN)], [(101, STILL_OPEN)], False),
        ([(0, 100)], [(0, 50)], True),
        ([(0, 101)], [(0, 50)], False),
        ([(200, STILL_OPEN)], [(201, STILL_OPEN)], False),
        ([(0, 150)], [(0, 150), (210, STILL_OPEN)], True),
        ([(0, 150)], [(0, 150), (160, 170)], False),
        ([(0, 150), (160, 170)], [(0, 150), (160, 171)], False),
        ([(120, 110)], [], True),  # never open
        ([(20, 60), (120, 130)], [(120, 130)], True),
    ],
)
def test_lives_by_name(one: Lives, other: Lives, *, same: bool) -> None:
    assert (mark(one) == mark(other)) == same


def test_another_place_or_another_issue_is_another_mark() -> None:
    life = [(0, STILL_OPEN)]
    marks = {
        mark(life),
        mark(life, name=8),
        mark(life, lon=np.nextafter(112.1, 180.0)),
        mark(life, lat=np.nextafter(32.0, 90.0)),
        mark(life, lon=32.0, lat=112.1),
    }
    assert len(marks) == 5


def test_a_beginning_is_not_taken_for_an_end() -> None:
    assert mark([(110, 120)]) != mark([(120, 110)])
    assert mark([(110, 120), (130, 140)]) != mark([(130, 140), (110, 120)])


def test_many_issues_are_marked_as_each_by_itself_and_none_like_another() -> None:
    rng = np.random.default_rng(5)
    lives = [
        [tuple(sorted(rng.integers(90, 210, 2).tolist())) for _ in range(rng.integers(0, 4))]
        for _ in range(2000)
    ]
    names = rng.integers(0, 1 << 63, 2000).astype(np.uint64)
    rows = np.sort(rng.choice(2000, 1500, replace=False))
    marks = life_marks(points(*lives), names, rows, FROM, TO)
    assert marks.dtype == np.uint64
    assert len(np.unique(marks)) == len(rows)
    assert marks.tolist() == [mark(lives[row], int(names[row])) for row in rows.tolist()]


def test_no_issues_have_no_marks() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert life_marks(points(), np.zeros(0, np.uint64), none, FROM, TO).tolist() == []
