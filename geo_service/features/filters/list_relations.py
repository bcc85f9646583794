"""How lists hold each other's values: as sets, whatever their order."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Flags
from geo_service.features.filters.distinct_texts import over_distinct


class Lists(NamedTuple):
    """A list of every feature, and where there is none."""

    values: NDArray[np.object_]
    """Of tuples or frozensets, shape (n,), or of no dimension."""
    missing: Flags


_Relation = Callable[[frozenset[Any], frozenset[Any]], bool]

_RELATIONS: Mapping[str, _Relation] = {
    "a_containedby": frozenset.issubset,
    "a_contains": frozenset.issuperset,
    "a_equals": frozenset.__eq__,
    "a_overlaps": lambda one, other: not one.isdisjoint(other),
}


def relate_lists(op: str, one: Lists, other: Lists) -> Flags:
    """Say where a relation holds.

    Parameters
    ----------
    op : str
        ``a_contains`` and the like.
    one, other : Lists

    Returns
    -------
    ndarray of bool, shape (n,), or of no dimension
    """
    relation = _RELATIONS[op]
    if other.values.ndim == 0:
        right = frozenset(other.values[()])
        return over_distinct(one.values, lambda left: relation(frozenset(left), right), np.bool_)
    if one.values.ndim == 0:
        left = frozenset(one.values[()])
        return over_distinct(other.values, lambda right: relation(left, frozenset(right)), np.bool_)
    pairs = zip(one.values, other.values, strict=True)
    holds = (relation(frozenset(left), frozenset(right)) for left, right in pairs)
    return np.fromiter(holds, np.bool_, len(one.values))
