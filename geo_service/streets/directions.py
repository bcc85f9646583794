"""The steps of a way, as one would tell them to a rider: few, and each with something to do."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from geo_service.streets.headings import Headings, read_headings, turned
from geo_service.streets.legs import Stretch, join_stretches
from geo_service.streets.network import Network, part_cost
from geo_service.streets.part_of_way import off_street_ms
from geo_service.streets.way import Way

OFF_STREET_M: Final = 15.0
"""A longer walk to the street is a step of its own."""


class Turn(StrEnum):
    """How a step begins."""

    DEPART = "depart"
    STRAIGHT = "straight"
    SLIGHT_LEFT = "slight_left"
    LEFT = "left"
    SHARP_LEFT = "sharp_left"
    SLIGHT_RIGHT = "slight_right"
    RIGHT = "right"
    SHARP_RIGHT = "sharp_right"
    U_TURN = "u_turn"
    ARRIVE = "arrive"


class Compass(StrEnum):
    """Eight directions, clockwise."""

    NORTH = "north"
    NORTHEAST = "northeast"
    EAST = "east"
    SOUTHEAST = "southeast"
    SOUTH = "south"
    SOUTHWEST = "southwest"
    WEST = "west"
    NORTHWEST = "northwest"


_TURNS = (
    (25.0, Turn.STRAIGHT, Turn.STRAIGHT),
    (55.0, Turn.SLIGHT_LEFT, Turn.SLIGHT_RIGHT),
    (125.0, Turn.LEFT, Turn.RIGHT),
    (160.0, Turn.SHARP_LEFT, Turn.SHARP_RIGHT),
    (180.0, Turn.U_TURN, Turn.U_TURN),
)
"""Up to how many degrees a turn is called what, to the left and to the right."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do on a way, and how far it leads."""

    turn: Turn
    compass: Compass | None
    """Where the first step leads; None with all others."""
    on_street: bool
    """Whether it goes along a street; otherwise one walks to the street, or from it."""
    name: str
    """Of the street; empty where it has none."""
    name_en: str
    street_class: str
    """The ``highway`` tag of most of it; empty off the street."""
    distance_m: float
    duration_s: float
    lon: float
    """Where it begins; WGS-84, decimal degrees."""
    lat: float


def list_steps(network: Network, way: Way) -> tuple[Step, ...]:
    """Tell a way in steps.

    Parameters
    ----------
    network : Network
        The one the way was found on.
    way : Way
        Of ``find_way``.

    Returns
    -------
    tuple of Step
        The last one's turn is ``ARRIVE``: the walk from the street to the site. The walk to the
        street is a step of its own if longer than ``OFF_STREET_M``, else part of the next one.
        Distances and durations sum to the way's. Raises nothing.
    """
    headings = read_headings(way)
    steps: list[Step] = []
    heading = headings.off_start
    walk_mm, walk_ms = way.off_start_mm, off_street_ms(way.off_start_mm)
    here, there = (float(way.lon[0]), float(way.lat[0])), (headings.lon[-1], headings.lat[-1])
    if walk_mm > OFF_STREET_M * 1000.0:
        steps.append(_walk(Turn.DEPART, _compass(heading), walk_mm, walk_ms, here))
        walk_mm = walk_ms = 0
    for leg in join_stretches(_stretches(network, way, headings)):
        after, parts = leg.street[0].after, leg.stretches
        lon, lat = here if walk_mm else (parts[0].lon, parts[0].lat)
        steps.append(
            Step(
                turn=_turn(turned(heading, after)) if steps else Turn.DEPART,
                compass=None if steps else _compass(after),
                on_street=True,
                name=_first(part.name for part in leg.street),
                name_en=_first(part.name_en for part in leg.street),
                street_class=_class_of_most(leg.street),
                distance_m=(walk_mm + sum(part.length_mm for part in parts)) / 1000.0,
                duration_s=(walk_ms + sum(part.time_ms for part in parts)) / 1000.0,
                lon=lon,
                lat=lat,
            )
        )
        heading, walk_mm, walk_ms = leg.street[-1].before, 0, 0
    walk_mm, walk_ms = walk_mm + way.off_end_mm, walk_ms + off_street_ms(way.off_end_mm)
    return (*steps, _walk(Turn.ARRIVE, None, walk_mm, walk_ms, there))


def _walk(
    turn: Turn, compass: Compass | None, off_mm: int, off_ms: int, at: tuple[float, float]
) -> Step:
    on_street = False
    return Step(turn, compass, on_street, "", "", "", off_mm / 1000.0, off_ms / 1000.0, *at)


def _stretches(network: Network, way: Way, headings: Headings) -> list[Stretch]:
    """List what there is to tell of a way, in riding order."""
    edges = way.edge
    rows = zip(
        network.edge_name[edges].tolist(),
        network.edge_class[edges].tolist(),
        network.edge_length_mm[edges].tolist(),
        network.edge_time_ms[edges].tolist(),
        way.start_mm.tolist(),
        way.end_mm.tolist(),
        headings.after,
        headings.before,
        headings.lon[:-1],
        headings.lat[:-1],
        strict=True,
    )
    return [
        Stretch(
            name=network.names[name],
            name_en=network.names_en[name],
            street_class=network.classes[of_class],
            length_mm=abs(end - start),
            time_ms=abs(part_cost(whole, end, length) - part_cost(whole, start, length)),
            after=after,
            before=before,
            lon=lon,
            lat=lat,
        )
        for name, of_class, length, whole, start, end, after, before, lon, lat in rows
    ]


def _turn(degrees: float) -> Turn:
    """Name a turn of -180 to 180 degrees, to the right."""
    to_left = degrees < 0.0
    return next(left if to_left else right for most, left, right in _TURNS if abs(degrees) <= most)


def _compass(heading: float) -> Compass:
    return tuple(Compass)[round(heading / 45.0) % 8]


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _class_of_most(parts: Iterable[Stretch]) -> str:
    lengths: dict[str, int] = {}
    for part in parts:
        lengths[part.street_class] = lengths.get(part.street_class, 0) + part.length_mm
    return max(lengths, key=lengths.__getitem__)
