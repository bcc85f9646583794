"""What a file makes of the life of an issue: begun as it says, and later brought into line with it.

A file says no more than when an issue was open.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from geo_service.domain.case import Case, Move
from geo_service.domain.category import Deadlines, due_at
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.responsibility import Responsible
from geo_service.geometry.unit import unit_of

Life: TypeAlias = tuple[datetime | None, tuple[tuple[datetime, datetime | None], ...]]
"""When an issue was closed first, and its later open intervals."""
FROM_FILE = "来自文件 Loaded from a file."


def saying(issue: Issue) -> str:
    """Put in few words what a file says of an issue: open or over, and shown or hidden.

    Raises nothing.
    """
    life = "open" if issue.still_open else "over"
    return f"{life} {'shown' if issue.approved else 'hidden'}"


def retold(case: Case, told: Issue, now: datetime) -> Issue:
    """Make of a known issue what a file tells of it anew.

    A file that is loaded each night would else undo each night what people have done since: so
    whether the issue is open, and whether everybody may see it, follow the file only where it
    says something else than the file before.

    Parameters
    ----------
    case : Case
        As it stands.
    told : Issue
        As the file has it, under the same id.
    now : datetime
        With a zone.

    Returns
    -------
    Issue
        What else the file says replaces what was known; the later confirmation stays. Raises
        nothing.
    """
    known = case.issue
    before, after = case.told.split(), saying(told).split()
    closed_at, reopened = known.closed_at, known.reopened
    if told.still_open != known.still_open and after[:1] != before[:1]:
        closed_at, reopened = _lived_on(known, told, now)
    elif told.still_open == known.still_open and not reopened:
        closed_at = told.closed_at
    confirmations = [one for one in (known.confirmed_at, told.confirmed_at) if one is not None]
    return replace(
        told,
        approved=told.approved if after[1:] != before[1:] else known.approved,
        closed_at=None if closed_at is None else max(closed_at, told.reported_at),
        reopened=reopened,
        confirmed_at=max(confirmations, default=None),
    )


def _lived_on(known: Issue, told: Issue, now: datetime) -> Life:
    """End the last open interval of an issue, or begin another, as the file says."""
    start, end = known.open_intervals[-1]
    if told.still_open:
        return known.closed_at, (*known.reopened, (max(now, end or now), None))
    over = max(told.open_intervals[-1][1] or now, start)
    if not known.reopened:
        return over, ()
    return known.closed_at, (*known.reopened[:-1], (start, over))


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
        told=saying(issue),
    )
    return case, replace(_move(case, stage, now), number=1)


def in_line(
    case: Case, who: Responsible, hours: Deadlines, now: datetime
) -> tuple[Case, Move] | None:
    """Let a known case follow its issue, which a file has just made anew.

    Parameters
    ----------
    case : Case
        As it stood, with its issue as `retold` made it.
    who, hours, now
        As for `begun`.

    Returns
    -------
    tuple of Case and Move, or None
        Where the case is over and the issue is open now, or the other way round, it is reopened
        or closed. In another area another body answers; in the same one whoever was
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
