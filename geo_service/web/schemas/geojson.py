"""Geometries, Features and FeatureCollections of GeoJSON, as answers hold them."""

from collections.abc import Mapping
from typing import Any

from geo_service.web.schemas.shapes import Schema, dictionary, fixed, or_null, record, several, text


def _geometry(kind: str, example: Any, coordinates: Schema) -> Schema:  # noqa: ANN401 - JSON
    return record(
        kind, {"type": fixed(kind), "coordinates": {**coordinates, "examples": [example]}}
    )


_NUMBERS: Schema = {"type": "number"}
_POSITION = several(
    _NUMBERS, "Longitude, latitude; WGS-84, decimal degrees.", minItems=2, maxItems=2
)
_LINE = several(_POSITION, minItems=2)
_EXAMPLE_LINE = [[112.1401, 32.0402], [112.1453, 32.0407]]
_EXAMPLE_RING = [[112.14, 32.04], [112.15, 32.04], [112.15, 32.05], [112.14, 32.04]]

POINT = _geometry("Point", [112.1401, 32.0402], _POSITION)
LINE = _geometry("LineString", _EXAMPLE_LINE, _LINE)
LINES = _geometry("MultiLineString", [_EXAMPLE_LINE], several(_LINE))
POLYGON = _geometry("Polygon", [_EXAMPLE_RING], several(several(_POSITION, minItems=4)))
SHAPES = _geometry(
    "MultiPolygon", [[_EXAMPLE_RING]], several(several(several(_POSITION, minItems=4)))
)
LINE_OR_LINES: Schema = {"oneOf": [LINE, LINES]}
POLYGON_OR_POLYGONS: Schema = {"oneOf": [POLYGON, SHAPES]}
ANY_SHAPE: Schema = {"oneOf": [POINT, LINE, LINES, POLYGON, SHAPES]}


def feature(
    title: str,
    properties: Schema,
    geometry: Schema = POINT,
    *,
    named: bool = True,
    anywhere: bool = True,
) -> Schema:
    """Describe a Feature.

    Parameters
    ----------
    title : str
        As a component.
    properties, geometry : Schema
        Of it.
    named, anywhere : bool
        Whether it has an ``id``, and whether it always has a geometry. Raises nothing.
    """
    return record(
        title,
        {
            "type": fixed("Feature"),
            **({"id": text("As in its properties.", "one")} if named else {}),
            "geometry": geometry if anywhere else or_null(geometry),
            "properties": properties,
        },
    )


def feature_collection(
    title: str, one: Schema, beside: Mapping[str, Schema] | None = None, description: str = ""
) -> Schema:
    """Describe a FeatureCollection; ``beside`` its features it has more members. Raises nothing."""
    return record(
        title,
        {"type": fixed("FeatureCollection"), **(beside or {}), "features": several(one)},
        description=description,
    )


FILE = feature_collection(
    "CollectionFile",
    feature(
        "CollectionFileFeature",
        dictionary({}, "The feature's id once more, and its fields.", {"kind": "rest_station"}),
        ANY_SHAPE,
    ),
    description="All features of a collection.",
)
