"""``overlay``: the analyst's question, written to a file."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from geo_service.cli import words
from geo_service.errors import WrongUsage
from geo_service.settings import Settings

if TYPE_CHECKING:
    from geo_service.export.frames import Frame
    from geo_service.flows.overlay_tables import TableQuestion

BY = ("issue", "street", "cell")
PER = ("hour", "weekday", "weekday_hour")
USUAL = 0
"""No number of riders was typed: as many as the setting says."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    overlay = commands.add_parser("overlay", help="count where traces pass issues, into a file")
    words.add_workspace(overlay)
    overlay.add_argument("--by", choices=BY, help="a row for each (issue)")
    overlay.add_argument("--per", choices=PER, help="and for each of these in the city's time zone")
    overlay.add_argument("--radius", type=float, metavar="METRES", help="how close is a pass (25)")
    overlay.add_argument("--since", type=words.moment, metavar="ISO", help="trips from then on")
    overlay.add_argument("--until", type=words.moment, metavar="ISO", help="trips before then")
    overlay.add_argument(
        "--blind-spots", action="store_true", help="the streets or cells that no trip was in"
    )
    overlay.add_argument(
        "--unconfirmed",
        nargs="?",
        type=words.positive,
        const=USUAL,
        metavar="RIDERS",
        help="only open issues that so many riders passed since they were last confirmed (3)",
    )
    words.add_dask(overlay)
    answer = overlay.add_mutually_exclusive_group(required=True)
    answer.add_argument(
        "--out", type=Path, metavar="FILE", help=".csv, .geojson, .parquet, .gpkg or .fgb"
    )
    answer.add_argument(
        "--describe", action="store_true", help="say what the columns mean, and write nothing"
    )
    overlay.add_argument("--json", action="store_true", help="describe in one line of JSON")
    overlay.set_defaults(run=run_overlay)


def run_overlay(arguments: argparse.Namespace) -> None:
    """Count, and write the table; or describe it.

    Raises
    ------
    WrongUsage
        If what is asked for does not go together.
    """
    from geo_service.export.table import check_ending, write_table
    from geo_service.flows.overlay_tables import overlay_table, settled
    from geo_service.flows.wiring import open_workspace

    settings = words.settings_of(arguments)
    question = _question(arguments, settings)
    if arguments.describe:
        _describe(arguments, question)
        return
    if arguments.json:
        raise WrongUsage(
            "Only a description is printed as JSON.",
            where="--json",
            remedy="Ask for --describe instead of --out, or leave --json out.",
        )
    check_ending(arguments.out)
    with open_workspace(settings) as workspace:
        asked, question = question, settled(workspace, question)
        zone = workspace.calendar().zone
        with words.working(workspace, arguments.dask) as at_work:
            frame = overlay_table(at_work, question, words.days_going_by)
    write_table(frame, arguments.out)
    if frame.empty:
        words.say_beside(_nothing(question))
    since = question.trips.since
    if since is not None and since != asked.trips.since:
        words.say_beside(
            f"Trips that start from {since.astimezone(zone).isoformat()} on are counted: "
            "from then on riders have other names, and nobody is to be counted twice. For those "
            "before, ask with --until."
        )
    words.say(f"{arguments.out}: {_sums(frame, question)}")


def _question(arguments: argparse.Namespace, settings: Settings) -> "TableQuestion":
    from geo_service.domain.slots import Per
    from geo_service.flows.look_at_trips import OverlayQuestion
    from geo_service.flows.overlay_tables import TableQuestion

    riders = arguments.unconfirmed
    return TableQuestion(
        by=arguments.by or BY[0],
        trips=OverlayQuestion(arguments.since, arguments.until, arguments.radius),
        per=None if arguments.per is None else Per(arguments.per),
        blind_spots=arguments.blind_spots,
        unconfirmed=settings.confirm_riders if riders == USUAL else riders,
    )


def _describe(arguments: argparse.Namespace, question: "TableQuestion") -> None:
    """Say what is in the table asked for, or, if none is, in any."""
    from geo_service.export.dictionary import TABLES, as_json, described, table_of

    asked = (arguments.by, arguments.per, arguments.blind_spots or None, arguments.unconfirmed)
    tables = (
        TABLES
        if asked == (None, None, None, None)
        else (table_of(question.by, per=question.per, blind_spots=question.blind_spots),)
    )
    if arguments.json:
        words.say_json(as_json(tables))
    else:
        words.say("\n\n".join(described(table) for table in tables))


def _nothing(question: "TableQuestion") -> str:
    if question.blind_spots:
        return f"Trips were in every {question.by}."
    if question.unconfirmed is not None:
        return f"No open issue was passed by {question.unconfirmed} riders since it was confirmed."
    return "No trip and no issue lies where anything could be counted."


def _sums(frame: "Frame", question: "TableQuestion") -> str:
    rows = f"{len(frame)} rows by {question.by}"
    if question.blind_spots:
        metres = frame["length_m" if question.by == "street" else "street_m"].sum()
        return f"{rows}, {metres / 1000:,.1f} km of street without a trip"
    if question.per is not None:
        rows = f"{rows} per {question.per}"
    told = f"{rows}, {int(frame['passes'].sum())} passes"
    return f"{told}, {int(frame['hot_spot'].sum())} hot spots" if "hot_spot" in frame else told
