"""What bodies look like that are GeoJSON: a route, and a facility."""

from geo_service.domain.facility import MOST_COUNTED, Service
from geo_service.flows.find_issues_along import MOST_KM, MOST_POSITIONS
from geo_service.web.schemas.facilities import SLUG
from geo_service.web.schemas.shapes import Schema, choice, fixed, moment, or_null, several, text

LONGEST_TEXT = 10_000
_POSITION: Schema = {
    "type": "array",
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
    "items": {},
    "minItems": 2,
    "description": "Longitude, latitude; a height is left out.",
}
_NO_CRS: Schema = {"not": {"required": ["crs"]}}
"""The parameter `datum` says in which datum positions are."""
_LINE: Schema = {
    "title": "SentLine",
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": fixed("LineString"),
        "coordinates": several(_POSITION, "In riding order.", minItems=2, maxItems=MOST_POSITIONS),
    },
    **_NO_CRS,
}
NOT_LONGER = f"The route is no longer than {MOST_KM:.0f} km."
ROUTE: Schema = {
    "title": "SentRoute",
    "description": "A GeoJSON LineString, or a Feature with one, whose properties are not looked "
    f"at. At most {MOST_KM:.0f} km; two positions are joined by the shortest way.",
    "oneOf": [
        _LINE,
        {
            "title": "SentRouteFeature",
            "type": "object",
            "required": ["type", "geometry"],
            "properties": {"type": fixed("Feature"), "geometry": _LINE},
            **_NO_CRS,
        },
    ],
}


def _written(description: str) -> Schema:
    return or_null(text(description, maxLength=LONGEST_TEXT))


def _count(description: str) -> Schema:
    return {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": MOST_COUNTED,
        "description": description,
    }


_STATE: Schema = {
    "title": "SentState",
    "type": "object",
    "required": ["observed_at"],
    "properties": {
        "observed_at": moment("When it was so."),
        "charged": _count("Charged batteries ready to be taken."),
        "empty": _count("Empty working slots."),
        "free": _count("Free spaces."),
        "out_of_order": {"type": ["boolean", "null"]},
    },
    "additionalProperties": False,
}
FACILITY: Schema = {
    "title": "SentFacility",
    "type": "object",
    "description": "A GeoJSON Feature, as `GET` shows it. Other properties are kept as text. "
    "Without a state (the five members of `state`, there or among the properties) the facility "
    "keeps the one it reported.",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": fixed("Feature"),
        "id": or_null(text("If given, the id in the path.", "cabinet-changhong")),
        "geometry": {
            "title": "SentPoint",
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {"type": fixed("Point"), "coordinates": _POSITION},
        },
        "properties": {
            "title": "SentFacilityProperties",
            "type": "object",
            "propertyNames": {"pattern": r"\S"},
            "required": ["kind"],
            "properties": {
                "kind": text("A slug.", pattern=SLUG),
                "name": _written("What it is called."),
                "name_en": _written("The same in English."),
                "operator": _written("Who runs it."),
                "address": _written("The place in words."),
                "opening_hours": _written("OSM syntax."),
                "amenities": {
                    "type": ["array", "null"],
                    "items": text("What is there.", maxLength=LONGEST_TEXT),
                },
                "services": {
                    "type": ["array", "null"],
                    "items": choice("What a cabinet offers.", list(Service)),
                },
                "state": or_null(_STATE),
            },
        },
    },
    **_NO_CRS,
}
