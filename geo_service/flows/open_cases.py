"""Issues that come from files get their cases, and cases follow what files say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from geo_service.domain.case import Case, Move
from geo_service.domain.category import Deadlines, due_at
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.responsibility import Responsible
from geo_service.flows.find_responsible import find_responsible_for_all
from geo_service.flows.wiring import Workspace
from geo_service.geometry.unit import unit_of
from geo_service.store import cases as stored_cases
from geo_service.store import deadlines as stored_deadlines
from geo_service.store.database import Connection

FROM_FILE = "来自文件 Loaded from a file."


def open_cases(
    connection: Connection, workspace: Workspace, issues: Sequence[Issue], now: datetime
) -> None:
    """Give issues that were just written a case each, or bring theirs into line with them.

    Parameters
    ----------
    connection : Connection
        The transaction in which the issues were written.
    workspace : Workspace
        Holds areas and streets.
    issues : sequence of Issue
        As written, each id once.
    now : datetime
        With a zone; deadlines count from it.

    Notes
    -----
    A file says no more than when an issue was open, so a new case is closed, or filed, or, if
    staff have not approved it, collected. Where a known case is over and the file says that the
    issue is open, or the other way round, the file is believed. Raises nothing of its own.
    """
    hours = stored_deadlines.read(connection)
    responsible = find_responsible_for_all(connection, workspace, issues)
    known = {
        case.issue.issue_id: case
        for case in stored_cases.find_many(connection, [issue.issue_id for issue in issues])
    }
    fresh = [
        _opened(issue, who, hours, now)
        for issue, who in zip(issues, responsible, strict=True)
        if issue.issue_id not in known
    ]
    stored_cases.add(connection, [case for case, _ in fresh], [move for _, move in fresh])
    for issue, who in zip(issues, responsible, strict=True):
        if issue.issue_id in known:
            _bring_into_line(connection, known[issue.issue_id], who, hours, now)


def _opened(issue: Issue, who: Responsible, hours: Deadlines, now: datetime) -> tuple[Case, Move]:
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
    move = Move(
        issue_id=issue.issue_id,
        number=1,
        moved_at=now,
        stage=stage,
        to=stage,
        by=Mover.SYSTEM,
        why=FROM_FILE,
        body_id=who.body_id,
    )
    return case, move


def _bring_into_line(
    connection: Connection, case: Case, who: Responsible, hours: Deadlines, now: datetime
) -> None:
    """Let a known case follow its issue, which a file has just made anew."""
    issue = case.issue
    stage = case.stage
    if case.is_open != issue.still_open:
        stage = Stage.REOPENED if issue.still_open else Stage.CLOSED
    elsewhere = (who.area_id, case.unit) != (case.area_id, unit_of(issue.lon, issue.lat))
    if stage is case.stage and not elsewhere:
        return
    followed = replace(
        case,
        stage=stage,
        unit=unit_of(issue.lon, issue.lat),
        updated_at=now,
        area_id=who.area_id,
        body_id=who.body_id if elsewhere else case.body_id,
        due_at=due_at(hours, issue.category, stage, now) if issue.still_open else None,
        merged_into=case.merged_into if stage is case.stage else "",
    )
    move = Move(
        issue_id=issue.issue_id,
        number=0,
        moved_at=now,
        stage=case.stage,
        to=stage,
        by=Mover.SYSTEM,
        why=FROM_FILE,
        body_id=followed.body_id,
    )
    stored_cases.change(connection, followed, move)
