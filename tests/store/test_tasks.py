from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy.exc import IntegrityError

from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.verification import Answer, Task, turned_at
from geo_service.store import cases, issues, tasks
from geo_service.store.database import Connection, Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def task(task_id: str, issue_id: str = "a", number: int = 1, rider: str = "") -> Task:
    return Task(task_id, issue_id, number, rider or task_id, 1 << 23 | 1, NOW, NOW + 7 * DAY)


def nobody(task_id: str, issue_id: str, number: int) -> Task:
    return replace(task(task_id, issue_id, number), rider=tasks.NOBODY, lapses_at=NOW)


@pytest.fixture
def asked(database: Database) -> Database:
    """Return a database in which riders were asked about two of three issues."""
    known = [Issue(name, "standing_water", 112.14, 32.04, NOW - DAY) for name in "abc"]
    with database.writing() as connection:
        issues.write(connection, known)
        cases.add(connection, [Case(issue, Stage.FILED, "49S", NOW) for issue in known])
        tasks.add(connection, [task("t1"), task("t2"), task("t3"), task("u1", "b", 1, "t1")])
    return database


def rounds_of(connection: Connection, now: datetime = NOW) -> dict[str, int]:
    return {name: one.number for name, one in tasks.last_rounds(connection, "abc", now).items()}


def test_a_task_comes_back_as_it_was_asked(asked: Database) -> None:
    with asked.reading() as connection:
        assert tasks.find(connection, "t1") == task("t1")
        assert tasks.find(connection, "t") is None


def test_a_rider_is_asked_once_in_a_round(asked: Database) -> None:
    with pytest.raises(IntegrityError), asked.writing() as connection:
        tasks.add(connection, [task("again", rider="t1")])
    with asked.writing() as connection:
        tasks.add(connection, [task("again", number=2, rider="t1")])


def test_a_rider_finds_the_own_open_tasks(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.answer(connection, "u1", Answer.UNSURE, NOW + HOUR)
        later = replace(task("t0", "c", rider="t1"), asked_at=NOW + HOUR)
        tasks.add(connection, [later])
        assert tasks.open_of_rider(connection, "t1", NOW + HOUR) == [task("t1"), later]
        assert tasks.open_of_rider(connection, "t1", NOW + 7 * DAY) == []
        assert tasks.open_of_rider(connection, "nobody", NOW) == []


def test_an_answer_is_kept_with_its_moment_and_counted_in_its_round(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.add(connection, [task("v2", number=2, rider="t1")])
        tasks.answer(connection, "t1", Answer.GONE, NOW + HOUR)
        tasks.answer(connection, "v2", Answer.THERE, NOW + HOUR)
        found = tasks.find(connection, "t1")
        assert found == replace(task("t1"), answer=Answer.GONE, answered_at=NOW + HOUR)
        assert tasks.answers_of_round(connection, "a", 1) == {"t1": Answer.GONE}
        assert tasks.answers_of_round(connection, "a", 2) == {"t1": Answer.THERE}
        assert tasks.answers_of_round(connection, "b", 1) == {}


def test_the_last_round_of_each_issue_is_told(asked: Database) -> None:
    with asked.writing() as connection:
        assert rounds_of(connection) == {"a": 1, "b": 1}
        again = replace(task("v1", number=2, rider="t1"), asked_at=NOW + DAY)
        tasks.answer(connection, "t1", Answer.THERE, NOW + HOUR)
        tasks.add(connection, [again, replace(again, task_id="v2", rider="t2")])
        tasks.answer(connection, "v2", Answer.GONE, NOW + 2 * DAY)
        last = tasks.last_rounds(connection, ["a"], NOW)["a"]
        assert (last.number, last.asked_at, last.is_open) == (2, NOW + DAY, True)
        assert (last.answers, last.last_answer_at) == ({"t2": Answer.GONE}, NOW + 2 * DAY)
        assert not tasks.last_rounds(connection, ["a"], NOW + 7 * DAY)["a"].is_open


def test_a_round_that_all_have_answered_is_not_open(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.answer(connection, "u1", Answer.UNSURE, NOW)
        last = tasks.last_rounds(connection, ["a", "b"], NOW)
        assert (last["a"].is_open, last["b"].is_open) == (True, False)
        assert (last["a"].last_answer_at, last["b"].last_answer_at) == (None, NOW)


def test_a_settled_round_can_be_answered_no_more(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.answer(connection, "t1", Answer.THERE, NOW)
        tasks.settle(connection, "a", NOW + HOUR)
        held = {name: tasks.find(connection, name) for name in ("t1", "t2", "u1")}
        assert [one and one.lapses_at for one in held.values()] == [
            NOW + 7 * DAY,
            NOW + HOUR,
            NOW + 7 * DAY,
        ]
        tasks.settle(connection, "a", NOW + 2 * HOUR)
        assert tasks.find(connection, "t2") == held["t2"]


def test_silence_is_counted_by_issue_and_rider(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.add(connection, [task("v", number=2, rider="t2")])
        tasks.answer(connection, "t1", Answer.THERE, NOW)
        assert tasks.silences(connection, "abc", NOW) == {}
        found = tasks.silences(connection, "abc", NOW + 7 * DAY)
        assert found == {("a", "t2"): 2, ("a", "t3"): 1, ("b", "t1"): 1}
        assert tasks.silences(connection, "b", NOW + 7 * DAY) == {("b", "t1"): 1}


@pytest.mark.parametrize(("after", "silent"), [(DAY - timedelta(seconds=1), 0), (DAY, 1)])
def test_who_had_no_time_to_answer_was_not_silent(
    asked: Database, after: timedelta, silent: int
) -> None:
    with asked.writing() as connection:
        tasks.settle(connection, "a", NOW + after)
        found = tasks.silences(connection, "a", NOW + 7 * DAY)
        assert found == {("a", rider): 1 for rider in ("t1", "t2", "t3") if silent}


def test_staff_are_told_numbers_only(asked: Database) -> None:
    with asked.writing() as connection:
        for name, said in zip(("t1", "t2"), (Answer.THERE, Answer.UNSURE), strict=True):
            tasks.answer(connection, name, said, NOW)
        tasks.add(connection, [task("v", number=2)])
        tasks.answer(connection, "v", Answer.GONE, NOW)
        tasks.add(connection, [nobody("n1", "a", 3)])
        counts = {"asked": 4, "there": 1, "gone": 1, "unsure": 1}
        assert tasks.counts_of_issue(connection, "a") == counts
        assert tasks.counts_of_issue(connection, "c") == dict.fromkeys(counts, 0)


def test_it_is_known_when_nobody_was_found(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.add(connection, [nobody("n1", "c", 1), nobody("n2", "a", 2)])
        last = tasks.last_rounds(connection, "abc", NOW + DAY)
        assert {name: (one.number, one.asked_nobody) for name, one in last.items()} == {
            "a": (2, True),
            "b": (1, False),
            "c": (1, True),
        }
        assert (last["c"].known_at, last["c"].is_open) == (NOW, False)
        assert tasks.silences(connection, "c", NOW + DAY) == {}
        assert tasks.open_of_rider(connection, "", NOW + DAY) == []
        tasks.add(connection, [task("v", "c", 2)])
        assert not tasks.last_rounds(connection, "c", NOW)["c"].asked_nobody
        tasks.forget_nobody(connection, ["a", "b"])
        tasks.forget_nobody(connection, [])
        assert rounds_of(connection) == {"a": 1, "b": 1, "c": 2}
        assert tasks.find(connection, "n1") is not None


def test_turns_are_those_the_moves_tell_of(asked: Database) -> None:
    steps = {
        "a": [Stage.FILED, Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK, Stage.CLOSED],
        "b": [Stage.COLLECTED, Stage.FILED],
        "c": [Stage.CLOSED, Stage.CLOSED, Stage.REOPENED, Stage.DISPATCHED],
    }
    with asked.writing() as connection:
        for name, stages in steps.items():
            for hours, (stage, to) in enumerate(pairwise(stages)):
                move = Move(name, 0, NOW + hours * HOUR, stage, to, Mover.STAFF)
                cases.add_move(connection, move)
        found = tasks.turned(connection, "abc")
        assert found == {"a": NOW + 2 * HOUR, "c": NOW + HOUR}
        assert tasks.turned(connection, ["c"]) == {"c": NOW + HOUR}
        by_hand = {name: turned_at(cases.history(connection, name)) for name in steps}
    assert {name: moment for name, moment in by_hand.items() if moment} == found


def test_what_is_old_and_what_a_rider_said_can_be_forgotten(asked: Database) -> None:
    with asked.writing() as connection:
        tasks.answer(connection, "t1", Answer.THERE, NOW)
        assert tasks.forget_rider(connection, "t1") == 2
        assert Counter(rounds_of(connection)) == {"a": 1}
        assert tasks.forget_before(connection, NOW + 7 * DAY) == 0
        assert tasks.forget_before(connection, NOW + 8 * DAY) == 2
        assert rounds_of(connection) == {}


def test_tasks_go_with_their_issue(asked: Database) -> None:
    with asked.writing() as connection:
        issues.write(connection, [], replace=True)
        assert tasks.find(connection, "t1") is None
