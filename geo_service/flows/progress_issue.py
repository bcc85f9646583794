"""An issue moves on: through its stages, into another, or into sight."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime

from geo_service.domain.case import Case
from geo_service.domain.credit import Reason
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.progress import Wanted, move_on, note_on
from geo_service.errors import (
    ForbiddenMove,
    MovedMeanwhile,
    NoKey,
    NotAllowed,
    NotFound,
    RefusedFields,
)
from geo_service.flows.answer_once import (
    answered_before,
    keep_answer,
    once_more_if_unknown,
    sent_by,
)
from geo_service.flows.award_credits import award
from geo_service.flows.check_keys import (
    NO_ISSUE,
    is_rider,
    is_staff,
    outside_areas,
    require_rider,
    require_staff_of,
)
from geo_service.flows.merge_issues import (
    PartnerCheck,
    accept_partner,
    merge,
    no_issue_to_go_on,
    part,
)
from geo_service.flows.show_issue import reader_of
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import cases as stored_cases
from geo_service.store import deadlines as stored_deadlines
from geo_service.store import photos as stored_photos
from geo_service.store import supporters
from geo_service.store.database import Connection
from geo_service.store.keys import Key


def progress_issue(
    workspace: Workspace,
    key: Key | None,
    issue_id: str,
    wanted: Wanted,
    now: datetime,
    *,
    idempotency_key: str = "",
    seen: int | None = None,
) -> Case:
    """Move an issue on, as staff or as the rider who reported it.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key or None
        Of whoever moves it.
    issue_id : str
        A known one.
    wanted : Wanted
        Where it is to go, and why.
    now : datetime
        With a zone.
    idempotency_key : str
        Of the sender's making: under the same key a move is made once. Blank: none.
    seen : int, optional
        The number of the last move that whoever moves it knew of, 0 for none: if it is no longer
        the last, nothing is done. None: whatever came between.

    Returns
    -------
    Case
        As it stands now; once this returns, it is on disk.

    Raises
    ------
    NoKey, NotAllowed
        If the key is none of staff of its area and did not report it, or an issue that is merged
        or parted with it is of other areas.
    NotFound
        If there is no such issue, or the holder of the key may not know of it.
    ForbiddenMove
        If its life does not allow it.
    MovedMeanwhile
        If it is no longer as it was seen.
    RefusedFields
        If a reason is missing, or a body, photo or issue named is not there.
    WrongUsage
        If the idempotency key was used for another move.
    """

    def doing() -> Case:
        with changing(workspace, issue_id, wanted.merged_into) as (connection, case):
            by, who = mover_of(key, case)
            sent = sent_by(who, idempotency_key, {"issue_id": issue_id, **asdict(wanted)})
            if idempotency_key and answered_before(connection, sent, now) is not None:
                return case
            if seen is not None and stored_cases.last_number(connection, issue_id) != seen:
                raise MovedMeanwhile(
                    "Somebody else has moved this issue on meanwhile; nothing was done.",
                    remedy="Look at it anew.",
                )
            _check_named(connection, issue_id, wanted)
            check = _partner_check(key, case) if by is Mover.STAFF else accept_partner
            moved = apply_move(
                connection, workspace, case, wanted, by=by, who=who, now=now, check=check
            )
            if idempotency_key:
                keep_answer(connection, sent, issue_id, now)
            return moved

    # Without a key whoever sent it is asked to look.
    return once_more_if_unknown(doing) if idempotency_key else doing()


def approve_issue(
    workspace: Workspace, issue_id: str, key: Key, now: datetime, *, approved: bool
) -> Case:
    """Let everybody see an issue, or nobody but staff and its reporter.

    Raises
    ------
    NotAllowed
        If the key is not of staff of its area.
    NotFound
        If there is no such issue, or it is hidden from the key.
    """
    with changing(workspace, issue_id) as (connection, case):
        require_staff_of(key, case)
        if case.issue.approved is approved:
            return case
        why = "公开 Shown to everybody." if approved else "不公开 Hidden from the public."
        noted, move = note_on(case, why, by=Mover.STAFF, who=key.key_id, now=now)
        shown = replace(noted, issue=replace(noted.issue, approved=approved))
        stored_cases.change(connection, shown, move)
        return shown


def support_issue(workspace: Workspace, key: Key | None, issue_id: str, now: datetime) -> int:
    """Count a rider among those who see an open issue too.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    key : Key or None
        The rider's.
    issue_id : str
        A known one.
    now : datetime
        With a zone.

    Returns
    -------
    int
        How many do now. The same rider counts once.

    Raises
    ------
    NoKey, NotAllowed
        If the key is not a rider's.
    NotFound
        If there is no such issue, or not everybody may see it.
    ForbiddenMove
        If it is over, or the rider's own.
    """
    rider = require_rider(key)
    with changing(workspace, issue_id) as (connection, case):
        if reader_of(key, case) is None:
            raise _unknown()
        if not case.is_open:
            raise ForbiddenMove("This issue is over; report it anew if the problem is there again.")
        if case.reporter == rider:
            raise ForbiddenMove("You have reported this issue yourself.")
        supporters.add(connection, issue_id, rider, now)
        return supporters.count(connection, issue_id)


@contextmanager
def changing(
    workspace: Workspace, issue_id: str, other_id: str = ""
) -> Iterator[tuple[Connection, Case]]:
    """Give a case to change, in a transaction that keeps all of it or nothing.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    issue_id : str
        Of the case.
    other_id : str
        Of another that is changed with it; blank: none. Two who change both wait for each other.

    Raises
    ------
    NotFound
        If there is no such issue.
    """
    with workspace.database.writing() as connection:
        stored_cases.lock_many(connection, {issue_id, other_id} - {""})
        case = stored_cases.find_to_change(connection, issue_id)
        if case is None:
            raise _unknown()
        yield connection, case


def apply_move(
    connection: Connection,
    workspace: Workspace,
    case: Case,
    wanted: Wanted,
    *,
    by: Mover,
    who: str = "",
    now: datetime,
    check: PartnerCheck = accept_partner,
) -> Case:
    """Make a move within a transaction, with all that follows from it.

    A filed issue is shown to everybody if staff filed it, and its reporter gets points; a merged
    one brings its supporters along, and one that is reopened takes them back. The issue that goes
    on, or did, is shown to ``check`` first.

    Raises
    ------
    ForbiddenMove, RefusedFields
        As `move_on` does, and if the issue it is merged into is over.
    """
    hours = stored_deadlines.read(connection)
    moved, move = move_on(case, wanted, by=by, who=who, now=now, deadlines=hours)
    if moved.stage is Stage.FILED:
        award(
            connection,
            workspace.settings,
            case.reporter,
            Reason.REPORT_CONFIRMED,
            f"report:{case.issue.issue_id}",
            now,
        )
        if by is Mover.STAFF:
            moved = replace(moved, issue=replace(moved.issue, approved=True))
    stored_cases.change(connection, moved, move)
    if moved.stage is Stage.MERGED:
        merge(connection, case, wanted.merged_into, move, now, check)
    elif case.stage is Stage.MERGED:
        part(connection, case, move, now, check)
    return moved


def mover_of(key: Key | None, case: Case) -> tuple[Mover, str]:
    """Say as what the holder of a key moves an issue.

    Raises
    ------
    NoKey
        If there is no key.
    NotAllowed
        If the key is neither of staff of its area nor its reporter's.
    NotFound
        If nor may its holder see the case: whether there is one stays untold.
    """
    if key is None:
        raise NoKey("This needs a key.", remedy="Send Authorization: Bearer KEY.")
    if is_staff(key, case.area_id):
        return Mover.STAFF, key.key_id
    if is_rider(key, case.reporter):
        return Mover.REPORTER, key.rider
    if reader_of(key, case) is None:
        raise _unknown()
    if key.areas:
        raise outside_areas()
    raise NotAllowed("Only staff, and the rider who reported it, may move this issue on.")


def _unknown() -> NotFound:
    return NotFound(NO_ISSUE)


def _check_named(connection: Connection, issue_id: str, wanted: Wanted) -> None:
    faults = {}
    if wanted.body_id and stored_areas.find_body(connection, wanted.body_id) is None:
        faults["body_id"] = "There is no such body."
    if wanted.photo_id:
        photo = stored_photos.find(connection, wanted.photo_id)
        if photo is None or photo.issue_id != issue_id:
            faults["photo_id"] = "This issue has no such photo."
    if faults:
        raise RefusedFields(faults)


def _partner_check(key: Key | None, case: Case) -> PartnerCheck:
    """Let staff of some areas merge, or part, only what is of their areas on both sides."""

    def check(into: Case) -> None:
        if is_staff(key, into.area_id):
            return
        if into.issue.approved or into.issue.issue_id == case.merged_into:
            raise outside_areas()
        raise no_issue_to_go_on()

    return check
