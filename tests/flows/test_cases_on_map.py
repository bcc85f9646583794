"""What a map tells of cases to whom."""

from dataclasses import replace
from datetime import datetime, timedelta

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.visibility import Viewer
from geo_service.flows.cases_on_map import cases_on_map
from geo_service.flows.draw_map import draw_map
from geo_service.flows.wiring import Workspace
from geo_service.maps.content import CaseOnMap
from geo_service.store import areas, cases, issues, supporters


def test_public_learns_stage_and_unit_only(empty: Workspace, now: datetime) -> None:
    issue = Issue("a", "water", 112.14, 32.04, now - timedelta(days=9))
    due = now - timedelta(hours=1)
    late = Case(issue, Stage.HANDLING, "Xunit", now, body_id="b", due_at=due, reporter="r")
    gone = Case(replace(issue, issue_id="c", closed_at=now), Stage.CLOSED, "u", now, body_id="x")
    done = replace(gone, due_at=due)
    with empty.database.writing() as connection:
        areas.write(connection, [], [Body("b", "Xbody", Level.STREET_COMMITTEE, "Ybody")])
        issues.write(connection, [late.issue, done.issue])
        cases.add(connection, [late, done])
        for rider in ("p", "q"):
            supporters.add(connection, "a", rider, now)
    known = [late.issue, done.issue]
    assert cases_on_map(empty, known, Viewer.PUBLIC, now) == {
        "a": CaseOnMap(Stage.HANDLING, "Xunit"),
        "c": CaseOnMap(Stage.CLOSED, "u"),
    }
    assert cases_on_map(empty, known, Viewer.ANALYST, now) == {
        "a": CaseOnMap(Stage.HANDLING, "Xunit", "Xbody Ybody", due, True, 2),
        "c": CaseOnMap(Stage.CLOSED, "u", "x", None, False, 0),
    }
    public, analyst = (
        draw_map(empty, viewer, now, layers=["issues"])
        for viewer in (Viewer.PUBLIC, Viewer.ANALYST)
    )
    assert ("Xunit" in public, "Xunit" in analyst) == (True, True)
    assert ("Xbody" in public, "Xbody" in analyst) == (False, True)
    offered = ['data-filter="overdue" data-value' in page for page in (public, analyst)]
    assert offered == [False, True]
