from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.life_from_file import FROM_FILE, begun, in_line, retold, saying
from geo_service.domain.lifecycle import ENDED, OPEN, Mover, Stage
from geo_service.domain.responsibility import Responsible

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
REPORTED, CLOSED = NOW - 48 * HOUR, NOW - 24 * HOUR
HERE = Responsible("area", "community")
HOURS = {("*", stage): 5.0 for stage in OPEN}
ISSUE = Issue("i", "water", 112.145, 32.0401, REPORTED)
CASE = Case(
    ISSUE,
    Stage.HANDLING,
    "49SFR081454",
    NOW - HOUR,
    "area",
    "by hand",
    due_at=NOW + HOUR,
    escalations=1,
    reporter="rider",
)
FARTHER_NORTH = replace(ISSUE, lat=32.041)
"""In the square of 100 m beside that of the issue."""


@pytest.mark.parametrize(
    ("issue", "stage"),
    [
        (ISSUE, Stage.FILED),
        (replace(ISSUE, approved=False), Stage.COLLECTED),
        (replace(ISSUE, closed_at=CLOSED), Stage.CLOSED),
        (replace(ISSUE, closed_at=CLOSED, approved=False), Stage.CLOSED),
    ],
)
def test_a_life_begins_as_the_file_says(issue: Issue, stage: Stage) -> None:
    still_open = stage is not Stage.CLOSED
    case, move = begun(issue, HERE, HOURS, NOW)
    assert case == Case(
        issue,
        stage,
        "49SFR081454",
        NOW if still_open else CLOSED,
        "area",
        "community",
        due_at=NOW + 5 * HOUR if still_open else None,
        told=saying(issue),
    )
    assert move == Move("i", 1, NOW, stage, stage, Mover.SYSTEM, why=FROM_FILE, body_id="community")


def test_a_file_that_says_nothing_new_changes_nothing() -> None:
    said_anew = replace(ISSUE, description="还在", confirmed_at=NOW)
    assert in_line(replace(CASE, issue=said_anew), HERE, HOURS, NOW) is None
    over = replace(CASE, issue=replace(ISSUE, closed_at=CLOSED), stage=Stage.RATED)
    assert in_line(over, HERE, HOURS, NOW) is None


@pytest.mark.parametrize("stage", sorted(OPEN))
def test_what_the_file_says_is_closed_is_closed(stage: Stage) -> None:
    known = replace(CASE, stage=stage, issue=replace(ISSUE, closed_at=CLOSED))
    changed = in_line(known, HERE, HOURS, NOW)
    assert changed is not None
    case, move = changed
    assert case == replace(known, stage=Stage.CLOSED, updated_at=NOW, due_at=None)
    assert (move.stage, move.to, move.moved_at) == (stage, Stage.CLOSED, NOW)
    assert (move.body_id, move.by) == ("by hand", Mover.SYSTEM)


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_what_the_file_says_is_open_is_open_again(stage: Stage) -> None:
    known = replace(CASE, stage=stage, due_at=None, merged_into="other")
    changed = in_line(known, HERE, HOURS, NOW)
    assert changed is not None
    case, move = changed
    assert (case.stage, case.due_at, case.merged_into) == (Stage.REOPENED, NOW + 5 * HOUR, "")
    assert (move.stage, move.to) == (stage, Stage.REOPENED)


def test_in_the_same_area_whoever_has_it_keeps_it_and_its_deadline() -> None:
    moved = replace(CASE, issue=FARTHER_NORTH)
    changed = in_line(moved, HERE, HOURS, NOW)
    assert changed is not None
    case, move = changed
    assert case == replace(moved, unit="49SFR081455", updated_at=NOW)
    assert (move.stage, move.to, move.body_id) == (Stage.HANDLING, Stage.HANDLING, "by hand")


def test_in_another_area_its_body_answers_and_has_the_whole_time() -> None:
    merged = replace(
        CASE, stage=Stage.MERGED, issue=replace(ISSUE, closed_at=CLOSED), merged_into="other"
    )
    for known, due_at in ((CASE, NOW + 5 * HOUR), (merged, None)):
        changed = in_line(known, Responsible("there", "elsewhere"), HOURS, NOW)
        assert changed is not None
        case, move = changed
        assert (case.area_id, case.body_id, move.body_id) == ("there", "elsewhere", "elsewhere")
        assert (case.stage, case.due_at) == (known.stage, due_at)
        assert case.merged_into == known.merged_into


LATER = NOW + timedelta(days=3)


@pytest.mark.parametrize("before", ["", "open shown", "open hidden", "over shown", "over hidden"])
@pytest.mark.parametrize("told_open", [True, False])
@pytest.mark.parametrize("told_shown", [True, False])
@pytest.mark.parametrize("known_open", [True, False])
@pytest.mark.parametrize("known_shown", [True, False])
def test_a_file_is_believed_where_it_says_something_else_than_before(
    before: str, *, told_open: bool, told_shown: bool, known_open: bool, known_shown: bool
) -> None:
    known = replace(ISSUE, closed_at=None if known_open else CLOSED, approved=known_shown)
    told = replace(
        ISSUE, closed_at=None if told_open else CLOSED, approved=told_shown, description="anew"
    )
    stage = Stage.FILED if known_open else Stage.CLOSED
    made = retold(replace(CASE, issue=known, stage=stage, told=before), told, LATER)
    said_open = {"open": True, "over": False}.get(before.partition(" ")[0])
    said_shown = {"shown": True, "hidden": False}.get(before.partition(" ")[2])
    assert made.still_open == (told_open if told_open is not said_open else known_open)
    assert made.approved == (told_shown if told_shown is not said_shown else known_shown)
    assert made.description == "anew"
    if made.still_open and not known_open:
        assert made.open_intervals == ((ISSUE.reported_at, CLOSED), (LATER, None))
    elif made.still_open == known_open:
        assert made.open_intervals == known.open_intervals


def test_a_reopened_issue_ends_where_the_file_says_but_not_before_it_was_reopened() -> None:
    again = replace(ISSUE, closed_at=CLOSED, reopened=((LATER, None),))
    case = replace(CASE, issue=again, stage=Stage.REOPENED, told="open shown")
    made = retold(case, replace(ISSUE, closed_at=CLOSED), NOW)
    assert made.open_intervals == ((ISSUE.reported_at, CLOSED), (LATER, LATER))
