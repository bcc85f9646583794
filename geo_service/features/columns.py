"""A collection's features as columns: ids, shapes, and a column for each field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Flags, Shapes

Value: TypeAlias = str | int | float | bool | datetime | tuple[str, ...] | None
"""What a field of one feature holds; None: nothing."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Kind(StrEnum):
    """What a field holds, and in which array its column is kept."""

    TEXT = "text"
    """An object array of str."""
    INTEGER = "integer"
    """An int64 array."""
    NUMBER = "number"
    """A float64 array, finite."""
    FLAG = "flag"
    """A bool array."""
    MOMENT = "moment"
    """An int64 array of microseconds UTC since 1970."""
    TEXTS = "texts"
    """An object array of tuples of str."""


ARRAYS: Mapping[Kind, tuple[type[Any], Any]] = {
    Kind.TEXT: (np.object_, ""),
    Kind.INTEGER: (np.int64, 0),
    Kind.NUMBER: (np.float64, 0.0),
    Kind.FLAG: (np.bool_, False),
    Kind.MOMENT: (np.int64, 0),
    Kind.TEXTS: (np.object_, ()),
}
"""The type of a kind's array, and what stands in it where there is no value."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that features of a collection have."""

    name: str
    kind: Kind
    meaning: str
    """What it tells, one sentence."""
    unit: str = ""
    choices: tuple[str, ...] = ()
    """All texts it may hold; none: any."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The values of one field, a row a feature."""

    kind: Kind
    values: NDArray[Any]
    """Shape (features,), of the type that ``ARRAYS`` says."""
    missing: Flags
    """Shape (features,): where there is no value."""

    @staticmethod
    def of(kind: Kind, values: Sequence[Value]) -> "Column":
        """Make a column of Python values.

        Parameters
        ----------
        kind : Kind
        values : sequence
            Of the kind, None where there is none; moments with a zone, numbers finite.
        """
        array_type, nothing = ARRAYS[kind]
        held = np.empty(len(values), dtype=array_type)
        missing = np.fromiter((value is None for value in values), np.bool_, len(values))
        if kind is Kind.MOMENT:
            values = [
                microseconds(value) if isinstance(value, datetime) else None for value in values
            ]
        for row, value in enumerate(values):
            held[row] = nothing if value is None else value
        return Column(kind, held, missing)

    def value(self, row: int) -> Value:
        """Return one value as Python has it; None if there is none."""
        if self.missing[row]:
            return None
        if self.kind is Kind.MOMENT:
            return EPOCH + int(self.values[row]) * MICROSECOND
        held = self.values[row]
        value: Value = held.item() if isinstance(held, np.generic) else held
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of a collection in order of their ids as text.

    Parameters
    ----------
    ids : ndarray of str objects, shape (n,)
        Ascending, each once.
    shapes : ndarray of shapely geometries, shape (n,)
        WGS-84, longitude first, none empty.
    fields : tuple of Field
        In the order in which they are told.
    columns : mapping of str to Column
        One for each field, by its name.
    """

    ids: NDArray[np.object_]
    shapes: Shapes
    fields: tuple[Field, ...]
    columns: Mapping[str, Column] = field(repr=False)

    def __len__(self) -> int:
        return len(self.ids)

    @staticmethod
    def of(
        fields: tuple[Field, ...],
        rows: Sequence[tuple[str, shapely.Geometry, Sequence[Value]]],
    ) -> "Features":
        """Make columns of rows.

        Parameters
        ----------
        fields : tuple of Field
        rows : sequence of (id, shape, values)
            In any order, each id once; the values in the order of the fields.
        """
        ordered = sorted(rows, key=lambda row: row[0])
        ids = np.empty(len(ordered), dtype=np.object_)
        shapes = np.empty(len(ordered), dtype=np.object_)
        ids[:] = [row[0] for row in ordered]
        shapes[:] = [row[1] for row in ordered]
        columns = {
            one.name: Column.of(one.kind, [row[2][index] for row in ordered])
            for index, one in enumerate(fields)
        }
        return Features(ids, shapes, fields, columns)


def microseconds(moment: datetime) -> int:
    """Return a moment, with a zone, as microseconds UTC since 1970. Raises nothing."""
    return (moment - EPOCH) // MICROSECOND
