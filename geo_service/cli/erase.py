"""``erase-rider``: everything about one rider goes, and the list of who went is carried along."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from geo_service.cli import words
from geo_service.domain.erasure import ErasureList
from geo_service.domain.rider_names import Span
from geo_service.errors import NotReady, UnreadableFile

if TYPE_CHECKING:
    from geo_service.flows.erase_rider import Erased

STAYS = (
    "What stays, and why:",
    "  issues the rider reported, without saying who: the problem at the place is everybody's",
    "  approved photos, without saying who: staff have seen that they show a street",
    "  entries of points, without saying whose: the sums of points given out must stay right",
    "  releases made before: rounded figures of at least ten riders; later ones leave this one out",
    "  backups and files made before: delete them; what is put back is erased again (--apply)",
)

NOBODY_FOUND = "Nothing was found of this rider: neither trips nor anything else."
MARK_KEPT = (
    "It is written down all the same, under a mark that names nobody, that the rider is erased: "
    "a backup of before that is put back is erased too."
)


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    erase = commands.add_parser(
        "erase-rider", help="remove everything about a rider, from the database to the last byte"
    )
    words.add_workspace(erase)
    erase.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="as the rider's key or traces name them"
    )
    erase.add_argument("--pseudonym", default="", metavar="P", help="in place of the name")
    erase.add_argument("--dry-run", action="store_true", help="only say what would go")
    other = erase.add_mutually_exclusive_group()
    other.add_argument(
        "--list", action="store_true", help="print who was erased, as marks that name nobody"
    )
    other.add_argument(
        "--apply", type=Path, metavar="FILE", help="erase again whom such a list names"
    )
    other.add_argument(
        "--finish", action="store_true", help="do what erasures left that were cut short"
    )
    erase.add_argument("--json", action="store_true", help="print one line of JSON instead")
    erase.set_defaults(run=run_erase)


def run_erase(arguments: argparse.Namespace) -> None:
    """Erase, or list, or apply a list.

    Raises
    ------
    NotReady
        If an erasure can't be done; or if it is, but of some trips nobody can tell whose they are.
    """
    from geo_service.flows import erase_rider as flow
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        if arguments.list:
            words.say_json(flow.list_erasures(workspace).as_json())
        elif arguments.apply is not None:
            found = flow.apply_erasures(workspace, read_list(arguments.apply), words.now())
            words.say(f"riders erased again: {found}")
        elif arguments.finish:
            words.say(f"erasures finished: {flow.finish_erasures(workspace, words.now())}")
        else:
            rider = flow.rider_of(workspace, arguments.name, arguments.pseudonym)
            name = arguments.name.strip()
            if arguments.dry_run:
                done = flow.plan_erasure(workspace, rider, name)
            else:
                done = flow.erase_rider(workspace, rider, words.now(), name)
            _tell(done, arguments)
            if workspace.database.file is None:
                words.say_beside(
                    "This database keeps its own free pages and logs: let it write its tables "
                    "anew (PostgreSQL: VACUUM FULL), and see how long it keeps its logs."
                )
            kept = workspace.lake.place.old_versions()
            if kept:
                words.say_beside(kept)
            if done.untold and not arguments.dry_run:
                raise NotReady(
                    "All was erased that can be told to be this rider's, but not all trips can be "
                    "told.",
                    remedy="If the key was not destroyed on purpose, put it back, 'geo-service "
                    "doctor' names its file, and erase this rider once more.",
                )


def read_list(path: Path) -> ErasureList:
    """Read a list of who was erased out of a file.

    Raises
    ------
    UnreadableFile
        If it is something else.
    """
    try:
        return ErasureList.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as problem:
        raise UnreadableFile(
            "This is no list of erased riders.",
            where=str(path),
            remedy="Make one with 'geo-service erase-rider --list'.",
        ) from problem


def _tell(done: "Erased", arguments: argparse.Namespace) -> None:
    from geo_service.export.features import spans_told

    figures = {
        "trips": done.trips.trips,
        "fixes": done.trips.fixes,
        **done.rows.gone,
        "lists of refused records": done.lists,
    }
    if arguments.json:
        words.say_json(
            {
                "dry_run": arguments.dry_run,
                "gone": figures,
                "unnamed": dict(done.rows.unnamed),
                "texts_with_the_name": done.texts,
                "untold": spans_told(done.untold),
                "of_one_time": done.of_one_time,
            }
        )
        return
    if done.rows or done.trips.trips:
        _tell_found(done, figures, dry_run=arguments.dry_run)
    else:
        words.say(NOBODY_FOUND if arguments.dry_run else f"{NOBODY_FOUND} {MARK_KEPT}")
        if done.lists:
            would = "would go" if arguments.dry_run else "have gone"
            words.say(f"Lists of refused records that {would}: {done.lists}")
        words.say_beside(
            "Nothing here names this rider. Is the name written as 'keys add --rider' or "
            "'load traces' had it?"
        )
    for span in done.untold:
        words.say_beside(
            f"Not looked at: trips that start {_said(span)}. The key to riders' names in them is "
            "not here, so nobody can tell whose they are."
        )
    if done.of_one_time:
        words.say_beside(
            "Riders' names in traces have changed, and nothing here tells which others belong to "
            "this pseudonym: to erase the rider's trips of other times, give the name."
        )
    if done.texts:
        words.say_beside(
            f"{done.texts} texts that people wrote hold the name; look at them: descriptions of "
            "issues, reasons of moves, notes of keys."
        )


def _tell_found(done: "Erased", figures: Mapping[str, int], *, dry_run: bool) -> None:
    words.say("What would go:" if dry_run else "What has gone:")
    for what, number in figures.items():
        words.say(f"  {what}: {number}")
    words.say(f"What {'would no longer say' if dry_run else 'no longer say'} who:")
    for what, number in done.rows.unnamed.items():
        words.say(f"  {what}: {number}")
    for line in STAYS:
        words.say(line)


def _said(span: Span) -> str:
    since = "" if span.since is None else f"from {span.since.isoformat()} on"
    until = "" if span.until is None else f"before {span.until.isoformat()}"
    return " and ".join(filter(None, (since, until)))
