"""Somebody looks an issue up: staff, the rider who reported it, or anybody."""

from collections.abc import Mapping

from geo_service.domain.area import Body
from geo_service.domain.case import Case
from geo_service.domain.case_file import CaseFile, Reader
from geo_service.domain.category import Category
from geo_service.errors import NotFound
from geo_service.flows.check_keys import is_rider, is_staff
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
        return _file(connection, case, reader), reader


def reader_of(key: Key | None, case: Case) -> Reader | None:
    """Say by whose rights the holder of a key reads a case; None: by none. Raises nothing."""
    if is_staff(key):
        return Reader.STAFF
    if is_rider(key, case.reporter):
        return Reader.REPORTER
    return Reader.PUBLIC if case.issue.approved else None


def categories_by_name(connection: Connection) -> dict[str, Category]:
    """Return all categories by what issues call them. Raises nothing of its own."""
    return {known.category: known for known in stored_categories.read_all(connection)}


def category_of(categories: Mapping[str, Category], name: str) -> Category:
    """Return a category; one that the table lacks is known by its name alone. Raises nothing."""
    return categories.get(name) or Category(name, name)


def bodies_by_id(connection: Connection) -> dict[str, Body]:
    """Return all bodies by id. Raises nothing of its own."""
    return {body.body_id: body for body in stored_areas.read_bodies(connection)}


def _file(connection: Connection, case: Case, reader: Reader) -> CaseFile:
    issue_id = case.issue.issue_id
    into = stored_cases.merged_into(connection, issue_id)
    if reader is not Reader.STAFF:
        into = [
            one.issue.issue_id
            for one in stored_cases.find_many(connection, into)
            if one.issue.approved
        ]
    return CaseFile(
        case=case,
        category=category_of(categories_by_name(connection), case.issue.category),
        body=bodies_by_id(connection).get(case.body_id),
        moves=tuple(stored_cases.history(connection, issue_id)),
        photos=tuple(stored_photos.of_issue(connection, issue_id)),
        supporters=supporters.count(connection, issue_id),
        merged_from=tuple(into),
        answers=stored_tasks.counts_of_issue(connection, issue_id),
    )
