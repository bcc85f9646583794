"""What a rider's own trips look like, sent and answered, and the consent to keeping them."""

from geo_service.domain.own_trip import MOST_TRIPS
from geo_service.web.schemas.geojson import LINE, feature
from geo_service.web.schemas.shapes import (
    Schema,
    fixed,
    moment,
    number,
    or_null,
    record,
    several,
    text,
    whole,
)

VERSION = text("Of the text, 16 hexadecimal digits.", "0123456789abcdef")
CONSENT = record(
    "Consent",
    {
        "version": VERSION,
        "text": text("What is asked, in Chinese.", "保存什么：……"),
        "text_en": text("The same in English.", "What is kept: ..."),
        "agreed": {
            "type": "boolean",
            "description": "Whether the rider agrees to the present text.",
            "examples": [False],
        },
        "agreed_version": or_null(text("Of the text agreed to last; null: never.", "0123456789ab")),
        "agreed_at": or_null(moment("When; null: never.")),
        "withdrawn_at": or_null(moment("When that was withdrawn; null: it was not.")),
    },
)
UNTOLD = several(
    record(
        "UntoldTraces",
        {
            "since": or_null(moment("Trips that start then or later; null: all before.")),
            "until": or_null(moment("Before then; null: all after.")),
        },
    ),
    "When trips start of which nobody can tell any more whose they are, because the key to riders' "
    "names in them is gone: yours may be among them. Usually none.",
)
WITHDRAWN = record(
    "ConsentWithdrawn",
    {"removed": whole("Trips that were removed with it.", 12), "untold": UNTOLD},
)
TRIP: dict[str, Schema] = {
    "trip_id": text("The trip's id.", "own-0123456789abcdef0123456789abcdef"),
    "starts_at": moment("When its first fix was recorded."),
    "ends_at": moment("When its last fix was recorded.", "2026-10-01T04:20:00Z"),
    "fixes": whole("How many fixes it has.", 240),
    "metres": number("How long it is along its fixes.", 3120.4),
}
_OWN_TRIP = record("OwnTrip", TRIP)
TAKEN = record(
    "TakenTrips",
    {
        "trips": several(_OWN_TRIP, "In the order in which they were sent."),
        "added": whole("Trips that are new.", 1),
        "replaced": whole("Trips that were there, and are others now.", 0),
        "unchanged": whole("Trips that were there already, just so.", 0),
        "dropped": whole("Fixes left out because they can't be true.", 2),
    },
)
TRIPS = record(
    "OwnTrips",
    {
        "trips": several(_OWN_TRIP, "Newest first."),
        "next": or_null(
            text(
                "The address of the next page; null: this is the last.",
                "/traces?before=2026-10-01T04:00:00Z&limit=50",
            )
        ),
        "untold": UNTOLD,
    },
)
OWN_TRIP_FEATURE = feature(
    "OwnTripFeature",
    record(
        "OwnTripProperties",
        {**TRIP, "times": several(moment("A time."), "Of each position, in order.")},
    ),
    LINE,
)
_TIMES: Schema = {
    "type": "array",
    "items": {"type": ["string", "number"]},
    "description": "A time for each position: ISO 8601 with a zone, or Unix seconds.",
}
_LINE: Schema = {
    "title": "SentTripLine",
    "type": "object",
    "required": ["type", "coordinates"],
    "properties": {
        "type": fixed("LineString"),
        "coordinates": several({"type": "array", "items": {"type": "number"}, "minItems": 2}),
    },
}
_SENT: Schema = {
    "title": "SentTrip",
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": fixed("Feature"),
        "geometry": _LINE,
        "properties": {
            "title": "SentTripProperties",
            "type": "object",
            "description": "Where both lists are there, `times` is read.",
            "anyOf": [
                {"required": [name], "properties": {name: _TIMES}}
                for name in ("times", "coordTimes")
            ],
        },
    },
}
SENT_TRIPS: Schema = {
    "title": "SentTrips",
    "description": "A GeoJSON Feature whose LineString is a trip, or a FeatureCollection of such. "
    "What else they say, of riders and ids too, is not looked at.",
    "oneOf": [
        _SENT,
        {
            "title": "SentTripCollection",
            "type": "object",
            "required": ["type", "features"],
            "properties": {
                "type": fixed("FeatureCollection"),
                "features": several(_SENT, minItems=1, maxItems=MOST_TRIPS),
            },
        },
    ],
}
SENT_GPX: Schema = {"type": "string", "description": "GPX; each track is a trip."}
EXAMPLE = {
    "type": "Feature",
    "geometry": {
        "type": "LineString",
        "coordinates": [[112.1401, 32.0402], [112.1412, 32.0403], [112.1424, 32.0403]],
    },
    "properties": {
        "times": ["2026-10-01T04:00:00Z", "2026-10-01T04:00:15Z", "2026-10-01T04:00:30Z"]
    },
}
GPX_EXAMPLE = (
    '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="phone"><trk><trkseg>'
    '<trkpt lat="32.0402" lon="112.1401"><time>2026-10-01T04:00:00Z</time></trkpt>'
    '<trkpt lat="32.0403" lon="112.1412"><time>2026-10-01T04:00:15Z</time></trkpt>'
    "</trkseg></trk></gpx>"
)
