"""A facility: a place that serves riders, and the live state it may report."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SLUG = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
"""What a kind or an amenity looks like; a category stays as its source wrote it."""
MOST_COUNTED = 100_000
"""Batteries, slots or spaces in one place; more is a slip."""


WORDS_OF_PATHS = frozenset({"nearest", "catchments"})
"""What stands below ``/facilities`` and is no facility."""
_PATHLESS_PARTS = frozenset({"", ".", ".."})
"""Browsers and proxies take these out of paths."""


def address_fault(facility_id: str) -> str:
    """Say why a facility could not be found at ``/facilities/{id}``; blank if it can."""
    if facility_id in WORDS_OF_PATHS or facility_id.endswith("/state"):
        return "An id can't be nearest or catchments, or end in /state: these mean something else."
    if facility_id != facility_id.strip():
        return "An id can't begin or end with blanks."
    if _PATHLESS_PARTS & set(facility_id.split("/")):
        return "Between its slashes an id can't have nothing, a dot or two dots."
    if "\ufffd" in facility_id:
        return "An id must be whole UTF-8."
    return ""


class Kind(StrEnum):
    """The kinds every city has words for; a city may add any other slug."""

    REST_STATION = "rest_station"
    PARKING_POINT = "parking_point"
    CHARGING_CABINET = "charging_cabinet"
    WATER_POINT = "water_point"
    SERVICE_WINDOW = "service_window"
    LIAISON_STATION = "liaison_station"


class Service(StrEnum):
    """What a charging cabinet offers."""

    CHARGE = "charge"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class State:
    """What a facility last reported of itself; None where it does not count that."""

    observed_at: datetime
    charged: int | None = None
    """Charged batteries ready to be taken."""
    empty: int | None = None
    """Empty working slots."""
    free: int | None = None
    """Free spaces."""
    out_of_order: bool = False


@dataclass(frozen=True, slots=True)
class Facility:
    """A place that serves riders, at a WGS-84 position in decimal degrees."""

    facility_id: str
    kind: str
    lon: float
    lat: float
    name: str = ""
    name_en: str = ""
    operator: str = ""
    address: str = ""
    opening_hours: str = ""
    """OSM syntax; empty: not known, and then taken to be always open."""
    amenities: frozenset[str] = frozenset()
    services: frozenset[Service] = frozenset()
    """Of a charging cabinet; empty: both."""
    state: State | None = None
    more: dict[str, str] = field(default_factory=dict)
    """What else the source said, kept as text."""
