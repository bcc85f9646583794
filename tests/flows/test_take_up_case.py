from dataclasses import replace
from datetime import datetime

import pytest

from geo_service.domain.category import Category
from geo_service.domain.report import Report
from geo_service.domain.role import Role
from geo_service.errors import NotAllowed, NotFound
from geo_service.flows.manage_keys import add_key
from geo_service.flows.progress_issue import approve_issue
from geo_service.flows.report_issue import report_issue
from geo_service.flows.take_up_case import take_up_case
from geo_service.flows.wiring import Workspace
from geo_service.store import cases, categories
from geo_service.store import keys as stored_keys
from geo_service.store.keys import Key


@pytest.fixture
def staff(workspace: Workspace, now: datetime) -> Key:
    _, token = add_key(workspace, Role.STAFF, None, now)
    with workspace.database.writing() as connection:
        categories.write(connection, [Category("hole", "坑"), Category("other", "别的")])
        found = stored_keys.find(connection, token, now)
    assert found is not None
    return found


def report(workspace: Workspace, now: datetime, lat: float, category: str = "hole") -> str:
    told = Report(category, 112.145, lat, f"{lat}")
    return report_issue(workspace, told, key=None, now=now).case.issue.issue_id


def test_what_may_be_the_same_is_told_but_for_itself(
    workspace: Workspace, staff: Key, now: datetime
) -> None:
    mine = report(workspace, now, 32.0400)
    near = report(workspace, now, 32.0401)
    report(workspace, now, 32.0401, "other")
    report(workspace, now, 32.0430)
    held = take_up_case(workspace, staff, mine)
    # Those too that not everybody may see.
    assert [one.duplicate.case.issue.issue_id for one in held.near] == [near]
    assert (held.last_move, held.near[0].last_move) == (1, 1)
    approve_issue(workspace, near, staff, now, approved=True)
    assert take_up_case(workspace, staff, mine).near[0].last_move == 2
    assert take_up_case(workspace, staff, near).last_move == 2


def test_nothing_is_there_to_be_taken_up(workspace: Workspace, staff: Key) -> None:
    with pytest.raises(NotFound):
        take_up_case(workspace, staff, "none")


def test_staff_of_some_areas_take_up_theirs_and_see_theirs_near(
    workspace: Workspace, staff: Key, now: datetime
) -> None:
    mine, near, shown = (report(workspace, now, lat) for lat in (32.0400, 32.0401, 32.0402))
    east = replace(staff, areas=frozenset({"city"}), reach=frozenset({"east"}))
    approve_issue(workspace, shown, staff, now, approved=True)
    with workspace.database.writing() as connection:
        case = cases.find_to_change(connection, mine)
        assert case is not None
        cases.change(connection, replace(case, area_id="east"))
    assert take_up_case(workspace, east, mine).near == ()
    with pytest.raises(NotFound):
        take_up_case(workspace, east, near)
    with pytest.raises(NotAllowed, match="outside the areas"):
        take_up_case(workspace, east, shown)
