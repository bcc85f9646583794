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
    release.add_argument(
        "--dry-run", action="store_true", help="only say what would be published, keep nothing"
    )
    release.set_defaults(run=run_release)


def run_release(arguments: argparse.Namespace) -> None:
    """Publish, or only look, and say how much and of which days."""
    from geo_service.flows.publish_release import covered_days, plan_release, publish_release
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        make = plan_release if arguments.dry_run else publish_release
        release = make(workspace, arguments.period, words.now())
        days = covered_days(workspace, release)
    would = " would be published; nothing is kept" if arguments.dry_run else ""
    words.say(f"release {release.period}: {len(release.rows)} cells{would}")
    if days.first is None:
        words.say("There are no trips in it.")
    else:
        words.say(f"Trips in it start from {days.first} to {days.last}.")
    bare = [
        f"the {end} {f'{number} days' if number > 1 else 'day'}"
        for end, number in (("first", days.bare_before), ("last", days.bare_after))
        if number
    ]
    if bare:
        words.say_beside(
            f"There are no trips on {' and '.join(bare)} of {release.period}. A release is never "
            "changed: what is loaded of them later stays out of it."
        )


def _month(text: str) -> str:
    if not MONTH.match(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no month; write for example 2026-10")
    return text
