"""For which redemptions something was handed out, in the database."""

from datetime import datetime

from sqlalchemy import Connection, select

from geo_service.store.credit_schema import used_vouchers
from geo_service.store.insert_once import insert_once


def use(connection: Connection, entry_id: int, key_id: str, now: datetime) -> bool:
    """Keep that something was handed out for a redemption.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    entry_id : int
        The redemption's entry in the ledger.
    key_id : str
        Of the key of whoever handed it out.
    now : datetime
        With a zone.

    Returns
    -------
    bool
        Whether nothing had been handed out for it before.
    """
    row = {"entry_id": entry_id, "used_at": now, "key_id": key_id}
    return insert_once(connection, used_vouchers, row)


def used_at(connection: Connection, entry_id: int) -> datetime | None:
    """Return when something was handed out for a redemption; None: nothing yet."""
    return connection.scalar(
        select(used_vouchers.c.used_at).where(used_vouchers.c.entry_id == entry_id)
    )
