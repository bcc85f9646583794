"""Which of a file's columns is which of ours, and a clear word when one is not there."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_service.errors import MissingColumn, WrongUsage
from geo_service.ingest.files.rows import Rows

_OTHER_NAMES: Mapping[str, frozenset[str]] = {
    "lon": frozenset({"longitude", "lng", "long", "x", "经度"}),
    "lat": frozenset({"latitude", "y", "纬度"}),
    "t": frozenset({"time", "timestamp", "datetime", "date_time", "时间"}),
    "trip_id": frozenset({"trip", "traj", "trackid", "track_id", "tid", "trajectory_id"}),
    "rider_id": frozenset({"rider", "user", "uid", "user_id", "driver_id", "taxi_id"}),
    "category": frozenset({"type", "service_name", "类别"}),
    "reported_at": frozenset({"opened", "reported", "created_at", "requested_datetime"}),
    "closed_at": frozenset({"closed", "closed_datetime"}),
    "kind": frozenset({"type", "类型"}),
}
"""Names that others give to our columns: only for the hint in an error, never taken silently."""

MORE = "more"
"""The column in which exports write what else a source said."""
_EXACT = 2.0**53
"""Whole numbers below this are exact as floats."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of one file under our names."""

    rows: Rows
    theirs: Mapping[str, str]
    """Our name to theirs, for the columns that are there."""
    spare: tuple[str, ...]
    """Their columns that have no name of ours."""
    ours: tuple[str, ...] = ()
    """Every name of ours."""

    def __contains__(self, ours: str) -> bool:
        return ours in self.theirs

    def series(self, ours: str) -> "pd.Series[Any] | None":
        """Return one of our columns as it stands in the file, or None."""
        return self.rows.frame[self.theirs[ours]] if ours in self.theirs else None

    def needed(self, ours: str) -> "pd.Series[Any]":
        """Return one of our columns as it stands in the file; see `need` for what it raises."""
        self.need(ours)
        return self.rows.frame[self.theirs[ours]]

    def values(self, ours: str) -> list[Any]:
        """Return one of our columns as a list of Python values; all None if it is not there."""
        column = self.series(ours)
        return [None] * len(self.rows) if column is None else list(column.to_numpy(object))

    def texts(self, ours: str) -> list[str]:
        """Return one of our columns as trimmed text; blank where nothing is said."""
        return _texts(self.values(ours))

    def told(self) -> list[dict[str, str]]:
        """Return, row by row, what our columns say, as trimmed text."""
        texts = {name: self.texts(name) for name in self.ours}
        return [
            {name: column[row] for name, column in texts.items()} for row in range(len(self.rows))
        ]

    def more(self) -> list[dict[str, str]]:
        """Return, row by row, what the spare columns say, as text.

        A file that has it all in a column ``more``, JSON objects of texts, as exports write it, is
        taken at its word: its other spare columns are not kept.
        """
        whole = self._whole_more()
        if whole is not None:
            return whole
        texts = {name: _texts(self.rows.frame[name].to_numpy(object)) for name in self.spare}
        return [
            {name: column[row] for name, column in texts.items() if column[row]}
            for row in range(len(self.rows))
        ]

    def beside_more(self) -> tuple[str, ...]:
        """Warn of spare columns that are not kept because there is a column ``more``."""
        others = [name for name in self.spare if name and name != MORE]
        if not others or self._whole_more() is None:
            return ()
        return (f"{self.rows.file}: beside {MORE!r} these are left out: {', '.join(others)}.",)

    def _whole_more(self) -> list[dict[str, str]] | None:
        """Read the column ``more``; None if there is none, or it holds something else."""
        if MORE not in self.spare:
            return None
        told = [_texts_of_object(cell) for cell in _texts(self.rows.frame[MORE].to_numpy(object))]
        whole = [one for one in told if one is not None]
        return whole if len(whole) == len(told) else None

    def left_out(self) -> tuple[str, ...]:
        """Warn of spare columns, where what they say is not kept."""
        named = ", ".join(filter(None, self.spare))
        if not named:
            return ()
        said = f"{self.rows.file}: not known here and left out: {named}."
        return (f"{said} Known are: {', '.join(self.ours)}.",)

    def need(self, *ours: str, remedy: str = "") -> None:
        """Refuse the file if a column of ours is not there.

        Raises
        ------
        MissingColumn
            Names the columns that are missing, those that are there, and how to say which is
            which.
        """
        missing = [name for name in ours if name not in self.theirs]
        if not missing:
            return
        there = [str(name) for name in self.rows.frame.columns]
        raise MissingColumn(
            f"There is no column {_listed(missing)}.",
            where=self.rows.file,
            remedy=(
                f"There are: {', '.join(there) or 'none'}. Say which is meant with --columns "
                f"{','.join(f'{name}={_guess(name, there)}' for name in missing)}{remedy}."
            ),
        )


def name_columns(rows: Rows, columns: Mapping[str, str], ours: Mapping[str, str]) -> Columns:
    """Find our columns in a file.

    Parameters
    ----------
    rows : Rows
        The file.
    columns : mapping of str to str
        Our name to theirs, as the user said it; wins over a column that bears our name.
    ours : mapping of str to str
        Every name of ours, to another name under which it is also known ('' for none).

    Raises
    ------
    WrongUsage
        If the user names a column of ours that does not exist.
    MissingColumn
        If the user names a column of theirs that the file does not have.
    """
    there = [str(name) for name in rows.frame.columns]
    for name, their in columns.items():
        if name not in ours:
            raise WrongUsage(
                f"There is no column {name!r} to fill.",
                where=f"--columns {name}={their}",
                remedy=f"Ours are: {', '.join(ours)}; write ours=theirs.",
            )
        if their not in there:
            raise MissingColumn(
                f"There is no column {their!r}.",
                where=rows.file,
                remedy=f"There are: {', '.join(there) or 'none'}. Say which is meant with "
                f"--columns {name}={_guess(name, there)}.",
            )
    found = dict(columns)
    for name, other in ours.items():
        for candidate in (name, other):
            if name not in found and candidate in there:
                found[name] = candidate
    taken = set(found.values())
    return Columns(rows, found, tuple(name for name in there if name not in taken), tuple(ours))


def _texts(values: Iterable[object]) -> list[str]:
    # Most values are text already; a million calls fewer are felt.
    return [value.strip() if type(value) is str else text_of(value) for value in values]


def _texts_of_object(text: str) -> dict[str, str] | None:
    """Read a JSON object of texts; blank is an empty one, None is anything else."""
    if not text:
        return {}
    try:
        told = json.loads(text) if text.startswith("{") else None
    except (RecursionError, ValueError):
        return None
    if not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        return None
    return told


def text_of(value: object) -> str:
    """Say a cell's value as trimmed text; blank for nothing, 12 for 12.0, JSON for lists."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, (float, np.floating)):
        return _number_text(float(value))
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, (list, tuple, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value).strip()


def _number_text(value: float) -> str:
    if math.isnan(value):
        return ""
    whole = value.is_integer() and abs(value) < _EXACT
    return str(int(value)) if whole else repr(value)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names)


def _guess(ours: str, there: Iterable[str]) -> str:
    """Name the column that is probably meant, for the example in a message."""
    others = _OTHER_NAMES.get(ours, frozenset())
    for name in there:
        plain = name.strip().casefold()
        if plain == ours or plain in others:
            return name
    return "THEIRS"
