"""GeoJSON lines with times as rows of fixes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import shapely

from geo_service.domain.refusal import Refusal
from geo_service.errors import RefusedData
from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.rows import Rows
from geo_service.ingest.traces.fix_table import MadeOf, TraceBatch, TraceRule, take_fixes
from geo_service.ingest.values import made_trip_id

COLUMNS: Mapping[str, str] = MappingProxyType(
    {"trip_id": "id", "rider_id": "", "t": "times", "lon": "", "lat": ""}
)
_LINES = (shapely.GeometryType.LINESTRING, shapely.GeometryType.MULTILINESTRING)


@dataclass(frozen=True, slots=True)
class _Line:
    """One feature's fixes."""

    trip_id: str
    rider_id: str
    times: Sequence[object]
    corners: Any


def holds_lines(rows: Rows) -> bool:
    """Say whether any of the rows is a line."""
    return rows.shapes is not None and bool(np.isin(shapely.get_type_id(rows.shapes), _LINES).any())


def take_lines(rows: Rows, rule: TraceRule) -> TraceBatch:
    """Make trips of lines, each a trip.

    Parameters
    ----------
    rows : Rows
        LineStrings or MultiLineStrings; the times of their positions stand in a list ``times``,
        ``t``, ``coordTimes`` or ``coordinateProperties.times``. A trip without ``trip_id`` or
        ``id`` is named for the file, its number there and its rider.
    rule : TraceRule
        How they are read.

    Raises
    ------
    MissingColumn
        If the user names a column that is not there.
    """
    columns = name_columns(rows, rule.columns, COLUMNS)
    reader = _Reader(columns, rule)
    lines, numbers, refusals = list[_Line](), list[int](), list[Refusal]()
    taken = dict[str, int]()
    for row in range(len(rows)):
        trip_id = reader.trip_id(row)
        try:
            line = reader.line(row)
            if trip_id in taken:
                raise RefusedData(  # noqa: TRY301 - joins what the reader raises
                    f"Its id {trip_id!r} is already that of record {taken[trip_id]} in this file."
                )
        except RefusedData as problem:
            refusals.append(Refusal(rows.file, row + 1, trip_id, str(problem)))
            continue
        taken[trip_id] = row + 1
        lines.append(line)
        numbers.append(row + 1)
    lengths = [len(line.times) for line in lines]
    plain = Rows(_frame(lines, lengths), file=rows.file, warnings=rows.warnings)
    batch = take_fixes(
        plain,
        replace(rule, columns={}),
        np.repeat(np.array(numbers, dtype=np.int64), lengths),
    )
    return replace(
        batch,
        refusals=tuple(sorted((*refusals, *batch.refusals), key=lambda one: one.row)),
        read=batch.read + len(refusals),
        made=reader.made,
    )


class _Reader:
    """Reads the trip of a row."""

    def __init__(self, columns: Columns, rule: TraceRule) -> None:
        self.rows, self.rule, self.made = columns.rows, rule, dict[str, MadeOf]()
        self.ids, self.riders = columns.texts("trip_id"), columns.texts("rider_id")
        self.times = columns.values("t")
        frame = columns.rows.frame
        nothing = [None] * len(frame)
        self.other = list(frame["coordTimes"]) if "coordTimes" in frame.columns else nothing
        self.nested = (
            list(frame["coordinateProperties"])
            if "coordinateProperties" in frame.columns
            else nothing
        )

    def trip_id(self, row: int) -> str:
        """Name the trip of a row."""
        if self.ids[row]:
            return self.ids[row]
        of = MadeOf(self.rows.file, row + 1, self.riders[row] or self.rule.rider or "")
        name = made_trip_id(*of, self.rule.rider_key)
        self.made[name] = of
        return name

    def line(self, row: int) -> _Line:
        """Read the trip of a row, or raise RefusedData with what is wrong with it."""
        if row in self.rows.faults:
            raise RefusedData(self.rows.faults[row])
        shape = None if self.rows.shapes is None else self.rows.shapes[row]
        if shape is None:
            raise RefusedData("It has no geometry.")
        if shape.is_empty:
            raise RefusedData("Its geometry is empty.")
        if shapely.get_type_id(shape) not in _LINES:
            raise RefusedData(f"Its geometry is a {shape.geom_type}, where a LineString is needed.")
        corners = shapely.get_coordinates(shape)
        times = self._times(row)
        if not times:
            raise RefusedData(
                f"None of its {len(corners)} fixes bears a time; give the times of its positions "
                "in a list, the property 'times'."
            )
        if len(times) != len(corners):
            raise RefusedData(f"It has {len(corners)} positions and {len(times)} times.")
        return _Line(self.trip_id(row), self.riders[row], times, corners)

    def _times(self, row: int) -> list[object]:
        nested = self.nested[row]
        inner = nested.get("times") if isinstance(nested, dict) else None
        for told in (self.times[row], self.other[row], inner):
            listed = _list_of(told)
            if listed:
                return listed
        return []


def _list_of(told: object) -> list[object]:
    """Read a list, a list of lists (one a part of the line), or either as JSON text."""
    if isinstance(told, str) and told.startswith("["):
        try:
            told = json.loads(told)
        except (RecursionError, ValueError):
            return []
    if not isinstance(told, list):
        return []
    if told and all(isinstance(part, list) for part in told):
        return [time for part in told for time in part]
    return told


def _frame(lines: Sequence[_Line], lengths: Sequence[int]) -> pd.DataFrame:
    """Lay the lines out as one row a fix."""
    corners = np.concatenate([line.corners for line in lines] or [np.zeros((0, 2))])
    return pd.DataFrame(
        {
            "trip_id": np.repeat(np.array([line.trip_id for line in lines], object), lengths),
            "rider_id": np.repeat(np.array([line.rider_id for line in lines], object), lengths),
            "t": pd.Series([time for line in lines for time in line.times], dtype=object),
            "lon": corners[:, 0],
            "lat": corners[:, 1],
        }
    )
