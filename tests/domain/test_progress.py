from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import MOVES, Mover, Stage, is_over
from geo_service.domain.progress import NEEDS_WHY, Wanted, confirmed, move_on, note_on
from geo_service.errors import ForbiddenMove, RefusedFields

BEGIN = datetime(2026, 10, 1, 4, tzinfo=UTC)
HOURS = {("*", Stage.FILED): 2.0, ("standing_water", Stage.DISPATCHED): 4.0}


def a_case(stage: Stage = Stage.COLLECTED, **more: object) -> Case:
    issue = Issue("i", "standing_water", 112.14, 32.04, BEGIN)
    if is_over(stage):
        issue = Issue("i", "standing_water", 112.14, 32.04, BEGIN, BEGIN + timedelta(hours=1))
    return Case(issue, stage, "49SFR076454", BEGIN, body_id="b", **more)  # type: ignore[arg-type]


def wanted(after: Stage) -> Wanted:
    return Wanted(
        after,
        why="因为 because",
        merged_into="other" if after is Stage.MERGED else "",
        rating=4 if after is Stage.RATED else None,
    )


@given(choices=st.lists(st.integers(0, 99), max_size=30), steps=st.lists(st.integers(-5, 500)))
def test_open_intervals_follow_the_stages_whatever_happens(
    choices: list[int], steps: list[int]
) -> None:
    case, now = a_case(), BEGIN
    spans: list[list[datetime | None]] = [[BEGIN, None]]
    for choice, step in zip(choices, steps, strict=False):
        now += timedelta(minutes=step)
        ways = [(after, by) for (before, after), by in MOVES.items() if before is case.stage]
        after, movers = ways[choice % len(ways)]
        before = case
        case, move = move_on(case, wanted(after), by=min(movers), now=now, deadlines=HOURS)
        assert (move.stage, move.to) == (before.stage, after)
        # The plain account: a span ends when it is over, a new one begins when it is not.
        if is_over(after) and not is_over(before.stage):
            assert spans[-1][0] is not None
            spans[-1][1] = max(now, spans[-1][0])
        elif is_over(before.stage) and not is_over(after):
            assert spans[-1][1] is not None
            spans.append([max(now, spans[-1][1]), None])
        assert [list(span) for span in case.issue.open_intervals] == spans
        assert case.issue.still_open == case.is_open


def test_deadlines_are_those_of_the_stage_entered_and_end_with_the_issue() -> None:
    filed, _ = move_on(a_case(), Wanted(Stage.FILED), by=Mover.STAFF, now=BEGIN, deadlines=HOURS)
    assert filed.due_at == BEGIN + timedelta(hours=2)
    later = BEGIN + timedelta(hours=1)
    sent, _ = move_on(filed, Wanted(Stage.DISPATCHED), by=Mover.STAFF, now=later, deadlines=HOURS)
    assert sent.due_at == later + timedelta(hours=4)
    taken, _ = move_on(sent, Wanted(Stage.HANDLING), by=Mover.STAFF, now=later, deadlines=HOURS)
    assert taken.due_at is None
    gone = Wanted(Stage.REJECTED, why="nothing there")
    rejected, _ = move_on(filed, gone, by=Mover.STAFF, now=later, deadlines=HOURS)
    assert rejected.due_at is None


def test_overdue_is_what_is_open_and_late() -> None:
    late = BEGIN + timedelta(seconds=1)
    assert a_case(due_at=BEGIN).overdue(late)
    assert not a_case(due_at=BEGIN).overdue(BEGIN)
    assert not a_case(Stage.CLOSED, due_at=BEGIN).overdue(late)
    assert not a_case().overdue(late)


def test_nothing_is_dispatched_to_nobody() -> None:
    case = Case(a_case().issue, Stage.FILED, "u", BEGIN)
    with pytest.raises(ForbiddenMove, match="Nobody answers"):
        move_on(case, Wanted(Stage.DISPATCHED), by=Mover.STAFF, now=BEGIN, deadlines={})
    sent, move = move_on(
        case, Wanted(Stage.DISPATCHED, body_id="b9"), by=Mover.STAFF, now=BEGIN, deadlines={}
    )
    assert (sent.body_id, move.body_id) == ("b9", "b9")


@pytest.mark.parametrize(("before", "after"), sorted(NEEDS_WHY))
def test_whoever_undoes_or_refuses_says_why(before: Stage, after: Stage) -> None:
    by = min(MOVES[before, after])
    with pytest.raises(RefusedFields) as refused:
        move_on(a_case(before), Wanted(after, why="  "), by=by, now=BEGIN, deadlines={})
    assert list(refused.value.faults) == ["why"]


@pytest.mark.parametrize("rating", [None, 0, 6])
def test_a_rating_is_one_to_five(rating: int | None) -> None:
    with pytest.raises(RefusedFields) as refused:
        move_on(
            a_case(Stage.CLOSED),
            Wanted(Stage.RATED, rating=rating),
            by=Mover.REPORTER,
            now=BEGIN,
            deadlines={},
        )
    assert list(refused.value.faults) == ["rating"]


def test_an_issue_is_merged_into_another_one_only() -> None:
    for into in ("", "i"):
        with pytest.raises(RefusedFields) as refused:
            move_on(
                a_case(),
                Wanted(Stage.MERGED, merged_into=into),
                by=Mover.STAFF,
                now=BEGIN,
                deadlines={},
            )
        assert list(refused.value.faults) == ["merged_into"]
    with pytest.raises(RefusedFields):
        move_on(
            a_case(),
            Wanted(Stage.FILED, merged_into="other", rating=3),
            by=Mover.STAFF,
            now=BEGIN,
            deadlines={},
        )


def test_reopening_a_merged_issue_lets_go_of_the_other_but_says_which_it_was() -> None:
    merged = a_case(Stage.MERGED, merged_into="other")
    again, move = move_on(
        merged, Wanted(Stage.REOPENED, why="not the same"), by=Mover.STAFF, now=BEGIN, deadlines={}
    )
    assert (again.merged_into, move.other_issue_id) == ("", "other")


def test_notes_and_confirmations_leave_the_stage_alone() -> None:
    later = BEGIN + timedelta(hours=3)
    noted, note = note_on(a_case(), "看过 looked", by=Mover.STAFF, who="key-1", now=later)
    assert (noted.stage, note.stage, note.to) == (Stage.COLLECTED,) * 3
    assert noted.updated_at == later
    seen = confirmed(noted, later)
    assert seen.issue.last_confirmed_at == later
