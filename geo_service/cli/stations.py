"""``stations``: how much they are used."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from geo_service.cli import words

if TYPE_CHECKING:
    from geo_service.domain.station_use import StationUse


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command and what can be asked about stations."""
    stations = commands.add_parser("stations", help="how much stations are used")
    actions = stations.add_subparsers(
        title="actions", metavar="ACTION", dest="action", required=True
    )
    use = actions.add_parser("use", help="visits and riders, and visits by hour of the day")
    words.add_workspace(use)
    use.add_argument("--since", type=words.moment, metavar="ISO", help="only visits then or later")
    use.add_argument("--until", type=words.moment, metavar="ISO", help="only visits before then")
    form = use.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="for programs")
    form.add_argument("--out", type=Path, metavar="FILE", help=".csv, a row a station")
    use.set_defaults(run=run_use)


def run_use(arguments: argparse.Namespace) -> None:
    """Count, and say or write it."""
    from geo_service.export.station_use import check_csv, use_record, write_use
    from geo_service.flows.count_check_ins import count_check_ins
    from geo_service.flows.wiring import open_workspace

    if arguments.out is not None:
        check_csv(arguments.out)
    with open_workspace(words.settings_of(arguments)) as workspace:
        found = count_check_ins(workspace, arguments.since, arguments.until)
    if arguments.out is not None:
        write_use(found, arguments.out)
        words.say(f"{arguments.out}: {len(found)} stations, {_visits(found)} visits")
    elif arguments.json:
        words.say_json({"stations": [use_record(use) for use in found]})
    else:
        for use in found:
            words.say(
                f"{use.facility_id}\t{use.name}\t{use.visits} visits\t{use.riders} riders"
                f"\t{_busiest(use)}"
            )


def _visits(found: "list[StationUse]") -> int:
    return sum(use.visits for use in found)


def _busiest(use: "StationUse") -> str:
    if use.visits == 0:
        return "-"
    hour = use.hours.index(max(use.hours))
    return f"most at {hour:02}:00-{hour + 1:02}:00"
