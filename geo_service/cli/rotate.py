"""``rotate-key``: riders get other names in traces from the beginning of a month on."""

import argparse

from geo_service.cli import words


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    rotate = commands.add_parser(
        "rotate-key",
        help="give riders other names in traces from the next month on, so that nobody who sees "
        "traces knows them again",
    )
    words.add_workspace(rotate)
    rotate.add_argument(
        "--from",
        dest="month",
        metavar="YYYY-MM",
        help="from a later month on, or from one of which there are no trips yet",
    )
    rotate.set_defaults(run=run_rotate)


def run_rotate(arguments: argparse.Namespace) -> None:
    """Begin a new generation of names, and say what that means."""
    from geo_service.flows.rotate_key import rotate_key
    from geo_service.flows.wiring import open_workspace

    settings = words.settings_of(arguments)
    with open_workspace(settings) as workspace:
        rotated = rotate_key(workspace, arguments.month, words.now())
    words.say(
        f"Trips that start from {rotated.begins.isoformat()} on bear other names of riders. Keys, "
        "consents, points and teams stay as they are."
    )
    words.say(
        f"Key: {rotated.file}. Keep a copy of it with that of {settings.rider_key_file}, apart "
        "from backups, which hold neither; without it no trip from then on can be taken."
    )
    words.say(
        "Riders are never counted across that moment: a question without --since is about the "
        "time after it, once there are trips of it. The keys of earlier names serve only erasure "
        "and riders' own trips."
    )
