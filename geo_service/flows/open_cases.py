"""Issues that come from files get their cases, and cases follow what files say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_changes
from datetime import datetime

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.life_from_file import begun, in_line, retold, saying
from geo_service.domain.lifecycle import Stage
from geo_service.flows.find_responsible import find_responsible_for_all
from geo_service.flows.merge_issues import part
from geo_service.flows.wiring import Workspace
from geo_service.store import cases as stored_cases
from geo_service.store import deadlines as stored_deadlines
from geo_service.store import issues as stored_issues
from geo_service.store.database import Connection
from geo_service.store.upsert import Written


def keep_told(
    connection: Connection,
    workspace: Workspace,
    issues: Sequence[Issue],
    now: datetime,
    *,
    replace: bool,
) -> Written:
    """Keep what files tell of issues: new ones begin a life, known ones go on with theirs.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    workspace : Workspace
        Holds areas and streets.
    issues : sequence of Issue
        As told; of two with one id the later one stays.
    now : datetime
        With a zone; deadlines count from it.
    replace : bool
        Whether issues are removed that files told of before and do not tell of now. What was
        reported here stays.

    Returns
    -------
    Written
        Raises nothing of its own.
    """
    told = {issue.issue_id: issue for issue in issues}
    gone = stored_cases.told_ids(connection) - told.keys() if replace else set()
    stored_issues.discard(connection, gone)
    # Nobody shall move one of them between here and the end.
    stored_cases.lock_many(connection, told)
    known = {case.issue.issue_id: case for case in stored_cases.find_many(connection, told)}
    kept = [
        retold(known[issue_id], issue, now) if issue_id in known else issue
        for issue_id, issue in told.items()
    ]
    written = stored_issues.write(connection, kept)
    _follow(connection, workspace, kept, known, now)
    anew = {issue_id: saying(told[issue_id]) for issue_id in known}
    stored_cases.set_told(
        connection, {key: said for key, said in anew.items() if said != known[key].told}
    )
    return written + Written(removed=len(gone))


def _follow(
    connection: Connection,
    workspace: Workspace,
    issues: Sequence[Issue],
    known: Mapping[str, Case],
    now: datetime,
) -> None:
    """Begin the cases of new issues, and bring those of known ones into line with theirs."""
    hours = stored_deadlines.read(connection)
    answers = find_responsible_for_all(connection, workspace, issues)
    fresh, followed = [], []
    for issue, who in zip(issues, answers, strict=True):
        case = known.get(issue.issue_id)
        if case is None:
            fresh.append(begun(issue, who, hours, now))
        elif (changed := in_line(with_changes(case, issue=issue), who, hours, now)) is not None:
            followed.append((case, changed))
    stored_cases.add(connection, [case for case, _ in fresh], [move for _, move in fresh])
    stored_cases.change_many(connection, [changed for _, changed in followed])
    for case, (_, move) in followed:
        if case.stage is Stage.MERGED and move.to is not Stage.MERGED:
            part(connection, case, move, now)
