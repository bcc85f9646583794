"""What the feeds of GBFS 3.0 look like, as this server fills them."""

from geo_service.export.gbfs import BATTERY, LANGUAGES, VERSION
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    fixed,
    moment,
    number,
    record,
    several,
    text,
    truth,
    whole,
)

_STATION_ID = text("The facility's id; blanks in it are written %20.", "cabinet-changhong")


def _feed(title: str, data: dict[str, Schema], optional: dict[str, Schema] | None = None) -> Schema:
    """Describe a feed: what all of them begin with, and the data of one."""
    return record(
        title,
        {
            "last_updated": moment("Of this moment it tells."),
            "ttl": whole("Seconds after which asking again is worth while.", 60),
            "version": fixed(VERSION),
            "data": record(f"{title}Data", data, optional),
        },
    )


def _address(example: str) -> Schema:
    return text("Where it is.", f"https://example.org/gbfs/{example}.json", format="uri")


def _localized(title: str, chinese: str) -> Schema:
    return several(
        record(
            title,
            {"text": text("In this language.", chinese), "language": choice("", LANGUAGES)},
        ),
        "The same in Chinese and English.",
    )


_NAME = _localized("GbfsText", "换电柜")
DISCOVERY = _feed(
    "GbfsDiscovery",
    {
        "feeds": several(
            record(
                "GbfsFeedAddress",
                {
                    "name": text("The feed's name.", "station_status"),
                    "url": _address("station_status"),
                },
            )
        )
    },
)
VERSIONS = _feed(
    "GbfsVersions",
    {
        "versions": several(
            record("GbfsVersionAddress", {"version": fixed(VERSION), "url": _address("gbfs")})
        )
    },
)
SYSTEM = _feed(
    "GbfsSystemInformation",
    {
        "system_id": text("Of the whole system.", "geo_service"),
        "languages": several(choice("A language of its texts.", LANGUAGES)),
        "name": _NAME,
        "opening_hours": text("OSM syntax.", "24/7"),
        "feed_contact_email": text("Who reads what is wrong with the feeds.", "a@example.org"),
        "timezone": text("Of the system.", "Asia/Shanghai"),
    },
    {"license_id": text("SPDX; left out: the public domain.", "CC-BY-4.0")},
)
VEHICLE_TYPES = _feed(
    "GbfsVehicleTypes",
    {
        "vehicle_types": several(
            record(
                "GbfsVehicleType",
                {
                    "vehicle_type_id": fixed(BATTERY),
                    "form_factor": fixed("other"),
                    "propulsion_type": fixed("electric"),
                    "max_range_meters": number("How far a full battery carries.", 60_000.0),
                    "name": _NAME,
                    "return_constraint": fixed("any_station"),
                },
            )
        )
    },
)
STATIONS = _feed(
    "GbfsStationInformation",
    {
        "stations": several(
            record(
                "GbfsStation",
                {
                    "station_id": _STATION_ID,
                    "name": _NAME,
                    "lat": number("Decimal degrees, WGS-84.", 32.0402),
                    "lon": number("Decimal degrees, WGS-84.", 112.1401),
                    "is_virtual_station": truth("Never.", example=False),
                    "is_charging_station": truth("Always."),
                },
                {
                    "address": text("The place in words.", "长虹路 12 号"),
                    "station_opening_hours": text("OSM syntax.", "24/7"),
                },
            ),
            "The charging cabinets.",
        )
    },
)
STATUS = _feed(
    "GbfsStationStatus",
    {
        "stations": several(
            record(
                "GbfsStationState",
                {
                    "station_id": _STATION_ID,
                    "num_vehicles_available": whole("Charged batteries ready to be taken.", 4),
                    "vehicle_types_available": several(
                        record(
                            "GbfsVehicleCount",
                            {"vehicle_type_id": fixed(BATTERY), "count": whole("So many.", 4)},
                        )
                    ),
                    "num_docks_available": whole("Empty working slots.", 2),
                    "is_installed": truth("Always."),
                    "is_renting": truth("Whether it hands batteries out, if it has one."),
                    "is_returning": truth("Whether it takes batteries in, if there is room."),
                    "last_reported": moment("When it reported; 1970: never."),
                },
            ),
            "The charging cabinets.",
        )
    },
)
FEEDS: dict[str, Schema] = {
    "gbfs": DISCOVERY,
    "gbfs_versions": VERSIONS,
    "system_information": SYSTEM,
    "vehicle_types": VEHICLE_TYPES,
    "station_information": STATIONS,
    "station_status": STATUS,
}
"""By the feed's name."""
FEED: Schema = {"anyOf": list(FEEDS.values())}
"""Without stations, both feeds of them look alike."""
