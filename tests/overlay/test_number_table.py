"""Tables of numbers against plain dictionaries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.overlay import number_table
from geo_service.overlay.number_table import EMPTY, KEY, VALUE, empty_table, filled, put, with_room

GREATEST = (1 << 63) - 1
KEYS = st.one_of(st.integers(0, 40), st.integers(0, GREATEST), st.just(GREATEST))


def as_arrays(rows: dict[int, int]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(list(rows), dtype=np.int64), np.array(list(rows.values()), dtype=np.int64)


@given(st.lists(st.dictionaries(KEYS, st.integers(-9, 9), max_size=40), max_size=4))
def test_what_was_put_in_is_there_and_nothing_else(batches: list[dict[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(number_table, "LEAST_ROOM", 4)
        table, wanted = empty_table(), dict[int, int]()
        for batch in batches:
            fresh = {key: value for key, value in batch.items() if key not in wanted}
            wanted |= fresh
            table = with_room(table, len(wanted))
            with np.errstate(over="ignore"):
                put(table, *as_arrays(fresh))
            keys, values = filled(table)
            assert dict(zip(keys.tolist(), values.tolist(), strict=True)) == wanted
            assert 2 * len(wanted) <= len(table)


def test_a_key_lies_where_it_is_looked_for() -> None:
    table = empty_table(50)
    keys = np.arange(0, 5000, 100)
    with np.errstate(over="ignore"):
        put(table, keys, keys + 1)
        shift = number_table.shift_of(table)
        for key in keys:
            at = number_table.slot_of(table, key, shift)
            assert (table[at, KEY], table[at, VALUE]) == (key, key + 1)
        assert table[number_table.slot_of(table, np.int64(7), shift), KEY] == EMPTY


def test_a_table_with_room_stays_itself() -> None:
    table = empty_table(100)
    assert with_room(table, len(table) // 2) is table
    assert with_room(table, len(table) // 2 + 1) is not table


@pytest.mark.parametrize(
    ("keys", "rows"), [(0, 1024), (1, 1024), (512, 1024), (513, 2048), (1024, 2048), (1025, 4096)]
)
def test_a_table_has_twice_the_rows_of_its_keys_and_is_no_larger_than_it_must_be(
    keys: int, rows: int
) -> None:
    table = empty_table(keys)
    assert table.shape == (rows, 2)
    assert with_room(table, keys) is table
