"""What the features of a tile layer tell: each value once, and which feature has which."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isnan
from typing import TypeAlias

import numpy as np

from geo_service.arrays import Integers
from geo_service.export.features import iso

Told: TypeAlias = str | int | float | bool
"""What a tile can hold."""
NOTHING = -1
"""The code of a feature that has no value."""
LONGEST_TEXT = 100
"""Longer texts end in an ellipsis: a tile is to be small, whoever wrote them."""
_NUMBER_BYTES, _TAG_BYTES = 10, 4


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One field of n features."""

    name: str
    meaning: str
    values: tuple[Told, ...]
    """Each once."""
    code: Integers
    """Shape (n,): which of them each feature has, or ``NOTHING``."""
    value_bytes: Integers
    """About how many bytes each value takes in a tile; the last stands for no value, and is 0."""

    def of(self, rows: Integers) -> "Coded":
        """Return the field of some features, in the order given."""
        return replace(self, code=self.code[rows])

    def sizes(self) -> Integers:
        """Return about how many bytes each feature's value takes in a tile; shape (n,)."""
        return self.value_bytes[self.code]


def coded(name: str, meaning: str, values: Iterable[Told | datetime | None]) -> Coded:
    """Code the values of one field.

    Parameters
    ----------
    name, meaning : str
        The field's name, and what it tells in a sentence.
    values : iterable
        A value a feature. Nothing is told of None, blank texts and numbers that are none; a moment
        is told as text.
    """
    # By type too: to Python 1, 1.0 and true are one.
    known: dict[tuple[type, Told], int] = {}
    codes = [
        NOTHING if told is None else known.setdefault((type(told), told), len(known))
        for told in map(_told, values)
    ]
    held = tuple(told for _, told in known)
    sizes = np.array([*map(_bytes_of, held), 0], dtype=np.int64)
    return Coded(name, meaning, held, np.array(codes, dtype=np.int64), sizes)


def total_sizes(fields: Sequence[Coded], count: int) -> Integers:
    """Return about how many bytes all values of each of so many features take; shape (count,)."""
    total = np.zeros(count, dtype=np.int64)
    for field in fields:
        total += field.sizes()
    return total


def _told(value: Told | datetime | None) -> Told | None:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            return value[: LONGEST_TEXT - 1] + "…"
        return value or None
    if isinstance(value, float) and isnan(value):
        return None
    return value


def _bytes_of(value: Told) -> int:
    if isinstance(value, str):
        return len(value.encode()) + 2 * _TAG_BYTES
    return _NUMBER_BYTES
