"""``nearest``: the rider's question, typed."""

import argparse
from typing import TYPE_CHECKING

from geo_service.cli import words

if TYPE_CHECKING:
    from geo_service.domain.near import NearFacility

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
    nearest.add_argument("--usable", action="store_true", help="only what is certainly usable")
    nearest.add_argument("--max-distance", type=float, metavar="METRES")
    nearest.add_argument("--json", action="store_true", help="print GeoJSON")
    nearest.set_defaults(run=run_nearest)


def run_nearest(arguments: argparse.Namespace) -> None:
    """Answer, as a small table or as GeoJSON."""
    from geo_service.export.features import answer_collection
    from geo_service.flows.find_nearest import NearestQuestion, answer_nearest, open_district
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
        usable=arguments.usable,
        max_distance_m=arguments.max_distance,
    )
    with open_workspace(words.settings_of(arguments)) as workspace:
        district = open_district(workspace, question.profile)
        answer = answer_nearest(district, question, words.now())
    if arguments.json:
        words.say_json(
            answer_collection(
                answer.found,
                by=answer.by,
                notes=answer.notes,
                riding=question.profile is Profile.EBIKE,
            )
        )
        return
    for near in answer.found:
        words.say(_line(near))
    for note in answer.notes:
        words.say_beside(note)


def _line(near: "NearFacility") -> str:
    facility = near.facility
    minutes = f"{near.duration_s / 60:.0f} min"
    opening = "open" if near.opening.open else "closed"
    if near.opening.changes_at is not None:
        opening += f" until {near.opening.changes_at:%a %H:%M}"
    name = " / ".join(filter(None, (facility.name, facility.name_en))) or facility.facility_id
    return (
        f"{near.rank:>2}  {near.distance_m:>7.0f} m  {minutes:>6}  "
        f"usable: {near.usable:<7}  {opening:<22}  {name} ({facility.kind})"
    )
