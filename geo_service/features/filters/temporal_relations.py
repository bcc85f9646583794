"""How moments, days and intervals lie to each other (OWL-Time's relations, closed at both ends)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Flags, Integers


class Spans(NamedTuple):
    """The first and last microsecond of something, of every feature; a moment has both in one."""

    first: Integers
    last: Integers
    missing: Flags


Relation = Callable[[Spans, Spans], Flags]


def before(one: Spans, other: Spans) -> Flags:
    """Say where one has ended when the other begins."""
    return one.last < other.first


def after(one: Spans, other: Spans) -> Flags:
    """Say where one begins when the other has ended."""
    return one.first > other.last


def meet(one: Spans, other: Spans) -> Flags:
    """Say where they share a moment: of a day and a moment, where it is within the day."""
    return ~(before(one, other) | after(one, other))


def _same(one: Spans, other: Spans) -> Flags:
    return np.equal(one.first, other.first) & np.equal(one.last, other.last)


def _within(one: Spans, other: Spans) -> Flags:
    return np.greater(one.first, other.first) & np.less(one.last, other.last)


def _overlaps(one: Spans, other: Spans) -> Flags:
    begun = np.less(one.first, other.first) & np.greater(one.last, other.first)
    return begun & np.less(one.last, other.last)


def _starts(one: Spans, other: Spans) -> Flags:
    return np.equal(one.first, other.first) & np.less(one.last, other.last)


def _finishes(one: Spans, other: Spans) -> Flags:
    return np.greater(one.first, other.first) & np.equal(one.last, other.last)


def _meets(one: Spans, other: Spans) -> Flags:
    return np.equal(one.last, other.first)


def _turned(relation: Relation) -> Relation:
    return lambda one, other: relation(other, one)


RELATIONS: Mapping[str, Relation] = {
    "t_after": after,
    "t_before": before,
    "t_contains": _turned(_within),
    "t_disjoint": lambda one, other: ~meet(one, other),
    "t_during": _within,
    "t_equals": _same,
    "t_finishedby": _turned(_finishes),
    "t_finishes": _finishes,
    "t_intersects": meet,
    "t_meets": _meets,
    "t_metby": _turned(_meets),
    "t_overlappedby": _turned(_overlaps),
    "t_overlaps": _overlaps,
    "t_startedby": _turned(_starts),
    "t_starts": _starts,
}
"""By the operator's name."""

COMPARISONS: Mapping[str, Relation] = {
    "=": meet,
    "<>": lambda one, other: ~meet(one, other),
    "<": before,
    "<=": lambda one, other: ~after(one, other),
    ">": after,
    ">=": lambda one, other: ~before(one, other),
}
"""Of moments and days: a day is all its moments, so that what is within it is equal to it."""
