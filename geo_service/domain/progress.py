"""Moving an issue on: what a move makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime

from geo_service.domain.case import Case, Move
from geo_service.domain.category import Deadlines, due_at
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage, check_move, is_over
from geo_service.errors import ForbiddenMove, RefusedFields

NEEDS_WHY = frozenset(
    {
        (Stage.COLLECTED, Stage.REJECTED),
        (Stage.FILED, Stage.REJECTED),
        (Stage.DISPATCHED, Stage.REJECTED),
        (Stage.REOPENED, Stage.REJECTED),
        (Stage.REPORTED_BACK, Stage.HANDLING),
        (Stage.CLOSED, Stage.REOPENED),
        (Stage.RATED, Stage.REOPENED),
        (Stage.REJECTED, Stage.REOPENED),
        (Stage.MERGED, Stage.REOPENED),
    }
)
"""Whoever undoes what another did, or sends somebody away, says why."""
BEST_RATING = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to become of an issue."""

    to: Stage
    why: str = ""
    body_id: str = ""
    """Who is to answer for it; blank: who does now."""
    photo_id: str = ""
    merged_into: str = ""
    """With the stage merged: the issue that goes on."""
    rating: int | None = None
    """With the stage rated: from 1 to 5."""


def move_on(
    case: Case,
    wanted: Wanted,
    *,
    by: Mover,
    who: str = "",
    now: datetime,
    deadlines: Deadlines,
) -> tuple[Case, Move]:
    """Make a move.

    Parameters
    ----------
    case : Case
        As it stands.
    wanted : Wanted
        Where it is to go.
    by, who : Mover, str
        Who moves it, see ``Move.who``.
    now : datetime
        With a zone.
    deadlines : mapping
        Hours by category and stage.

    Returns
    -------
    case, move : Case, Move
        The move's number is left to the store: 0.

    Raises
    ------
    ForbiddenMove
        If life does not allow it, or nobody would answer for a dispatched issue.
    RefusedFields
        If a reason, the other issue or the rating is missing, or given where it means nothing.
    """
    check_move(case.stage, wanted.to, by)
    _check_fields(case, wanted)
    body_id = wanted.body_id or case.body_id
    if wanted.to is Stage.DISPATCHED and not body_id:
        raise ForbiddenMove(
            "Nobody answers for the place of this issue, so it can't be dispatched by itself.",
            where="body_id",
            remedy="Name the body it goes to.",
        )
    moved = replace(
        case,
        issue=_lived(case.issue, case.stage, wanted.to, now),
        stage=wanted.to,
        updated_at=now,
        body_id=body_id,
        due_at=None
        if is_over(wanted.to)
        else due_at(deadlines, case.issue.category, wanted.to, now),
        merged_into=wanted.merged_into,
        rating=wanted.rating if wanted.to is Stage.RATED else case.rating,
    )
    move = Move(
        issue_id=case.issue.issue_id,
        number=0,
        moved_at=now,
        stage=case.stage,
        to=wanted.to,
        by=by,
        who=who,
        why=wanted.why,
        body_id=body_id,
        photo_id=wanted.photo_id,
        other_issue_id=wanted.merged_into or case.merged_into,
    )
    return moved, move


def note_on(
    case: Case, why: str, *, by: Mover, who: str = "", now: datetime, other_issue_id: str = ""
) -> tuple[Case, Move]:
    """Write something down about an issue, which stays where it stands. Raises nothing."""
    move = Move(
        issue_id=case.issue.issue_id,
        number=0,
        moved_at=now,
        stage=case.stage,
        to=case.stage,
        by=by,
        who=who,
        why=why,
        body_id=case.body_id,
        other_issue_id=other_issue_id,
    )
    return replace(case, updated_at=now), move


def confirmed(case: Case, now: datetime) -> Case:
    """Keep that somebody has seen that the problem is still there. Raises nothing."""
    return replace(case, issue=replace(case.issue, confirmed_at=now), updated_at=now)


def _check_fields(case: Case, wanted: Wanted) -> None:
    faults = {}
    if (case.stage, wanted.to) in NEEDS_WHY and not wanted.why.strip():
        faults["why"] = "Say why."
    if wanted.to is Stage.MERGED:
        if not wanted.merged_into:
            faults["merged_into"] = "Name the issue that goes on."
        elif wanted.merged_into == case.issue.issue_id:
            faults["merged_into"] = "An issue can't be merged into itself."
    elif wanted.merged_into:
        faults["merged_into"] = "Only an issue that is merged names another."
    if wanted.to is Stage.RATED:
        if wanted.rating is None or not 1 <= wanted.rating <= BEST_RATING:
            faults["rating"] = f"It must be a whole number from 1 to {BEST_RATING}."
    elif wanted.rating is not None:
        faults["rating"] = "Only an issue that is rated has a rating."
    if faults:
        raise RefusedFields(faults)


def _lived(issue: Issue, stage: Stage, to: Stage, now: datetime) -> Issue:
    """End or begin an open interval of an issue."""
    if is_over(to) and not is_over(stage):
        # A clock may have been set back: nothing is closed before it was opened.
        end = max(now, issue.open_intervals[-1][0])
        if issue.reopened:
            last, _ = issue.reopened[-1]
            return replace(issue, reopened=(*issue.reopened[:-1], (last, end)))
        return replace(issue, closed_at=end)
    if is_over(stage) and not is_over(to):
        start = max(now, issue.open_intervals[-1][1] or now)
        return replace(issue, reopened=(*issue.reopened, (start, None)))
    return issue
