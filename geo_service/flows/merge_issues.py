"""An issue goes on in another one's place, and may part from it again."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

from geo_service.domain.case import Case, Move
from geo_service.domain.progress import note_on
from geo_service.errors import ForbiddenMove, RefusedFields
from geo_service.store import cases as stored_cases
from geo_service.store import supporters
from geo_service.store.database import Connection

PartnerCheck: TypeAlias = Callable[[Case], None]


def accept_partner(into: Case) -> None:
    """Have nothing against an issue that is to go on."""
    del into


def no_issue_to_go_on() -> RefusedFields:
    """Make the error for an issue that is not there, or of which whoever asks may not know."""
    return RefusedFields({"merged_into": "There is no issue with this id."})


def merge(
    connection: Connection,
    case: Case,
    into_id: str,
    move: Move,
    now: datetime,
    check: PartnerCheck = accept_partner,
) -> None:
    """Bring what a merged issue has to the one that goes on: its reporter and supporters.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which the issue is merged.
    case : Case
        Of the issue that ends.
    into_id : str
        The one that goes on.
    move : Move
        That merges it; the other one tells of it too.
    now : datetime
        With a zone.
    check : callable
        Told of the issue that goes on, before anything else is said of it; what it raises keeps
        all as it is.

    Raises
    ------
    RefusedFields
        If there is no issue that could go on.
    ForbiddenMove
        If that one is over itself.
    """
    issue_id = case.issue.issue_id
    into = stored_cases.find_to_change(connection, into_id)
    if into is None:
        raise no_issue_to_go_on()
    check(into)
    if not into.is_open:
        raise ForbiddenMove(
            "The issue that is to go on is over itself.",
            where="merged_into",
            remedy="Name an open one, or reopen it first.",
        )
    riders = {*supporters.of_issue(connection, issue_id), case.reporter}
    for rider in sorted(riders - {"", into.reporter}):
        supporters.add(connection, into_id, rider, now, through=issue_id)
    _note(connection, into, issue_id, move, now)


def part(
    connection: Connection,
    case: Case,
    move: Move,
    now: datetime,
    check: PartnerCheck = accept_partner,
) -> None:
    """Take back what an issue brought to the one it was merged into.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``, in which the issue is reopened.
    case : Case
        As it was when it was merged; the issue that went on may be gone.
    move, now, check
        As for `merge`. Raises nothing of its own.
    """
    into = stored_cases.find_to_change(connection, case.merged_into)
    if into is None:
        return
    check(into)
    issue_id = case.issue.issue_id
    supporters.remove_through(connection, case.merged_into, issue_id)
    _note(connection, into, issue_id, move, now)


def _note(connection: Connection, into: Case, issue_id: str, move: Move, now: datetime) -> None:
    noted, note = note_on(
        into, move.why, by=move.by, who=move.who, now=now, other_issue_id=issue_id
    )
    stored_cases.change(connection, noted, note)
