"""``map``: write an interactive HTML map."""

import argparse
from pathlib import Path

from geo_service.cli import words
from geo_service.cli.nearest import PROFILES


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    drawing = commands.add_parser("map", help="draw the workspace as an interactive map")
    words.add_workspace(drawing)
    drawing.add_argument("--layers", type=_names, metavar="NAME,...", help="which layers (all)")
    drawing.add_argument(
        "--kind", action="append", default=[], help="catchments of these kinds; repeatable (all)"
    )
    drawing.add_argument(
        "--minutes", type=words.positive, help="catchments: farther is a hole, as it opens (10)"
    )
    drawing.add_argument("--profile", choices=PROFILES, default="ebike")
    drawing.add_argument("--public", action="store_true", help="only what everybody may see")
    drawing.add_argument(
        "--offline", action="store_true", help="one file that holds its own scripts and styles"
    )
    drawing.add_argument("--out", type=Path, required=True, metavar="maps/NAME.html")
    drawing.set_defaults(run=run_map)


def run_map(arguments: argparse.Namespace) -> None:
    """Draw, write, and say where."""
    from geo_service.flows.draw_map import write_map
    from geo_service.flows.find_catchments import CatchmentQuestion
    from geo_service.flows.wiring import open_workspace
    from geo_service.streets.profile import Profile

    with open_workspace(words.settings_of(arguments)) as workspace:
        size = write_map(
            workspace,
            arguments.out,
            words.now(),
            layers=arguments.layers,
            public=arguments.public,
            offline=arguments.offline,
            progress=words.days_going_by,
            catchments=CatchmentQuestion(
                kinds=frozenset(arguments.kind),
                profile=Profile(arguments.profile),
                minutes=arguments.minutes,
            ),
        )
    words.say(f"{arguments.out}: {size / 1e6:.1f} MB")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
