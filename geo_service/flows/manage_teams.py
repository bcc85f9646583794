"""Teams of volunteers: made, joined, left, and what their members did in a month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.facility import SLUG
from geo_service.domain.release import calendar_month
from geo_service.domain.rider import pseudonym
from geo_service.domain.team import Team, TeamFigures
from geo_service.errors import ForbiddenMove, NotFound, WrongUsage
from geo_service.flows.wiring import Workspace
from geo_service.store import teams as stored_teams


@dataclass(frozen=True, slots=True)
class MonthOfTeams:
    """What all teams did in a month."""

    month: str
    """As ``2026-10``, in the city's time zone."""
    figures: Sequence[TeamFigures]
    """In order of the teams' ids."""


@dataclass(frozen=True, slots=True)
class TeamNow:
    """A team, and how many belong to it."""

    team: Team
    members: int


def add_team(workspace: Workspace, team_id: str, name: str, name_en: str = "") -> Team:
    """Make a team.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    team_id : str
        Lower-case letters, digits and _, starting with a letter.
    name, name_en : str
        What it is called.

    Raises
    ------
    WrongUsage
        If the id is no such word, or the name is blank.
    ForbiddenMove
        If there is a team with this id.
    """
    if not SLUG.match(team_id):
        raise WrongUsage(
            "A team's id is lower-case letters, digits and _, starting with a letter.",
            where="team",
        )
    team = Team(team_id, name.strip(), name_en.strip())
    if not team.name:
        raise WrongUsage("A team needs a name.", where="name")
    with workspace.database.writing() as connection:
        if not stored_teams.add(connection, team):
            raise ForbiddenMove(f"There is a team {team_id} already.", where="team")
    return team


def list_teams(workspace: Workspace, now: datetime) -> list[TeamNow]:
    """Return all teams in order of id, each with how many riders belong to it now."""
    with workspace.database.reading() as connection:
        held = [one for one in stored_teams.memberships(connection) if one.holds(now)]
        return [
            TeamNow(team, sum(one.team_id == team.team_id for one in held))
            for team in stored_teams.read_all(connection)
        ]


def join_team(workspace: Workspace, team_id: str, rider: str, now: datetime) -> None:
    """Take a rider into a team from now on; a rider may belong to several.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    team_id : str
        Which.
    rider : str
        As the rider's key and traces name the rider; only the pseudonym is kept.
    now : datetime
        With a zone.

    Raises
    ------
    WrongUsage
        If the rider's name is blank.
    NotFound
        If there is no such team.
    ForbiddenMove
        If the rider belongs to it already.
    """
    known_as = _pseudonym(workspace, rider)
    with workspace.database.writing() as connection:
        if stored_teams.find(connection, team_id) is None:
            raise _no_team(team_id)
        if not stored_teams.join(connection, team_id, known_as, now):
            raise ForbiddenMove("This rider belongs to the team already.", where="rider")


def leave_team(workspace: Workspace, team_id: str, rider: str, now: datetime) -> None:
    """Let a rider leave a team; what was done for it before stays counted.

    Parameters
    ----------
    workspace, team_id, rider, now
        As for `join_team`.

    Raises
    ------
    WrongUsage
        If the rider's name is blank.
    NotFound
        If there is no such team, or the rider does not belong to it.
    """
    known_as = _pseudonym(workspace, rider)
    with workspace.database.writing() as connection:
        if stored_teams.find(connection, team_id) is None:
            raise _no_team(team_id)
        if not stored_teams.leave(connection, team_id, known_as, now):
            raise NotFound("This rider does not belong to the team.", where="rider")


def team_figures(workspace: Workspace, month: str | None, now: datetime) -> MonthOfTeams:
    """Count what teams did in a month, each rider only while a member.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    month : str or None
        As ``2026-10``, in the city's time zone; None: the present one, so far.
    now : datetime
        With a zone.

    Raises
    ------
    WrongUsage
        If it is no month.
    """
    zone = workspace.calendar().zone
    asked = f"{now.astimezone(zone):%Y-%m}" if month is None else month
    since, until = calendar_month(asked, zone)
    with workspace.database.reading() as connection:
        return MonthOfTeams(asked, stored_teams.figures(connection, since, until))


def _pseudonym(workspace: Workspace, rider: str) -> str:
    if not rider.strip():
        raise WrongUsage("Name the rider.", where="--rider")
    return pseudonym(rider.strip(), workspace.proven_rider_key())


def _no_team(team_id: str) -> NotFound:
    return NotFound(
        f"There is no team {team_id}.", where="team", remedy="See geo-service teams list."
    )
