"""A rider asks which questions about issues lie on the own way."""

from datetime import datetime
from typing import NamedTuple

from geo_service.arrays import Floats
from geo_service.domain.case import Case
from geo_service.domain.category import Category
from geo_service.domain.verification import Task, holds, is_asked_about
from geo_service.flows.find_issues_along import (
    RouteQuestion,
    length_m_of,
    notes_on,
    radius_m_of,
)
from geo_service.flows.ride_between import Ride
from geo_service.flows.wiring import Workspace
from geo_service.overlay.along import issues_along
from geo_service.overlay.usual_riders import always_open
from geo_service.store import cases as stored_cases
from geo_service.store import categories as stored_categories
from geo_service.store import tasks as stored_tasks

STRAIGHT = "No way by the streets was found, so these lie along a straight line."


class OwnTask(NamedTuple):
    """A rider's own task, and where on the way it lies."""

    task: Task
    case: Case
    category: Category
    along_m: float | None = None
    """Metres along the way to where it comes nearest to the issue; None: no way was told."""
    off_m: float | None = None
    """Metres from there to the issue."""


class OwnTasks(NamedTuple):
    """A rider's tasks, and what the rider should know of them."""

    found: tuple[OwnTask, ...]
    notes: tuple[str, ...] = ()


def find_tasks(workspace: Workspace, rider: str, now: datetime) -> OwnTasks:
    """Find the tasks on the way that a rider usually rides at this hour.

    Parameters
    ----------
    workspace : Workspace
        Opened; its clocks say which hour it is.
    rider : str
        The rider's own pseudonym.
    now : datetime
        With a zone.

    Returns
    -------
    OwnTasks
        Those of issues that the rider usually passes in this hour or the next, in the order in
        which they were asked. Raises nothing of its own.
    """
    hour = now.astimezone(workspace.calendar().zone).hour
    own = _own_tasks(workspace, rider, now)
    return OwnTasks(tuple(one for one in own if one.task.is_on_the_way(hour)))


def find_tasks_on_ride(
    workspace: Workspace, rider: str, ride: Ride, radius_m: float | None, now: datetime
) -> OwnTasks:
    """Find a rider's tasks along the way that is ridden next, whatever the hour.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    rider : str
        The rider's own pseudonym.
    ride : Ride
        The way.
    radius_m : float or None
        How near to it; None: the workspace's setting.
    now : datetime
        With a zone.

    Returns
    -------
    OwnTasks
        In riding order.

    Raises
    ------
    WrongUsage
        If the radius is out of range.
    """
    notes = () if ride.by_street else (STRAIGHT,)
    near = radius_m_of(workspace, radius_m)
    return OwnTasks(_along(_own_tasks(workspace, rider, now), ride.lon, ride.lat, near), notes)


def find_tasks_along(
    workspace: Workspace, rider: str, question: RouteQuestion, now: datetime
) -> OwnTasks:
    """Find a rider's tasks along a planned route, whatever the hour.

    Parameters
    ----------
    workspace : Workspace
        Opened; the route is not kept.
    rider : str
        The rider's own pseudonym.
    question : RouteQuestion
        The route.
    now : datetime
        With a zone.

    Returns
    -------
    OwnTasks
        In riding order.

    Raises
    ------
    RefusedFields
        If the route has too few or too many positions, leads nowhere or is too long.
    WrongUsage
        If the radius is out of range.
    """
    near = radius_m_of(workspace, question.radius_m)
    length_m_of(question)
    found = _along(_own_tasks(workspace, rider, now), question.lon, question.lat, near)
    return OwnTasks(found, notes_on(workspace, question))


def _own_tasks(workspace: Workspace, rider: str, now: datetime) -> list[OwnTask]:
    """Return what a rider is asked now, as it stands now."""
    check_closed_days = workspace.settings.check_closed_days
    with workspace.database.reading() as connection:
        waiting = stored_tasks.open_of_rider(connection, rider, now)
        issue_ids = {task.issue_id for task in waiting}
        turned = stored_tasks.turned(connection, issue_ids)
        cases = {
            case.issue.issue_id: case for case in stored_cases.find_many(connection, issue_ids)
        }
        names = {case.issue.category for case in cases.values()}
        categories = stored_categories.by_code(connection, names)
    return [
        OwnTask(task, case, categories[case.issue.category])
        for task in waiting
        if (case := cases.get(task.issue_id)) is not None
        and holds(task.asked_at, turned.get(task.issue_id))
        and is_asked_about(case, now, check_closed_days)
    ]


def _along(own: list[OwnTask], lon: Floats, lat: Floats, radius_m: float) -> tuple[OwnTask, ...]:
    """Return the tasks near a line, in its order."""
    along = issues_along(lon, lat, always_open([one.case.issue for one in own]), radius_m)
    rows = zip(along.issue.tolist(), along.along_m.tolist(), along.off_m.tolist(), strict=True)
    return tuple(own[row]._replace(along_m=along_m, off_m=off_m) for row, along_m, off_m in rows)
