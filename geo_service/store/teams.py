"""Teams in the database, who belongs to them, and what their members did."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, insert, or_, select, update

from geo_service.domain.lifecycle import Stage
from geo_service.domain.team import Membership, Team, TeamFigures
from geo_service.store.case_schema import case_moves, cases, tasks
from geo_service.store.credit_schema import team_members, teams
from geo_service.store.insert_once import insert_once
from geo_service.store.schema import issues

READ_TEAMS = select(teams.c.team_id, teams.c.name, teams.c.name_en).order_by(teams.c.team_id)
READ_MEMBERS = select(
    team_members.c.team_id, team_members.c.rider, team_members.c.since, team_members.c.until
)


def add(connection: Connection, team: Team) -> bool:
    """Keep a new team; False, and nothing is changed, if one has its id."""
    row = {"team_id": team.team_id, "name": team.name, "name_en": team.name_en}
    return insert_once(connection, teams, row)


def read_all(connection: Connection) -> Sequence[Team]:
    """Return all teams in order of id."""
    return [Team(*row) for row in connection.execute(READ_TEAMS)]


def find(connection: Connection, team_id: str) -> Team | None:
    """Return one team; None if none has the id."""
    row = connection.execute(READ_TEAMS.where(teams.c.team_id == team_id)).one_or_none()
    return None if row is None else Team(*row)


def memberships(connection: Connection) -> Sequence[Membership]:
    """Return who has belonged to which team from when to when, in that order."""
    ordered = READ_MEMBERS.order_by(
        team_members.c.team_id, team_members.c.since, team_members.c.rider
    )
    return [Membership(*row) for row in connection.execute(ordered)]


def join(connection: Connection, team_id: str, rider: str, now: datetime) -> bool:
    """Take a rider into a team that is there; False if the rider belongs to it already."""
    same = and_(team_members.c.team_id == team_id, team_members.c.rider == rider)
    belongs = and_(same, team_members.c.until.is_(None))
    if connection.execute(READ_MEMBERS.where(belongs)).first() is not None:
        return False
    # Who left at this very moment has not been away.
    back = update(team_members).where(same, team_members.c.since == now).values(until=None)
    if connection.execute(back).rowcount == 0:
        row = {"team_id": team_id, "rider": rider, "since": now}
        connection.execute(insert(team_members), row)
    return True


def leave(connection: Connection, team_id: str, rider: str, now: datetime) -> bool:
    """Let a rider leave a team from now on; False if the rider does not belong to it."""
    left = connection.execute(
        update(team_members)
        .where(
            team_members.c.team_id == team_id,
            team_members.c.rider == rider,
            team_members.c.until.is_(None),
        )
        .values(until=now)
    )
    return left.rowcount > 0


def figures(connection: Connection, since: datetime, until: datetime) -> Sequence[TeamFigures]:
    """Count what each team's members did during ``[since, until)``.

    Parameters
    ----------
    connection : Connection
    since, until : datetime
        With a zone.

    Returns
    -------
    sequence of TeamFigures
        Of every team, in order of id. An issue that was closed twice counts once.
    """
    counted = [
        _count(connection, _members(since, until)),
        _count(connection, _reports(since, until)),
        _count(connection, _checks(since, until)),
        _count(connection, _closures(since, until)),
    ]
    return [
        TeamFigures(team, *(counts.get(team.team_id, 0) for counts in counted))
        for team in read_all(connection)
    ]


def _members(since: datetime, until: datetime) -> Subquery:
    stayed = or_(team_members.c.until.is_(None), team_members.c.until > since)
    told = select(team_members.c.team_id, team_members.c.rider.label("done"))
    known = team_members.c.rider != ""
    return told.where(known, team_members.c.since < until, stayed).subquery()


def _reports(since: datetime, until: datetime) -> Subquery:
    at = issues.c.reported_at
    return (
        select(team_members.c.team_id, issues.c.issue_id.label("done"))
        .select_from(issues.join(cases).join(team_members, _while_member(cases.c.reporter, at)))
        .where(at >= since, at < until)
        .subquery()
    )


def _checks(since: datetime, until: datetime) -> Subquery:
    at = tasks.c.answered_at
    return (
        select(team_members.c.team_id, tasks.c.task_id.label("done"))
        .select_from(tasks.join(team_members, _while_member(tasks.c.rider, at)))
        .where(at >= since, at < until)
        .subquery()
    )


def _closures(since: datetime, until: datetime) -> Subquery:
    at, closed = case_moves.c.moved_at, str(Stage.CLOSED)
    reported = _while_member(cases.c.reporter, issues.c.reported_at)
    return (
        select(team_members.c.team_id, issues.c.issue_id.label("done"))
        .select_from(issues.join(cases).join(case_moves).join(team_members, reported))
        # A note on an issue that is closed moves it nowhere.
        .where(case_moves.c.to == closed, case_moves.c.stage != closed, at >= since, at < until)
        .subquery()
    )


def _while_member(rider: ColumnElement[str], at: ColumnElement[datetime]) -> ColumnElement[bool]:
    return and_(
        team_members.c.rider == rider,
        # Whoever is forgotten, and whoever reports without a key, is nobody, and not one rider.
        team_members.c.rider != "",
        team_members.c.since <= at,
        or_(team_members.c.until.is_(None), at < team_members.c.until),
    )


def _count(connection: Connection, done: Subquery) -> dict[str, int]:
    counted = select(done.c.team_id, func.count(done.c.done.distinct())).group_by(done.c.team_id)
    return {row[0]: int(row[1]) for row in connection.execute(counted)}
