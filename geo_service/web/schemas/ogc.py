"""What OGC API - Features answers with: documents with links, and features with theirs."""

from geo_service.geometry.reference_systems import CRS84
from geo_service.web.schemas.geojson import ANY_SHAPE
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    dictionary,
    fixed,
    moment,
    or_null,
    record,
    several,
    text,
    whole,
)

_HERE = "https://example.org/ogc"
_LINKS = several(
    record(
        "OgcLink",
        {
            "href": text("A whole address.", f"{_HERE}/collections", format="uri"),
            "rel": text("How it is related.", "data"),
            "type": text("Its media type.", "application/json"),
            "title": text("What is there.", "The collections"),
        },
    ),
    "Where this leads.",
)
_TITLE = text("What it is called.", "Facilities")
_DESCRIPTION = text("What it is.", "Places that serve riders.")
_SYSTEMS = several(
    text("A reference system, or where the list of them is.", CRS84, format="uri-reference"),
    "In which features can be asked for.",
)

LANDING_PAGE = record(
    "OgcLandingPage", {"title": _TITLE, "description": _DESCRIPTION, "links": _LINKS}
)
CONFORMANCE = record(
    "OgcConformance",
    {
        "conformsTo": several(
            text(
                "Of a class of requirements.",
                "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
                format="uri",
            )
        ),
        "links": _LINKS,
    },
)
API: Schema = {
    "title": "OgcApi",
    **dictionary({}, "An OpenAPI 3.0 document.", {"openapi": "3.0.3"}),
}
_EXTENT = record(
    "OgcExtent",
    {},
    {
        "spatial": record(
            "OgcSpatialExtent",
            {
                "bbox": several(
                    several({"type": "number"}, minItems=4, maxItems=4),
                    "West, south, east, north.",
                    examples=[[[112.1345, 32.0371, 112.1547, 32.051]]],
                ),
                "crs": choice("Of the box.", [CRS84]),
            },
        ),
        "temporal": record(
            "OgcTemporalExtent",
            {
                "interval": several(
                    several(or_null(moment("Null: open.")), minItems=2, maxItems=2),
                    "From when to when.",
                    examples=[[["2026-02-01T00:00:00Z", None]]],
                ),
                "trs": text(
                    "The calendar.",
                    "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
                    format="uri",
                ),
            },
        ),
    },
    "Where and when its features are, as far as that is known.",
)
COLLECTION = record(
    "OgcCollection",
    {
        "id": text("Its name in addresses.", "facilities"),
        "title": _TITLE,
        "description": _DESCRIPTION,
        "itemType": fixed("feature"),
        "extent": _EXTENT,
        "crs": _SYSTEMS,
        "storageCrs": fixed(CRS84),
        "links": _LINKS,
    },
)
COLLECTIONS = record(
    "OgcCollections", {"links": _LINKS, "crs": _SYSTEMS, "collections": several(COLLECTION)}
)
QUERYABLES = record(
    "OgcQueryables",
    {
        "$schema": fixed("https://json-schema.org/draft/2020-12/schema"),
        "$id": text("Where it is.", f"{_HERE}/collections/facilities/queryables", format="uri"),
        "type": fixed("object"),
        "title": _TITLE,
        "description": _DESCRIPTION,
        "properties": dictionary(
            {"type": "object"}, "By name, what each holds.", {"kind": {"type": "string"}}
        ),
        "additionalProperties": {"type": "boolean", "enum": [False]},
    },
    description="JSON Schema of what filters and parameters may name.",
)
FEATURE_SCHEMA = record(
    "OgcFeatureSchema",
    {
        "$id": text("Where it is.", f"{_HERE}/collections/facilities/schema", format="uri"),
        "title": _TITLE,
        "description": _DESCRIPTION,
        "type": fixed("object"),
        "required": several(text("Of a member.", "geometry")),
        "properties": dictionary(
            {"type": "object"}, "By name, what each member holds.", {"id": {"type": "string"}}
        ),
    },
    description="JSON Schema of one feature.",
)
_GEOMETRY: Schema = {
    **ANY_SHAPE,
    "description": "In the reference system asked for, in its order of axes; null: the system "
    "does not reach there.",
}
_FEATURE: dict[str, Schema] = {
    "type": fixed("Feature"),
    "id": text("Names it.", "cabinet-changhong"),
    "geometry": {**_GEOMETRY, "oneOf": [*ANY_SHAPE["oneOf"], {"type": "null"}]},
    "properties": dictionary(
        {}, "The fields of its collection that were asked for.", {"kind": "charging_cabinet"}
    ),
}
FEATURE = record("OgcFeature", {**_FEATURE, "links": _LINKS})
FEATURES = record(
    "OgcFeatureCollection",
    {
        "type": fixed("FeatureCollection"),
        "links": _LINKS,
        "timeStamp": moment("When it was asked."),
        "numberMatched": whole("How many there are on all pages.", 22),
        "numberReturned": whole("How many are on this page.", 1),
        "features": several(record("OgcPageFeature", _FEATURE)),
    },
)
