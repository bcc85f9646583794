from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from geo_service.domain.issue import Issue
from geo_service.domain.rider import pseudonym
from geo_service.domain.team import Team, TeamFigures
from geo_service.errors import ForbiddenMove, NotFound, WrongUsage
from geo_service.flows.manage_teams import (
    MonthOfTeams,
    TeamNow,
    add_team,
    join_team,
    leave_team,
    list_teams,
    team_figures,
)
from geo_service.flows.wiring import Workspace
from geo_service.store import issues, teams
from geo_service.store.case_schema import cases

HOUR = timedelta(hours=1)


def test_a_team_is_made_once(empty: Workspace, now: datetime) -> None:
    assert add_team(empty, "east_1", " 东队 ", " East ") == Team("east_1", "东队", "East")
    with pytest.raises(ForbiddenMove, match="east_1"):
        add_team(empty, "east_1", "别的")
    for team_id, name in (("East", "东"), ("", "东"), ("e\n", "东"), ("west", " ")):
        with pytest.raises(WrongUsage):
            add_team(empty, team_id, name)
    assert list_teams(empty, now) == [TeamNow(Team("east_1", "东队", "East"), 0)]


def test_riders_join_and_leave_under_their_pseudonyms(empty: Workspace, now: datetime) -> None:
    team = add_team(empty, "east", "东队")
    join_team(empty, "east", " 小王 ", now)
    with pytest.raises(ForbiddenMove, match="already"):
        join_team(empty, "east", "小王", now + HOUR)
    with empty.database.reading() as connection:
        (held,) = teams.memberships(connection)
    assert held.rider == pseudonym("小王", empty.rider_key())
    assert list_teams(empty, now) == [TeamNow(team, 1)]
    leave_team(empty, "east", "小王", now + HOUR)
    assert list_teams(empty, now + HOUR) == [TeamNow(team, 0)]
    with pytest.raises(NotFound, match="does not belong"):
        leave_team(empty, "east", "小王", now + HOUR)


def test_there_must_be_such_a_team_and_a_name(empty: Workspace, now: datetime) -> None:
    for change in (join_team, leave_team):
        with pytest.raises(NotFound, match="no team east"):
            change(empty, "east", "小王", now)
        with pytest.raises(WrongUsage, match="Name the rider"):
            change(empty, "east", " ", now)


def test_a_month_is_the_citys(empty: Workspace, now: datetime) -> None:
    """In the city November begins at 16:00 UTC of the day before."""
    team = add_team(empty, "east", "东队")
    begins = datetime.fromisoformat("2026-10-31T16:00Z")
    join_team(empty, "east", "小王", begins - HOUR)
    reporter = pseudonym("小王", empty.rider_key())
    at = {"before": begins - timedelta(microseconds=1), "in": begins, "too": begins + HOUR}
    with empty.database.writing() as connection:
        known = [Issue(name, "noise", 112.14, 32.04, when) for name, when in at.items()]
        issues.write(connection, known, replace=False)
        for name, when in at.items():
            row = {"issue_id": name, "stage": "collected", "unit": "", "updated_at": when}
            connection.execute(insert(cases), {**row, "reporter": reporter})
    november = [TeamFigures(team, members=1, reports=2, checks=0, closures=0)]
    assert team_figures(empty, None, now) == MonthOfTeams("2026-11", november)
    october = [TeamFigures(team, members=1, reports=1, checks=0, closures=0)]
    assert team_figures(empty, "2026-10", now) == MonthOfTeams("2026-10", october)
    assert team_figures(empty, None, begins - HOUR).month == "2026-10"
    with pytest.raises(WrongUsage, match="calendar month"):
        team_figures(empty, "2026-13", now)
