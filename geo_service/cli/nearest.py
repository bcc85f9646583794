"""``nearest``: the rider's question, typed."""

import argparse
from typing import TYPE_CHECKING, Any

from geo_service.cli import words

if TYPE_CHECKING:
    from geo_service.domain.near_facility import NearFacility

MEASURES = ("time", "distance", "straight")
PROFILES = ("ebike", "walk")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    nearest = commands.add_parser("nearest", help="find the nearest facilities by street")
    words.add_workspace(nearest)
    nearest.add_argument("lat", type=float, help="latitude, WGS-84, decimal degrees")
    nearest.add_argument("lon", type=float, help="longitude, WGS-84, decimal degrees")
    nearest.add_argument("--kind", action="append", default=[], help="may be given several times")
    nearest.add_argument("-k", type=words.positive, default=3, help="how many (%(default)s)")
    nearest.add_argument("--by", choices=MEASURES, default="time")
    nearest.add_argument("--profile", choices=PROFILES, default="ebike")
    nearest.add_argument("--amenity", action="append", default=[], help="must be there; repeatable")
    nearest.add_argument(
        "--open-at", type=words.moment, metavar="now|ISO", help="only what is open then"
    )
    nearest.add_argument(
        "--open-for",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="only what stays open for so long, from --open-at or now",
    )
    nearest.add_argument("--usable", action="store_true", help="only what is certainly usable")
    nearest.add_argument("--max-distance", type=float, metavar="METRES")
    nearest.add_argument("--way", action="store_true", help="tell the way to each, step by step")
    nearest.add_argument("--lang", choices=("zh", "en"), default="zh", help="of the steps")
    nearest.add_argument("--json", action="store_true", help="print GeoJSON")
    nearest.set_defaults(run=run_nearest)


def run_nearest(arguments: argparse.Namespace) -> None:
    """Answer, as a small table or as GeoJSON."""
    from geo_service.export.near_json import NearWriter
    from geo_service.export.ways import way_properties
    from geo_service.flows.find_nearest import NearestQuestion, answer_nearest, find_ways
    from geo_service.flows.placed_facilities import place_facilities
    from geo_service.flows.wiring import open_workspace
    from geo_service.streets.measure import Measure
    from geo_service.streets.profile import Profile

    question = NearestQuestion(
        lat=arguments.lat,
        lon=arguments.lon,
        kinds=frozenset(arguments.kind),
        k=arguments.k,
        by=Measure(arguments.by),
        profile=Profile(arguments.profile),
        amenities=frozenset(arguments.amenity),
        open_at=arguments.open_at,
        open_for_min=arguments.open_for,
        usable=arguments.usable,
        max_distance_m=arguments.max_distance,
    )
    riding = question.profile is Profile.EBIKE
    with open_workspace(words.settings_of(arguments)) as workspace:
        now, placed = words.now(), place_facilities(workspace, question.profile)
        answer = answer_nearest(placed, question, now)
        ways: list[dict[str, Any]] = []
        if arguments.way:
            network = placed.streets.network
            ways = [
                way_properties(way, near.facility, network, arguments.lang, riding=riding)
                for near, way in zip(
                    answer.found, find_ways(placed, question, answer, now), strict=True
                )
            ]
    if arguments.json:
        writer = NearWriter(riding=riding)
        words.say(writer.write(answer.found, by=answer.by, notes=answer.notes, ways=ways))
        return
    for row, near in enumerate(answer.found):
        words.say(_line(near))
        for step in ways[row].get("steps", ()) if ways else ():
            words.say(f"      {step['text']}")
    for note in answer.notes:
        words.say_beside(note)


def _line(near: "NearFacility") -> str:
    facility = near.facility
    minutes = f"{near.duration_s / 60:.0f} min"
    opening = "open" if near.opening.open else "closed"
    if not facility.opening_hours:
        opening = "hours not known"
    if near.opening.changes_at is not None:
        opening += f" until {near.opening.changes_at:%a %H:%M}"
    name = " / ".join(filter(None, (facility.name, facility.name_en))) or facility.facility_id
    return (
        f"{near.rank:>2}  {near.distance_m:>7.0f} m  {minutes:>6}  "
        f"usable: {near.usable:<7}  {opening:<22}  {name} ({facility.kind})"
    )
