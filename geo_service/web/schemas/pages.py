"""What answers look like that our own pages ask for: manifest, base map, parts, problems."""

from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    dictionary,
    fixed,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

_COLOUR = text("A colour.", "#ffffff", pattern="^#[0-9a-f]{6}$")
MANIFEST = record(
    "WebManifest",
    {
        "id": text("What it is to the phone.", "/"),
        "name": text("What the city's pages are headed with.", "骑手服务"),
        "short_name": text("Below its sign.", "骑手服务"),
        "lang": text("A language tag.", "zh-Hans"),
        "start_url": text("Where it begins.", "/"),
        "scope": text("What belongs to it.", "/"),
        "display": choice("How it is shown.", ["standalone"]),
        "background_color": _COLOUR,
        "theme_color": _COLOUR,
        "icons": several(
            record(
                "ManifestIcon",
                {
                    "src": text("Where it is.", "/assets/icon-192.png", format="uri-reference"),
                    "sizes": text("Pixels.", "192x192"),
                    "type": text("Its media type.", "image/png"),
                    "purpose": text("What it may be used for.", "any maskable"),
                },
            )
        ),
    },
    description="A Web Application Manifest.",
)
_CORNER = several({"type": "number"}, "Latitude, longitude.", minItems=2, maxItems=2)
BASE_MAP = record(
    "BaseMap",
    {
        "corners": several(
            _CORNER,
            "South-west and north-east.",
            examples=[[[32.0371, 112.1345], [32.051, 112.1547]]],
        ),
        "osm": truth("Whether the streets are OpenStreetMap's.", example=False),
        "tiles": or_null(dictionary({}, "The outside base map that lies below; null: none.", {})),
        "streets": dictionary({}, "Lines by class, packed, and street names.", {"groups": []}),
    },
    description="What the maps' own scripts draw.",
)
MAP_PART: Schema = {
    "title": "MapPart",
    "description": "Marks, cards or lines, as the maps' own scripts read them.",
    "anyOf": [{"type": "object"}, {"type": "array", "items": {}}],
    "examples": [[]],
}
PROBLEM_TYPE = record(
    "ProblemType",
    {
        "title": text("Its title.", "Not found"),
        "status": whole("Of HTTP.", 404, minimum=400, maximum=599),
        "description": text("What it means.", "Nothing has this name."),
    },
)
HEALTH = {
    word: record(f"Health{word.capitalize()}", {"status": fixed(word)})
    for word in ("live", "ready")
}
"""What probes are told, by what they ask."""
