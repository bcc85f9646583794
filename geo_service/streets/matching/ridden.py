"""The way ridden through the states a matcher chose: stretches of arcs, in riding order."""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Integers
from geo_service.compiled import compiled
from geo_service.streets.matching.bounded_search import (
    BEFORE,
    LENGTH,
    TURNED_AT_ONCE,
    Labels,
    Streets,
    goal_at,
    search,
    want,
)
from geo_service.streets.matching.most_likely import (
    NONE,
    Model,
    States,
    Steps,
    longest_mm,
    on_the_spot,
)

ARC, FROM, TO, PIECE = 0, 1, 2, 3
"""The columns of ``Way.rows``."""


class Way(NamedTuple):
    """The stretches of all pieces, and where on them each of k samples stands."""

    rows: Integers
    """Shape (r, 4): arc, from and to in millimetres along the arc, piece."""
    row: Integers
    """Shape (k,): the stretch on which a sample stands."""
    stands_mm: Integers
    """Shape (k,): where on it, in millimetres along its arc."""


@compiled
def _room(rows: Integers, needed: int) -> Integers:
    """Return the rows with room for at least ``needed``."""
    if needed <= len(rows):
        return rows
    larger = np.empty((max(needed, 2 * len(rows)), 4), dtype=np.int64)
    larger[: len(rows)] = rows
    return larger


@compiled
def _set(rows: Integers, row: int, arc: int, start: int, end: int, piece: int) -> int:
    """Write a stretch and return the next row's number."""
    rows[row, ARC], rows[row, FROM], rows[row, TO], rows[row, PIECE] = arc, start, end, piece
    return row + 1


@compiled
def _stay(arcs: Integers, rows: Integers, many: int, arc: int, at_mm: int) -> int:
    """Go on along the last stretch's edge, or turn back on it; return how many rows there are."""
    last = many - 1
    if arc == rows[last, ARC]:
        rows[last, TO] = max(rows[last, TO], at_mm)
        return many
    whole = arcs[arc, LENGTH]
    rows[last, TO] = max(rows[last, TO], whole - at_mm)
    turned = whole - rows[last, TO]
    return _set(rows, many, arc, turned, max(turned, at_mm), rows[last, PIECE])


@compiled
def _lead(
    arcs: Integers, table: Integers, rows: Integers, many: int, arc: int, at_mm: int
) -> tuple[Integers, int]:
    """Append the way the last search found to a place on ``arc``; return rows and their number."""
    last, piece = many - 1, rows[many - 1, PIECE]
    between = 0
    step = table[arc, BEFORE]
    while step >= 0:
        between += 1
        step = table[step, BEFORE]
    rows = _room(rows, many + between + 2)
    length = arcs[rows[last, ARC], LENGTH]
    if step == TURNED_AT_ONCE:
        back = length - rows[last, TO]
        many = _set(rows, many, rows[last, ARC] ^ 1, back, length, piece)
    else:
        rows[last, TO] = length
    row = many + between - 1
    step = table[arc, BEFORE]
    while step >= 0:
        _set(rows, row, step, 0, arcs[step, LENGTH], piece)
        row -= 1
        step = table[step, BEFORE]
    return rows, _set(rows, many + between, arc, 0, at_mm, piece)


@compiled
def lay_way(
    streets: Streets,
    labels: Labels,
    states: States,
    steps: Steps,
    model: Model,
    chosen: Integers,
    piece: Integers,
) -> Way:
    """Lay the way through the chosen states, piece by piece.

    Parameters
    ----------
    streets, labels, states, steps, model : Streets, Labels, States, Steps, Model
        As given to :func:`~geo_service.streets.matching.most_likely.most_likely`.
    chosen, piece : ndarray of int, shape (k,)
        What it returned.

    Returns
    -------
    Way
        Within a piece a stretch begins where the one before ended. Raises nothing.
    """
    samples = len(chosen)
    arcs = streets.arcs
    rows = np.empty((samples + 16, 4), dtype=np.int64)
    row_of, stands = np.empty(samples, dtype=np.int64), np.empty(samples, dtype=np.int64)
    many = 0
    for sample in range(samples):
        arc, at_mm = states.arc[chosen[sample]], states.at_mm[chosen[sample]]
        rows = _room(rows, many + 1)
        if sample == 0 or piece[sample] != piece[sample - 1]:
            many = _set(rows, many, arc, at_mm, at_mm, piece[sample])
        else:
            start = chosen[sample - 1]
            from_arc, from_mm = states.arc[start], states.at_mm[start]
            if on_the_spot(arcs, from_arc, from_mm, arc, at_mm, model)[0] != NONE:
                many = _stay(arcs, rows, many, arc, at_mm)
            else:
                bound = longest_mm(steps.straight_mm[sample], model)
                targets = want(labels, states.arc[chosen[sample] : chosen[sample] + 1])
                goal = goal_at(steps.lon[sample], steps.lat[sample], model.radius_m)
                search(streets, labels, from_arc, from_mm, targets, 1, bound, model.turn_mm, goal)
                rows, many = _lead(arcs, labels.table, rows, many, arc, at_mm)
        row_of[sample], stands[sample] = many - 1, rows[many - 1, TO]
    return Way(rows[:many].copy(), row_of, stands)
