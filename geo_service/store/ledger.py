"""The ledger of riders' points: entries are added, and a balance is their sum, always."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from geo_service.domain.credit import Entry, Reason
from geo_service.store.credit_schema import ledger
from geo_service.store.insert_once import insert_once
from geo_service.store.upsert import Found

READ = select(
    ledger.c.entry_id,
    ledger.c.rider,
    ledger.c.entered_at,
    ledger.c.points,
    ledger.c.reason,
    ledger.c.source,
    ledger.c.offer_id,
)


def enter(
    connection: Connection,
    *,
    rider: str,
    points: int,
    reason: Reason,
    source: str,
    now: datetime,
    offer_id: str = "",
) -> bool:
    """Enter points given or taken, unless they were entered before.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    rider : str
        A pseudonym, not blank.
    points : int
        Below 0: taken. That the rider has so many is for the caller to see to.
    reason : Reason
    source : str
        What they are for; of all entries with one source there is only the first.
    now : datetime
        With a zone.
    offer_id : str
        Of an offer that is taken.

    Returns
    -------
    bool
        Whether they were entered; not, if the source was entered before.
    """
    row = {
        "rider": rider,
        "entered_at": now,
        "points": points,
        "reason": str(reason),
        "source": source,
        "offer_id": offer_id,
    }
    return insert_once(connection, ledger, row)


def balance(connection: Connection, rider: str) -> int:
    """Return how many points a rider has: the sum of the rider's entries."""
    return _sum(connection, ledger.c.rider == rider)


def balance_after(connection: Connection, entry: Entry) -> int:
    """Return how many points a rider had right after an entry."""
    of_rider = ledger.c.rider == entry.rider
    return _sum(connection, of_rider & (ledger.c.entry_id <= entry.entry_id))


def entries(
    connection: Connection, rider: str, before_id: int | None, limit: int
) -> Sequence[Entry]:
    """Return a rider's entries, newest first.

    Parameters
    ----------
    connection : Connection
    rider : str
        A pseudonym.
    before_id : int or None
        Only entries with a smaller number; None: from the newest on.
    limit : int
        So many at most.
    """
    asked = READ.where(ledger.c.rider == rider)
    if before_id is not None:
        asked = asked.where(ledger.c.entry_id < before_id)
    return [
        _entry(row)
        for row in connection.execute(asked.order_by(ledger.c.entry_id.desc()).limit(limit))
    ]


def find(connection: Connection, entry_id: int) -> Entry | None:
    """Return one entry; None if none has the number."""
    row = connection.execute(READ.where(ledger.c.entry_id == entry_id)).one_or_none()
    return None if row is None else _entry(row)


def find_source(connection: Connection, source: str) -> Entry | None:
    """Return what was entered for a source; None: nothing was."""
    row = connection.execute(READ.where(ledger.c.source == source)).one_or_none()
    return None if row is None else _entry(row)


def redeemed(connection: Connection, offer_id: str) -> int:
    """Count how often an offer was taken."""
    is_it = (ledger.c.reason == str(Reason.REDEEMED)) & (ledger.c.offer_id == offer_id)
    return int(connection.scalar(select(func.count()).select_from(ledger).where(is_it)) or 0)


def redeemed_by_offer(connection: Connection) -> dict[str, int]:
    """Count how often each offer was taken that anybody has taken."""
    taken = (
        select(ledger.c.offer_id, func.count())
        .where(ledger.c.reason == str(Reason.REDEEMED))
        .group_by(ledger.c.offer_id)
    )
    return {row[0]: int(row[1]) for row in connection.execute(taken)}


def _sum(connection: Connection, which: ColumnElement[bool]) -> int:
    found = connection.scalar(select(func.coalesce(func.sum(ledger.c.points), 0)).where(which))
    return int(found or 0)


def _entry(row: Found) -> Entry:
    entry_id, rider, entered_at, points, reason, source, offer_id = row
    return Entry(entry_id, rider, entered_at, points, Reason(reason), source, offer_id)
