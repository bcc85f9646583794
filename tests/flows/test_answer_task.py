"""What riders answer, what it is worth, and when the issue moves on."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage, is_over
from geo_service.domain.role import Role
from geo_service.domain.verification import OUTCOMES, Answer, Task
from geo_service.errors import ForbiddenMove, GeoServiceError, NoKey, NotAllowed, NotFound
from geo_service.flows.answer_task import Answered, answer_task
from geo_service.flows.wiring import Workspace
from geo_service.store import areas, cases, issues, ledger, tasks
from geo_service.store.keys import Key

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
THERE, GONE, UNSURE = Answer
ISSUE = "i"


class Round:
    """An issue in some stage, and riders a, b, c and so on who were asked about it an hour ago."""

    def __init__(self, workspace: Workspace, now: datetime) -> None:
        self.workspace, self.now, self.number = workspace, now, 0

    def begin(self, stage: Stage, riders: str = "abcdefgh", *, reporter: str = "r") -> None:
        self.number += 1
        name = f"{ISSUE}{self.number}"
        closed_at = self.now - DAY if is_over(stage) else None
        issue = Issue(name, "water", 112.145, 32.0401, self.now - 9 * DAY, closed_at)
        case = Case(issue, stage, "49S", self.now - DAY, body_id="top", reporter=reporter)
        asked = [
            Task(f"{name}-{rider}", name, 1, rider, 1, self.now - HOUR, self.now + DAY)
            for rider in riders
        ]
        with self.workspace.database.writing() as connection:
            issues.write(connection, [issue])
            cases.add(connection, [case])
            tasks.add(connection, asked)

    @property
    def issue_id(self) -> str:
        return f"{ISSUE}{self.number}"

    def say(self, rider: str, said: Answer, *, of: str = "", later: timedelta = MINUTE) -> Answered:
        key = Key("key", Role.RIDER, "", self.now, None, None, rider=rider)
        task_id = f"{self.issue_id}-{of or rider}"
        return answer_task(self.workspace, key, task_id, said, self.now + later)

    def case(self) -> Case:
        with self.workspace.database.reading() as connection:
            found = cases.find(connection, self.issue_id)
        assert found is not None
        return found

    def moves(self) -> list[Move]:
        with self.workspace.database.reading() as connection:
            return cases.history(connection, self.issue_id)

    def balance(self, rider: str) -> int:
        with self.workspace.database.reading() as connection:
            return ledger.balance(connection, rider)

    def open_tasks(self, rider: str) -> list[Task]:
        with self.workspace.database.reading() as connection:
            return tasks.open_of_rider(connection, rider, self.now + HOUR)


@pytest.fixture
def asked(workspace: Workspace, now: datetime) -> Round:
    with workspace.database.writing() as connection:
        areas.write(connection, [], [Body("top", "街道", Level.STREET_COMMITTEE)])
    return Round(workspace, now)


def test_an_answer_is_kept_and_gives_points_once(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED)
    first = asked.say("a", GONE)
    assert first == Answered("i1-a", "i1", GONE, asked.now + MINUTE, 2)
    assert asked.say("a", GONE, later=HOUR) == first
    assert asked.balance("a") == 2
    assert asked.open_tasks("a") == []
    assert asked.case().stage is Stage.DISPATCHED


def test_who_is_unsure_gets_no_points(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED)
    assert asked.say("a", UNSURE).points == 0
    assert asked.balance("a") == 0


def test_nobody_may_say_something_else_afterwards(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED)
    asked.say("a", GONE)
    with pytest.raises(ForbiddenMove, match="something else"):
        asked.say("a", THERE)


def test_a_task_of_another_rider_is_like_one_that_is_not_there(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED)
    with pytest.raises(NotFound) as others:
        asked.say("a", GONE, of="b")
    with pytest.raises(NotFound) as none:
        asked.say("a", GONE, of="nobody")
    assert str(others.value) == str(none.value)
    assert asked.balance("a") == 0


def test_who_has_no_name_has_no_task(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED, riders="")
    nobody = Task("i1-n", "i1", 1, tasks.NOBODY, 0, asked.now, asked.now + DAY)
    with asked.workspace.database.writing() as connection:
        tasks.add(connection, [nobody])
    with pytest.raises(NotAllowed):
        asked.say(tasks.NOBODY, GONE, of="n")


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RIDER])
def test_only_riders_answer(asked: Round, role: Role) -> None:
    asked.begin(Stage.DISPATCHED)
    key = Key("key", role, "", asked.now, None, None, rider="a")
    with pytest.raises(NotAllowed):
        answer_task(asked.workspace, key, "i1-a", GONE, asked.now)
    with pytest.raises(NoKey):
        answer_task(asked.workspace, None, "i1-a", GONE, asked.now)


def test_a_lapsed_task_is_not_answered_but_what_was_said_stands(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED)
    said = asked.say("a", THERE)
    with pytest.raises(ForbiddenMove, match="Thank you"):
        asked.say("b", THERE, later=DAY)
    assert asked.say("a", THERE, later=2 * DAY) == said
    assert asked.balance("b") == 0


@pytest.mark.parametrize(("stage", "said"), OUTCOMES)
def test_three_who_agree_move_it_on(asked: Round, stage: Stage, said: Answer) -> None:
    asked.begin(stage)
    for rider in "ab":
        asked.say(rider, said)
        assert (asked.case().stage, asked.moves()) == (stage, [])
    asked.say("c", said)
    case, (move,) = asked.case(), asked.moves()
    to = OUTCOMES[stage, said] or stage
    assert (case.stage, move.stage, move.to) == (to, stage, to)
    assert (move.by, move.who) == (Mover.RIDERS, "")
    assert move.why.startswith("3 位路过骑手确认")
    assert "3 riders who passed" in move.why
    assert case.issue.confirmed_at == (asked.now + MINUTE if said is THERE else None)
    assert case.issue.still_open == (not is_over(to))
    assert [asked.balance(rider) for rider in "abcd"] == [2, 2, 2, 0]


def test_a_settled_round_is_over_and_those_who_answered_may_send_again(asked: Round) -> None:
    asked.begin(Stage.DISPATCHED)
    for rider in "abc":
        asked.say(rider, GONE)
    assert asked.open_tasks("d") == []
    with pytest.raises(ForbiddenMove, match="Thank you"):
        asked.say("d", GONE)
    assert asked.say("c", GONE).points == 2
    assert [asked.balance(rider) for rider in "cd"] == [2, 0]


def test_a_report_that_riders_confirm_is_worth_its_reporter_something(asked: Round) -> None:
    asked.begin(Stage.COLLECTED, reporter="r")
    for rider in "abc":
        asked.say(rider, THERE)
    assert asked.balance("r") == asked.workspace.settings.points_report


def test_what_was_asked_before_it_turned_is_not_asked_any_more(asked: Round) -> None:
    asked.begin(Stage.HANDLING)
    asked.say("a", THERE)
    back = replace(asked.case(), stage=Stage.REPORTED_BACK)
    move = Move(
        asked.issue_id, 0, asked.now, Stage.HANDLING, Stage.REPORTED_BACK, Mover.STAFF, "key-1"
    )
    with asked.workspace.database.writing() as connection:
        cases.change(connection, back, move)
    with pytest.raises(ForbiddenMove, match="moved on"):
        asked.say("b", THERE)
    assert asked.say("a", THERE).points == 2


def test_long_after_it_was_closed_nobody_opens_it_again(asked: Round) -> None:
    asked.begin(Stage.CLOSED)
    with asked.workspace.database.writing() as connection:
        issue = replace(asked.case().issue, closed_at=asked.now - 8 * DAY)
        issues.write(connection, [issue])
    with pytest.raises(ForbiddenMove):
        asked.say("a", THERE)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    stage=st.sampled_from(sorted({stage for stage, _ in OUTCOMES})),
    said=st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(Answer)), max_size=14),
)
def test_any_order_of_answers_is_counted_as_by_hand(
    asked: Round, stage: Stage, said: list[tuple[str, Answer]]
) -> None:
    asked.begin(stage, reporter="")
    before = {rider: asked.balance(rider) for rider in "abcdefgh"}
    known: dict[str, Answer] = {}
    settled: Answer | None = None
    for rider, answer in said:
        try:
            asked.say(rider, answer)
            accepted = True
        except GeoServiceError as refused:
            assert isinstance(refused, ForbiddenMove)  # noqa: PT017 - any other is a fault
            accepted = False
        repeated = known.get(rider) is answer
        assert accepted == (repeated or (settled is None and rider not in known))
        if accepted:
            known[rider] = answer
        for decided in (THERE, GONE):
            if settled is None and list(known.values()).count(decided) == 3:
                settled = decided
    to = stage if settled is None else OUTCOMES[stage, settled] or stage
    assert asked.case().stage is to
    assert len(asked.moves()) == (settled is not None)
    for rider in "abcdefgh":
        worth = 2 if known.get(rider, UNSURE) is not UNSURE else 0
        assert asked.balance(rider) - before[rider] == worth


def test_eight_who_answer_at_once_settle_once(asked: Round) -> None:
    asked.begin(Stage.REPORTED_BACK)
    together, refused = Barrier(8), []

    def say(rider: str) -> None:
        together.wait()
        try:
            asked.say(rider, GONE)
        except ForbiddenMove:
            refused.append(rider)

    threads = [Thread(target=say, args=[rider]) for rider in "abcdefgh"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    assert [(move.stage, move.to) for move in asked.moves()] == [
        (Stage.REPORTED_BACK, Stage.CLOSED)
    ]
    assert sorted(asked.balance(rider) for rider in "abcdefgh") == [0] * 5 + [2] * 3


def test_one_who_answers_eight_times_at_once_counts_once(asked: Round) -> None:
    asked.begin(Stage.REPORTED_BACK)
    together, answers = Barrier(8), []

    def say() -> None:
        together.wait()
        answers.append(asked.say("a", GONE))

    threads = [Thread(target=say) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert asked.balance("a") == 2
    assert asked.case().stage is Stage.REPORTED_BACK
