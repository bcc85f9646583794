"""Rows grouped by cell, against a plain dictionary of lists."""

import numpy as np
import pytest

from geo_service.geometry.grid import group_rows


@pytest.mark.parametrize("seed", range(5))
def test_each_cell_is_the_slice_of_its_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cells = int(rng.integers(1, 40))
    cell = rng.integers(0, cells, int(rng.integers(0, 200)))
    offsets, order = group_rows(cell, cells)
    slices = [order[offsets[one] : offsets[one + 1]].tolist() for one in range(cells)]
    assert slices == [[row for row, its in enumerate(cell) if its == one] for one in range(cells)]


def test_no_rows_are_only_empty_cells() -> None:
    offsets, order = group_rows(np.zeros(0, dtype=np.int64), 3)
    assert (offsets.tolist(), order.tolist()) == ([0, 0, 0, 0], [])
