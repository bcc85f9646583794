"""A collection's features as GeoJSON bytes, each written when first asked for and then kept."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from geo_service.arrays import Floats, Integers, Shapes
from geo_service.export.features import iso
from geo_service.features.columns import Features, Value
from geo_service.geometry.reference_systems import WGS84, ReferenceSystem


class FeatureJson:
    """Writes the features of a collection.

    Any number of threads may ask.

    Parameters
    ----------
    features : Features
        They don't change.
    """

    def __init__(self, features: Features) -> None:
        self.features = features
        self._kept: list[Any] = [None] * len(features)

    def take_over(self, before: "FeatureJson", rows: Integers, rows_before: Integers) -> None:
        """Keep what was written of features that are the same still.

        Parameters
        ----------
        before : FeatureJson
            Of the collection as it was.
        rows, rows_before : ndarray of int
            Where the same features are now, and where they were.
        """
        for row, row_before in zip(rows.tolist(), rows_before.tolist(), strict=True):
            self._kept[row] = before._kept[row_before]  # noqa: SLF001 - one of us

    def write(
        self,
        rows: Integers,
        system: ReferenceSystem = WGS84,
        names: Collection[str] | None = None,
    ) -> list[bytes]:
        """Write features.

        Parameters
        ----------
        rows : ndarray of int
        system : ReferenceSystem
            In whose coordinates, and order of axes.
        names : collection of str, optional
            The properties that are told; None: all.

        Returns
        -------
        list of bytes
            GeoJSON Features, UTF-8. The geometry is null where the system does not reach. Raises
            nothing.
        """
        if system is not WGS84 or names is not None:
            return self._written(rows, system, names)
        kept: list[Any] = [self._kept[row] for row in rows.tolist()]
        if None not in kept:
            return kept
        absent = rows[[one is None for one in kept]]
        for row, written in zip(absent.tolist(), self._written(absent, WGS84, None), strict=True):
            self._kept[row] = written
        return self.write(rows)

    def _written(
        self, rows: Integers, system: ReferenceSystem, names: Collection[str] | None
    ) -> list[bytes]:
        fields = [
            field.name for field in self.features.fields if names is None or field.name in names
        ]
        columns = [self.features.columns[name] for name in fields]
        geometries = geometries_json(self.features.shapes[rows], system)
        written = []
        for row, geometry in zip(rows.tolist(), geometries, strict=True):
            values = (plain(column.value(row)) for column in columns)
            feature = {
                "type": "Feature",
                "id": self.features.ids[row],
                "geometry": geometry,
                "properties": dict(zip(fields, values, strict=True)),
            }
            text = json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            written.append(text.encode())
        return written


def geometries_json(shapes: Shapes, system: ReferenceSystem) -> Sequence[dict[str, Any] | None]:
    """Write shapes as GeoJSON geometries.

    Parameters
    ----------
    shapes : ndarray of shapely geometries
        WGS-84, longitude first.
    system : ReferenceSystem
        In whose coordinates, and order of axes.

    Returns
    -------
    sequence of dict or None
        None where the system does not reach. Raises nothing.
    """

    def told(positions: Floats) -> Floats:
        first, second = system.from_wgs84(positions[:, 0], positions[:, 1])
        return np.column_stack((first, second)).round(system.decimals)

    moved = shapely.transform(shapes, told)
    reached = np.atleast_1d(np.isfinite(shapely.bounds(moved)).all(axis=1))
    return [
        shapely.geometry.mapping(shape) if there else None
        for shape, there in zip(moved, reached, strict=True)
    ]


def plain(value: Value) -> str | int | float | bool | list[str] | None:
    """Return a field's value as JSON has it; moments as ISO 8601 in UTC."""
    if isinstance(value, datetime):
        return iso(value)
    return list(value) if isinstance(value, tuple) else value
