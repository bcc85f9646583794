"""Of each of many issues the first photo that everybody may see."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from geo_service.store.case_schema import photos
from geo_service.store.upsert import find_rows

READ = select(photos.c.issue_id, photos.c.added_at, photos.c.photo_id).where(photos.c.approved)


def first_photos(connection: Connection, issue_ids: Collection[str]) -> dict[str, str]:
    """Return the ids of photos by those of their issues.

    Parameters
    ----------
    connection : Connection
    issue_ids : collection of str
        Whether the issues themselves are approved is not looked at.

    Returns
    -------
    dict of str to str
        The oldest approved one of each issue that has any; of two of one time the smaller id.
    """
    rows = sorted(tuple(row) for row in find_rows(connection, READ, photos.c.issue_id, issue_ids))
    first: dict[str, str] = {}
    for issue_id, _, photo_id in rows:
        first.setdefault(issue_id, photo_id)
    return first
