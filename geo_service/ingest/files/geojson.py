"""GeoJSON (RFC 7946) as rows, each feature's faults kept apart from the file's."""

import json
import reprlib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.geometry
from pyproj.exceptions import CRSError

from geo_service.arrays import Shapes
from geo_service.errors import UnreadableFile
from geo_service.ingest.files.rows import Rows, rows_of_frame
from geo_service.ingest.files.text import decode, read_text

_GEOMETRIES = frozenset(
    {
        "Point",
        "MultiPoint",
        "LineString",
        "MultiLineString",
        "Polygon",
        "MultiPolygon",
        "GeometryCollection",
    }
)
_SENSELESS = (
    shapely.errors.ShapelyError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)
"""What shapely raises for coordinates that are no coordinates."""
_DEEPEST = 4
"""Lists within one another in the coordinates of a MultiPolygon; no geometry has more."""
_DEEPEST_PROPERTY = 50
"""Lists and objects within one another in a property, at most: nobody reads what is deeper."""
_REMEDY = "A GeoJSON file holds a FeatureCollection (RFC 7946)."


def read_geojson(path: Path) -> Rows:
    """Read a FeatureCollection, a Feature, or a bare geometry.

    Returns
    -------
    Rows
        The features' properties as they are (a feature's own ``id`` where they have none) and
        their shapes; a feature whose geometry makes no sense is among the faults.

    Raises
    ------
    UnreadableFile
        If it is not there, empty, cut off, or not GeoJSON.
    """
    text = read_text(path)
    return _rows(text.utf8, path.name, text.warnings)


def parse_geojson(content: bytes, *, file: str) -> Rows:
    """Read GeoJSON that came another way than as a file; see `read_geojson`."""
    text = decode(content, file)
    return _rows(text.utf8, file, text.warnings)


def _rows(utf8: bytes, file: str, warnings: tuple[str, ...]) -> Rows:
    document = _document(utf8, file)
    features = _features(document, file)
    shapes, faults = np.empty(len(features), dtype=object), dict[int, str]()
    properties = list[dict[str, Any]]()
    for row, feature in enumerate(features):
        own = feature.get("properties") if isinstance(feature, dict) else None
        properties.append(own if isinstance(own, dict) else {})
        try:
            if not isinstance(feature, dict) or feature.get("type") != "Feature":
                raise ValueError("It is not a GeoJSON Feature.")  # noqa: TRY301 - joins the others
            if _deeper(properties[-1], _DEEPEST_PROPERTY):
                properties[-1] = {}
                raise ValueError("Its properties are nested too deeply.")  # noqa: TRY301 - as above
            shapes[row] = _shape(feature.get("geometry"))
        except ValueError as problem:
            faults[row] = str(problem)
            continue
        if isinstance(feature.get("id"), (str, int, float)) and "id" not in properties[-1]:
            properties[-1] = {**properties[-1], "id": feature["id"]}
    frame = pd.DataFrame(properties, index=range(len(features)), dtype=object)
    return Rows(frame, _in_degrees(shapes, document, file), file, faults, warnings)


def _document(utf8: bytes, file: str) -> dict[str, Any]:
    try:
        document = json.loads(utf8)
        if b"\\ud" in utf8.lower():
            # Half a character, written as an escape, could be stored nowhere.
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as problem:
        cut = problem.pos >= len(problem.doc.rstrip()) - 1 or "Unterminated" in problem.msg
        raise UnreadableFile(
            f"The file {'is cut off' if cut else 'is not JSON'} at line {problem.lineno}, "
            f"column {problem.colno} ({problem.msg}).",
            where=file,
            remedy="Fetch or write it again.",
        ) from problem
    except (RecursionError, ValueError) as problem:
        raise UnreadableFile(
            "The file is nested too deeply, holds a number too long, or half a character.",
            where=file,
            remedy=_REMEDY,
        ) from problem
    if not isinstance(document, dict):
        raise UnreadableFile("The file is JSON, but not GeoJSON.", where=file, remedy=_REMEDY)
    return document


def _features(document: dict[str, Any], file: str) -> list[Any]:
    what = document.get("type")
    if what == "Feature":
        return [document]
    if isinstance(what, str) and what in _GEOMETRIES:
        return [{"type": "Feature", "properties": {}, "geometry": document}]
    features = document.get("features")
    if what != "FeatureCollection" or not isinstance(features, list):
        raise UnreadableFile(
            f"The file is JSON, but not GeoJSON (its type is {reprlib.repr(what)}).",
            where=file,
            remedy=_REMEDY,
        )
    return features


def _shape(geometry: object) -> shapely.Geometry | None:
    """Build a shape; ValueError with a sentence if there is no sense in it."""
    if geometry is None:
        return None
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or not isinstance(kind, str) or kind not in _GEOMETRIES:
        told = reprlib.repr(kind)
        raise ValueError(f"Its geometry is of no kind that GeoJSON knows ({told}).")
    coordinates = geometry.get("coordinates")
    if kind == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
        lon, lat = coordinates[:2]
        if not (_is_number(lon) and _is_number(lat)):
            raise ValueError(f"Its coordinates are not numbers: {reprlib.repr(coordinates)}.")
    try:
        if kind == "Point" and isinstance(coordinates, list) and len(coordinates) >= 2:
            return shapely.Point(float(coordinates[0]), float(coordinates[1]))
        # NaN and infinite numbers are told of later, position by position.
        with np.errstate(invalid="ignore"):
            flat = {**geometry, "coordinates": _flat(coordinates)}
            return shapely.geometry.shape(geometry if kind == "GeometryCollection" else flat)
    except _SENSELESS as problem:
        raise ValueError(
            f"Its coordinates make no {kind}: {reprlib.repr(coordinates)}."
        ) from problem


def _flat(coordinates: Any, depth: int = 1) -> Any:  # noqa: ANN401 - lists in lists, or no list
    """Leave heights out; some positions of a line may have one and others not."""
    if depth > _DEEPEST:
        raise ValueError("Its coordinates are nested too deeply.")
    if not isinstance(coordinates, list):
        return coordinates
    if coordinates and not isinstance(coordinates[0], list):
        return coordinates[:2]
    return [_flat(part, depth + 1) for part in coordinates]


def _deeper(value: object, most: int) -> bool:
    """Say whether there are more than so many lists and objects within one another."""
    level: list[Any] = [value]
    for _ in range(most + 1):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [part for parts in inner for part in parts if isinstance(part, (dict, list))]
        if not level:
            return False
    return True


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _in_degrees(shapes: Shapes, document: dict[str, Any], file: str) -> Shapes:
    """Honour the reference system that GeoJSON of 2008 could name."""
    crs = document.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    if not isinstance(name, str) or name.upper().endswith(("CRS84", "EPSG::4326", "EPSG:4326")):
        return shapes
    try:
        frame = gpd.GeoDataFrame(geometry=list(shapes), crs=name)
        found = rows_of_frame(frame).shapes
    except CRSError as problem:
        raise UnreadableFile(
            f"The file is in a reference system that is not known: {name!r}.",
            where=file,
            remedy="Write it in degrees (EPSG:4326).",
        ) from problem
    return shapes if found is None else found
