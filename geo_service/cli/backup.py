"""``backup`` and ``restore``: a workspace's moment kept elsewhere, and made a workspace again."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from geo_service.cli import words
from geo_service.errors import NotReady

if TYPE_CHECKING:
    from geo_service.store.backup_manifest import Manifest


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands."""
    backup = commands.add_parser(
        "backup", help="copy the workspace as it is at one moment, while others use it"
    )
    words.add_workspace(backup)
    backup.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the folder to be; files are shared with the newest backup beside it",
    )
    backup.set_defaults(run=run_backup)
    restore = commands.add_parser("restore", help="make a workspace of a backup, where none is")
    restore.add_argument("source", type=Path, metavar="FROM", help="the folder of a backup")
    words.add_workspace(restore)
    restore.add_argument(
        "--erasures",
        type=Path,
        metavar="FILE",
        help="erase again whom this list names ('erase-rider --list'); later backups beside FROM "
        "tell of theirs by themselves",
    )
    restore.set_defaults(run=run_restore)


def run_backup(arguments: argparse.Namespace) -> None:
    """Make a backup, and say what is in it and what is not.

    Raises
    ------
    NotReady
        If there is no workspace or the backup can't be made; or if it was made of a workspace in
        which something is damaged.
    """
    from geo_service.flows.back_up import back_up
    from geo_service.flows.wiring import open_workspace

    settings = words.settings_of(arguments)
    with open_workspace(settings) as workspace:
        made = back_up(workspace, arguments.out, words.now)
    words.say(f"Backup {made.folder}: {_sizes(made.manifest)}")
    if made.earlier is not None:
        words.say(f"{made.shared:,} bytes of it are shared with {made.earlier}.")
    _say_content(made.manifest)
    words.say(
        f"Not in it: the riders' key, {settings.rider_key_file}. Keep a copy of it, and of those "
        "that 'rotate-key' put beside it, elsewhere; without them no rider is known again."
    )
    for fault in made.faults:
        words.say_beside(fault)
    if made.faults:
        raise NotReady(
            f"The backup is made, but of a workspace with {len(made.faults)} faults.",
            where=str(settings.workspace),
            remedy="Keep earlier backups, and see what is wrong: geo-service doctor",
        )


def run_restore(arguments: argparse.Namespace) -> None:
    """Restore a backup, and say what the workspace holds."""
    from geo_service.cli.erase import read_list
    from geo_service.domain.erasure import NOBODY
    from geo_service.flows.restore import restore

    settings = words.settings_of(arguments)
    erasures = NOBODY if arguments.erasures is None else read_list(arguments.erasures)
    restored = restore(settings, arguments.source, words.now(), erasures)
    words.say(f"Workspace {restored.folder}: {_sizes(restored.manifest)}")
    _say_content(restored.manifest)
    if restored.erased:
        words.say(f"Riders erased since, and so once more: {restored.erased}.")
    if arguments.erasures is None:
        words.say_beside(
            f"Riders erased after {restored.erasures_known_until.isoformat()} are not known here, "
            "and may be back. Before anybody uses this workspace, apply a later list, if the one "
            "it replaces can still be read: geo-service erase-rider --list there, --apply FILE "
            "here; else erase again who was erased since."
        )
    words.say_beside(
        f"All else is as it was at {restored.manifest.moment.isoformat()}: keys revoked since open "
        "again, consents withdrawn since are given, and trips that riders deleted since are back. "
        "Revoke such keys again (geo-service keys revoke), and tell riders of the other two."
    )
    if restored.of_other_keys:
        words.say_beside(_of_other_keys(restored.of_other_keys))
    for finding in restored.keys:
        words.say_beside(f"{finding.where}: {finding.what} {finding.remedy}")
    if restored.months:
        words.say_beside(
            f"Beside the riders' key lie keys of {', '.join(restored.months)}, and this backup is "
            "of before names changed then. If they are this workspace's, before trips of those "
            "months are loaded: geo-service rotate-key --from MONTH, which uses them again."
        )
    if not settings.rider_key_file.exists():
        words.say_beside(
            f"The riders' key {settings.rider_key_file} is not here. Put the one back that "
            "belongs to this workspace before riders come; without it none is known again."
        )


def _sizes(manifest: "Manifest") -> str:
    return f"{len(manifest.files)} files, {manifest.size:,} bytes, geo_service {manifest.program}."


def _say_content(manifest: "Manifest") -> None:
    counts = ", ".join(f"{number:,} {what}" for what, number in manifest.counts.items())
    words.say(f"As of {manifest.moment.isoformat()}: {counts}.")
    words.say(f"Content: {manifest.content}")


def _of_other_keys(lists: int) -> str:
    if lists == 1:
        told = "a list of erased riders under another riders' key; it was not applied."
    else:
        told = f"{lists} lists of erased riders under another riders' key; they were not applied."
    return f"Backups beside it hold {told}"
