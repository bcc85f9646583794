"""A collection's features as columns: ids, shapes, and a column for each field."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Flags, Integers, Shapes

Value: TypeAlias = str | int | float | bool | datetime | tuple[str, ...] | None
"""What a field of one feature holds; None: nothing."""

Row: TypeAlias = tuple[str, shapely.Geometry, Sequence[Value]]
"""One feature: its id, its shape, and its values in the order of the fields."""

ID = "id"
"""Names a feature's id where fields are named, as long as no field has this name."""
GEOMETRY = "geometry"
"""Names a feature's shape."""
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
            return moment_of(int(self.values[row]))
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
        rows: Sequence[Row],
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

    def with_changes(self, changed: Mapping[str, Row | None]) -> "Changed":
        """Return the features after some were added, changed or removed.

        What is the same is shared with these: where no feature has come, gone or moved, the ids
        and shapes, and of the columns those in which nothing is other than before.

        Parameters
        ----------
        changed : mapping of str to row or None
            By id, as `of` takes rows; None: there is no such feature any more.
        """
        rows = {name: row for name in changed if (row := self._row_of(name)) is not None}
        fresh = Features.of(self.fields, [row for row in changed.values() if row is not None])
        kept = np.ones(len(self), dtype=np.bool_)
        kept[list(rows.values())] = False
        before = np.flatnonzero(kept)
        if rows.keys() == set(fresh.ids):
            at = np.array([rows[name] for name in fresh.ids], dtype=np.int64)
            return Changed(self._put(at, fresh), before, before)
        at = np.searchsorted(self.ids[kept], fresh.ids)
        after = np.ones(len(before) + len(fresh), dtype=np.bool_)
        after[at + np.arange(len(fresh))] = False

        def mixed(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
            held = np.empty(len(after), dtype=old.dtype)
            held[after], held[~after] = old[kept], new
            return held

        columns = {
            name: Column(
                column.kind,
                mixed(column.values, fresh.columns[name].values),
                mixed(column.missing, fresh.columns[name].missing),
            )
            for name, column in self.columns.items()
        }
        ids, shapes = mixed(self.ids, fresh.ids), mixed(self.shapes, fresh.shapes)
        return Changed(Features(ids, shapes, self.fields, columns), np.flatnonzero(after), before)

    def _put(self, at: Integers, fresh: "Features") -> "Features":
        """Put features in the place of those with the same ids."""

        def put(old: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
            if all(map(_same, old[at], new)):
                return old
            held = old.copy()
            held[at] = new
            return held

        def changed(column: Column, other: Column) -> Column:
            values, missing = put(column.values, other.values), put(column.missing, other.missing)
            same = values is column.values and missing is column.missing
            return column if same else Column(column.kind, values, missing)

        columns = {name: changed(one, fresh.columns[name]) for name, one in self.columns.items()}
        return Features(self.ids, put(self.shapes, fresh.shapes), self.fields, columns)

    def _row_of(self, feature_id: str) -> int | None:
        row = bisect_left(self.ids, feature_id)
        return row if row < len(self) and self.ids[row] == feature_id else None


class Changed(NamedTuple):
    """Features after a change, and which of them are the same as before."""

    features: Features
    rows: Integers
    """Of those that are the same, where they are now,"""
    rows_before: Integers
    """and where they were."""


def _same(one: object, other: object) -> bool:
    return bool(one == other)


def microseconds(moment: datetime) -> int:
    """Return a moment, with a zone, as microseconds UTC since 1970. Raises nothing."""
    return (moment - EPOCH) // MICROSECOND


def moment_of(us: int) -> datetime:
    """Return the moment of microseconds UTC since 1970. Raises nothing."""
    return EPOCH + us * MICROSECOND
