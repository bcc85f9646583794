"""Riders who say that they see an issue too, in the database."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update

from geo_service.store.case_schema import supporters
from geo_service.store.change_journal import ISSUES, note_change
from geo_service.store.insert_once import insert_once
from geo_service.store.upsert import find_rows


def add(
    connection: Connection, issue_id: str, rider: str, now: datetime, *, through: str = ""
) -> bool:
    """Count a rider among those who see an issue.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    issue_id : str
        A known one.
    rider : str
        A pseudonym, not blank.
    now : datetime
        With a zone.
    through : str
        The issue merged into this one, if that brought the rider here; blank: the rider says so
        of this one, and stays whatever becomes of others.

    Returns
    -------
    bool
        Whether the rider was not counted before.
    """
    row = {"issue_id": issue_id, "rider": rider, "supported_at": now, "through": through}
    if insert_once(connection, supporters, row):
        note_change(connection, ISSUES, [issue_id])
        return True
    if not through:
        # Who says so for oneself stays, also when the issue that brought one here goes again.
        is_it = (supporters.c.issue_id == issue_id) & (supporters.c.rider == rider)
        connection.execute(update(supporters).where(is_it).values(through=""))
    return False


def of_issue(connection: Connection, issue_id: str) -> list[str]:
    """Return the pseudonyms of those who see an issue, in order."""
    return sorted(
        connection.scalars(select(supporters.c.rider).where(supporters.c.issue_id == issue_id))
    )


def of_issues(connection: Connection, issue_ids: Collection[str]) -> set[tuple[str, str]]:
    """Return issue and pseudonym of everybody who sees one of the issues."""
    wanted = select(supporters.c.issue_id, supporters.c.rider)
    rows = find_rows(connection, wanted, supporters.c.issue_id, issue_ids)
    return {(row[0], row[1]) for row in rows}


def count(connection: Connection, issue_id: str) -> int:
    """Count those who see an issue."""
    counted = select(func.count()).select_from(supporters)
    return connection.execute(counted.where(supporters.c.issue_id == issue_id)).scalar_one()


def count_each(connection: Connection, issue_ids: Collection[str]) -> dict[str, int]:
    """Count those who see each of some issues; an issue that nobody sees is left out."""
    counted = select(supporters.c.issue_id, func.count()).group_by(supporters.c.issue_id)
    rows = find_rows(connection, counted, supporters.c.issue_id, issue_ids)
    return {row[0]: row[1] for row in rows}


def count_all(connection: Connection) -> dict[str, int]:
    """Count those who see each issue; an issue that nobody sees is left out."""
    counted = select(supporters.c.issue_id, func.count()).group_by(supporters.c.issue_id)
    return {row[0]: row[1] for row in connection.execute(counted)}


def remove_through(connection: Connection, issue_id: str, through: str) -> None:
    """Take from an issue those whom another one brought, which is no longer merged into it."""
    connection.execute(
        delete(supporters).where(supporters.c.issue_id == issue_id, supporters.c.through == through)
    )
    note_change(connection, ISSUES, [issue_id])
