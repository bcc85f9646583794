"""What a collection can be filtered by, as JSON Schema (OGC API - Features Part 3, queryables)."""

from collections.abc import Mapping, Sequence
from typing import Any

from geo_service.features.columns import GEOMETRY, ID, Field, Kind

_TYPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.FLAG: {"type": "boolean"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
    Kind.TEXTS: {"type": "array", "items": {"type": "string"}},
}


def queryable_properties(fields: Sequence[Field], shape: str = "any") -> dict[str, dict[str, Any]]:
    """Return the ``properties`` of the schema: each name that a filter may have.

    Parameters
    ----------
    fields : sequence of Field
    shape : str
        What the features' shapes are: ``point``, ``linestring``, ``polygon``, ``multipolygon``,
        ``any`` and so on, as the formats ``geometry-point`` ... have it.

    Returns
    -------
    dict
        The id first, then the fields in their order, the shape last.
    """
    told = {ID: {"title": ID, "description": "Names the feature.", "type": "string"}}
    told |= {one.name: _property(one) for one in fields if one.name != GEOMETRY}
    told[GEOMETRY] = {
        "title": GEOMETRY,
        "description": "Where it is.",
        "format": f"geometry-{shape}",
        "x-ogc-role": "primary-geometry",
    }
    return told


def _property(one: Field) -> dict[str, Any]:
    told = {"title": one.name, "description": one.meaning, **_TYPES[one.kind]}
    if one.unit:
        told["x-ogc-unit"] = one.unit
    if one.choices and one.kind is Kind.TEXTS:
        told["items"] = {"type": "string", "enum": list(one.choices)}
    elif one.choices:
        told["enum"] = list(one.choices)
    return told
