"""What a file makes of the life of an issue: begun as it says, and later brought into line with it.

A file says no more than when an issue was open.
"""

from dataclasses import replace
from datetime import datetime

from geo_service.domain.case import Case, Move
from geo_service.domain.category import Deadlines, due_at
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.responsibility import Responsible
from geo_service.geometry.unit import unit_of

FROM_FILE = "来自文件 Loaded from a file."


def begun(issue: Issue, who: Responsible, hours: Deadlines, now: datetime) -> tuple[Case, Move]:
    """Begin the life of an issue that is new.

    Parameters
    ----------
    issue : Issue
        As the file has it.
    who : Responsible
        Who answers for its place.
    hours : mapping
        Deadlines by category and stage; they count from now.
    now : datetime
        With a zone.

    Returns
    -------
    case, move : Case, Move
        Closed, or filed, or, if not everybody may see it, collected; and the first move. Raises
        nothing.
    """
    open_stage = Stage.FILED if issue.approved else Stage.COLLECTED
    stage = open_stage if issue.still_open else Stage.CLOSED
    case = Case(
        issue=issue,
        stage=stage,
        unit=unit_of(issue.lon, issue.lat),
        updated_at=issue.open_intervals[-1][1] or now,
        area_id=who.area_id,
        body_id=who.body_id,
        due_at=due_at(hours, issue.category, stage, now) if issue.still_open else None,
    )
    return case, replace(_move(case, stage, now), number=1)


def in_line(
    case: Case, who: Responsible, hours: Deadlines, now: datetime
) -> tuple[Case, Move] | None:
    """Let a known case follow its issue, which a file has just made anew.

    Parameters
    ----------
    case : Case
        As it stood, with its issue as the file has it.
    who, hours, now
        As for `begun`.

    Returns
    -------
    tuple of Case and Move, or None
        Where the case is over and the file says that the issue is open, or the other way round,
        the file is believed. In another area another body answers; in the same one whoever was
        given it by hand keeps it. The deadline counts anew for another stage or body. None:
        nothing has changed. Raises nothing.
    """
    issue = case.issue
    stage = case.stage
    if case.is_open != issue.still_open:
        stage = Stage.REOPENED if issue.still_open else Stage.CLOSED
    unit = unit_of(issue.lon, issue.lat)
    if (stage, unit, who.area_id) == (case.stage, case.unit, case.area_id):
        return None
    followed = replace(
        case,
        stage=stage,
        unit=unit,
        updated_at=now,
        area_id=who.area_id,
        body_id=case.body_id if who.area_id == case.area_id else who.body_id,
        merged_into=case.merged_into if stage is case.stage else "",
    )
    if (stage, followed.body_id) != (case.stage, case.body_id):
        due = due_at(hours, issue.category, stage, now) if issue.still_open else None
        followed = replace(followed, due_at=due)
    return followed, _move(followed, case.stage, now)


def _move(case: Case, stage: Stage, now: datetime) -> Move:
    """Tell how a case came to its stage."""
    return Move(
        issue_id=case.issue.issue_id,
        number=0,
        moved_at=now,
        stage=stage,
        to=case.stage,
        by=Mover.SYSTEM,
        why=FROM_FILE,
        body_id=case.body_id,
    )
