"""``export``: what the workspace holds, as a file other programs open."""

import argparse
from pathlib import Path

from geo_service.cli import words
from geo_service.errors import WrongUsage

WHAT = (
    "facilities",
    "issues",
    "areas",
    "bodies",
    "releases",
    "street_exposure",
    "cell_exposure",
    "streets",
    "traces",
)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    export = commands.add_parser("export", help="write a collection's features into a file")
    words.add_workspace(export)
    export.add_argument("what", choices=WHAT)
    export.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help=".geojson, .csv, .gpkg, .fgb, .parquet or .gpx; of bodies .csv",
    )
    export.add_argument(
        "--public", action="store_true", help="only what everybody may see on the web"
    )
    export.add_argument("--since", type=words.moment, metavar="ISO", help="trips from then on")
    export.add_argument("--until", type=words.moment, metavar="ISO", help="trips before then")
    export.add_argument("--profile", choices=("ebike", "walk"), help="whose streets (ebike)")
    export.set_defaults(run=run_export)


def run_export(arguments: argparse.Namespace) -> None:
    """Write the file, and say how many features it holds.

    Raises
    ------
    WrongUsage
        If what is asked for does not go together.
    """
    _check(arguments)
    write = {"traces": _export_trips, "bodies": _export_bodies}.get(arguments.what, _export)
    count = write(arguments)
    words.say(f"{arguments.out}: {count} {arguments.what.replace('_', ' ')}")


def _export(arguments: argparse.Namespace) -> int:
    from geo_service.domain.visibility import Viewer
    from geo_service.flows.collections.catalogue import COLLECTIONS
    from geo_service.flows.collections.collection import PUBLIC, TRUSTED
    from geo_service.flows.collections.streets import streets_of
    from geo_service.flows.export_collection import export_collection
    from geo_service.flows.wiring import open_workspace
    from geo_service.streets.profile import Profile

    profile = Profile(arguments.profile or Profile.EBIKE)
    collection = {**COLLECTIONS, "streets": streets_of(profile)}[arguments.what]
    if arguments.public and not collection.is_seen_by(Viewer.PUBLIC):
        raise _not_public(arguments.what)
    sight = PUBLIC if arguments.public else TRUSTED
    with open_workspace(words.settings_of(arguments)) as workspace:
        return export_collection(workspace, collection, sight, arguments.out)


def _export_bodies(arguments: argparse.Namespace) -> int:
    from geo_service.flows.export_bodies import export_bodies
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        return export_bodies(workspace, arguments.out)


def _export_trips(arguments: argparse.Namespace) -> int:
    from geo_service.flows.export_trips import export_trips
    from geo_service.flows.look_at_trips import OverlayQuestion
    from geo_service.flows.wiring import open_workspace

    question = OverlayQuestion(arguments.since, arguments.until)
    with open_workspace(words.settings_of(arguments)) as workspace:
        return export_trips(workspace, question, arguments.out, words.days_going_by)


def _check(arguments: argparse.Namespace) -> None:
    what = arguments.what
    if what != "traces" and (arguments.since or arguments.until):
        raise WrongUsage(
            f"Only traces are of a span of time, and {what} are written whole.",
            where="--since, --until",
            remedy="Leave them out.",
        )
    if what != "streets" and arguments.profile:
        raise WrongUsage(
            f"Only streets are of a profile, not {what}.",
            where="--profile",
            remedy="Leave it out.",
        )
    if what == "traces" and arguments.public:
        raise _not_public(what)


def _not_public(what: str) -> WrongUsage:
    return WrongUsage(
        f"Of {what.replace('_', ' ')} nothing is public but the releases.",
        where="--public",
        remedy="Ask for releases, or leave --public out and keep the file to yourself.",
    )
