"""The parameters of ``/ogc`` as OpenAPI describes them, in words that 3.0 and 3.1 share."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from geo_service.features.columns import Field, Kind
from geo_service.features.cursor import LONGEST
from geo_service.features.filters.reading import Language
from geo_service.geometry.reference_systems import CRS84, EPSG, WORLDWIDE
from geo_service.web.descriptions import KEY_OPTIONAL, describe_rules
from geo_service.web.ogc.formats import FORMATS
from geo_service.web.ogc.item_parameters import LARGEST_LIMIT, USUAL_LIMIT

NUMBERS = {"type": "number"}
SYSTEM = (
    rf"({re.escape(CRS84)}|{re.escape(EPSG)}({'|'.join(map(str, WORLDWIDE))}|32[67][0-6][0-9]))"
)
"""One of those everywhere, or a zone of UTM."""
NAME = "[A-Za-z_][A-Za-z0-9_]*"
MOMENT = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z)?"


def _parameter(name: str, description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": dict(schema),
        "style": "form",
        "explode": False,
    }


def _system(name: str, whose: str) -> dict[str, Any]:
    description = f"The reference system of {whose}, one of those that the collection names."
    schema = {"type": "string", "pattern": f"^{SYSTEM}$", "default": CRS84}
    return _parameter(name, description, schema) | {"example": f"{EPSG}4326"}


F = _parameter(
    "f", "The format; left out, `Accept` decides.", {"type": "string", "enum": list(FORMATS)}
)
CRS = _system("crs", "the coordinates in the answer")
LIMIT = _parameter(
    "limit",
    f"How many features a page has; of more than {LARGEST_LIMIT}, {LARGEST_LIMIT} come.",
    {"type": "integer", "minimum": 1, "maximum": 999_999_999, "default": USUAL_LIMIT},
)
BBOX = _parameter(
    "bbox",
    "Only features that meet this box: west, south, east, north, or six numbers with heights, "
    "which are not looked at. West east of east crosses the 180th meridian. See `bbox-crs`.",
    {
        "type": "array",
        "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
        "items": NUMBERS,
    },
) | {"example": [112.12, 32.03, 112.16, 32.06]}
DATETIME = _parameter(
    "datetime",
    "Only features that hold at this time, or in this interval: moments with a zone or days, "
    "parted by `/`; `..` or nothing is an open end. Features that are at no time are kept.",
    {"type": "string", "pattern": f"^({MOMENT}|{MOMENT}/({MOMENT}|\\.\\.)?|(\\.\\.)?/{MOMENT})$"},
) | {"example": "2026-02-01T00:00:00Z/.."}
FILTER = _parameter(
    "filter",
    "Only features of which this is true, in OGC's Common Query Language (CQL2).",
    {"type": "string", "maxLength": 10_000},
) | {"example": "S_INTERSECTS(geometry, BBOX(112, 32, 113, 33))"}
FILTER_LANG = _parameter(
    "filter-lang", "The language of the filter.",
    {"type": "string", "enum": list(Language), "default": Language.TEXT},
)  # fmt: skip
SORTBY = _parameter(
    "sortby",
    "The properties to order by, parted by commas; `-` before a name begins with the greatest.",
    {
        "type": "array",
        "items": {"type": "string", "pattern": f"^[+-]?{NAME}$"},
        "minItems": 1,
        "maxItems": 8,
    },
) | {"example": ["id"]}
PROPERTIES = _parameter(
    "properties", "The properties that are told, parted by commas; left out: all.",
    {"type": "array", "items": {"type": "string", "pattern": f"^{NAME}$"}},
) | {"example": ["kind", "name"]}  # fmt: skip
CURSOR = _parameter(
    "cursor", "Where the page before ended; take it from that page's link `next`.",
    {"type": "string", "maxLength": LONGEST, "pattern": "^[A-Za-z0-9_-]+$"},
) | {"example": "WyJjYWJpbmV0LWNoYW5naG9uZyJd"}  # fmt: skip
ITEMS = (
    LIMIT, BBOX, _system("bbox-crs", "`bbox`"), DATETIME, CRS, FILTER, FILTER_LANG,
    _system("filter-crs", "the filter's geometries"), SORTBY, PROPERTIES, CURSOR, F,
)  # fmt: skip
"""Of a page of features; besides, each queryable is a parameter."""

_NUMBER = r"-?[0-9]{1,9}(\.[0-9]{1,9})?"
_LISTS: Mapping[str, str] = {
    "bbox": f"{_NUMBER}(,{_NUMBER}){{3}}((,{_NUMBER}){{2}})?",
    "sortby": f"[+-]?{NAME}(,[+-]?{NAME}){{0,7}}",
    "properties": f"({NAME}(,{NAME})*)?",
}
"""Patterns of the parameters that are lists parted by commas."""


def _as_text(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a list as the text it is: many generated clients know no commas but repeat names."""
    pattern = _LISTS.get(parameter["name"])
    if pattern is None:
        return dict(parameter)
    schema = {"type": "string", "pattern": f"^{pattern}$"}
    return {**parameter, "schema": schema, "example": ",".join(map(str, parameter["example"]))}


DESCRIBE_F = {**KEY_OPTIONAL, "parameters": [F]}
DESCRIBE_ITEMS = {
    **KEY_OPTIONAL,
    **describe_rules(
        **dict.fromkeys(("crs", "filter-crs"), "One of those that the collection names."),
        **{"bbox-crs": "One of those that the collection names."},
        bbox="Least before greatest, and where its system has a meaning.",
        datetime="It does not end before it begins; of the years 1970 to 2200.",
        filter="A filter of the collection's queryables.",
        sortby="Queryables that hold one value, each once.",
        properties="Properties of the collection.",
        cursor="As it stood in the link of the page before.",
    ),
    "parameters": [_as_text(one) for one in ITEMS],
}
DESCRIBE_ITEM = {
    **KEY_OPTIONAL,
    **describe_rules(crs="One of those that the collection names."),
    "parameters": [CRS, F],
}

_TYPES: Mapping[Kind, Mapping[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.TEXTS: {"type": "string"},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: NUMBERS,
    Kind.FLAG: {"type": "boolean"},
    Kind.MOMENT: {"type": "string", "format": "date-time"},
}


def describe_properties(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """Describe the parameters that a collection's own properties are. Raises nothing."""
    described = []
    for field in fields:
        schema = dict(_TYPES[field.kind])
        if field.choices:
            schema["enum"] = list(field.choices)
        one_of = "one of these" if field.kind is Kind.TEXTS else "just this"
        description = f"{field.meaning} Only features of which it is {one_of}."
        described.append(_parameter(field.name, description, schema))
    return described
