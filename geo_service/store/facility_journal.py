"""Which facilities the latest changes touched, so that a reader need not read all of them anew."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select

from geo_service.store import city
from geo_service.store.schema import facility_changes

ANY = ""
"""Stands for all facilities: after a bulk load, and for changes too old to be told apart."""
MOST_NAMED = 500
"""A change that touches more facilities than this names none of them: reading all is as quick."""
MOST_ROWS = 5_000
"""How many rows the journal holds at most."""


def note_change(connection: Connection, change: int, facility_ids: Collection[str] | None) -> None:
    """Write down which facilities a change touched, in the transaction that makes it.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    change : int
        As ``city.count_change`` returned it.
    facility_ids : collection of str or None
        Those added, changed, removed, or whose state changed; None: any of them may be.
    """
    if facility_ids is None or len(facility_ids) > MOST_NAMED:
        _forget(connection, change)
        return
    if facility_ids:
        rows = [{"change": change, "facility_id": one} for one in facility_ids]
        connection.execute(insert(facility_changes), rows)
    oldest_spare = (
        select(facility_changes.c.change)
        .order_by(facility_changes.c.change.desc())
        .offset(MOST_ROWS - 1)
        .limit(1)
    )
    last = connection.scalar(oldest_spare)
    if last is not None:
        _forget(connection, last)


def changed_since(connection: Connection, change: int) -> set[str] | None:
    """Name the facilities that may differ from what they were at an earlier change.

    Read ``city.changes`` first and keep it for the next time: what is committed in between is
    then named once more, never left out.

    Parameters
    ----------
    connection : Connection
    change : int
        What ``city.changes`` returned when the facilities were last read.

    Returns
    -------
    set of str or None
        Their ids, those of removed ones too; None: read all, because of a bulk load, or because
        the journal does not reach back so far, or the database is another one, restored.
    """
    if change > city.changes(connection):
        return None
    later = select(facility_changes.c.facility_id).where(facility_changes.c.change > change)
    touched = set(connection.scalars(later))
    return None if ANY in touched else touched


def only_facilities_since(connection: Connection, change: int) -> bool:
    """Say whether all that changed since an earlier change was facilities and their states.

    Parameters
    ----------
    connection : Connection
    change : int
        What ``city.changes`` returned then.

    Returns
    -------
    bool
        False as well where it can't be told. Raises nothing of its own.
    """
    row = facility_changes.c
    later = select(func.count(row.change.distinct()), func.min(row.facility_id))
    noted, least = connection.execute(later.where(row.change > change)).one()
    return bool(least != ANY and noted == city.changes(connection) - change)


def _forget(connection: Connection, change: int) -> None:
    """Let one row stand for a change and all before it."""
    connection.execute(delete(facility_changes).where(facility_changes.c.change <= change))
    connection.execute(insert(facility_changes), {"change": change, "facility_id": ANY})
