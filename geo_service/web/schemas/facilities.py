"""What answers about facilities look like: one, the nearest, catchments, and a short list."""

from geo_service.domain.facility import MOST_COUNTED, Kind, Service
from geo_service.domain.usable import Usable
from geo_service.streets.directions import Turn
from geo_service.streets.measure import Measure
from geo_service.streets.profile import Profile
from geo_service.web.schemas.geojson import (
    LINE_OR_LINES,
    LINES,
    feature,
    feature_collection,
)
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    moment,
    number,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

SLUG = "^[a-z][a-z0-9_]{0,62}$"
AMAP = "https://uri.amap.com/navigation?to=112.146101%2C32.038214%2Ccabinet&mode=ride"

FACILITY_ID = text("The facility's id; it may hold slashes.", "cabinet-changhong")
KIND = text(f"`{'`, `'.join(Kind)}`, or another slug.", str(Kind.CHARGING_CABINET), pattern=SLUG)
NAME = text("What it is called; may be empty.", "长虹路换电柜")
NAME_EN = text("The same in English; may be empty.", "Changhong Road swap cabinet")
AMENITIES = several(text("A slug.", "roof"), "What is there.")
NAVIGATE = text("A link that opens Amap on a phone, with the way to it.", AMAP, format="uri")
NOTES = several(text("A sentence.", "There are no more."), "What whoever asked should know.")
PROFILE = choice("How one moves.", list(Profile))


def _count(what: str, example: int) -> Schema:
    return or_null(whole(f"{what}; null: not counted.", example, maximum=MOST_COUNTED))


STATE = record(
    "FacilityState",
    {
        "observed_at": moment("When it was so."),
        "charged": _count("Charged batteries ready to be taken", 4),
        "empty": _count("Empty working slots", 2),
        "free": _count("Free spaces", 0),
        "out_of_order": truth("Whether it is out of order.", example=False),
    },
    description="What a facility last reported of itself.",
)
FACILITY = feature(
    "Facility",
    record(
        "FacilityProperties",
        {
            "id": FACILITY_ID,
            "kind": KIND,
            "name": NAME,
            "name_en": NAME_EN,
            "operator": text("Who runs it; may be empty.", "Tower Swap"),
            "address": text("The place in words; may be empty.", "长虹路 12 号"),
            "opening_hours": text("OSM syntax; empty: not known.", "24/7"),
            "amenities": AMENITIES,
            "services": several(choice("", list(Service)), "What a charging cabinet offers."),
            "state": or_null(STATE),
            "navigate": NAVIGATE,
        },
    ),
)
STATE_REPORT = record(
    "StateReport",
    {
        "id": FACILITY_ID,
        "kept": truth("Whether the state that was sent is kept."),
        "state": STATE,
        "notes": NOTES,
    },
    description="What came of a state that was reported.",
)

_STEP = record(
    "Step",
    {
        "text": text("What to do, in words.", "左转进入长虹路，骑行 120 米"),
        "turn": choice("How the step begins.", list(Turn), "Turn"),
        "street": text("Its street; empty: it has no name.", "长虹路"),
        "distance_m": number("Metres.", 120.4),
        "duration_s": number("Seconds.", 21.7),
        "location": several(
            {"type": "number"},
            "Where it begins: longitude, latitude.",
            minItems=2,
            maxItems=2,
            examples=[[112.1401, 32.0402]],
        ),
    },
    description="A step of the way.",
)
NEAREST = feature_collection(
    "NearestFacilities",
    feature(
        "NearestFacility",
        record(
            "NearestFacilityProperties",
            {
                "id": FACILITY_ID,
                "kind": KIND,
                "name": NAME,
                "name_en": NAME_EN,
                "amenities": AMENITIES,
                "navigate": NAVIGATE,
                "rank": whole("From 1, the nearest.", 1, minimum=1),
                "distance_m": number("Metres of the way.", 312.5),
                "duration_s": number("Seconds of the way.", 61.2),
                "straight_m": number("Metres as the crow flies.", 240.1),
                "snapped_m": or_null(
                    number("Metres from it to the street; null: no street is near.", 6.3)
                ),
                "open_now": truth("Whether it is open."),
                "closes_at": or_null(moment("When it closes; null: not known, or shut.")),
                "usable": choice("Whether it can be used now.", list(Usable), "Usable"),
                "state_age_s": or_null(number("Seconds since its state was observed.", 42.0)),
            },
            {"way": LINE_OR_LINES, "steps": several(_STEP, "The way, step by step.")},
        ),
    ),
    {"by": choice("How they were compared.", list(Measure)), "notes": NOTES},
    "Nearest first.",
)

_HELD = or_null(number("Decimal degrees, WGS-84.", 112.154746))
CATCHMENTS = feature_collection(
    "Catchments",
    feature(
        "Catchment",
        record(
            "CatchmentProperties",
            {
                "facility_id": or_null(FACILITY_ID),
                "kind": or_null(KIND),
                "name": or_null(NAME),
                "name_en": or_null(NAME_EN),
                "hole": truth("Whether these streets are too far from all.", example=False),
                "length_m": number("Metres of street.", 1520.3),
                "share": number("Of all streets, 0 to 1.", 0.03),
                "farthest_lon": _HELD,
                "farthest_lat": _HELD,
            },
            {
                "farthest_s": or_null(number("Seconds to its farthest spot.", 184.0)),
                "farthest_m": or_null(number("Metres to its farthest spot.", 950.0)),
            },
        ),
        LINES,
        named=False,
        anywhere=False,
    ),
    {
        "profile": PROFILE,
        "by": choice("What nearest means.", ["time", "distance"]),
        "kinds": several(KIND, "Of which kinds facilities counted."),
        "facilities": whole("How many counted.", 22),
        "street_km": number("Kilometres of street in all.", 45.1),
        "within_km": number("Kilometres that are near enough.", 44.0),
        "within_share": number("Their share, 0 to 1.", 0.976),
        "beyond_km": number("Kilometres that are too far from all.", 1.1),
        "farthest": or_null(
            record(
                "FarthestSpot",
                {
                    "lon": number("Decimal degrees.", 112.154746),
                    "lat": number("Decimal degrees.", 32.049518),
                    "facility_id": FACILITY_ID,
                },
                {
                    "minutes": number("To the nearest facility.", 3.0),
                    "metres": number("To the nearest facility.", 950.0),
                },
                "Where it is worst.",
            )
        ),
    },
)
# Which of the two limits there is depends on what was asked.
CATCHMENTS["properties"] |= {
    "minutes": number("The limit, by time.", 10.0),
    "metres": number("The limit, by distance.", 1000.0),
}

PLACES = record(
    "PlaceList",
    {
        "all": truth("Whether these are all."),
        "places": several(
            record(
                "ListedPlace",
                {
                    "id": FACILITY_ID,
                    "kind": KIND,
                    "name": NAME,
                    "name_en": NAME_EN,
                    "lat": number("Decimal degrees, WGS-84.", 32.0402),
                    "lon": number("Decimal degrees, WGS-84.", 112.1401),
                    "hours": text("OSM syntax; empty: not known.", "24/7"),
                    "link": NAVIGATE,
                },
            )
        ),
    },
    description="What a phone needs to find places by itself.",
)
