"""Open cases come to whom they belong: overdue ones go up, others follow their places."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeAlias

import numpy as np

from geo_service.domain.area import Body
from geo_service.domain.body_tree import parent_of
from geo_service.domain.case import Case, Move
from geo_service.domain.escalation import escalated, redispatched
from geo_service.domain.responsibility import Responsible
from geo_service.flows.kept_ground import AreaGround
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import cases as stored_cases
from geo_service.store import deadlines as stored_deadlines
from geo_service.store.database import Connection

Changed: TypeAlias = tuple[Case, Move] | None


def pass_on_overdue(workspace: Workspace, now: datetime) -> int:
    """Pass what is overdue on to the body above; what lies with a top body stays.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many issues went up; done twice, they go up once.

    Raises
    ------
    NotReady
        If the database can't be written.
    """
    with workspace.database.reading() as connection:
        # Nobody waits for this one to write nothing.
        if not _overdue(connection, stored_areas.bodies_by_id(connection), now):
            return 0
    with workspace.database.writing() as connection:
        bodies = stored_areas.bodies_by_id(connection)
        hours = stored_deadlines.read(connection)
        overdue = _overdue(connection, bodies, now)
        return _change(connection, overdue, lambda case: escalated(case, bodies, hours, now))


def dispatch_anew(
    connection: Connection, workspace: Workspace, before: AreaGround, now: datetime
) -> int:
    """Bring open issues to who answers for their places after areas or bodies have changed.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which areas and bodies were written.
    workspace : Workspace
    before : AreaGround
        Areas and bodies as they were, from ``workspace.kept_ground``.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many issues another body answers for now, or none. Raises nothing of its own.
    """
    ground = workspace.kept_ground.areas(connection)
    hours = stored_deadlines.read(connection)
    cases = stored_cases.read_open(connection)
    answers = zip(_who_answers(before, cases), _who_answers(ground, cases), strict=True)
    asked = {case.issue.issue_id: pair for case, pair in zip(cases, answers, strict=True)}

    def followed(case: Case) -> Changed:
        until_now, from_now = asked[case.issue.issue_id]
        return redispatched(case, until_now, from_now, ground.bodies, hours, now)

    changed = [case.issue.issue_id for case in cases if followed(case)]
    return _change(connection, changed, followed)


def _overdue(connection: Connection, bodies: Mapping[str, Body], now: datetime) -> list[str]:
    """Return the issues that are overdue with a body above which there is another."""
    below = [body_id for body_id in bodies if parent_of(body_id, bodies) is not None]
    return stored_cases.overdue_with(connection, below, now)


def _who_answers(ground: AreaGround, cases: list[Case]) -> list[Responsible]:
    return ground.responsible_for_all(
        np.array([case.issue.lon for case in cases], dtype=np.float64),
        np.array([case.issue.lat for case in cases], dtype=np.float64),
        [case.issue.category for case in cases],
    )


def _change(
    connection: Connection, issue_ids: Collection[str], change: Callable[[Case], Changed]
) -> int:
    """Change cases, and return how many have come to another body."""
    # They are read once more, so that nobody who is at one meanwhile is overwritten.
    stored_cases.lock_many(connection, issue_ids)
    found = stored_cases.find_many(connection, issue_ids)
    passed = [(case, changed) for case in found if (changed := change(case)) is not None]
    stored_cases.change_many(connection, [changed for _, changed in passed])
    return sum(after.body_id != case.body_id for case, (after, _) in passed)
