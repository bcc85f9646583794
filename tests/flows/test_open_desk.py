from dataclasses import replace
from datetime import datetime, timedelta

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.photo import StoredPhoto
from geo_service.flows.open_desk import open_desk
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, categories, city, issues, photos
from geo_service.store.work_list import Work, place_of


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
    desk = open_desk(workspace, Work(), now, after=None, limit=2)
    assert [one.case.issue.issue_id for one in desk.listed] == ["i0", "i1"]
    assert desk.waiting == {"i0": 2}
    assert desk.stages == {Stage.COLLECTED: 2, Stage.HANDLING: 1, Stage.CLOSED: 1}
    assert desk.overdue == 1
    assert desk.title == "商圈"
    assert [one.category for one in desk.categories] == ["hole"]
    assert [one.body_id for one in desk.bodies] == ["top"]
    rest = open_desk(workspace, Work(), now, after=place_of(desk.listed[-1].case), limit=2)
    assert [one.case.issue.issue_id for one in rest.listed] == ["i2"]
    assert rest.waiting == {"i2": 1}
