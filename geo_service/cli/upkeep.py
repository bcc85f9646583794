"""``upkeep``: what time alone brings about, done once, for those who don't serve all day."""

import argparse

from geo_service.cli import words


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    upkeep = commands.add_parser(
        "upkeep", help="pass overdue issues on and ask riders, as a server does by itself"
    )
    words.add_workspace(upkeep)
    upkeep.add_argument("--json", action="store_true", help="print one line of JSON instead")
    upkeep.set_defaults(run=run_upkeep)


def run_upkeep(arguments: argparse.Namespace) -> None:
    """Do what has become due, and say what it was."""
    from geo_service.flows.keep_up import keep_up
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        done = keep_up(workspace, words.now())
    if arguments.json:
        words.say_json(done._asdict())
        return
    words.say(f"overdue issues passed on to a parent body: {done.passed_on}")
    words.say(f"questions put to riders: {done.asked}")
    words.say(f"trips removed, kept long enough: {done.removed}")
    if done.erased:
        words.say(f"erasures of riders finished that had been begun: {done.erased}")
