"""``teams``: volunteers, who belongs to which team, and what they did."""

import argparse

from geo_service.cli import words


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command and what can be done with teams."""
    teams = commands.add_parser("teams", help="volunteer teams: make, join, leave, figures")
    actions = teams.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    add = actions.add_parser("add", help="make a team")
    words.add_workspace(add)
    add.add_argument("team", metavar="TEAM", help="its id: lower-case letters, digits and _")
    add.add_argument("--name", required=True, help="what it is called")
    add.add_argument("--name-en", default="", help="and in English")
    add.set_defaults(run=run_add)
    listing = actions.add_parser("list", help="list teams and how many belong to them now")
    words.add_workspace(listing)
    listing.set_defaults(run=run_list)
    for name, run, told in (
        ("join", run_join, "take a rider into a team from now on"),
        ("leave", run_leave, "let a rider leave a team from now on"),
    ):
        change = actions.add_parser(name, help=told)
        words.add_workspace(change)
        change.add_argument("team", metavar="TEAM")
        change.add_argument(
            "--rider", required=True, metavar="NAME", help="as the rider's key names the rider"
        )
        change.set_defaults(run=run)
    figures = actions.add_parser("figures", help="reports, answers and closures of a month")
    words.add_workspace(figures)
    figures.add_argument("--month", metavar="YYYY-MM", help="in the city's time zone (this month)")
    figures.add_argument("--json", action="store_true", help="for programs")
    figures.set_defaults(run=run_figures)


def run_add(arguments: argparse.Namespace) -> None:
    """Make a team."""
    from geo_service.flows.manage_teams import add_team
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        team = add_team(workspace, arguments.team, arguments.name, arguments.name_en)
    words.say(f"{team.team_id}\t{team.name}\t{team.name_en}")


def run_list(arguments: argparse.Namespace) -> None:
    """List the teams."""
    from geo_service.flows.manage_teams import list_teams
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        for one in list_teams(workspace, words.now()):
            team = one.team
            words.say(f"{team.team_id}\t{team.name}\t{team.name_en}\t{one.members} members")


def run_join(arguments: argparse.Namespace) -> None:
    """Take a rider in."""
    from geo_service.flows.manage_teams import join_team
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        join_team(workspace, arguments.team, arguments.rider, words.now())
    words.say(f"The rider belongs to {arguments.team} now.")


def run_leave(arguments: argparse.Namespace) -> None:
    """Let a rider go."""
    from geo_service.flows.manage_teams import leave_team
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        leave_team(workspace, arguments.team, arguments.rider, words.now())
    words.say(f"The rider has left {arguments.team}.")


def run_figures(arguments: argparse.Namespace) -> None:
    """Say what teams did."""
    from geo_service.export.team_figures import figures_record
    from geo_service.flows.manage_teams import team_figures
    from geo_service.flows.wiring import open_workspace

    with open_workspace(words.settings_of(arguments)) as workspace:
        found = team_figures(workspace, arguments.month, words.now())
    if arguments.json:
        told = [figures_record(one) for one in found.figures]
        words.say_json({"month": found.month, "teams": told})
        return
    words.say(found.month)
    for one in found.figures:
        words.say(
            f"{one.team.team_id}\t{one.team.name}\t{one.members} members\t{one.reports} reports"
            f"\t{one.checks} checks\t{one.closures} closures"
        )
