"""Questions to riders in the database; whom they are addressed to is told to nobody else."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Connection,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from geo_service.domain.verification import SAID_GONE, TIME_TO_ANSWER, Answer, Round, Task
from geo_service.store.case_schema import case_moves, tasks
from geo_service.store.upsert import Found, find_rows

READ = select(*tasks.c)
UNANSWERED = tasks.c.answer == ""
HAD_TIME = type_coerce(tasks.c.lapses_at, BigInteger) - type_coerce(
    tasks.c.asked_at, BigInteger
) >= TIME_TO_ANSWER // timedelta(microseconds=1)
NOBODY = ""
"""The rider of the one row of a round in which nobody was found to ask."""
_LAST = select(tasks.c.issue_id, func.max(tasks.c.round).label("last")).group_by(tasks.c.issue_id)
_LAST_ROUND = _LAST.subquery()
READ_LAST = READ.join(
    _LAST_ROUND,
    (tasks.c.issue_id == _LAST_ROUND.c.issue_id) & (tasks.c.round == _LAST_ROUND.c.last),
)


def add(connection: Connection, records: Sequence[Task]) -> None:
    """Ask riders; each may be asked once in a round.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    records : sequence of Task
        Not answered yet.
    """
    if records:
        connection.execute(insert(tasks), [_row(task) for task in records])


def forget_nobody(connection: Connection, issue_ids: Collection[str]) -> None:
    """Forget that nobody was found to ask about some issues."""
    if issue_ids:
        connection.execute(
            delete(tasks).where(tasks.c.issue_id == bindparam("of_issue"), tasks.c.rider == NOBODY),
            [{"of_issue": issue_id} for issue_id in issue_ids],
        )


def find(connection: Connection, task_id: str) -> Task | None:
    """Return a task; None if there is none of this id."""
    row = connection.execute(READ.where(tasks.c.task_id == task_id)).one_or_none()
    return None if row is None else _task(row)


def open_of_rider(connection: Connection, rider: str, now: datetime) -> list[Task]:
    """Return the tasks that wait for a rider's answer, in the order in which they were asked."""
    rows = connection.execute(
        READ.where(tasks.c.rider == rider, UNANSWERED, tasks.c.lapses_at > now)
    )
    return sorted((_task(row) for row in rows), key=lambda task: (task.asked_at, task.task_id))


def answer(connection: Connection, task_id: str, said: Answer, now: datetime) -> None:
    """Keep what a rider says.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which the task was found to be open.
    task_id : str
        A known one.
    said : Answer
    now : datetime
        With a zone.
    """
    connection.execute(
        update(tasks).where(tasks.c.task_id == task_id).values(answer=said, answered_at=now)
    )


def answers_of_round(connection: Connection, issue_id: str, number: int) -> dict[str, Answer]:
    """Return what was answered in a round about an issue, by rider."""
    rows = connection.execute(
        select(tasks.c.rider, tasks.c.answer).where(
            tasks.c.issue_id == issue_id, tasks.c.round == number, ~UNANSWERED
        )
    )
    return {rider: Answer(said) for rider, said in rows}


def last_rounds(
    connection: Connection, issue_ids: Collection[str], now: datetime
) -> dict[str, Round]:
    """Return the latest round of each issue; those nobody was asked about are left out."""
    asked: dict[str, list[Task]] = {}
    for row in find_rows(connection, READ_LAST, tasks.c.issue_id, issue_ids):
        task = _task(row)
        asked.setdefault(task.issue_id, []).append(task)
    return {issue_id: _round(several, now) for issue_id, several in asked.items()}


def silences(
    connection: Connection, issue_ids: Collection[str], now: datetime
) -> dict[tuple[str, str], int]:
    """Return, by issue and rider, how many questions were left unanswered; without those at 0.

    One that was settled before there was ``TIME_TO_ANSWER`` is none of them.
    """
    counted = (
        select(tasks.c.issue_id, tasks.c.rider, func.count())
        .where(UNANSWERED, HAD_TIME, tasks.c.lapses_at <= now, tasks.c.rider != NOBODY)
        .group_by(tasks.c.issue_id, tasks.c.rider)
    )
    rows = find_rows(connection, counted, tasks.c.issue_id, issue_ids)
    return {(issue_id, rider): times for issue_id, rider, times in rows}


def turned(connection: Connection, issue_ids: Collection[str]) -> dict[str, datetime]:
    """Return when each issue last turned from there to gone or back; others are left out.

    As ``domain.verification.turned_at`` says it of all moves.
    """
    was_gone, is_gone = case_moves.c.stage.in_(SAID_GONE), case_moves.c.to.in_(SAID_GONE)
    latest = (
        select(case_moves.c.issue_id, func.max(case_moves.c.moved_at))
        .where((was_gone & ~is_gone) | (~was_gone & is_gone))
        .group_by(case_moves.c.issue_id)
    )
    rows = find_rows(connection, latest, case_moves.c.issue_id, issue_ids)
    return {row[0]: row[1] for row in rows}


def settle(connection: Connection, issue_id: str, now: datetime) -> None:
    """End all rounds about an issue: what has not been answered can't be any more."""
    connection.execute(
        update(tasks)
        .where(tasks.c.issue_id == issue_id, UNANSWERED, tasks.c.lapses_at > now)
        .values(lapses_at=now)
    )


def counts_of_issue(connection: Connection, issue_id: str) -> dict[str, int]:
    """Count whom an issue was asked about and what they said, in all rounds: numbers only.

    Returns
    -------
    dict of str to int
        ``asked``, and of these ``there``, ``gone`` and ``unsure``; the others said nothing.
    """
    said = connection.execute(
        select(tasks.c.answer, func.count())
        .where(tasks.c.issue_id == issue_id, tasks.c.rider != NOBODY)
        .group_by(tasks.c.answer)
    )
    counted = {row[0]: row[1] for row in said}
    asked = {"asked": sum(counted.values())}
    return asked | {str(one): counted.get(one, 0) for one in Answer}


def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget tasks that lapsed before a moment, answered or not, and return how many."""
    return connection.execute(delete(tasks).where(tasks.c.lapses_at < moment)).rowcount


def forget_rider(connection: Connection, rider: str) -> int:
    """Forget all that a rider was asked and said, and return how many tasks that were."""
    return connection.execute(delete(tasks).where(tasks.c.rider == rider)).rowcount


def _round(several: Sequence[Task], now: datetime) -> Round:
    moments = [task.answered_at for task in several if task.answered_at is not None]
    return Round(
        number=several[0].round,
        asked_at=min(task.asked_at for task in several),
        is_open=any(task.is_open(now) for task in several),
        answers={task.rider: task.answer for task in several if task.answer is not None},
        last_answer_at=max(moments, default=None),
        asked_nobody=all(task.rider == NOBODY for task in several),
    )


def _task(row: Found) -> Task:
    task_id, issue_id, number, rider, hours, asked_at, lapses_at, said, answered_at = row
    return Task(
        task_id=task_id,
        issue_id=issue_id,
        round=number,
        rider=rider,
        hours=hours,
        asked_at=asked_at,
        lapses_at=lapses_at,
        answer=Answer(said) if said else None,
        answered_at=answered_at,
    )


def _row(task: Task) -> dict[str, object]:
    return {
        "task_id": task.task_id,
        "issue_id": task.issue_id,
        "round": task.round,
        "rider": task.rider,
        "hours": task.hours,
        "asked_at": task.asked_at,
        "lapses_at": task.lapses_at,
        "answer": task.answer or "",
        "answered_at": task.answered_at,
    }
