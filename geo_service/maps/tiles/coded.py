"""What the features of a tile layer tell: each value once, and which feature has which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from geo_service.arrays import Integers
from geo_service.export.features import iso
from geo_service.features.columns import ARRAYS, Column, Field, Kind, moment_of

Told: TypeAlias = str | int | float | bool
"""What a tile can hold."""
NOTHING = -1
"""The code of a feature that has no value."""
LONGEST_TEXT = 100
"""Longer texts end in an ellipsis: a tile is to be small, whoever wrote them."""
NUMBER_BYTES, _MOMENT_BYTES, _TEXT_BYTES = 10, 28, 8


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """One field of n features."""

    name: str
    meaning: str
    kind: Kind
    values: tuple[Told, ...]
    """Each once; moments as microseconds, for most are never told."""
    code: Integers
    """Shape (n,): which of them each feature has, or ``NOTHING``."""
    value_bytes: Integers
    """About how many bytes each value takes in a tile; the last stands for no value, and is 0."""

    def told(self, code: int) -> Told:
        """Return a value as a tile holds it; moments as text."""
        value = self.values[code]
        return iso(moment_of(int(value))) if self.kind is Kind.MOMENT else value

    def of(self, rows: Integers) -> "Coded":
        """Return the field of some features, in the order given."""
        return replace(self, code=self.code[rows])

    def sizes(self) -> Integers:
        """Return about how many bytes each feature's value takes in a tile; shape (n,)."""
        return self.value_bytes[self.code]


def coded(field: Field, column: Column) -> Coded:
    """Code the values of one field.

    Parameters
    ----------
    field : Field
        What the values are called and mean.
    column : Column
        Of the n features. Moments are told as texts, several texts as one, parted by semicolons;
        nothing is told of blank ones.
    """
    there, held = ~column.missing, column.values
    code = np.full(len(held), NOTHING, dtype=np.int64)
    if ARRAYS[column.kind][0] is np.object_:
        there &= held.astype(np.bool_)
        known: dict[str | tuple[str, ...], int] = {}
        code[there] = [known.setdefault(text, len(known)) for text in held[there].tolist()]
        texts = [_text(text) for text in known]
        sizes = [len(text.encode()) + _TEXT_BYTES for text in texts]
        values: tuple[Told, ...] = tuple(texts)
    else:
        numbers, code[there] = np.unique(held[there], return_inverse=True)
        values = tuple(numbers.tolist())
        sizes = [_MOMENT_BYTES if column.kind is Kind.MOMENT else NUMBER_BYTES] * len(values)
    value_bytes = np.array([*sizes, 0], dtype=np.int64)
    return Coded(field.name, field.meaning, column.kind, values, code, value_bytes)


def total_sizes(fields: Sequence[Coded], count: int) -> Integers:
    """Return about how many bytes all values of each of so many features take; shape (count,)."""
    total = np.zeros(count, dtype=np.int64)
    for field in fields:
        total += field.sizes()
    return total


def _text(told: str | tuple[str, ...]) -> str:
    text = told if isinstance(told, str) else ";".join(told)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"
