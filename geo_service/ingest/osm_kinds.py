"""Which tags of OpenStreetMap make a place of which kind, and which keep it out.

A city that chooses otherwise changes the tables here and nothing else. What each tag means is told
at ``https://wiki.openstreetmap.org/wiki/Tag:KEY=VALUE`` for the pairs below and at ``.../Key:KEY``
for ``access``, ``bicycle``, ``disused``, ``drinking_water``, ``operational_status``,
``shelter_type`` and ``socket``. Networks of car makers are named as in the name suggestion index
of OpenStreetMap's editors (https://nsi.guide, charging stations).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from geo_service.domain.facility import Kind

Tags: TypeAlias = Mapping[str, str]


class LeftOut(StrEnum):
    """Why a place with a tag of the table is of no use to riders, as a warning counts them."""

    PRIVATE = "private"
    OUT_OF_USE = "out of use"
    CARS_ONLY = "chargers for cars only"
    NO_REST = "shelters at stops and of other uses"
    NOT_DRINKABLE = "water not for drinking"


class Row(NamedTuple):
    """One tag and the kind of place it makes."""

    key: str
    value: str
    kind: Kind
    needs: tuple[str, ...] = ()
    """Keys of which one must say that the water may be drunk; empty: the tag itself says so."""


class Sorted(NamedTuple):
    """What kind of place tags make, and why riders have no use for it, if they have none."""

    kind: Kind
    left_out: LeftOut | None


_WATER = ("drinking_water",)
TABLE: tuple[Row, ...] = (
    Row("amenity", "charging_station", Kind.CHARGING_CABINET),
    Row("amenity", "bicycle_parking", Kind.PARKING_POINT),
    Row("amenity", "motorcycle_parking", Kind.PARKING_POINT),
    Row("amenity", "drinking_water", Kind.WATER_POINT),
    Row("amenity", "water_point", Kind.WATER_POINT),
    Row("man_made", "drinking_fountain", Kind.WATER_POINT),
    Row("man_made", "water_tap", Kind.WATER_POINT, needs=_WATER),
    Row("man_made", "water_well", Kind.WATER_POINT, needs=_WATER),
    Row("amenity", "fountain", Kind.WATER_POINT, needs=(*_WATER, "fountain")),
    Row("natural", "spring", Kind.WATER_POINT, needs=_WATER),
    Row("amenity", "shelter", Kind.REST_STATION),
)
"""The first row that fits decides. A ``man_made=charge_point`` is a part of its station, a place
to rent bicycles is no place to park one's own, and most fountains are only to be looked at."""

KINDS: tuple[Kind, ...] = tuple(dict.fromkeys(row.kind for row in TABLE))
WANTED: tuple[tuple[str, str], ...] = tuple((row.key, row.value) for row in TABLE)
"""The tags of the table: nothing without one of them needs to be looked at."""

_DRINKABLE = frozenset({"yes", "treated", "drinking", "bottle_refill", "bubbler"})
_CLOSED_TO_RIDERS = frozenset(
    {"private", "no", "residents", "employees", "members", "permit", "military"}
)
"""Of ``access``. Customers stay in: riders fetch orders where others shop; ``more`` tells it."""
_WELCOME = frozenset({"yes", "designated", "permissive", "official", "only"})
_BROKEN = frozenset(
    {"broken", "closed", "out_of_order", "non-operational", "non_operational", "under_construction"}
)

_TWO_WHEELS = ("bicycle", "electric_bicycle", "speed_pedelec", "scooter", "moped", "mofa")
"""Motorcycles are not among them: their chargers have the plugs of cars."""
_CARS = ("motorcar", "car", "motor_vehicle", "hgv", "truck", "goods", "bus", "taxi")
_CAR_SOCKETS = (
    "type1",
    "type2",
    "type3",
    "ccs",
    "chademo",
    "tesla",
    "nacs",
    "gb_ac",
    "gb_dc",
    "chaoji",
    "mcs",
)
"""Beginnings of the names of plugs that no charger of an e-bike has."""
_CAR_NETWORKS = (
    "tesla",
    "特斯拉",
    "nio power",
    "蔚来",
    "xpeng",
    "小鹏",
    "ionity",
    "rivian",
)
"""Beginnings, in small letters, of names that car makers give to their own stations."""

_RESTFUL = frozenset(
    {
        "weather_shelter",
        "picnic_shelter",
        "sun_shelter",
        "gazebo",
        "pavilion",
        "lean_to",
        "basic_hut",
        "yes",
    }
)
"""Roofs under which anybody may sit. Not the shelters of stops: a city has thousands, they are full
of people who wait, and the nearest place to rest would always be one of them. Not those for
animals, players, bathers, hunters and wars either."""
_OF_A_STOP = frozenset({"public_transport", "highway", "railway"})
"""Keys that tell that a shelter without a type is one at a stop."""

_AMENITIES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("air_conditioning", "air_conditioning", frozenset({"yes"})),
    ("bench", "bench", frozenset({"yes"})),
    ("bottle_refill", "bottle", frozenset({"yes"})),
    ("cargo_bike", "cargo_bike", frozenset({"yes", "designated"})),
    ("covered", "covered", frozenset({"yes", "roof"})),
    ("covered", "bicycle_parking", frozenset({"building", "shed"})),
    ("drinking_water", "drinking_water", _DRINKABLE),
    ("lit", "lit", frozenset({"yes", "24/7"})),
    ("no_fee", "fee", frozenset({"no"})),
    ("supervised", "supervised", frozenset({"yes"})),
    ("toilet", "toilets", frozenset({"yes"})),
    ("wifi", "internet_access", frozenset({"wlan", "yes"})),
)
"""Slug, key and the values that say it is there: what a rider would choose a place for."""


def sort_place(tags: Tags) -> Sorted | None:
    """Say what kind of place an element's tags make.

    A private place, one out of use, a charger for cars only, water not for drinking and a shelter
    of another use are told as left out. A charger is for cars only if ``bicycle=no`` or a key for
    cars says yes, if all its sockets are of cars, or if it is of a car maker's network; but not if
    a key for light two-wheelers says yes. One that says nothing stays in: see `says_for_whom`.

    Parameters
    ----------
    tags : mapping of str to str
        All tags of one element.

    Returns
    -------
    Sorted or None
        None if it is no place of any kind. Raises nothing.
    """
    first: Sorted | None = None
    for row in TABLE:
        if tags.get(row.key) != row.value or not _drinkable(tags, row.needs):
            continue
        found = Sorted(row.kind, _why_left_out(row.kind, tags))
        if found.left_out is None:
            return found
        first = first or found
    return first


def says_for_whom(tags: Tags) -> bool:
    """Say whether a charger's tags welcome light two-wheelers, or name a socket not of cars.

    Where they do neither, it may yet be for cars only: most chargers of the world are. Raises
    nothing.
    """
    return _welcomes(tags, _TWO_WHEELS) or any(
        not socket.startswith(_CAR_SOCKETS) for socket in _sockets(tags)
    )


def amenities_of(kind: Kind, tags: Tags) -> frozenset[str]:
    """Return the slugs of what a place has; a water point always has drinking water."""
    found = {slug for slug, key, values in _AMENITIES if tags.get(key) in values}
    return frozenset(found | {"drinking_water"} if kind is Kind.WATER_POINT else found)


def _drinkable(tags: Tags, needs: tuple[str, ...]) -> bool:
    return not needs or any(tags.get(key) in _DRINKABLE for key in needs)


def _why_left_out(kind: Kind, tags: Tags) -> LeftOut | None:
    if tags.get("access") in _CLOSED_TO_RIDERS and not _welcomes(tags, ("bicycle",)):
        return LeftOut.PRIVATE
    gone = any(tags.get(key) == "yes" for key in ("disused", "abandoned", "demolished"))
    if gone or tags.get("operational_status") in _BROKEN:
        return LeftOut.OUT_OF_USE
    if kind is Kind.CHARGING_CABINET and _for_cars_only(tags):
        return LeftOut.CARS_ONLY
    if kind is Kind.WATER_POINT and tags.get("drinking_water") == "no":
        return LeftOut.NOT_DRINKABLE
    if kind is Kind.REST_STATION and not _restful(tags):
        return LeftOut.NO_REST
    return None


def _for_cars_only(tags: Tags) -> bool:
    if _welcomes(tags, _TWO_WHEELS):
        return False
    sockets = _sockets(tags)
    names = (tags.get(key, "").casefold() for key in ("brand", "network", "operator", "name"))
    return (
        tags.get("bicycle") == "no"
        or _welcomes(tags, _CARS)
        or (bool(sockets) and all(socket.startswith(_CAR_SOCKETS) for socket in sockets))
        or any(name.startswith(_CAR_NETWORKS) for name in names)
    )


def _welcomes(tags: Tags, keys: tuple[str, ...]) -> bool:
    return any(tags.get(key) in _WELCOME for key in keys)


def _sockets(tags: Tags) -> set[str]:
    """Name the sockets of a charger: of ``socket:type2=2``, ``type2``."""
    parts = ((key.split(":"), value) for key, value in tags.items())
    return {
        key[1]
        for key, value in parts
        if key[0] == "socket" and len(key) > 1 and value not in {"no", "0"}
    }


def _restful(tags: Tags) -> bool:
    told = {word.strip() for word in tags.get("shelter_type", "").split(";")} - {""}
    return bool(told & _RESTFUL) if told else not _OF_A_STOP & tags.keys()
