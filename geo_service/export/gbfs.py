"""GBFS 3.0: charging cabinets as the stations of a system that lends batteries.

A charged battery ready for a swap is an available vehicle of the one type there is, an empty
working slot an available dock. GBFS's ``is_renting`` and ``is_returning`` mean "would, if there
were one": an empty cabinet that works is renting none. https://github.com/MobilityData/gbfs
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import quote

from geo_service.domain.battery_exchange import Exchange
from geo_service.domain.facility import Facility
from geo_service.export.features import iso

VERSION = "3.0"
LANGUAGES = ("zh", "en")
BATTERY = "battery"
"""The id of the one vehicle type."""
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a cabinet last reported that never did: GBFS asks for a time, and this one is no news."""
ALWAYS_OPEN = "24/7"
"""The system's hours; a cabinet with hours of its own says so."""
USUAL_NAME = {"zh": "电动车换电系统", "en": "Battery swapping for e-bikes"}
CABINET = {"zh": "换电柜", "en": "Charging cabinet"}
_NO_PART_OF_AN_ID = re.compile(r"[\s%]")

Data: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class System:
    """What its operator says of the system."""

    system_id: str
    name: str
    """Blank: a usual one."""
    contact: str
    """Email address for who reads the feeds."""
    time_zone: str
    licence: str
    """SPDX identifier; blank: the public domain, says GBFS."""
    range_m: float
    """How far a full battery carries, in metres."""


def feed(data: Data, made_at: datetime, ttl_s: int) -> Data:
    """Put what all feeds begin with around the data of one.

    Parameters
    ----------
    data : dict
        Of one of the functions below.
    made_at : datetime
        With a zone; of this moment the feed tells.
    ttl_s : int
        After so many seconds asking again is worth while.
    """
    return {"last_updated": iso(made_at), "ttl": ttl_s, "version": VERSION, "data": data}


def discovery(addresses: Iterable[tuple[str, str]]) -> Data:
    """List the feeds, each name with its whole address."""
    return {"feeds": [{"name": name, "url": url} for name, url in addresses]}


def versions(address: str) -> Data:
    """Say under which address of a discovery file which version of GBFS is: this one only."""
    return {"versions": [{"version": VERSION, "url": address}]}


def system_information(system: System) -> Data:
    """Describe the system."""
    told: Data = {
        "system_id": system.system_id,
        "languages": list(LANGUAGES),
        "name": _localized(*(system.name or USUAL_NAME[language] for language in LANGUAGES)),
        "opening_hours": ALWAYS_OPEN,
        "feed_contact_email": system.contact,
        "timezone": system.time_zone,
    }
    if system.licence:
        told["license_id"] = system.licence
    return told


def vehicle_types(system: System) -> Data:
    """Describe what is lent: batteries of one kind."""
    battery = {
        "vehicle_type_id": BATTERY,
        "form_factor": "other",
        "propulsion_type": "electric",
        "max_range_meters": system.range_m,
        "name": _localized("可换电池", "Swappable battery"),
        "return_constraint": "any_station",
    }
    return {"vehicle_types": [battery]}


def station_information(cabinets: Iterable[Facility]) -> Data:
    """Describe what seldom changes of each cabinet."""
    return {"stations": [_information(cabinet) for cabinet in cabinets]}


def station_status(cabinets: Iterable[tuple[Facility, Exchange]]) -> Data:
    """Tell what each cabinet hands out and takes in, and when it last reported."""
    return {"stations": [_status(cabinet, exchange) for cabinet, exchange in cabinets]}


def station_id(facility_id: str) -> str:
    """Write an id as GBFS takes it: without blanks.

    Blanks, and the percent sign that marks them, become what they are in addresses; two ids that
    differ stay so.
    """
    return _NO_PART_OF_AN_ID.sub(lambda found: quote(found[0]), facility_id)


def _information(cabinet: Facility) -> Data:
    names = {"zh": cabinet.name or cabinet.name_en, "en": cabinet.name_en or cabinet.name}
    told: Data = {
        "station_id": station_id(cabinet.facility_id),
        "name": _localized(
            *(names[one] or f"{CABINET[one]} {cabinet.facility_id}" for one in LANGUAGES)
        ),
        "lat": cabinet.lat,
        "lon": cabinet.lon,
        "is_virtual_station": False,
        "is_charging_station": True,
    }
    if cabinet.address:
        told["address"] = cabinet.address
    if cabinet.opening_hours:
        told["station_opening_hours"] = cabinet.opening_hours
    return told


def _status(cabinet: Facility, exchange: Exchange) -> Data:
    reported = NEVER if cabinet.state is None else cabinet.state.observed_at
    return {
        "station_id": station_id(cabinet.facility_id),
        "num_vehicles_available": exchange.charged,
        "vehicle_types_available": [{"vehicle_type_id": BATTERY, "count": exchange.charged}],
        "num_docks_available": exchange.empty,
        "is_installed": True,
        "is_renting": exchange.hands_out,
        "is_returning": exchange.takes_in,
        "last_reported": iso(reported),
    }


def _localized(*texts: str) -> list[dict[str, str]]:
    return [
        {"text": text, "language": language}
        for text, language in zip(texts, LANGUAGES, strict=True)
    ]
