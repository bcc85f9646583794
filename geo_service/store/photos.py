"""Photos in the database: which picture is of which issue, whose, and whether everybody may see it.

A row is written after its file is on the disk (see ``photo_files.py``).
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields

from sqlalchemy import Connection, insert, select, update

from geo_service.domain.photo import StoredPhoto
from geo_service.store.case_schema import photos
from geo_service.store.upsert import find_rows

READ = select(*(photos.c[entry.name] for entry in fields(StoredPhoto)))
APPROVED = READ.where(photos.c.approved)


def add(connection: Connection, records: Sequence[StoredPhoto]) -> None:
    """Write photos that are new.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    records : sequence of StoredPhoto
        Their issues are there, and their files are on the disk.
    """
    if records:
        connection.execute(insert(photos), [asdict(record) for record in records])


def find(connection: Connection, photo_id: str) -> StoredPhoto | None:
    """Return one photo; None if none has the id."""
    row = connection.execute(READ.where(photos.c.photo_id == photo_id)).one_or_none()
    return None if row is None else StoredPhoto(*row)


def of_issue(
    connection: Connection, issue_id: str, *, approved_only: bool = False
) -> list[StoredPhoto]:
    """Return an issue's photos, oldest first.

    Parameters
    ----------
    connection : Connection
    issue_id : str
    approved_only : bool
        Whether those that staff have not approved are left out. That the issue itself is
        approved is for the caller to see to.
    """
    return of_issues(connection, [issue_id], approved_only=approved_only).get(issue_id, [])


def of_issues(
    connection: Connection, issue_ids: Collection[str], *, approved_only: bool = False
) -> dict[str, list[StoredPhoto]]:
    """Return the photos of each of several issues, oldest first; issues without are left out."""
    wanted = APPROVED if approved_only else READ
    rows = find_rows(connection, wanted, photos.c.issue_id, issue_ids)
    found = [StoredPhoto(*row) for row in rows]
    found.sort(key=lambda photo: (photo.added_at, photo.photo_id))
    grouped: dict[str, list[StoredPhoto]] = {}
    for photo in found:
        grouped.setdefault(photo.issue_id, []).append(photo)
    return grouped


def set_approved(connection: Connection, photo_id: str, *, approved: bool) -> bool:
    """Let everybody see a photo, or no longer.

    Returns
    -------
    bool
        Whether there is such a photo.
    """
    changed = connection.execute(
        update(photos).where(photos.c.photo_id == photo_id).values(approved=approved)
    )
    return changed.rowcount > 0


def known_ids(connection: Connection, photo_ids: Collection[str]) -> set[str]:
    """Return those of some ids that rows name."""
    wanted = select(photos.c.photo_id)
    return {row[0] for row in find_rows(connection, wanted, photos.c.photo_id, photo_ids)}


def all_ids(connection: Connection) -> set[str]:
    """Return the ids of all photos; every other file is a leftover."""
    return set(connection.scalars(select(photos.c.photo_id)))
