"""How one moves: which streets a profile may use, in which directions, and how fast.

The rules follow the OpenStreetMap wiki ("OSM tags for routing/Access restrictions",
"Key:oneway", "Key:oneway:bicycle", "Key:cycleway"): a class is open to a profile or not, a
general access tag may close it, and the tag of the profile itself may open or close it.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Profile(StrEnum):
    """The profiles."""

    EBIKE = "ebike"
    WALK = "walk"


OFF_STREET_M_S = 1.2
"""Off the street one walks, pushing the bike, in every profile."""

EBIKE_CAP_KM_H: Final = 25.0
"""GB 17761 (China) and Regulation 168/2013 (EU) both end a bike's motor help at 25 km/h."""

EBIKE_KM_H: Final[Mapping[str, float]] = MappingProxyType(
    {
        "trunk": EBIKE_CAP_KM_H,
        "trunk_link": 20.0,
        "primary": EBIKE_CAP_KM_H,
        "primary_link": 20.0,
        "secondary": EBIKE_CAP_KM_H,
        "secondary_link": 20.0,
        "tertiary": 22.0,
        "tertiary_link": 20.0,
        "unclassified": 20.0,
        "residential": 20.0,
        "road": 20.0,
        "busway": 20.0,
        "cycleway": 20.0,
        "service": 15.0,
        "track": 15.0,
        "living_street": 12.0,
        "path": 12.0,
        "bridleway": 10.0,
        "pedestrian": 8.0,
        "footway": 8.0,
    }
)
"""What an e-bike rides along each class, km/h; a class that is not here is closed to it.

The legal cap on roads with a lane of their own; a fifth less where streets are narrow and
corners many; 15, the limit of art. 58 of China's Road Traffic Safety Law for non-motor lanes,
where one shares a lane with turning cars; 12 and less where people walk. Maintained by judgement,
to be replaced by a city's own traces.
"""

_EBIKE_NEEDS_LEAVE: Final = frozenset({"busway", "bridleway", "pedestrian", "footway"})
"""Classes that an e-bike may ride only where a ``bicycle`` tag says so."""

WALK_M_S: Final = 1.2
"""The pace of ``OFF_STREET_M_S``, on any street, so that the shortest way is the quickest."""
WALK_STEPS_M_S: Final = 0.6
"""Half the pace, measured along the map, on steps."""

SLOWEST_M_S: Final = 0.5
"""Slower than anybody moves; 0.6 is the slowest, and whole milliseconds may add a little."""

_MOTORWAYS: Final = frozenset({"motorway", "motorway_link"})
_WALK_NEEDS_LEAVE: Final = frozenset({"raceway", "bus_guideway", "busway"})
"""Classes where one may walk only where a ``foot`` tag says so."""
_NOT_YET_OR_NO_MORE: Final = frozenset(
    {"construction", "proposed", "planned", "abandoned", "disused", "razed", "no", "escape"}
)
_NOT_WAYS: Final = frozenset({"rest_area", "services", "via_ferrata", "ladder"})

_CLOSING: Final = frozenset(
    {"no", "private", "agricultural", "forestry", "military", "emergency", "residents"}
    | {"use_sidepath", "dismount"}
)
_OPENING: Final = frozenset(
    {"yes", "designated", "official", "permissive", "destination", "customers", "delivery"}
)
_FORWARD: Final = frozenset({"yes", "true", "1"})
_BACKWARD: Final = frozenset({"-1", "reverse"})
_CONTRAFLOW_SIDES: Final = ("cycleway", "cycleway:left", "cycleway:right", "cycleway:both")
_LANE_DIRECTIONS: Final = ("cycleway:left:oneway", "cycleway:right:oneway")

_SPEED: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(mph|knots)?")
_UNIT_KM_H: Final = {"": 1.0, "mph": 1.609344, "knots": 1.852}

BOTH: Final = (True, True)
NEITHER: Final = (False, False)


def directions(tags: Mapping[str, str], profile: Profile) -> tuple[bool, bool]:
    """Say in which directions a profile may use a way.

    Parameters
    ----------
    tags : mapping of str to str
        The way's tags, with OSM's keys and values. A way without ``highway`` (from a layer of
        lines that does not say) counts as an ordinary street.
    profile : Profile
        Who asks.

    Returns
    -------
    forward, backward : bool
        Along the way's nodes, and against them. Raises nothing.
    """
    if tags.get("route") == "ferry":
        return NEITHER
    if profile is Profile.WALK:
        return _walk_oneway(tags) if _walk_open(tags) else NEITHER
    return _ebike_oneway(tags) if _ebike_open(tags) else NEITHER


def speed_m_s(tags: Mapping[str, str], profile: Profile) -> float:
    """Say how fast a profile moves along a way, metres a second.

    Parameters
    ----------
    tags : mapping of str to str
        The way's tags; ``maxspeed`` slows an e-bike where it is lower than its class's speed.
    profile : Profile
        Who moves. The result is above zero also for a way the profile may not use.
        Raises nothing.
    """
    highway = tags.get("highway", "unclassified")
    if profile is Profile.WALK:
        return WALK_STEPS_M_S if highway == "steps" else WALK_M_S
    usual = EBIKE_KM_H.get(highway, EBIKE_KM_H["unclassified"])
    allowed = _max_speed_km_h(tags.get("maxspeed", "")) / 3.6
    # Whatever a sign says, nobody is slower than one who pushes the bike.
    return min(usual / 3.6, max(allowed, OFF_STREET_M_S))


def _ebike_open(tags: Mapping[str, str]) -> bool:
    highway = tags.get("highway", "unclassified")
    if highway not in EBIKE_KM_H:
        return False
    own = tags.get("bicycle", "")
    if own in _OPENING:
        return True
    if own in _CLOSING or highway in _EBIKE_NEEDS_LEAVE or tags.get("motorroad") == "yes":
        return False
    return tags.get("vehicle", tags.get("access", "")) not in _CLOSING


def _walk_open(tags: Mapping[str, str]) -> bool:
    highway = tags.get("highway", "unclassified")
    if highway in _NOT_YET_OR_NO_MORE or highway in _NOT_WAYS:
        return False
    own = tags.get("foot", "")
    if highway in _MOTORWAYS or own in _CLOSING:
        return False
    if own in _OPENING:
        return True
    if highway in _WALK_NEEDS_LEAVE or tags.get("motorroad") == "yes":
        return False
    return tags.get("access", "") not in _CLOSING


def _ebike_oneway(tags: Mapping[str, str]) -> tuple[bool, bool]:
    own = tags.get("oneway:bicycle", "")
    if own:
        return _by_oneway(own)
    implied = "yes" if tags.get("junction") in {"roundabout", "circular"} else ""
    general = _by_oneway(tags.get("oneway", implied))
    return BOTH if general != NEITHER and _contraflow(tags) else general


def _walk_oneway(tags: Mapping[str, str]) -> tuple[bool, bool]:
    return _by_oneway(tags.get("oneway:foot", ""))


def _by_oneway(value: str) -> tuple[bool, bool]:
    if value in _FORWARD:
        return True, False
    if value in _BACKWARD:
        return False, True
    # The direction of a reversible street changes by the hour; nobody here knows the hour.
    return NEITHER if value == "reversible" else BOTH


def _contraflow(tags: Mapping[str, str]) -> bool:
    """Say whether a lane or track lets bikes ride against a one-way street."""
    if any(tags.get(key, "").startswith("opposite") for key in _CONTRAFLOW_SIDES):
        return True
    return any(tags.get(key, "") in {"-1", "no"} for key in _LANE_DIRECTIONS)


def _max_speed_km_h(text: str) -> float:
    """Read a ``maxspeed``; words, zero and several values joined say nothing here."""
    found = _SPEED.fullmatch(text)
    if found is None:
        return EBIKE_CAP_KM_H
    return float(found[1]) * _UNIT_KM_H[found[2] or ""] or EBIKE_CAP_KM_H
