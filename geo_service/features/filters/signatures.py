"""Operators of filters: what they take, what they make, and how much they cost."""

from collections.abc import Mapping
from dataclasses import dataclass

from geo_service.features.filters.tree import Sort

MOST_COST = 500
"""What one filter may ask: some 250 comparisons, 20 patterns or ten geometries, so that even a
hundred thousand features are looked through in a few seconds."""

ITEM_COST = 1
"""Of a property, or an operator that is cheap."""


@dataclass(frozen=True, slots=True)
class Signature:
    """An operator whose arguments are of certain sorts."""

    args: tuple[Sort, ...]
    sort: Sort
    cost: int = ITEM_COST


COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
COMPARABLE = (Sort.TEXT, Sort.NUMBER, Sort.INSTANT, Sort.TRUTH)
ORDERED = COMPARABLE[:3]

ARITHMETIC = ("+", "-", "*", "/", "%", "div", "^")
FOLDS = ("casei", "accenti")
SPATIAL = (
    "s_contains",
    "s_crosses",
    "s_disjoint",
    "s_equals",
    "s_intersects",
    "s_overlaps",
    "s_touches",
    "s_within",
)
LISTS = ("a_containedby", "a_contains", "a_equals", "a_overlaps")
TIMES = ("t_after", "t_before", "t_disjoint", "t_equals", "t_intersects")
"""Of moments, days and intervals."""
INTERVALS = (
    "t_contains",
    "t_during",
    "t_finishedby",
    "t_finishes",
    "t_meets",
    "t_metby",
    "t_overlappedby",
    "t_overlaps",
    "t_startedby",
    "t_starts",
)
"""Of intervals only."""

TEXT_COST = 25
"""Of what goes through every text letter by letter."""
SHAPE_COST = 50

FIXED: Mapping[str, Signature] = {
    "not": Signature((Sort.TRUTH,), Sort.TRUTH),
    **{op: Signature((Sort.NUMBER, Sort.NUMBER), Sort.NUMBER) for op in ARITHMETIC},
    **{op: Signature((Sort.TEXT,), Sort.TEXT, TEXT_COST) for op in FOLDS},
    **{op: Signature((Sort.SHAPE, Sort.SHAPE), Sort.TRUTH, SHAPE_COST) for op in SPATIAL},
    **{op: Signature((Sort.LIST, Sort.LIST), Sort.TRUTH, TEXT_COST) for op in LISTS},
    **{op: Signature((Sort.INTERVAL, Sort.INTERVAL), Sort.TRUTH) for op in INTERVALS},
}
"""By the operator's name."""
