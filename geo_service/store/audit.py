"""The audit log: entries are added with the writes they tell of, read, and forgotten when old."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from geo_service.store.acting import A_RIDER, COMMAND_LINE, UPKEEP, Act, Deed
from geo_service.store.audit_schema import audit, audit_horizon
from geo_service.store.postgresql_connections import CHANGED
from geo_service.store.schema import keys

NO_KEYS = ("", COMMAND_LINE, UPKEEP, A_RIDER)
ENTRIES_AT_ONCE = 1_000
# Whoever erases the rider writes alone, so before all of this or after it.
_KNOWN = select(keys.c.key_id).where(keys.c.key_id == bindparam("who"))
ADD_OF_KEY = insert(audit).values(
    {column: bindparam(column) for column in ("done_at", *Deed._fields)}
    | {"who": func.coalesce(_KNOWN.scalar_subquery(), "")}
)


class AuditEntry(NamedTuple):
    """One write."""

    done_at: datetime
    who: str
    """A key's id, ``command line``, ``upkeep`` or ``a rider``; blank: somebody without a key, or a
    rider who has been erased since."""
    what: str
    about: str
    about_id: str


def rows_changed(connection: Connection) -> int:
    """Return a number that grows with each row that a transaction adds, changes or removes."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101 - a connection that is open has one
        return int(driver.total_changes)
    return int(connection.info.get(CHANGED, 0))


def note(connection: Connection, act: Act) -> None:
    """Write down what has been written, at the end of its transaction.

    Parameters
    ----------
    connection : Connection
        The one it was written by.
    act : Act
        Of whom. A key that is no longer there, for its rider has been erased, is not named.
    """
    adding = insert(audit) if act.who in NO_KEYS else ADD_OF_KEY
    connection.execute(adding, {"done_at": act.clock(), "who": act.who, **act.deed()._asdict()})


def entries(
    connection: Connection, since: datetime | None, until: datetime | None
) -> Iterator[AuditEntry]:
    """Yield the entries from one moment until before another, oldest first.

    Parameters
    ----------
    connection : Connection
    since, until : datetime or None
        With a zone; None: without an end on that side.
    """
    asked = select(audit.c.done_at, audit.c.who, audit.c.what, audit.c.about, audit.c.about_id)
    if since is not None:
        asked = asked.where(audit.c.done_at >= since)
    if until is not None:
        asked = asked.where(audit.c.done_at < until)
    rows = connection.execute(asked.order_by(audit.c.done_at, audit.c.entry_id))
    for row in rows.yield_per(ENTRIES_AT_ONCE):
        yield AuditEntry(*row)


def forgotten_before(connection: Connection) -> datetime:
    """Return the moment before which all entries have been forgotten."""
    moment: datetime = connection.scalars(select(audit_horizon.c.forgotten_before)).one()
    return moment


def forget_before(connection: Connection, moment: datetime) -> int:
    """Forget what is older, and for good: the horizon never goes back.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    moment : datetime
        With a zone.

    Returns
    -------
    int
        How many entries went.
    """
    if moment <= forgotten_before(connection):
        return 0
    connection.execute(update(audit_horizon).values(forgotten_before=moment))
    return connection.execute(delete(audit).where(audit.c.done_at < moment)).rowcount


def unname_keys(connection: Connection, key_ids: Collection[str]) -> None:
    """Leave keys out of all entries, as those who acted and as what was made or revoked."""
    connection.execute(update(audit).where(audit.c.who.in_(key_ids)).values(who=""))
    named = (audit.c.about == "key") & audit.c.about_id.in_(key_ids)
    connection.execute(update(audit).where(named).values(about_id=""))
