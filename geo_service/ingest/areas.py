"""Areas, and the bodies that answer for them, from files."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.refusal import Batch
from geo_service.errors import MissingColumn, RefusedData
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent, metres_outside
from geo_service.geometry.position import is_on_earth
from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.rows import Rows, rows_of_frame
from geo_service.ingest.files.table import read_table
from geo_service.ingest.intake import take_records
from geo_service.ingest.values import long_text_reason, words_of

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "id": "area_id",
        "record": "",
        "name": "",
        "name_en": "",
        "body_id": "",
        "level": "",
        "parent_id": "",
        "categories": "",
        "wkt": "WKT",
    }
)


@dataclass(frozen=True, slots=True)
class AreaBatch:
    """What a file says of areas, and of bodies."""

    areas: Batch[Area]
    bodies: Batch[Body]


def read_areas(
    path: Path,
    *,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    near: Extent | None = None,
) -> AreaBatch:
    """Read areas and bodies from GeoJSON, GeoPackage, Shapefile, CSV or Parquet.

    Parameters
    ----------
    path : Path
        Polygons, or a column ``wkt``; see `parse_areas` for the rest.
    datum, columns, near
        As in `parse_areas`.

    Raises
    ------
    UnreadableFile
        If the file as a whole can't be read.
    MissingColumn
        If it has neither polygons nor a column ``wkt``, and tells of no body.
    WrongUsage
        If ``columns`` make no sense.
    """
    return parse_areas(
        read_table(path, geometry="Polygon"), datum=datum, columns=columns, near=near
    )


def parse_areas(
    table: Rows | pd.DataFrame,
    *,
    datum: Datum = Datum.WGS84,
    columns: Mapping[str, str] = MappingProxyType({}),
    near: Extent | None = None,
) -> AreaBatch:
    """Make areas and bodies of rows.

    Parameters
    ----------
    table : Rows or DataFrame
        A row whose ``record`` is ``body`` is a body: ``id, name, name_en, level, parent_id,
        categories``; so is, where nothing is said, a row with a ``level`` and no shape. All
        others are areas: ``id, name, name_en, body_id``, and what else they say as ``more``.
    datum : Datum
        How the positions are meant.
    columns : mapping of str to str
        Our name of a column to theirs.
    near : Extent, optional
        Around the streets; an area that lies too far from it is refused.

    Raises
    ------
    MissingColumn
        If there are neither polygons nor a column ``wkt``, and no row is a body.
    WrongUsage
        If ``columns`` make no sense.
    """
    rows = table if isinstance(table, Rows) else rows_of_frame(table)
    found = name_columns(rows, columns, COLUMNS)
    maker = _Maker(found, datum, near)
    are_bodies = [row for row in range(len(rows)) if maker.is_body(row)]
    are_areas = [row for row in range(len(rows)) if not maker.is_body(row)]
    if are_areas and rows.shapes is None and "wkt" not in found:
        raise MissingColumn(
            "There are no polygons and no column 'wkt'.",
            where=rows.file,
            remedy=f"There are: {', '.join(map(str, rows.frame.columns))}. Give the polygons as "
            "GeoJSON, or as well-known text with --columns wkt=THEIRS.",
        )
    ids = maker.texts["id"]
    areas = take_records(rows, ids, maker.area, only=are_areas, warnings=found.beside_more())
    bodies = take_records(rows, ids, maker.body, only=are_bodies)
    return AreaBatch(areas, Batch(bodies.records, bodies.refusals, (), bodies.read))


class _Maker:
    """Makes the area or body of a row, from columns read once."""

    def __init__(self, columns: Columns, datum: Datum, near: Extent | None) -> None:
        self.texts = {name: columns.texts(name) for name in COLUMNS}
        self.more = columns.more()
        self.datum = datum
        self.near = near
        self.shapes: NDArray[np.object_] = (
            np.full(len(columns.rows), None, dtype=object)
            if columns.rows.shapes is None
            else columns.rows.shapes
        )

    def is_body(self, row: int) -> bool:
        """Say whether a row is a body."""
        record = self.texts["record"][row].casefold()
        if record:
            return record == "body"
        has_shape = self.shapes[row] is not None or bool(self.texts["wkt"][row])
        return bool(self.texts["level"][row]) and not has_shape

    def body(self, row: int) -> tuple[str, Body]:
        """Return a row's id and body; RefusedData says what is wrong with it."""
        told = self._told(row)
        body_id = told["id"] or told["body_id"]
        if not body_id:
            raise RefusedData("The body has no id.")
        if told["level"] not in set(Level):
            raise RefusedData(
                f"The level of the body is {told['level']!r}; the levels are {', '.join(Level)}."
            )
        if told["parent_id"] == body_id:
            raise RefusedData("The body is its own parent; the top body has none.")
        return body_id, Body(
            body_id=body_id,
            name=told["name"],
            level=Level(told["level"]),
            name_en=told["name_en"],
            parent_id=told["parent_id"],
            categories=frozenset(words_of(told["categories"])),
        )

    def area(self, row: int) -> tuple[str, Area]:
        """Return a row's id and area; RefusedData says what is wrong with it."""
        told = self._told(row)
        if told["record"].casefold() not in ("", "area"):
            raise RefusedData(f"Its record is {told['record']!r}; write area or body.")
        shape = self.shapes[row] if self.shapes[row] is not None else _from_wkt(told["wkt"])
        polygon = _checked_polygon(shape, self.datum)
        if self.near is not None:
            _check_near(polygon, self.near)
        for name in ("id", "body_id"):
            if not told[name]:
                raise RefusedData(f"The area has no {name}.")
        return told["id"], Area(
            area_id=told["id"],
            name=told["name"],
            body_id=told["body_id"],
            wkb=shapely.to_wkb(polygon),
            name_en=told["name_en"],
            more=self.more[row],
        )

    def _told(self, row: int) -> dict[str, str]:
        """Return what a row says; only its polygon may be of any length."""
        told = {name: column[row] for name, column in self.texts.items()}
        reason = long_text_reason({**told, **self.more[row], "wkt": ""})
        if reason:
            raise RefusedData(reason)
        return told


def _from_wkt(text: str) -> shapely.Geometry | None:
    try:
        return shapely.from_wkt(text) if text else None
    except shapely.GEOSException as problem:
        raise RefusedData(f"Its polygon is no well-known text: {text[:60]!r}.") from problem


def _checked_polygon(shape: shapely.Geometry | None, datum: Datum) -> shapely.Geometry:
    """Return the polygon on WGS-84, or raise RefusedData with what is wrong with it."""
    if shape is None:
        raise RefusedData("It has no polygon.")
    if not isinstance(shape, (shapely.Polygon, shapely.MultiPolygon)):
        kind = type(shape).__name__
        raise RefusedData(f"Its geometry is a {kind}, where a Polygon is needed.")
    if shapely.is_empty(shape):
        raise RefusedData("Its geometry is empty.")
    flat = shapely.force_2d(shape)
    _check_corners(shapely.get_coordinates(flat))
    if not shapely.is_valid(flat):
        raise RefusedData(f"Its polygon is not valid: {shapely.is_valid_reason(flat)}.")
    return shapely.transform(flat, lambda corners: _converted(corners, datum))


def _check_corners(corners: NDArray[np.float64]) -> None:
    lon, lat = corners[:, 0], corners[:, 1]
    if not np.isfinite(corners).all():
        raise RefusedData("A corner of its polygon is NaN or infinite.")
    if is_on_earth(lon, lat).all():
        return
    if is_on_earth(lat, lon).all():
        raise RefusedData(
            f"A corner of its polygon has the latitude {np.abs(lat).max()}, beyond 90 degrees: "
            "latitude and longitude look swapped."
        )
    raise RefusedData("A corner of its polygon is not on earth.")


def _check_near(polygon: shapely.Geometry, near: Extent) -> None:
    if shapely.box(near.west, near.south, near.east, near.north).intersects(polygon):
        return
    corners = shapely.get_coordinates(polygon)
    nearest_m = float(metres_outside(corners[:, 0], corners[:, 1], near).min())
    if nearest_m > near.margin_m:
        raise RefusedData(
            f"It lies {nearest_m / 1000:.0f} km from the streets; "
            f"{near.margin_m / 1000:.0f} km are allowed."
        )


def _converted(corners: NDArray[np.float64], datum: Datum) -> NDArray[np.float64]:
    return np.column_stack(convert(corners[:, 0], corners[:, 1], source=datum, target=Datum.WGS84))
