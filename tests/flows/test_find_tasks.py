"""Which of a rider's tasks are shown when and where."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from geo_service.domain.case import Case, Move
from geo_service.domain.category import Category
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.opening import Calendar
from geo_service.domain.verification import Answer, Task
from geo_service.errors import RefusedFields, WrongUsage
from geo_service.flows.find_issues_along import RouteQuestion
from geo_service.flows.find_tasks import (
    OwnTasks,
    find_tasks,
    find_tasks_along,
    find_tasks_on_ride,
)
from geo_service.flows.ride_between import Ride
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import cases, categories, issues, tasks

NOW = datetime(2026, 11, 18, 4, 30, tzinfo=UTC)
"""Half past noon in Shanghai."""
DAY = timedelta(days=1)
LAT = 32.04


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    """Return a workspace where riders x and y are asked about issues from west to east."""
    settings = Settings(workspace=tmp_path / "w", rider_key_file=tmp_path / "rider.key")
    known = [
        Issue(str(number), "water", 112.14 + 0.001 * number, LAT, NOW - DAY) for number in range(6)
    ]
    with start_workspace(settings, Calendar()) as workspace:
        with workspace.database.writing() as connection:
            categories.write(connection, [Category("water", "积水", "Standing water")])
            issues.write(connection, known)
            cases.add(connection, [Case(issue, Stage.FILED, "49S", NOW) for issue in known])
            hours = {"1": 1 << 12, "2": 1 << 13 | 1 << 20, "3": 1 << 11, "4": 1 << 14}
            asked = [Task(f"x{i}", i, 1, "x", mask, NOW, NOW + DAY) for i, mask in hours.items()]
            asked.append(Task("y0", "0", 1, "y", 1 << 12, NOW, NOW + DAY))
            tasks.add(connection, asked)
        yield workspace


def ids(found: OwnTasks) -> list[str]:
    return [one.task.task_id for one in found.found]


def along(
    workspace: Workspace, west: float, east: float, radius_m: float | None = None
) -> OwnTasks:
    line = RouteQuestion(np.array([west, east]), np.full(2, LAT), radius_m)
    return find_tasks_along(workspace, "x", line, NOW)


def test_a_rider_sees_what_is_passed_in_this_hour_or_the_next(place: Workspace) -> None:
    assert ids(find_tasks(place, "x", NOW)) == ["x1", "x2"]
    assert ids(find_tasks(place, "x", NOW + timedelta(hours=1))) == ["x2", "x4"]
    assert ids(find_tasks(place, "x", NOW + timedelta(hours=7))) == ["x2"]
    assert ids(find_tasks(place, "x", NOW + timedelta(hours=2.4))) == ["x4"]


def test_hours_go_round_midnight(place: Workspace) -> None:
    midnight = Task("x5", "5", 1, "x", 1, NOW, NOW + DAY)
    with place.database.writing() as connection:
        tasks.add(connection, [midnight])
    assert ids(find_tasks(place, "x", NOW + timedelta(hours=11))) == ["x5"]


def test_a_rider_sees_only_the_own(place: Workspace) -> None:
    assert ids(find_tasks(place, "y", NOW)) == ["y0"]
    assert ids(find_tasks(place, "z", NOW)) == []


def test_tasks_along_a_route_come_in_riding_order_at_any_hour(place: Workspace) -> None:
    there, back = along(place, 112.139, 112.1432), along(place, 112.1432, 112.139)
    assert (ids(there), ids(back)) == (["x1", "x2", "x3"], ["x3", "x2", "x1"])
    metres = [one.along_m for one in there.found]
    assert metres == pytest.approx([189, 283, 378], abs=1)
    assert [one.off_m for one in there.found] == pytest.approx([0, 0, 0], abs=0.1)
    assert there.found[0].category == Category("water", "积水", "Standing water")


def test_the_radius_may_be_another(place: Workspace) -> None:
    assert ids(along(place, 112.139, 112.1405)) == []
    assert ids(along(place, 112.139, 112.1405, 60.0)) == ["x1"]
    with pytest.raises(WrongUsage):
        along(place, 112.139, 112.1405, 201.0)
    with pytest.raises(RefusedFields):
        along(place, 112.139, 112.139)


def test_tasks_on_a_ride_say_when_it_is_straight(place: Workspace) -> None:
    lon, lat = np.array([112.1432, 112.139]), np.full(2, LAT)
    straight = find_tasks_on_ride(place, "x", Ride(lon, lat, by_street=False), None, NOW)
    assert ids(straight) == ["x3", "x2", "x1"]
    assert "straight line" in straight.notes[0]
    by_street = find_tasks_on_ride(place, "x", Ride(lon, lat, by_street=True), None, NOW)
    assert (ids(by_street), by_street.notes) == (ids(straight), ())


def test_who_stands_still_sees_what_is_here(place: Workspace) -> None:
    here = Ride(np.full(2, 112.142), np.full(2, LAT), by_street=False)
    assert ids(find_tasks_on_ride(place, "x", here, None, NOW)) == ["x2"]


def test_what_is_answered_lapsed_or_outdated_is_not_shown(place: Workspace) -> None:
    with place.database.writing() as connection:
        tasks.answer(connection, "x1", Answer.THERE, NOW)
    assert ids(along(place, 112.139, 112.15)) == ["x2", "x3", "x4"]
    with place.database.writing() as connection:
        turned, rejected = cases.find_many(connection, ["2", "3"])
        later = NOW + timedelta(minutes=1)
        for case, to in ((turned, Stage.REPORTED_BACK), (rejected, Stage.REJECTED)):
            move = Move(case.issue.issue_id, 0, later, case.stage, to, Mover.STAFF)
            cases.change(connection, replace(case, stage=to), move)
    assert ids(along(place, 112.139, 112.15)) == ["x4"]
    assert ids(find_tasks(place, "x", NOW + 2 * DAY)) == []
