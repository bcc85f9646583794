"""Putting rows into the cells of a grid, so that a kernel reads a cell as one slice."""

import numpy as np

from geo_service.arrays import Integers


def group_rows(cell: Integers, cells: int) -> tuple[Integers, Integers]:
    """Group rows by the cell they lie in.

    Parameters
    ----------
    cell : ndarray of int, shape (n,)
        Each row's cell, from 0 to ``cells`` - 1.
    cells : int
        How many cells there are.

    Returns
    -------
    offsets : ndarray of int, shape (cells + 1,)
        The rows of cell c are ``order[offsets[c]:offsets[c + 1]]``.
    order : ndarray of int, shape (n,)
        Row numbers, by cell and, within a cell, ascending.
    """
    order = np.argsort(cell, kind="stable").astype(np.int64)
    offsets = np.zeros(cells + 1, dtype=np.int64)
    np.cumsum(np.bincount(cell, minlength=cells), out=offsets[1:])
    return offsets, order
