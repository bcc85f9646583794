from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert

from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.team import Membership, Team
from geo_service.store import issues as stored_issues
from geo_service.store import teams
from geo_service.store.case_schema import case_moves, cases, tasks
from geo_service.store.credit_schema import team_members
from geo_service.store.credit_schema import teams as teams_table
from geo_service.store.database import Database
from geo_service.store.schema import issues as issues_table

START = datetime(2026, 10, 1, tzinfo=UTC)
EAST, WEST = Team("east", "东队", "East"), Team("west", "西队")
HOURS = st.integers(0, 9)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def test_teams_are_kept_once(database: Database) -> None:
    with database.writing() as connection:
        assert teams.add(connection, WEST)
        assert teams.add(connection, EAST)
        assert not teams.add(connection, Team("east", "别的"))
        assert teams.read_all(connection) == [EAST, WEST]
        assert teams.find(connection, "west") == WEST
        assert teams.find(connection, "north") is None


def test_a_rider_joins_leaves_and_comes_back(database: Database) -> None:
    with database.writing() as connection:
        teams.add(connection, EAST)
        assert teams.join(connection, "east", "a", at(1))
        assert not teams.join(connection, "east", "a", at(2))
        assert not teams.leave(connection, "east", "b", at(2))
        assert teams.leave(connection, "east", "a", at(3))
        assert not teams.leave(connection, "east", "a", at(4))
        assert teams.join(connection, "east", "a", at(5))
        expected = [Membership("east", "a", at(1), at(3)), Membership("east", "a", at(5))]
        assert teams.memberships(connection) == expected
        assert teams.leave(connection, "east", "a", at(5))
        assert teams.join(connection, "east", "a", at(5))
        assert teams.memberships(connection) == expected


@dataclass(frozen=True)
class Told:
    """An issue's reporter, when it was reported, and its moves: when, from, to."""

    reporter: str
    reported: int
    moves: tuple[tuple[int, Stage, Stage], ...]


MOVES = (
    (Stage.REPORTED_BACK, Stage.CLOSED),
    (Stage.CLOSED, Stage.CLOSED),
    (Stage.CLOSED, Stage.REOPENED),
    (Stage.CLOSED, Stage.RATED),
)
RIDERS = st.sampled_from(["a", "b", ""])
told = st.builds(
    Told,
    RIDERS,
    HOURS,
    st.lists(st.tuples(HOURS, st.sampled_from(MOVES)), max_size=4).map(
        lambda moves: tuple((hour, *stages) for hour, stages in moves)
    ),
)
members = st.lists(
    st.builds(
        lambda team, rider, since, lasts: Membership(
            team, rider, at(since), None if lasts is None else at(since + lasts)
        ),
        st.sampled_from(["east", "west"]),
        RIDERS,
        HOURS,
        st.none() | st.integers(0, 5),
    ),
    max_size=6,
    unique_by=lambda one: (one.team_id, one.rider, one.since),
)
answers = st.lists(st.tuples(RIDERS, st.none() | HOURS), max_size=5)


def write(
    connection: Connection,
    issues: list[Told],
    memberships: list[Membership],
    answered: list[tuple[str, int | None]],
) -> None:
    for table in (team_members, teams_table, issues_table):
        connection.execute(delete(table))
    for team in (EAST, WEST):
        teams.add(connection, team)
    for one in memberships:
        row = {"team_id": one.team_id, "rider": one.rider, "since": one.since, "until": one.until}
        connection.execute(insert(team_members), row)
    known = [Issue("asked", "noise", 112.14, 32.04, at(0))]
    known += [
        Issue(f"i{n}", "noise", 112.14, 32.04, at(one.reported)) for n, one in enumerate(issues)
    ]
    stored_issues.write(connection, known, replace=False)
    connection.execute(delete(case_moves))
    connection.execute(delete(cases))
    for number, one in enumerate(issues):
        case = {"issue_id": f"i{number}", "stage": "x", "unit": "", "updated_at": at(0)}
        connection.execute(insert(cases), {**case, "reporter": one.reporter})
        for move, (hour, stage, to) in enumerate(one.moves):
            row = {
                "issue_id": f"i{number}",
                "number": move + 1,
                "moved_at": at(hour),
                "by": "staff",
            }
            connection.execute(insert(case_moves), {**row, "stage": str(stage), "to": str(to)})
    for number, (rider, hour) in enumerate(answered):
        row = {
            "task_id": f"t{number}",
            "issue_id": "asked",
            "round": number,
            "rider": rider,
            "hours": 0,
            "asked_at": at(0),
            "lapses_at": at(99),
            "answered_at": None if hour is None else at(hour),
        }
        connection.execute(insert(tasks), row)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    issues=st.lists(told, max_size=6),
    memberships=members,
    answered=answers,
    month=st.tuples(HOURS, HOURS).map(sorted),
)
def test_figures_count_riders_only_while_members(
    shared_database: Database,
    issues: list[Told],
    memberships: list[Membership],
    answered: list[tuple[str, int | None]],
    month: list[int],
) -> None:
    since, until = month
    hours = range(since, until)

    def belongs(team: str, rider: str, hour: int) -> bool:
        mine = [one for one in memberships if (one.team_id, one.rider) == (team, rider)]
        return rider != "" and any(one.holds(at(hour)) for one in mine)

    expected = []
    for team in ("east", "west"):
        present = {
            one.rider
            for one in memberships
            if one.team_id == team
            and one.since < at(until)
            and (one.until is None or one.until > at(since))
        }
        of_members = [one for one in issues if belongs(team, one.reporter, one.reported)]
        reports = sum(one.reported in hours for one in of_members)
        checks = sum(h is not None and h in hours and belongs(team, r, h) for r, h in answered)
        closures = sum(
            any(
                hour in hours and to is Stage.CLOSED and stage is not Stage.CLOSED
                for hour, stage, to in one.moves
            )
            for one in of_members
        )
        expected.append((team, len(present - {""}), reports, checks, closures))
    with shared_database.writing() as connection:
        write(connection, issues, memberships, answered)
        found = teams.figures(connection, at(since), at(until))
    assert [
        (one.team.team_id, one.members, one.reports, one.checks, one.closures) for one in found
    ] == expected


def test_a_closing_is_of_the_team_its_reporter_was_in_then(database: Database) -> None:
    closed = Told("a", 2, ((30, Stage.REPORTED_BACK, Stage.CLOSED),))
    left = [Membership("east", "a", at(1), at(3)), Membership("west", "a", at(3))]
    with database.writing() as connection:
        write(connection, [closed], left, [])
        found = teams.figures(connection, at(24), at(48))
    assert [(one.team.team_id, one.closures) for one in found] == [("east", 1), ("west", 0)]


@pytest.mark.parametrize("hour", [23, 48])
def test_what_was_before_or_after_is_not_counted(database: Database, hour: int) -> None:
    closed = Told("a", hour, ((hour, Stage.REPORTED_BACK, Stage.CLOSED),))
    with database.writing() as connection:
        write(connection, [closed], [Membership("east", "a", at(0))], [("a", hour)])
        (found, _) = teams.figures(connection, at(24), at(48))
    assert (found.reports, found.checks, found.closures) == (0, 0, 0)


def test_a_note_on_a_closed_issue_closes_nothing(database: Database) -> None:
    noted = Told("a", 2, ((30, Stage.CLOSED, Stage.CLOSED),))
    with database.writing() as connection:
        write(connection, [noted], [Membership("east", "a", at(1))], [])
        (found, _) = teams.figures(connection, at(24), at(48))
    assert found.closures == 0


def test_a_member_who_is_forgotten_is_not_everybody_without_a_name(database: Database) -> None:
    closed = Told("", 25, ((30, Stage.REPORTED_BACK, Stage.CLOSED),))
    with database.writing() as connection:
        write(connection, [closed], [Membership("east", "", at(1))], [("", 26)])
        (found, _) = teams.figures(connection, at(24), at(48))
    assert (found.members, found.reports, found.checks, found.closures) == (0, 0, 0, 0)


def test_who_left_as_the_month_began_or_came_as_it_ended_was_no_member(database: Database) -> None:
    at_its_edges = [Membership("east", "a", at(1), at(24)), Membership("east", "b", at(48))]
    within = Membership("east", "c", at(1), at(25))
    with database.writing() as connection:
        write(connection, [], [*at_its_edges, within], [])
        (found, _) = teams.figures(connection, at(24), at(48))
    assert found.members == 1
