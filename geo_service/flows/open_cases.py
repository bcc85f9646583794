"""Issues that come from files get their cases, and cases follow what files say."""

from collections.abc import Sequence
from datetime import datetime

from geo_service.domain.issue import Issue
from geo_service.domain.life_from_file import begun, in_line
from geo_service.domain.lifecycle import Stage
from geo_service.flows.find_responsible import find_responsible_for_all
from geo_service.flows.merge_issues import part
from geo_service.flows.wiring import Workspace
from geo_service.store import cases as stored_cases
from geo_service.store import deadlines as stored_deadlines
from geo_service.store.database import Connection


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
        With a zone; deadlines count from it. Raises nothing of its own.
    """
    hours = stored_deadlines.read(connection)
    issue_ids = [issue.issue_id for issue in issues]
    answers = find_responsible_for_all(connection, workspace, issues)
    who = dict(zip(issue_ids, answers, strict=True))
    # Nobody shall move one of them between here and the end.
    stored_cases.lock_many(connection, issue_ids)
    known = {case.issue.issue_id: case for case in stored_cases.find_many(connection, issue_ids)}
    fresh = [
        begun(issue, who[issue.issue_id], hours, now)
        for issue in issues
        if issue.issue_id not in known
    ]
    stored_cases.add(connection, [case for case, _ in fresh], [move for _, move in fresh])
    followed = [
        (case, changed)
        for issue_id, case in known.items()
        if (changed := in_line(case, who[issue_id], hours, now)) is not None
    ]
    stored_cases.change_many(connection, [changed for _, changed in followed])
    for case, (_, move) in followed:
        if case.stage is Stage.MERGED and move.to is not Stage.MERGED:
            part(connection, case, move, now)
