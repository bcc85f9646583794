from dataclasses import replace
from datetime import UTC, datetime, timedelta

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.photo import StoredPhoto
from geo_service.domain.role import Role
from geo_service.flows.open_desk import open_desk
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, categories, city, issues, photos
from geo_service.store.keys import Key
from geo_service.store.work_list import Work, place_of

ALL = Key("all", Role.STAFF, "", datetime(2026, 1, 1, tzinfo=UTC), None, None)


def test_the_desk_counts_all_and_lists_a_page(workspace: Workspace, now: datetime) -> None:
    told = [
        Case(Issue(f"i{number}", "hole", 112.14, 32.04, now), stage, "u", now, due_at=due)
        for number, (stage, due) in enumerate(
            [
                (Stage.COLLECTED, now - timedelta(hours=1)),
                (Stage.COLLECTED, now + timedelta(hours=1)),
                (Stage.HANDLING, None),
                # What is over is never overdue.
                (Stage.CLOSED, now - timedelta(hours=1)),
            ]
        )
    ]
    seen = StoredPhoto("a" * 32, "i0", now, 4, 3, 9, b"", approved=False)
    with workspace.database.writing() as connection:
        city.write_title(connection, "商圈")
        categories.write(connection, [Category("hole", "坑")])
        areas.write(connection, [], [Body("top", "街道", Level.STREET_COMMITTEE)])
        issues.write(connection, [case.issue for case in told])
        cases.add(connection, told)
        photos.add(
            connection,
            [
                seen,
                replace(seen, photo_id="b" * 32),
                replace(seen, photo_id="c" * 32, approved=True),
                replace(seen, photo_id="d" * 32, issue_id="i2"),
            ],
        )
    desk = open_desk(workspace, ALL, Work(), now, after=None, limit=2)
    assert [one.case.issue.issue_id for one in desk.listed] == ["i0", "i1"]
    assert desk.waiting == {"i0": 2}
    assert desk.stages == {Stage.COLLECTED: 2, Stage.HANDLING: 1, Stage.CLOSED: 1}
    assert desk.overdue == 1
    assert desk.title == "商圈"
    assert [one.category for one in desk.categories] == ["hole"]
    assert [one.body_id for one in desk.bodies] == ["top"]
    rest = open_desk(workspace, ALL, Work(), now, after=place_of(desk.listed[-1].case), limit=2)
    assert [one.case.issue.issue_id for one in rest.listed] == ["i2"]
    assert rest.waiting == {"i2": 1}


def test_a_desk_of_some_areas_counts_and_lists_its_own(workspace: Workspace, now: datetime) -> None:
    due = now - timedelta(hours=1)
    told = [
        Case(
            Issue(f"{area_id}-{number}", "hole", 112.14, 32.04, now),
            stage,
            "u",
            now,
            area_id=area_id,
            due_at=due,
        )
        for area_id in ("east", "west", "")
        for number, stage in enumerate([Stage.COLLECTED, Stage.HANDLING, Stage.CLOSED])
    ]
    with workspace.database.writing() as connection:
        categories.write(connection, [Category("hole", "坑")])
        issues.write(connection, [case.issue for case in told])
        cases.add(connection, told)
    east = replace(ALL, areas=frozenset({"large"}), reach=frozenset({"large", "east"}))
    desk = open_desk(workspace, east, Work(), now, after=None, limit=9)
    assert [one.case.issue.issue_id for one in desk.listed] == ["east-0", "east-1"]
    assert desk.stages == {Stage.COLLECTED: 1, Stage.HANDLING: 1, Stage.CLOSED: 1}
    assert desk.overdue == 2
    # Of an area that is gone there is nothing, not even what lies in none.
    lost = open_desk(workspace, replace(east, reach=frozenset()), Work(), now, after=None, limit=9)
    assert (lost.listed, lost.stages, lost.overdue) == ((), {}, 0)
