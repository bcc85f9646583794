"""Which issues riders may have to be asked about, beside a look at each by the rule itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import ENDED, Mover, Stage
from geo_service.domain.verification import Answer, Task, wants_asking
from geo_service.store import cases, issues, tasks
from geo_service.store.database import Connection, Database
from geo_service.store.unheard import find_unheard

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = 24 * HOUR
CLOSED_DAYS = 7
LASTING = 3 * DAY
"""How long a question can be answered; two days before that nothing is left to wait for."""

Life: TypeAlias = list[tuple[timedelta, Stage | None, list[tuple[Answer, int] | None]]]
"""How long ago, to which stage it moved then if to any, and what each rider asked then says."""

hours_ago = st.integers(0, 9 * 24).map(lambda hours: hours * HOUR)
answers = st.none() | st.tuples(st.sampled_from(Answer), st.integers(0, 48))
lives = st.lists(
    st.tuples(hours_ago, st.none() | st.sampled_from(Stage), st.lists(answers, max_size=3)),
    max_size=5,
)


def write(connection: Connection, name: str, stage: Stage, moved_ago: timedelta) -> Case:
    """Keep an issue whose last move, a turn or none, was so long ago."""
    issue = Issue(name, "water", 112.14, 32.04, NOW - 30 * DAY)
    case = Case(issue, Stage.FILED, "49S", NOW - 30 * DAY)
    issues.write(connection, [issue])
    cases.add(connection, [case])
    return move(connection, case, stage, NOW - moved_ago)


def move(connection: Connection, case: Case, stage: Stage, now: datetime) -> Case:
    issue = replace(case.issue, closed_at=now if stage in ENDED else None)
    moved = replace(case, issue=issue, stage=stage, updated_at=now)
    made = Move(issue.issue_id, 0, now, case.stage, stage, Mover.STAFF)
    cases.change(connection, moved, made)
    return moved


def ask(
    connection: Connection,
    name: str,
    number: int,
    asked_at: datetime,
    said: list[tuple[Answer, int] | None],
) -> None:
    """Begin a round, in vain if nobody is there to ask, and settle the one before."""
    tasks.settle(connection, name, asked_at)
    for rider, answer in enumerate(said):
        task = Task(f"{name}{number}{rider}", name, number, f"r{rider}", 1, asked_at, NOW)
        tasks.add(connection, [replace(task, lapses_at=asked_at + LASTING)])
        if answer is not None:
            at = min(NOW, asked_at + answer[1] * HOUR)
            tasks.answer(connection, task.task_id, answer[0], at)
    if not said:
        nobody = Task(f"{name}{number}", name, number, tasks.NOBODY, 0, asked_at, asked_at)
        tasks.forget_nobody(connection, [name])
        tasks.add(connection, [nobody])


def wants(connection: Connection, case: Case, now: datetime) -> bool:
    name = case.issue.issue_id
    return wants_asking(
        case,
        tasks.last_rounds(connection, [name], now).get(name),
        tasks.turned(connection, [name]).get(name),
        now,
        check_closed_days=CLOSED_DAYS,
        confirm_riders=2,
    )


def live(connection: Connection, name: str, life: Life) -> Case:
    """Let an issue live: it is asked about whenever that is wanted, and moves."""
    case = write(connection, name, Stage.FILED, 10 * DAY)
    for number, (ago, moved_to, said) in enumerate(sorted(life, key=itemgetter(0), reverse=True)):
        if moved_to is not None:
            case = move(connection, case, moved_to, NOW - ago)
        if wants(connection, case, NOW - ago):
            ask(connection, name, number, NOW - ago, said)
    return case


def unheard(connection: Connection) -> list[str]:
    return find_unheard(connection, NOW, closed_since=NOW - CLOSED_DAYS * DAY)


@given(st.lists(lives, min_size=1, max_size=4))
def test_nothing_that_wants_asking_is_left_out(
    shared_database: Database, known: list[Life]
) -> None:
    with shared_database.writing() as connection:
        issues.write(connection, [], replace=True)
        lived = [live(connection, f"i{number}", life) for number, life in enumerate(known)]
        found = unheard(connection)
        assert found == sorted(found)
        wanted = {case.issue.issue_id for case in lived if wants(connection, case, NOW)}
        assert wanted <= set(found)


def test_what_was_asked_just_now_is_not_looked_at_again(database: Database) -> None:
    with database.writing() as connection:
        for name in ("fresh", "vain", "answered", "open", "never", "old vain", "turned"):
            write(connection, name, Stage.FILED, 8 * DAY)
        ask(connection, "fresh", 1, NOW - DAY + HOUR, [None])
        ask(connection, "open", 1, NOW - LASTING + HOUR, [None])
        ask(connection, "answered", 1, NOW - 3 * DAY, [(Answer.THERE, 49)])
        ask(connection, "vain", 1, NOW - HOUR / 2, [])
        ask(connection, "old vain", 1, NOW - HOUR, [])
        ask(connection, "turned", 1, NOW - HOUR, [None])
        turned = cases.find_many(connection, ["turned"])[0]
        cases.change(connection, replace(turned, updated_at=NOW))
        assert unheard(connection) == ["never", "old vain", "turned"]


def test_only_stages_that_riders_are_asked_about_are_looked_at(database: Database) -> None:
    with database.writing() as connection:
        for stage in Stage:
            write(connection, stage, stage, DAY)
        write(connection, "just within", Stage.CLOSED, CLOSED_DAYS * DAY)
        write(connection, "long closed", Stage.CLOSED, CLOSED_DAYS * DAY + HOUR)
        assert set(Stage) - set(unheard(connection)) == {Stage.REJECTED, Stage.MERGED}
        assert "just within" in unheard(connection)
        assert "long closed" not in unheard(connection)
