from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.area import Body, Level
from geo_service.domain.case import Case, Move
from geo_service.domain.escalation import escalated, redispatched
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import ENDED, Mover, Stage, check_move
from geo_service.domain.responsibility import Responsible

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
HOURS = {("*", Stage.DISPATCHED): 4.0, ("fire", Stage.HANDLING): 0.5, ("*", Stage.FILED): 2.0}
EARLIER = NOW - timedelta(days=1)
IDS = "abcdef"
GONE = "gone"


def case_of(stage: Stage = Stage.DISPATCHED, body_id: str = "c", **more: object) -> Case:
    issue = Issue("i-1", "fire", 112.1, 32.0, EARLIER)
    case = Case(issue, stage, "49SFR076454", EARLIER, area_id="area", body_id=body_id)
    return replace(case, due_at=NOW - timedelta(hours=1), **more)  # type: ignore[arg-type]


def chain(*ids: str) -> dict[str, Body]:
    """Make bodies, each the parent of the next."""
    parents = ("", *ids)
    return {
        one: Body(one, f"{one}单位", Level.COMMUNITY, f"Body {one}", parent_id=parent)
        for one, parent in zip(ids, parents, strict=False)
    }


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Body]:
    """Draw some bodies, each under one that comes before it, under none, or under one gone."""
    bodies: dict[str, Body] = {}
    for one in IDS[: draw(st.integers(0, len(IDS)))]:
        parent = draw(st.sampled_from(["", GONE, *bodies, *bodies]))
        bodies[one] = Body(one, one, Level.COMMUNITY, parent_id=parent)
    return bodies


CASES = st.builds(
    lambda stage, body_id, area_id, escalations, hours: replace(
        case_of(stage, body_id),
        area_id=area_id,
        escalations=escalations,
        due_at=None if hours is None else NOW + timedelta(hours=hours),
    ),
    st.sampled_from(Stage),
    st.sampled_from(["", GONE, *IDS]),
    st.sampled_from(["", "x", "y"]),
    st.integers(0, 2),
    st.one_of(st.none(), st.integers(-3, 3)),
)


def check_note(case: Case, moved: tuple[Case, Move]) -> None:
    after, move = moved
    assert (move.issue_id, move.number, move.moved_at) == ("i-1", 0, NOW)
    assert (move.stage, move.to, move.by) == (case.stage, after.stage, Mover.SYSTEM)
    assert move.body_id == after.body_id
    assert move.why
    assert after.updated_at == NOW
    assert after.issue == case.issue
    if case.stage is not after.stage or move.stage is Stage.DISPATCHED:
        check_move(move.stage, move.to, Mover.SYSTEM)


@given(case=CASES, bodies=trees())
def test_what_is_overdue_goes_to_the_parent_and_nothing_else_goes(
    case: Case, bodies: dict[str, Body]
) -> None:
    moved = escalated(case, bodies, HOURS, NOW)
    late = case.due_at is not None and case.due_at < NOW and case.stage not in ENDED
    parent = bodies[case.body_id].parent_id if case.body_id in bodies else ""
    if not late or parent not in bodies:
        assert moved is None
        return
    assert moved is not None
    check_note(case, moved)
    hours = HOURS.get(("fire", case.stage), HOURS.get(("*", case.stage)))
    assert moved[0] == replace(
        case,
        body_id=parent,
        due_at=None if hours is None else NOW + timedelta(hours=hours),
        escalations=case.escalations + 1,
        updated_at=NOW,
    )


def test_it_goes_up_step_by_step_and_stays_at_the_top() -> None:
    bodies, case, now = chain("a", "b", "c"), case_of(), NOW
    for body_id in ("b", "a"):
        moved = escalated(case, bodies, HOURS, now)
        assert moved is not None
        case, move = moved
        assert case.body_id == body_id
        assert move.why == f"超期，转交上级：{body_id}单位。Overdue; passed on to Body {body_id}."
        assert escalated(case, bodies, HOURS, now) is None
        now += timedelta(hours=5)
    assert escalated(case, bodies, HOURS, now) is None


def test_what_has_no_english_name_is_named_as_it_is() -> None:
    bodies = {"b": Body("b", "社区", Level.COMMUNITY), "c": chain("b", "c")["c"]}
    moved = escalated(case_of(), bodies, HOURS, NOW)
    assert moved is not None
    assert moved[1].why == "超期，转交上级：社区。Overdue; passed on to 社区."


def above(body_id: str, bodies: dict[str, Body]) -> list[str]:
    found: list[str] = []
    while body_id in bodies and bodies[body_id].parent_id in bodies:
        body_id = bodies[body_id].parent_id
        found.append(body_id)
    return found


@given(case=CASES, bodies=trees(), data=st.data())
def test_cases_follow_who_answers_for_their_place(
    case: Case, bodies: dict[str, Body], data: st.DataObject
) -> None:
    areas = st.sampled_from(["", "x", "y"])
    before = Responsible(data.draw(areas), data.draw(st.sampled_from(["", GONE, *IDS])))
    after = Responsible(data.draw(areas), data.draw(st.sampled_from(["", *bodies])))
    moved = redispatched(case, before, after, bodies, HOURS, NOW)
    if case.stage in ENDED:
        assert moved is None
        return
    has_a_body = case.body_id in bodies
    given_by_hand = before.body_id == after.body_id
    passed_up = case.escalations > 0 and case.body_id in above(after.body_id, bodies)
    stays = has_a_body and (given_by_hand or passed_up)
    expected = case.body_id if stays else after.body_id
    others = has_a_body and before == after
    if others or (expected, after.area_id) == (case.body_id, case.area_id):
        assert moved is None
        return
    assert moved is not None
    check_note(case, moved)
    now_is, _ = moved
    assert (now_is.body_id, now_is.area_id) == (expected, after.area_id)
    assert now_is.escalations == case.escalations
    if expected in ("", case.body_id):
        assert (now_is.stage, now_is.due_at) == (case.stage, case.due_at)
        return
    lies_with_a_body = case.stage in {Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK}
    stage = Stage.DISPATCHED if lies_with_a_body else case.stage
    hours = HOURS.get(("fire", stage), HOURS.get(("*", stage)))
    assert now_is.stage is stage
    assert now_is.due_at == (None if hours is None else NOW + timedelta(hours=hours))


OLD, NEW = Responsible("area", "c"), Responsible("area", "d")


@pytest.mark.parametrize("stage", [Stage.DISPATCHED, Stage.HANDLING, Stage.REPORTED_BACK])
def test_what_lies_with_a_body_is_dispatched_to_the_other(stage: Stage) -> None:
    moved = redispatched(case_of(stage), OLD, NEW, chain("c", "d"), HOURS, NOW)
    assert moved is not None
    after, move = moved
    assert (after.stage, after.body_id) == (Stage.DISPATCHED, "d")
    assert after.due_at == NOW + timedelta(hours=4)
    assert (move.stage, move.to) == (stage, Stage.DISPATCHED)
    assert move.why == "责任范围变更，转交：d单位。Now answered for by Body d."


@pytest.mark.parametrize("stage", [Stage.COLLECTED, Stage.FILED, Stage.REOPENED])
def test_what_lies_with_nobody_yet_stays_in_its_stage(stage: Stage) -> None:
    moved = redispatched(case_of(stage), OLD, NEW, chain("c", "d"), HOURS, NOW)
    assert moved is not None
    assert (moved[0].stage, moved[0].body_id) == (stage, "d")


def test_what_staff_gave_to_another_body_stays_there() -> None:
    bodies = chain("c", "d", "e")
    by_hand = case_of(body_id="e")
    assert redispatched(by_hand, OLD, OLD, bodies, HOURS, NOW) is None
    elsewhere = redispatched(by_hand, OLD, Responsible("other", "c"), bodies, HOURS, NOW)
    assert elsewhere is not None
    assert (elsewhere[0].area_id, elsewhere[0].body_id) == ("other", "e")


def test_what_was_passed_up_stays_up_only_above_the_new_body() -> None:
    raised = case_of(body_id="a", escalations=2)
    bodies = {**chain("a", "c", "d"), **chain("z")}
    assert redispatched(raised, OLD, NEW, bodies, HOURS, NOW) is None
    moved = redispatched(raised, OLD, Responsible("area", "z"), bodies, HOURS, NOW)
    assert moved is not None
    assert moved[0].body_id == "z"


def test_what_lies_with_a_body_that_is_gone_finds_another_though_its_place_has_not_changed() -> (
    None
):
    moved = redispatched(case_of(body_id=GONE), OLD, OLD, chain("c"), HOURS, NOW)
    assert moved is not None
    assert moved[0].body_id == "c"
    never = redispatched(case_of(Stage.FILED, ""), OLD, OLD, chain("c"), HOURS, NOW)
    assert never is not None
    assert never[0].body_id == "c"


def test_that_nobody_answers_any_more_is_said_once() -> None:
    nobody = Responsible("", "")
    moved = redispatched(case_of(), OLD, nobody, {}, HOURS, NOW)
    assert moved is not None
    case, move = moved
    assert (case.area_id, case.body_id, case.stage) == ("", "", Stage.DISPATCHED)
    assert move.why == "现无责任单位。Nobody answers for it any more."
    assert redispatched(case, nobody, nobody, {}, HOURS, NOW) is None
