"""The values of features as cells of text formats: times in ISO 8601, nothing as None."""

from typing import TypeAlias

import numpy as np

from geo_service.arrays import Integers
from geo_service.features.columns import Column, Features, Kind

Cell: TypeAlias = str | int | float | bool | list[str] | None

_SECOND_US = 1_000_000
_AT_ONCE = 65_536
LIST_PARTER = ";"


def cells(column: Column) -> list[Cell]:
    """List a column's values.

    Parameters
    ----------
    column : Column
        Moments become ISO 8601 in UTC, to the microsecond where there is a part of a second.

    Returns
    -------
    list
        A value a feature, None where there is none. Raises nothing.
    """
    if column.kind is Kind.MOMENT:
        values: list[Cell] = [*iso_texts(column.values)]
    elif column.kind is Kind.TEXTS:
        values = [list(words) for words in column.values]
    else:
        values = column.values.tolist()
    for row in np.flatnonzero(column.missing).tolist():
        values[row] = None
    return values


def cells_by_name(features: Features, id_name: str) -> dict[str, list[Cell]]:
    """List ids and all columns, in the order in which they are told. Raises nothing."""
    return {
        id_name: features.ids.tolist(),
        **{one.name: cells(features.columns[one.name]) for one in features.fields},
    }


def plain_text(cell: Cell) -> str:
    """Say one value as text; nothing is blank, lists are parted by semicolons. Raises nothing."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, list):
        return LIST_PARTER.join(cell)
    return cell if isinstance(cell, str) else repr(cell)


def iso_texts(us: Integers) -> list[str]:
    """Write microseconds since 1970 as ISO 8601 in UTC; shape (n,). Raises nothing."""
    written: list[str] = []
    # A text takes a hundred bytes while it is an array's.
    for start in range(0, len(us), _AT_ONCE):
        part = us[start : start + _AT_ONCE]
        moments = part.astype("datetime64[us]")
        texts = np.where(
            part % _SECOND_US == 0,
            np.datetime_as_string(moments, unit="s"),
            np.datetime_as_string(moments, unit="us"),
        )
        written += [f"{text}Z" for text in texts.tolist()]
    return written
