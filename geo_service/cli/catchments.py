"""``catchments``: which streets each facility serves, and the holes, written to a file."""

import argparse
from pathlib import Path
from typing import Any

from geo_service.cli import words
from geo_service.cli.nearest import PROFILES

BY = ("time", "distance")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    catchments = commands.add_parser(
        "catchments", help="the streets nearest to each facility, and the holes, into a file"
    )
    words.add_workspace(catchments)
    catchments.add_argument("--kind", action="append", default=[], help="repeatable (all kinds)")
    catchments.add_argument(
        "--amenity", action="append", default=[], help="must be there; repeatable"
    )
    catchments.add_argument(
        "--open-at", type=words.moment, metavar="now|ISO", help="only what is open then"
    )
    catchments.add_argument("--usable", action="store_true", help="only what is certainly usable")
    catchments.add_argument("--by", choices=BY, default="time")
    catchments.add_argument("--profile", choices=PROFILES, default="ebike")
    catchments.add_argument("--minutes", type=float, help="farther is a hole (10)")
    catchments.add_argument("--metres", type=float, help="by distance, farther is a hole (1000)")
    catchments.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".csv, .geojson, .parquet or .gpkg"
    )
    catchments.set_defaults(run=run_catchments)


def run_catchments(arguments: argparse.Namespace) -> None:
    """Find, write the table, and say what it comes to."""
    from geo_service.export.table import check_ending, write_table
    from geo_service.flows.find_catchments import CatchmentQuestion, find_catchments
    from geo_service.flows.placed_facilities import place_facilities
    from geo_service.flows.wiring import open_workspace
    from geo_service.streets.measure import Measure
    from geo_service.streets.profile import Profile

    check_ending(arguments.out)
    question = CatchmentQuestion(
        kinds=frozenset(arguments.kind),
        amenities=frozenset(arguments.amenity),
        open_at=arguments.open_at,
        usable=arguments.usable,
        by=Measure(arguments.by),
        profile=Profile(arguments.profile),
        minutes=arguments.minutes,
        metres=arguments.metres,
    )
    with open_workspace(words.settings_of(arguments)) as workspace:
        placed = place_facilities(workspace, question.profile)
        found = find_catchments(placed, question, words.now())
        frame, told = found.frame(), found.summary()
    write_table(frame, arguments.out)
    if not found.facilities:
        words.say_beside("No facility fits the filters, so all streets are a hole.")
    words.say(f"{arguments.out}: {found.facilities} facilities; {_sums(told)}")
    if told["farthest"] is not None:
        words.say(_worst(told["farthest"]))


def _sums(told: dict[str, Any]) -> str:
    limit = f"{told['minutes']:g} min" if "minutes" in told else f"{told['metres']:g} m"
    share = told["within_share"]
    return (
        f"of {told['street_km']:,.1f} km of street {told['within_km']:,.1f} km ({share:.1%}) "
        f"within {limit}, {told['beyond_km']:,.1f} km ({1 - share:.1%}) farther"
    )


def _worst(farthest: dict[str, Any]) -> str:
    minutes = "minutes" in farthest
    away = f"{farthest['minutes']:,.1f} min" if minutes else f"{farthest['metres']:,.0f} m"
    return (
        f"Farthest: {away} to {farthest['facility_id']}, "
        f"from latitude {farthest['lat']}, longitude {farthest['lon']}."
    )
