"""Somebody looks an issue up: staff, the rider who reported it, or anybody."""

from collections.abc import Collection
from dataclasses import replace

from geo_service.domain.case import Case
from geo_service.domain.case_file import CaseFile, Reader
from geo_service.errors import NotFound
from geo_service.flows.check_keys import is_rider, is_staff
from geo_service.flows.track_report import issue_of_token
from geo_service.flows.wiring import Workspace
from geo_service.store import areas as stored_areas
from geo_service.store import cases as stored_cases
from geo_service.store import categories as stored_categories
from geo_service.store import photos as stored_photos
from geo_service.store import supporters
from geo_service.store import tasks as stored_tasks
from geo_service.store.database import Connection
from geo_service.store.keys import Key


def show_issue(workspace: Workspace, key: Key | None, issue_id: str) -> tuple[CaseFile, Reader]:
    """Return the file of an issue, and by whose rights it is read.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    key : Key or None
        Of who looks; None: anybody.
    issue_id : str
        A known one.

    Raises
    ------
    NotFound
        If there is no such issue, or whoever looks may not know of it.
    """
    with workspace.database.reading() as connection:
        case = stored_cases.find(connection, issue_id)
        if case is None or (reader := reader_of(key, case)) is None:
            raise NotFound("There is no issue with this id.")
        return _file(connection, key, case), reader


def show_reported(workspace: Workspace, token: str) -> CaseFile:
    """Return the file of a report to whoever holds its token, as its reporter may read it.

    Parameters
    ----------
    workspace : Workspace
        Opened.
    token : str
        See ``flows/track_report.py``.

    Raises
    ------
    NotFound
        If it is no token, or its issue is no longer there.
    NotReady
        If the riders' key is damaged.
    """
    issue_id = issue_of_token(workspace, token)
    with workspace.database.reading() as connection:
        case = stored_cases.find(connection, issue_id)
        if case is None:
            raise NotFound("There is no issue with this id.")
        return _file(connection, None, case)


def reader_of(key: Key | None, case: Case) -> Reader | None:
    """Say by whose rights the holder of a key reads a case; None: by none. Raises nothing.

    To staff of other areas it is what it is to everybody.
    """
    if is_staff(key, case.area_id):
        return Reader.STAFF
    if is_rider(key, case.reporter):
        return Reader.REPORTER
    return Reader.PUBLIC if case.issue.approved else None


def known_to(connection: Connection, key: Key | None, issue_ids: Collection[str]) -> set[str]:
    """Return those of some issues that the holder of a key may know of. Raises nothing."""
    found = stored_cases.find_many(connection, issue_ids)
    return {case.issue.issue_id for case in found if reader_of(key, case) is not None}


def _file(connection: Connection, key: Key | None, case: Case) -> CaseFile:
    """Put a file together; other issues in it are those that the holder of the key may see."""
    issue_id = case.issue.issue_id
    moves = stored_cases.history(connection, issue_id)
    merged_from = stored_cases.merged_into(connection, issue_id)
    others = {case.merged_into, *merged_from, *(move.other_issue_id for move in moves)} - {""}
    known = known_to(connection, key, others)
    told = [
        move if move.other_issue_id in known else replace(move, other_issue_id="") for move in moves
    ]
    category = case.issue.category
    return CaseFile(
        case=case if case.merged_into in known else replace(case, merged_into=""),
        category=stored_categories.by_code(connection, {category})[category],
        body=stored_areas.find_body(connection, case.body_id),
        moves=tuple(told),
        photos=tuple(stored_photos.of_issue(connection, issue_id)),
        supporters=supporters.count(connection, issue_id),
        merged_from=tuple(one for one in merged_from if one in known),
        answers=stored_tasks.counts_of_issue(connection, issue_id),
    )
