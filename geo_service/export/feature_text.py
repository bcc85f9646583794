"""Features as GeoJSON and as CSV, written row by row."""

import csv
import json
from pathlib import Path

import shapely

from geo_service.export.feature_cells import Cell, cells_by_name, plain_text
from geo_service.export.spreadsheet import safe_cell
from geo_service.features.columns import Features

_DECIMALS = 7
"""Of a point on a line or polygon, some centimetres; the position of a point is told whole."""


def write_geojson(features: Features, id_name: str, path: Path) -> None:
    """Write a FeatureCollection (RFC 7946), a line a feature; ids stand in the properties too.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    columns = cells_by_name(features, id_name)
    shapes = shapely.to_geojson(features.shapes).tolist()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"type":"FeatureCollection","features":[')
        parter = "\n"
        for shape, *row in zip(shapes, *columns.values(), strict=True):
            properties = dict(zip(columns, row, strict=True))
            file.write(
                f'{parter}{{"type":"Feature","id":{_json(row[0])},"geometry":{shape},'
                f'"properties":{_json(properties)}}}'
            )
            parter = ",\n"
        file.write("\n]}\n")


def write_csv(features: Features, id_name: str, path: Path, *, are_points: bool) -> None:
    """Write a table with ``lon`` and ``lat``; of lines and polygons the whole shape as ``wkt``.

    UTF-8 with a mark that spreadsheets look for; text that one of them would run as a formula has
    an apostrophe before it. No value is a blank cell.

    Parameters
    ----------
    features, id_name, path : Features, str, Path
    are_points : bool
        Else longitude and latitude are of some point on each shape.

    Raises
    ------
    OSError
        If the disk does not take it.
    """
    columns = cells_by_name(features, id_name)
    if are_points:
        lon, lat = shapely.get_x(features.shapes), shapely.get_y(features.shapes)
        beside = {"lon": lon.tolist(), "lat": lat.tolist()}
    else:
        middle = shapely.point_on_surface(features.shapes)
        beside = {
            "lon": shapely.get_x(middle).round(_DECIMALS).tolist(),
            "lat": shapely.get_y(middle).round(_DECIMALS).tolist(),
            "wkt": shapely.to_wkt(features.shapes, rounding_precision=-1).tolist(),
        }
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow([*columns, *beside])
        for row in zip(*columns.values(), *beside.values(), strict=True):
            rows.writerow([_csv_cell(cell) for cell in row])


def _csv_cell(cell: Cell) -> str:
    text = plain_text(cell)
    return text if isinstance(cell, int | float) else safe_cell(text)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
