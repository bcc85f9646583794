"""``map``: write an interactive HTML map."""

import argparse
from pathlib import Path

from geo_service.cli import words


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    drawing = commands.add_parser("map", help="draw the workspace as an interactive map")
    words.add_workspace(drawing)
    drawing.add_argument("--layers", type=_names, metavar="NAME,...", help="which layers (all)")
    drawing.add_argument("--public", action="store_true", help="only what everybody may see")
    drawing.add_argument(
        "--offline", action="store_true", help="one file that holds its own scripts and styles"
    )
    drawing.add_argument("--out", type=Path, required=True, metavar="maps/NAME.html")
    drawing.set_defaults(run=run_map)


def run_map(arguments: argparse.Namespace) -> None:
    """Draw, write, and say where."""
    from geo_service.flows.draw_map import write_map
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        size = write_map(
            workspace,
            arguments.out,
            words.now(),
            layers=arguments.layers,
            public=arguments.public,
            offline=arguments.offline,
            progress=words.days_going_by,
        )
    words.say(f"{arguments.out}: {size / 1e6:.1f} MB")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())
