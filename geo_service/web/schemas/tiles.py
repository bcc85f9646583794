"""What is told of vector tiles: which layers there are, and one as TileJSON 3.0."""

from geo_service.geometry.tile_address import FARTHEST_ZOOM
from geo_service.maps.tiles.tilejson import WORLD
from geo_service.web.schemas.shapes import (
    dictionary,
    fixed,
    record,
    several,
    text,
    truth,
    whole,
)

_NAME = text("The layer's name.", "facilities")
_TITLE = text("What it shows.", "Places that serve riders.")
_FIRST = whole("The farthest zoom with tiles.", 0, maximum=FARTHEST_ZOOM)
_LAST = whole("The nearest zoom with tiles of their own.", 16, maximum=FARTHEST_ZOOM)
_TILES = text(
    "Where a tile is, by its zoom, column and row.",
    "https://example.org/tiles/facilities/{z}/{x}/{y}.mvt",
)

LAYERS = record(
    "TileLayers",
    {
        "layers": several(
            record(
                "TileLayer",
                {
                    "name": _NAME,
                    "title": _TITLE,
                    "public": truth("Whether it can be had without an analyst's key."),
                    "href": text(
                        "Where its TileJSON is.",
                        "https://example.org/tiles/facilities.json",
                        format="uri",
                    ),
                },
            )
        )
    },
)
TILE_JSON = record(
    "TileJson",
    {
        "tilejson": fixed("3.0.0"),
        "name": _NAME,
        "description": _TITLE,
        "scheme": fixed("xyz"),
        "tiles": several(_TILES, "A template of addresses."),
        "minzoom": _FIRST,
        "maxzoom": _LAST,
        "bounds": several(
            {"type": "number"},
            "West, south, east, north; decimal degrees.",
            minItems=4,
            maxItems=4,
            examples=[WORLD],
        ),
        "vector_layers": several(
            record(
                "VectorLayer",
                {
                    "id": _NAME,
                    "description": _TITLE,
                    "minzoom": _FIRST,
                    "maxzoom": _LAST,
                    "fields": dictionary(
                        {"type": "string"}, "What each field means.", {"kind": "What it is."}
                    ),
                },
            )
        ),
    },
    {"attribution": text("Who made what it shows.", "© OpenStreetMap contributors")},
)
