"""``init``: make a workspace."""

import argparse

from geo_service.cli.words import add_workspace, now, say, settings_of


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    init = commands.add_parser("init", help="make a workspace: the folder that holds one city")
    add_workspace(init)
    init.add_argument("--time-zone", default="Asia/Shanghai", help="IANA name (%(default)s)")
    init.add_argument("--country", default="CN", help="whose public holidays count (%(default)s)")
    init.set_defaults(run=run_init)


def run_init(arguments: argparse.Namespace) -> None:
    """Make the workspace, or write a new time zone and country into it."""
    from geo_service.domain.opening import Calendar
    from geo_service.flows.start_workspace import start_workspace

    calendar = Calendar(time_zone=arguments.time_zone, country=arguments.country)
    with start_workspace(settings_of(arguments), calendar, now=now()) as workspace:
        say(
            f"Workspace {workspace.settings.workspace}: "
            f"time zone {calendar.time_zone}, holidays of {calendar.country}."
        )
