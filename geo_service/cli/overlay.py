"""``overlay``: the analyst's question, written to a file."""

import argparse
from pathlib import Path

from geo_service.cli import words

BY = ("issue", "street", "cell")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    overlay = commands.add_parser("overlay", help="count where traces pass issues, into a file")
    words.add_workspace(overlay)
    overlay.add_argument("--by", choices=BY, default="issue", help="a row for each (%(default)s)")
    overlay.add_argument("--radius", type=float, metavar="METRES", help="how close is a pass (25)")
    overlay.add_argument("--since", type=words.moment, metavar="ISO", help="trips from then on")
    overlay.add_argument("--until", type=words.moment, metavar="ISO", help="trips before then")
    overlay.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help=".csv, .geojson, .parquet or .gpkg"
    )
    overlay.set_defaults(run=run_overlay)


def run_overlay(arguments: argparse.Namespace) -> None:
    """Count, and write the table."""
    from geo_service.export.table import check_ending, write_table
    from geo_service.flows.overlay_issues import OverlayQuestion, overlay_frame
    from geo_service.flows.wiring import open_workspace

    check_ending(arguments.out)
    question = OverlayQuestion(arguments.since, arguments.until, arguments.radius)
    with open_workspace(words.settings_of(arguments)) as workspace:
        frame = overlay_frame(workspace, arguments.by, question, words.days_going_by)
    write_table(frame, arguments.out)
    if frame.empty:
        words.say_beside("No trip and no issue lies where anything could be counted.")
    words.say(
        f"{arguments.out}: {len(frame)} rows by {arguments.by}, {int(frame['passes'].sum())} passes"
    )
