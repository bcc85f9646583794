"""Somebody reports a problem: checked, kept once, and answered for from the first moment."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from geo_service.domain.case import Case, Move
from geo_service.domain.category import due_at
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.domain.photo import Photo, StoredFile
from geo_service.domain.report import Report, check_report
from geo_service.domain.responsibility import Responsible
from geo_service.errors import NotFound
from geo_service.flows.answer_once import (
    Sent,
    answered_before,
    keep_answer,
    once_more_if_unknown,
    sent_by,
)
from geo_service.flows.check_keys import is_staff
from geo_service.flows.find_category import require_category
from geo_service.flows.find_responsible import find_responsible
from geo_service.flows.keep_photo import note_photos, prepare_photo, stored_files
from geo_service.flows.wiring import Workspace
from geo_service.geometry.unit import unit_of
from geo_service.store import cases as stored_cases
from geo_service.store import deadlines as stored_deadlines
from geo_service.store import issues as stored_issues
from geo_service.store.acting import act_makes
from geo_service.store.database import Connection
from geo_service.store.keys import Key

MOST_PHOTOS = 5
ID_BYTES = 6


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of a report."""

    case: Case
    repeated: bool
    """Whether it had been sent, and kept, before."""


def report_issue(
    workspace: Workspace,
    report: Report,
    *,
    key: Key | None,
    now: datetime,
    photos: Sequence[bytes] = (),
    idempotency_key: str = "",
) -> Reported:
    """Keep a report as an issue; what is sent again is the same issue.

    Parameters
    ----------
    workspace : Workspace
        Opened for writing.
    report : Report
        In WGS-84.
    key : Key or None
        Whose it is; None: somebody without a key. What staff report is
        public at once, in the areas of their key.
    now : datetime
        With a zone.
    photos : sequence of bytes
        JPEG, PNG or WebP, as they came.
    idempotency_key : str
        Of the sender's making, the same whenever the report is sent again; blank: what is
        reported with the same words at the same place within ten minutes is the same.

    Returns
    -------
    Reported
        Once this returns, the issue is on disk.

    Raises
    ------
    RefusedFields
        If the category, position, time, text, an answer or a photo can't be accepted.
    WrongUsage
        If the idempotency key was used for another report.
    """
    if photos or not workspace.database.on_postgresql:
        # To draw them takes long, and so may the turn to write, for which all wait on SQLite: what
        # is refused shall neither wait for it nor hold it.
        refuse_wrong_report(workspace, report, now)
    sent = sent_by("" if key is None else key.key_id, idempotency_key, _content(report, photos))
    drawn = [prepare_photo(workspace, data) for data in photos]
    return once_more_if_unknown(lambda: _keep_once(workspace, report, key, now, drawn, sent))


def _keep_once(
    workspace: Workspace,
    report: Report,
    key: Key | None,
    now: datetime,
    drawn: Sequence[Photo],
    sent: Sent,
) -> Reported:
    writing = workspace.database.writing(f"report {sent.sender} {sent.sent_key}")
    with stored_files(workspace, drawn) as files, writing as connection:
        # Whoever has sent the same just before has been answered by now.
        before = answered_before(connection, sent, now)
        if before is not None:
            files.drop()
            return Reported(_known(connection, before), repeated=True)
        # Areas may have been loaded meanwhile; in this turn nobody loads any.
        responsible = _accept(connection, workspace, report, now)
        case = _keep(connection, *_first_case(report, key, responsible, now), files.kept, now)
        keep_answer(connection, sent, case.issue.issue_id, now)
    return Reported(case, repeated=False)


def refuse_wrong_report(workspace: Workspace, report: Report, now: datetime) -> None:
    """Refuse what can't be reported, before its photos are looked at or anything is kept.

    Raises
    ------
    RefusedFields
        If the category, position, time, text or an answer can't be accepted.
    """
    with workspace.database.reading() as connection:
        _accept(connection, workspace, report, now)


def _accept(
    connection: Connection, workspace: Workspace, report: Report, now: datetime
) -> Responsible:
    """Say who answers for what can be reported; refuse the rest."""
    category = require_category(connection, report.category)
    check_report(report, category, now, workspace.settings.future_slack_s)
    return find_responsible(connection, workspace, report.lon, report.lat, report.category)


def _known(connection: Connection, issue_id: str) -> Case:
    case = stored_cases.find(connection, issue_id)
    if case is None:
        raise NotFound("This was reported before, and the issue has been removed since.")
    return case


def _content(report: Report, photos: Sequence[bytes]) -> dict[str, object]:
    return {
        "category": report.category,
        "lon": report.lon,
        "lat": report.lat,
        "description": report.description,
        "address": report.address,
        "seen_at": None if report.seen_at is None else report.seen_at.isoformat(),
        "answers": {code: list(given) for code, given in report.answers.items()},
        "photos": [hashlib.sha256(data).hexdigest() for data in photos],
    }


def _first_case(
    report: Report, key: Key | None, responsible: Responsible, now: datetime
) -> tuple[Case, Move]:
    by_staff = is_staff(key, responsible.area_id)
    issue = Issue(
        issue_id=f"r-{secrets.token_hex(ID_BYTES)}",
        category=report.category,
        lon=report.lon,
        lat=report.lat,
        # A draft may have been kept on a phone: the problem is there since it was seen.
        reported_at=min(now, report.seen_at or now),
        description=report.description.strip(),
        approved=by_staff,
        more={code: "; ".join(given) for code, given in report.answers.items() if any(given)},
    )
    case = Case(
        issue=issue,
        stage=Stage.COLLECTED,
        unit=unit_of(report.lon, report.lat),
        updated_at=now,
        area_id=responsible.area_id,
        body_id=responsible.body_id,
        reporter="" if key is None else key.rider,
        address=report.address.strip(),
    )
    move = Move(
        issue_id=issue.issue_id,
        number=1,
        moved_at=now,
        stage=Stage.COLLECTED,
        to=Stage.COLLECTED,
        by=Mover.STAFF if by_staff else Mover.REPORTER,
        who=key.key_id if key is not None and by_staff else case.reporter,
        body_id=responsible.body_id,
    )
    return case, move


def _keep(
    connection: Connection, case: Case, move: Move, files: Sequence[StoredFile], now: datetime
) -> Case:
    """Write an issue with its case, first move and photos; return the case with its deadline."""
    hours = stored_deadlines.read(connection)
    due = replace(case, due_at=due_at(hours, case.issue.category, case.stage, now))
    act_makes("issue", case.issue.issue_id)
    stored_issues.add(connection, case.issue)
    stored_cases.add(connection, [due], [move])
    note_photos(
        connection,
        case.issue.issue_id,
        files,
        now=now,
        rider=case.reporter,
        approved=case.issue.approved,
    )
    return due
