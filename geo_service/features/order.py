"""In which order features come, and which come after a given one even if that one is gone."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from geo_service.arrays import Flags, Integers
from geo_service.features.columns import Column, Kind, Value


@dataclass(frozen=True, slots=True)
class By:
    """One field to order by."""

    field: str
    descending: bool = False


class Ranks:
    """The values of a column as ranks: equal for equal ones, greater for greater ones.

    Parameters
    ----------
    column : Column
        Not of ``Kind.TEXTS``.
    """

    def __init__(self, column: Column) -> None:
        held = column.values[~column.missing]
        self._kind = column.kind
        self._distinct: Sequence[Any] = sorted(set(held.tolist()))
        rank_of = {value: rank for rank, value in enumerate(self._distinct)}
        ranks = np.full(len(column.values), len(self._distinct), dtype=np.int64)
        ranks[~column.missing] = [rank_of[value] for value in held.tolist()]
        self.of_row: Integers = ranks
        """Shape (features,); where there is no value, greater than all others."""

    def of(self, value: Value | int) -> tuple[int, bool]:
        """Return the rank a value has or would have, and whether any feature has it.

        Parameters
        ----------
        value : Value
            As it stands in the column; a moment as microseconds; None: no value.
        """
        last = len(self._distinct)
        if value is None:
            return last, True
        rank = bisect_left(self._distinct, value)
        return rank, rank < last and self._distinct[rank] == value


@dataclass(frozen=True, slots=True)
class After:
    """Where a page ended: the values its last feature was ordered by, and its id."""

    values: tuple[Value | int, ...]
    """One for each field; moments as microseconds."""
    feature_id: str


class Arrangement:
    """All features of a collection in one order.

    What has no value comes last, whichever way one orders; equal ones come by their ids.

    Parameters
    ----------
    by : sequence of By
        At least one.
    ranks : sequence of Ranks
        Of each of these fields.
    """

    def __init__(self, by: Sequence[By], ranks: Sequence[Ranks]) -> None:
        self._by = tuple(by)
        self._ranks = tuple(ranks)

    @cached_property
    def place_of_row(self) -> Integers:
        """Shape (features,): the how manieth each row is, from 0."""
        keys = [_key(one, ranks) for one, ranks in zip(self._by, self._ranks, strict=True)]
        # Stable, so that rows, which are in order of their ids, stay so where keys are equal.
        order = np.lexsort(keys[::-1])
        places = np.empty(len(order), dtype=np.int64)
        places[order] = np.arange(len(order))
        return places

    def is_after(self, end: After, rows_up_to_id: int) -> Flags:
        """Say which features come after the end of a page.

        Parameters
        ----------
        end : After
        rows_up_to_id : int
            How many ids are not greater than the end's.
        """
        rows = len(self._ranks[0].of_row)
        later = np.arange(rows) >= rows_up_to_id
        for one, ranks, value in reversed(
            list(zip(self._by, self._ranks, end.values, strict=True))
        ):
            rank, held = ranks.of(value)
            of_row = _key(one, ranks)
            if one.descending and value is not None:
                # Ranks are counted from the other side: what is smaller comes later.
                rank = -rank if held else -rank + 1
            beyond = of_row > rank if held else of_row >= rank
            later = beyond | (later & (of_row == rank)) if held else beyond
        return later


def orders_by(kind: Kind) -> bool:
    """Say whether a field of a kind can be ordered by."""
    return kind is not Kind.TEXTS


def _key(by: By, ranks: Ranks) -> Integers:
    """Return ranks so that what comes first is smaller; what has no value comes last."""
    if not by.descending:
        return ranks.of_row
    none = ranks.of(None)[0]
    return np.where(ranks.of_row == none, none, -ranks.of_row)
