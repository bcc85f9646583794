"""The table of pairs against a plain dictionary."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from geo_service.overlay import number_table
from geo_service.overlay.last_passes import LastPasses

GREATEST = (1 << 31) - 1
MOMENT = st.integers(np.iinfo(np.int64).min, np.iinfo(np.int64).max)
NUMBER = st.one_of(st.integers(0, 3), st.integers(0, GREATEST), st.just(GREATEST))
BATCH = st.lists(st.tuples(NUMBER, NUMBER, MOMENT), max_size=30)


def add(table: LastPasses, rows: list[tuple[int, int, int]]) -> None:
    table.add(*np.array(rows, dtype=np.int64).reshape(-1, 3).T.copy())


def latest(batches: list[list[tuple[int, int, int]]]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = {}
    for issue, rider, t in (row for batch in batches for row in batch):
        found[issue, rider] = max(t, found.get((issue, rider), t))
    return found


@example([[(GREATEST, 0, 1), (0, GREATEST, 2), (GREATEST, GREATEST, 3)]])
@given(st.lists(BATCH, max_size=4))
def test_each_pair_keeps_its_latest_moment(batches: list[list[tuple[int, int, int]]]) -> None:
    table = LastPasses()
    for batch in batches:
        add(table, batch)
    wanted = [(*pair, t) for pair, t in sorted(latest(batches).items())]
    assert len(table) == len(wanted)
    assert list(zip(*(column.tolist() for column in table.rows()), strict=True)) == wanted


def test_it_grows_without_losing_any() -> None:
    rng = np.random.default_rng(3)
    table, batches = LastPasses(), []
    for size in (1, number_table.LEAST_ROOM // 2 - 1, 1, 1, 5000, 3):
        rows = rng.integers(0, 5000, (size, 3))
        batches.append([tuple(row) for row in rows.tolist()])
        add(table, batches[-1])
        assert len(table) == len(latest(batches))
        assert 2 * len(table) <= len(table._table)
    wanted = [(*pair, t) for pair, t in sorted(latest(batches).items())]
    assert list(zip(*(column.tolist() for column in table.rows()), strict=True)) == wanted


def test_pairs_that_fall_on_one_place_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    # In so small a table, half of all pairs meet another.
    monkeypatch.setattr(number_table, "LEAST_ROOM", 4)
    table, rows = LastPasses(), [(issue, rider, issue - rider) for issue in range(7)
                                 for rider in range(7)]  # fmt: skip
    for row in rows:
        add(table, [row])
    assert list(zip(*(column.tolist() for column in table.rows()), strict=True)) == rows


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6), st.integers(-5, 5)), max_size=40),
       st.lists(st.integers(-6, 6), min_size=5, max_size=7))  # fmt: skip
def test_riders_are_counted_by_issue_and_since_each_issues_moment(
    rows: list[tuple[int, int, int]], since: list[int]
) -> None:
    table = LastPasses()
    add(table, rows)
    found = latest([rows])
    assert table.riders(len(since)).tolist() == [
        sum(pair[0] == issue for pair in found) for issue in range(len(since))
    ]
    assert table.riders_since(np.array(since)).tolist() == [
        sum(pair[0] == issue and t >= moment for pair, t in found.items())
        for issue, moment in enumerate(since)
    ]


def test_an_empty_table() -> None:
    table = LastPasses()
    assert (len(table), table.riders(2).tolist()) == (0, [0, 0])
    assert [column.tolist() for column in table.rows()] == [[], [], []]
