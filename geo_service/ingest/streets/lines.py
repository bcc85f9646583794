"""Ways from a layer of lines: GeoPackage, Shapefile, GeoJSON or GeoParquet."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.errors import RefusedData
from geo_service.geometry.position import is_on_earth
from geo_service.ingest.columns import Columns, name_columns
from geo_service.ingest.files.table import read_table
from geo_service.ingest.streets.way_table import Street, WayTable, join_twins
from geo_service.streets.ways import KEPT_TAGS, Ways, WaysKind

_KEY_OF = {key.replace(":", "_"): key for key in KEPT_TAGS} | {"name": "name", "name_en": "name:en"}
"""Our columns, and OSM's keys, which a column may bear as well."""
_OURS = {ours: key if key != ours else "" for ours, key in _KEY_OF.items()}
_LINES = ("LineString", "MultiLineString", "LinearRing")
_PER_DEGREE = 1e7
"""Line ends that agree to 1e-7 degree, OSM's own grain of a centimetre, meet."""
_GEOFABRIK = {"F": "yes", "T": "-1", "B": "no"}
"""How Geofabrik's Shapefiles say along, against and both."""


def read_lines(path: Path, columns: Mapping[str, str]) -> Ways:
    """Read a layer of lines; each line is a way, and lines meet where they share a vertex.

    Two rows that are one line drawn both ways are one two-way street, under the first row.

    Parameters
    ----------
    path : Path
        A file with one layer of lines, beside layers of other shapes if it likes.
    columns : mapping of str to str
        Our name of a column (``highway``, ``oneway``, ``maxspeed``, ``name``, ``name_en``,
        ``access``, ``bicycle``, ``foot``, ...) to theirs. All columns are optional.

    Returns
    -------
    Ways
        ``way_id`` is the row, from 0.

    Raises
    ------
    UnreadableFile
        If it is not there, empty, damaged, or several layers could be meant.
    RefusedData
        If it holds no line, or positions that are no degrees.
    MissingColumn
        If ``columns`` names a column that is not there.
    """
    rows = read_table(path, geometry="LineString", also=(".osm", ".osm.pbf", ".graphml"))
    if rows.faults:
        row, reason = min(rows.faults.items())
        raise RefusedData(f"Record {row + 1}: {reason}", where=path.name, remedy="Repair it.")
    tags = _tags(name_columns(rows, columns, _OURS))
    shapes = np.full(len(rows), None) if rows.shapes is None else rows.shapes
    row_of, parts = _lines_of(shapes, path)
    lon, lat = shapely.get_coordinates(parts).T
    _check_degrees(lon, lat, path)
    vertex, first = _meeting_points(lon, lat)
    bounds = np.concatenate(([0], np.cumsum(shapely.get_num_coordinates(parts)))).tolist()
    refs = vertex.tolist()
    drawn = [
        Street((row,), tuple(refs[start:end]), tags[row])
        for row, start, end in zip(row_of.tolist(), bounds, bounds[1:], strict=False)
    ]
    table = WayTable()
    for street in join_twins(drawn, same_way=False):
        table.add(street.way_ids[0], street.refs, street.tags)
    nothing = np.full(len(first), -1, dtype=np.int64)
    return table.finish(table.refs(), nothing, lon[first], lat[first], WaysKind.LINES)


def _lines_of(shapes: NDArray[np.object_], path: Path) -> tuple[Integers, NDArray[np.object_]]:
    """Return the lines in the shapes, one by one, and the row of each."""
    kinds = [getattr(shape, "geom_type", "no shape") for shape in shapes]
    rows = np.array([row for row, kind in enumerate(kinds) if kind in _LINES], dtype=np.int64)
    if not len(rows):
        found = ", ".join(f"{kind} ({number})" for kind, number in Counter(kinds).most_common(4))
        raise RefusedData(
            f"There is no line in this file; found {found}.",
            where=path.name,
            remedy="Load a layer of lines as streets.",
        )
    parts, of_shape = shapely.get_parts(shapes[rows], return_index=True)
    there = ~shapely.is_empty(parts)
    return rows[of_shape[there]], parts[there]


def _tags(named: Columns) -> list[dict[str, str]]:
    """Return each row's tags under OSM's keys."""
    texts = {key: named.texts(ours) for ours, key in _KEY_OF.items() if ours in named}
    if set(texts.get("oneway", ())) >= {"B"}:
        texts["oneway"] = [_GEOFABRIK.get(text, text) for text in texts["oneway"]]
    tags: list[dict[str, str]] = [{} for _ in range(len(named.rows))]
    for key, column in texts.items():
        for row, text in enumerate(column):
            if text:
                tags[row][key] = text if key.startswith("name") else text.lower()
    return tags


def _check_degrees(lon: Floats, lat: Floats, path: Path) -> None:
    wrong = ~is_on_earth(lon, lat)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise RefusedData(
            f"Positions such as {lon[place]:g}, {lat[place]:g} are no degrees of longitude and "
            "latitude, and the file does not say what they are.",
            where=path.name,
            remedy="Export it in EPSG:4326, or with its coordinate reference system.",
        )


def _meeting_points(lon: Floats, lat: Floats) -> tuple[Integers, Integers]:
    """Give equal places one number; return each vertex's, and where each was first met."""
    east = np.rint(lon * _PER_DEGREE).astype(np.int64)
    north = np.rint(lat * _PER_DEGREE).astype(np.int64)
    # 180 degrees east and west are one meridian.
    east[east == round(180 * _PER_DEGREE)] = round(-180 * _PER_DEGREE)
    _, first, number = np.unique(east * (1 << 32) + north, return_index=True, return_inverse=True)
    return number.astype(np.int64), first.astype(np.int64)
