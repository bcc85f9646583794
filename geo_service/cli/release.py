"""``release``: publish the cells of one closed month."""

import argparse
import re

from geo_service.cli import words

MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])\Z")


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    release = commands.add_parser(
        "release", help="freeze and publish one closed month of trips, as cells of many riders"
    )
    words.add_workspace(release)
    release.add_argument("period", type=_month, metavar="YYYY-MM")
    release.set_defaults(run=run_release)


def run_release(arguments: argparse.Namespace) -> None:
    """Publish, and say how much."""
    from geo_service.flows.publish_release import publish_release
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        release = publish_release(workspace, arguments.period, words.now())
    words.say(f"release {release.period}: {len(release.rows)} cells")


def _month(text: str) -> str:
    if not MONTH.match(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month; write for example 2026-10")
    return text
