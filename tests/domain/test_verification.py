"""When riders agree, what follows from it, and when they are asked."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain import verification
from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import ENDED, MOVES, Mover, Stage, is_over
from geo_service.domain.verification import (
    OUTCOMES,
    Answer,
    Round,
    Task,
    agreed,
    holds,
    turned_at,
    wants_asking,
    why_of,
)

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

said = st.dictionaries(st.integers(0, 12).map(str), st.sampled_from(Answer))


def case(
    stage: Stage, *, closed: timedelta | None = None, confirmed: timedelta | None = None
) -> Case:
    issue = Issue(
        "i",
        "standing_water",
        112.14,
        32.04,
        NOW - 30 * DAY,
        closed_at=None if closed is None else NOW - closed,
        confirmed_at=None if confirmed is None else NOW - confirmed,
    )
    return Case(issue, stage, "49SFR000000", NOW)


def last_round(
    asked: timedelta, *, is_open: bool = False, said: str = "", answered: timedelta | None = None
) -> Round:
    """Make a round that was asked so long ago; ``said`` has a letter for each answer."""
    letters = {"t": Answer.THERE, "g": Answer.GONE, "u": Answer.UNSURE}
    answers = {str(number): letters[letter] for number, letter in enumerate(said)}
    return Round(1, NOW - asked, is_open, answers, None if answered is None else NOW - answered)


def wants(case: Case, last: Round | None = None, turned: timedelta | None = None) -> bool:
    moment = None if turned is None else NOW - turned
    return wants_asking(case, last, moment, NOW, check_closed_days=7, confirm_riders=3)


@given(said, st.integers(1, 5))
def test_riders_agree_if_enough_say_one_and_too_few_the_other(
    said: Mapping[str, Answer], riders: int
) -> None:
    there = sum(answer == "there" for answer in said.values())
    gone = sum(answer == "gone" for answer in said.values())
    found = agreed(said, riders)
    assert (found is Answer.THERE) == (there >= riders > gone)
    assert (found is Answer.GONE) == (gone >= riders > there)
    if found is not None:
        assert found is (Answer.THERE if there > gone else Answer.GONE)


@given(said, st.integers(1, 5))
def test_those_who_are_unsure_decide_nothing(said: Mapping[str, Answer], riders: int) -> None:
    sure = {rider: answer for rider, answer in said.items() if answer is not Answer.UNSURE}
    assert agreed(said, riders) is agreed(sure, riders)


@given(said, st.integers(1, 5))
def test_who_says_the_same_as_those_who_agree_changes_nothing(
    said: Mapping[str, Answer], riders: int
) -> None:
    found = agreed(said, riders)
    if found is not None:
        assert agreed({**said, "one more": found}, riders) is found


def test_every_outcome_is_a_move_that_riders_may_make() -> None:
    moves = {(stage, to) for (stage, _), to in OUTCOMES.items() if to is not None}
    assert all(Mover.RIDERS in MOVES[move] for move in moves)
    assert moves == {move for move, movers in MOVES.items() if Mover.RIDERS in movers}


def test_there_and_gone_have_an_outcome_wherever_one_of_them_has() -> None:
    asked = {stage for stage, _ in OUTCOMES}
    assert {(stage, answer) for stage in asked for answer in ("there", "gone")} == set(OUTCOMES)
    assert set(Stage) - asked == {Stage.REJECTED, Stage.MERGED}


@pytest.mark.parametrize(("stage", "answer"), OUTCOMES)
def test_what_riders_say_is_what_the_stage_then_says(stage: Stage, answer: Answer) -> None:
    to = OUTCOMES[stage, answer] or stage
    assert (to in verification.SAID_GONE) == (answer is Answer.GONE)


def test_reasons_say_how_many_in_both_languages() -> None:
    assert why_of(Answer.THERE, 3) == (
        "3 位路过骑手确认仍在 3 riders who passed say that it is still there."
    )
    assert why_of(Answer.GONE, 4).startswith("4 位路过骑手确认已消失 4 riders")


def move(number: int, stage: Stage, to: Stage) -> Move:
    return Move("i", number, NOW + number * HOUR, stage, to, Mover.STAFF)


def test_what_is_known_turns_when_it_is_said_to_be_done_and_when_it_is_opened_again() -> None:
    turning = [
        (Stage.HANDLING, Stage.REPORTED_BACK),
        (Stage.REPORTED_BACK, Stage.HANDLING),
        (Stage.CLOSED, Stage.REOPENED),
        (Stage.COLLECTED, Stage.REJECTED),
        (Stage.FILED, Stage.MERGED),
        (Stage.MERGED, Stage.REOPENED),
    ]
    steady = [
        (Stage.COLLECTED, Stage.COLLECTED),
        (Stage.COLLECTED, Stage.FILED),
        (Stage.DISPATCHED, Stage.HANDLING),
        (Stage.REPORTED_BACK, Stage.CLOSED),
        (Stage.CLOSED, Stage.RATED),
        (Stage.CLOSED, Stage.CLOSED),
    ]
    for one in turning:
        assert turned_at([move(1, *steady[0]), move(2, *one)]) == NOW + 2 * HOUR
        assert turned_at([move(1, *one), *(move(9, *two) for two in steady)]) == NOW + HOUR
    assert turned_at([move(number, *one) for number, one in enumerate(steady)]) is None
    assert turned_at([]) is None


def test_a_question_holds_until_what_is_known_turns() -> None:
    assert holds(NOW, None)
    assert holds(NOW, NOW)
    assert not holds(NOW, NOW + timedelta(microseconds=1))


@pytest.mark.parametrize("stage", Stage)
def test_everything_open_is_asked_about_at_once_and_nothing_refused(stage: Stage) -> None:
    assert wants(case(stage)) == (not is_over(stage))


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_what_was_closed_is_asked_about_for_a_while(stage: Stage) -> None:
    was_asked = stage in {Stage.CLOSED, Stage.RATED}
    assert wants(case(stage, closed=7 * DAY)) == was_asked
    assert not wants(case(stage, closed=7 * DAY + HOUR))


def test_what_somebody_has_just_seen_is_not_asked_about() -> None:
    assert not wants(case(Stage.FILED, confirmed=23 * HOUR))
    assert wants(case(Stage.FILED, confirmed=24 * HOUR))
    assert wants(case(Stage.REPORTED_BACK, confirmed=HOUR), turned=HOUR / 2)


def test_one_round_is_over_before_another_begins() -> None:
    assert not wants(case(Stage.FILED), last_round(3 * DAY, is_open=True, said="t"))
    assert wants(case(Stage.FILED), last_round(3 * DAY, said="t"))


def test_nobody_is_asked_again_for_a_day() -> None:
    assert not wants(case(Stage.FILED), last_round(23 * HOUR))
    assert wants(case(Stage.FILED), last_round(24 * HOUR))
    answered_late = last_round(3 * DAY, said="tgu", answered=23 * HOUR)
    assert not wants(case(Stage.FILED), answered_late)


def test_where_nobody_was_found_somebody_is_looked_for_an_hour_later() -> None:
    for minutes, expected in ((59, False), (60, True)):
        nobody = Round(1, NOW - timedelta(minutes=minutes), False, {}, asked_nobody=True)
        assert wants(case(Stage.FILED), nobody) == expected


def test_what_turns_is_asked_about_at_once_even_in_an_open_round() -> None:
    before = last_round(3 * HOUR, is_open=True, said="t", answered=2 * HOUR)
    assert wants(case(Stage.REPORTED_BACK), before, turned=HOUR)
    assert wants(case(Stage.REOPENED), before, turned=HOUR)


def test_riders_who_turned_it_themselves_are_not_asked_again_for_a_day() -> None:
    theirs = last_round(3 * DAY, said="ggg", answered=HOUR)
    assert not wants(case(Stage.REPORTED_BACK), theirs, turned=HOUR)
    theirs = last_round(3 * DAY, said="ggg", answered=DAY)
    assert wants(case(Stage.REPORTED_BACK), theirs, turned=DAY)


def test_a_closed_issue_that_riders_found_to_be_gone_is_left_alone() -> None:
    gone, torn = last_round(5 * DAY, said="ggg"), last_round(5 * DAY, said="ggt")
    assert not wants(case(Stage.CLOSED, closed=4 * DAY), gone, turned=5 * DAY)
    assert wants(case(Stage.CLOSED, closed=4 * DAY), torn, turned=5 * DAY)
    assert wants(case(Stage.CLOSED, closed=4 * DAY), gone, turned=4 * DAY)


@given(st.integers(0, 23), st.sets(st.integers(0, 23)))
def test_a_rider_is_asked_at_the_hours_of_the_own_way(hour: int, hours: set[int]) -> None:
    mask = sum(1 << each for each in hours)
    task = Task("t", "i", 1, "r", mask, NOW, NOW + DAY)
    assert task.is_on_the_way(hour) == bool({hour, (hour + 1) % 24} & hours)


def test_a_task_is_open_until_it_is_answered_or_lapses() -> None:
    task = Task("t", "i", 1, "r", 1, NOW, NOW + DAY)
    assert task.is_open(NOW + DAY - HOUR)
    assert not task.is_open(NOW + DAY)
    assert not dataclasses.replace(task, answer=Answer.UNSURE, answered_at=NOW).is_open(NOW)
