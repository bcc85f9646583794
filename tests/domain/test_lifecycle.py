from itertools import pairwise, product

import pytest

from geo_service.domain.lifecycle import (
    ENDED,
    MOVES,
    WORDS,
    Mover,
    Stage,
    check_move,
    next_stages,
)
from geo_service.errors import ForbiddenMove

SEVEN = (
    Stage.COLLECTED,
    Stage.FILED,
    Stage.DISPATCHED,
    Stage.HANDLING,
    Stage.REPORTED_BACK,
    Stage.CLOSED,
    Stage.RATED,
)


def test_the_seven_stages_follow_one_another() -> None:
    movers = [Mover.STAFF] * 5 + [Mover.REPORTER]
    for (before, after), by in zip(pairwise(SEVEN), movers, strict=True):
        check_move(before, after, by)


@pytest.mark.parametrize("by", Mover)
def test_no_stage_of_the_seven_can_be_skipped_by_staff_or_reporters(by: Mover) -> None:
    for number, before in enumerate(SEVEN):
        for after in SEVEN[number + 2 :]:
            if by is Mover.RIDERS and after is Stage.REPORTED_BACK:
                continue
            with pytest.raises(ForbiddenMove) as refused:
                check_move(before, after, by)
            assert refused.value.what


def test_every_pair_that_is_not_in_the_table_is_forbidden_to_everybody() -> None:
    for before, after, by in product(Stage, Stage, Mover):
        allowed = by in MOVES.get((before, after), ())
        assert (after in next_stages(before, by)) == allowed
        if not allowed:
            with pytest.raises(ForbiddenMove):
                check_move(before, after, by)


def test_a_refusal_says_where_one_may_go_instead() -> None:
    with pytest.raises(ForbiddenMove) as refused:
        check_move(Stage.FILED, Stage.CLOSED, Mover.STAFF)
    assert refused.value.remedy == "From here you may go to: dispatched, rejected, merged."


def test_a_move_of_somebody_else_is_told_from_one_that_is_none() -> None:
    with pytest.raises(ForbiddenMove, match="moved by riders who pass it, not by staff"):
        check_move(Stage.DISPATCHED, Stage.REPORTED_BACK, Mover.STAFF)


def test_whatever_is_over_can_only_be_rated_or_reopened() -> None:
    ways = {after for before, after in MOVES if before in ENDED}
    assert ways == {Stage.RATED, Stage.REOPENED}


def test_every_stage_can_be_reached_and_has_words_in_both_languages() -> None:
    assert {after for _, after in MOVES} | {Stage.COLLECTED} == set(Stage)
    assert set(WORDS) == set(Stage)
    assert all(chinese and english for chinese, english in WORDS.values())
