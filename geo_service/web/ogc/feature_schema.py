"""What one feature of a collection looks like, as a JSON Schema that GDAL takes fields from."""

from collections.abc import Mapping
from typing import Any

from geo_service.features.queryables import queryable_properties
from geo_service.flows.collections.collection import Collection, Shape

_ALSO_SEVERAL: Mapping[Shape, tuple[str, ...]] = {
    Shape.POINT: ("Point",),
    Shape.LINE: ("LineString", "MultiLineString"),
    Shape.POLYGON: ("Polygon", "MultiPolygon"),
}


def feature_schema(collection: Collection, address: str) -> dict[str, Any]:
    """Describe the GeoJSON of one feature.

    Without it a client takes a property that no feature of the first page has for text.

    Parameters
    ----------
    collection : Collection
    address : str
        Where the schema itself is.

    Returns
    -------
    dict
        Each type stands alone, and is told of properties that have a value: the clients that
        read such schemas know neither lists of types nor alternatives. Raises nothing.
    """
    described = queryable_properties(collection.fields)
    properties = {one.name: described[one.name] | {"nullable": True} for one in collection.fields}
    return {
        "$id": address,
        "title": collection.title,
        "description": f"{collection.description} What is not known is null.",
        "type": "object",
        "required": ["type", "id", "geometry", "properties"],
        "properties": {
            "type": {"type": "string", "enum": ["Feature"]},
            "id": {"type": "string"},
            "geometry": {
                "type": "object",
                "properties": {
                    "type": {"type": "string", "enum": list(_ALSO_SEVERAL[collection.shape])},
                    "coordinates": {"type": "array"},
                },
            },
            "properties": {"type": "object", "properties": properties},
        },
    }
