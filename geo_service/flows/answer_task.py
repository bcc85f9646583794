"""A rider says whether an issue is still there; when enough riders agree, it moves on."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from geo_service.domain.case import Case
from geo_service.domain.credit import Reason
from geo_service.domain.lifecycle import Mover
from geo_service.domain.progress import Wanted, confirmed, note_on
from geo_service.domain.verification import (
    OUTCOMES,
    Answer,
    Task,
    agreed,
    holds,
    is_asked_about,
    why_of,
)
from geo_service.errors import ForbiddenMove, NotFound
from geo_service.flows.award_credits import award
from geo_service.flows.check_keys import require_rider
from geo_service.flows.progress_issue import apply_move, changing
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import cases as stored_cases
from geo_service.store import tasks as stored_tasks
from geo_service.store.database import Connection
from geo_service.store.keys import Key


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an answer; the same each time it is sent."""

    task_id: str
    issue_id: str
    answer: Answer
    answered_at: datetime
    points: int
    """Given for it, once."""


def answer_task(
    workspace: Workspace, key: Key | None, task_id: str, said: Answer, now: datetime
) -> Answered:
    """Keep what a rider says, give points for it, and let the issue move on if enough agree.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key or None
        Of the rider whom the task is addressed to.
    task_id : str
        The task.
    said : Answer
        Who is unsure gets no points, and decides nothing.
    now : datetime
        With a zone.

    Returns
    -------
    Answered
        Once this returns, it is on disk. The same answer sent again changes nothing.

    Raises
    ------
    NoKey, NotAllowed
        If the key is not a rider's.
    NotFound
        If there is no such task, or it is another rider's: nobody learns which.
    ForbiddenMove
        If another answer was given before, or nobody is asked any more.
    """
    rider = require_rider(key)
    with workspace.database.reading() as connection:
        task = _own_task(connection, rider, task_id)
    with changing(workspace, task.issue_id) as (connection, case):
        # Read again: whoever answered at the same moment has done so by now.
        task = _own_task(connection, rider, task_id)
        if task.answer is not None:
            if task.answer is not said:
                raise ForbiddenMove(
                    "You have answered this already, and said something else.", where="answer"
                )
            return _answered(task, workspace.settings)
        _check_open(connection, workspace.settings, task, case, now)
        stored_tasks.answer(connection, task_id, said, now)
        if said is not Answer.UNSURE:
            award(
                connection,
                workspace.settings,
                rider,
                Reason.CHECK_ANSWERED,
                f"check:{task_id}",
                now,
            )
        _let_move(connection, workspace, task, case, now)
        return _answered(_own_task(connection, rider, task_id), workspace.settings)


def _own_task(connection: Connection, rider: str, task_id: str) -> Task:
    task = stored_tasks.find(connection, task_id)
    if task is None or task.rider != rider:
        raise NotFound("You have no task with this id.", remedy="See /tasks.")
    return task


def _check_open(
    connection: Connection, settings: Settings, task: Task, case: Case, now: datetime
) -> None:
    turned = stored_tasks.turned(connection, [task.issue_id]).get(task.issue_id)
    if not (
        task.is_open(now)
        and holds(task.asked_at, turned)
        and is_asked_about(case, now, settings.check_closed_days)
    ):
        raise ForbiddenMove(
            "Thank you; this is not asked any more: others have answered, the time is over, or "
            "the issue has moved on.",
            remedy="See /tasks for what is asked now.",
        )


def _let_move(
    connection: Connection, workspace: Workspace, task: Task, case: Case, now: datetime
) -> None:
    """Settle the round if its riders agree, and do to the issue what follows from it."""
    answers = stored_tasks.answers_of_round(connection, task.issue_id, task.round)
    found = agreed(answers, workspace.settings.confirm_riders)
    if found is None:
        return
    why = why_of(found, Counter(answers.values())[found])
    seen = confirmed(case, now) if found is Answer.THERE else case
    to = OUTCOMES[case.stage, found]
    if to is None:
        noted, note = note_on(seen, why, by=Mover.RIDERS, now=now)
        stored_cases.change(connection, noted, note)
    else:
        apply_move(connection, workspace, seen, Wanted(to, why), by=Mover.RIDERS, now=now)
    stored_tasks.settle(connection, task.issue_id, now)


def _answered(task: Task, settings: Settings) -> Answered:
    assert task.answer is not None  # noqa: S101 - whoever calls has seen to it
    assert task.answered_at is not None  # noqa: S101 - as above
    points = 0 if task.answer is Answer.UNSURE else settings.points_check
    return Answered(task.task_id, task.issue_id, task.answer, task.answered_at, points)
