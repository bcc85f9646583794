"""Which facilities or issues the latest changes touched: a reader need not read all anew."""

from collections import Counter
from collections.abc import Collection
from typing import NamedTuple, TypeAlias

from sqlalchemy import Column, Connection, Table, Transaction, delete, func, insert, select

from geo_service.store import city
from geo_service.store.schema import facility_changes, issue_changes

ANY = ""
"""Stands for all records: after a bulk load, and for changes too old to be told apart."""
MOST_NAMED = 500
"""A change that touches more records than this names none of them: reading all is as quick."""
MOST_ROWS = 5_000
"""How many rows a journal holds at most, but for some that each connection adds until it looks."""
LOOKED_EVERY = 16
"""Changes of one record each, as cabinets' states are: they add a row, and only at the first of so
many by one connection it is looked whether there are too many."""
MOST_IN_MESSAGE = 1
"""So many of each sort are told PostgreSQL in one message with the commit."""


class Journal(NamedTuple):
    """The table in which changes of records of one sort are written down."""

    table: Table

    @property
    def record_id(self) -> Column[str]:
        """The column that names what a change touched."""
        return self.table.c[1]


FACILITIES = Journal(facility_changes)
"""Facilities added, changed, removed, or whose state changed."""
ISSUES = Journal(issue_changes)
"""Issues added, changed or removed, or whose case or number of supporters changed."""


Noted: TypeAlias = dict[Journal, set[str] | None]
NOTED = "noted"
"""Under this name a connection knows which records its transaction has touched so far."""
WRITTEN = "written"
"""And under this one, how often it has written any down, by journal."""
MESSAGE = "message"
"""And under this one, what is to be sent with the commit."""
_WRITE_ONE = (
    "INSERT INTO %s (change, %s)"
    " SELECT changes, convert_from(decode('%s', 'hex'), 'UTF8') FROM city"
)


def begin(connection: Connection) -> None:
    """Begin to note changes, at the beginning of a transaction that writes."""
    connection.info[NOTED] = {}
    connection.info.pop(MESSAGE, None)


def note_change(connection: Connection, journal: Journal, ids: Collection[str] | None) -> None:
    """Note which records a transaction has touched; they are written down at its end.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    journal : Journal
        Of which records.
    ids : collection of str or None
        Of those that are, or may be, other than before; None: any of them may be.
    """
    noted: Noted = connection.info[NOTED]
    touched = noted.setdefault(journal, set())
    if ids is None:
        noted[journal] = None
    elif touched is not None:
        touched.update(ids)


def count(connection: Connection) -> None:
    """Raise ``city.changes`` and write down what was noted, or get ready to: all but the commit.

    From where the number is raised to the commit whoever else raises it waits. So a change of few
    is told PostgreSQL in one message with the commit: none of the others then waits for what goes
    on in this process meanwhile.
    """
    noted: Noted = connection.info.pop(NOTED)
    touched = {journal: ids for journal, ids in noted.items() if ids is None or ids}
    due = {journal for journal in touched if _is_due(connection, journal)}
    if not touched:
        return
    few = all(ids is not None and len(ids) <= MOST_IN_MESSAGE for ids in touched.values())
    if few and not due and connection.dialect.driver == "psycopg":
        connection.info[MESSAGE] = _message(touched)
        return
    change = city.count_change(connection)
    for journal, ids in touched.items():
        _write_down(connection, journal, change, ids, looks=journal in due)


def commit(connection: Connection, transaction: Transaction) -> None:
    """Commit, and count with it if that is still to be done: see `count`."""
    message = connection.info.pop(MESSAGE, "")
    if message:
        connection.exec_driver_sql(message)
    transaction.commit()


def _is_due(connection: Connection, journal: Journal) -> bool:
    """Say whether it is looked how long a journal is: at the first of so many writes."""
    written: Counter[Journal] = connection.info.setdefault(WRITTEN, Counter())
    written[journal] += 1
    return written[journal] % LOOKED_EVERY == 1


def _message(touched: Noted) -> str:
    """Put together what counts, writes down and commits, to be sent without parameters.

    Ids are written as hexadecimal digits, so that none of their characters means anything there.
    """
    written_down = [
        _WRITE_ONE % (journal.table.name, journal.record_id.name, one.encode().hex())
        for journal, ids in touched.items()
        for one in ids or ()
    ]
    return "; ".join(["UPDATE city SET changes = changes + 1", *written_down, "COMMIT"])


def _write_down(
    connection: Connection,
    journal: Journal,
    change: int,
    ids: Collection[str] | None,
    *,
    looks: bool,
) -> None:
    if ids is None or len(ids) > MOST_NAMED:
        _forget(connection, journal, change)
        return
    rows = [{"change": change, journal.record_id.name: one} for one in ids]
    connection.execute(insert(journal.table), rows)
    if len(ids) == 1 and not looks:
        return
    oldest_spare = (
        select(journal.table.c.change)
        .order_by(journal.table.c.change.desc())
        .offset(MOST_ROWS - LOOKED_EVERY)
        .limit(1)
    )
    last = connection.scalar(oldest_spare)
    if last is not None:
        _forget(connection, journal, last)


def changed_since(connection: Connection, journal: Journal, change: int) -> set[str] | None:
    """Name the records that may differ from what they were at an earlier change.

    Read ``city.changes`` first and keep it for the next time: what is committed in between is
    then named once more, never left out.

    Parameters
    ----------
    connection : Connection
    journal : Journal
        Of which records.
    change : int
        What ``city.changes`` returned when they were last read.

    Returns
    -------
    set of str or None
        Their ids, those of removed ones too; None: read all, because of a bulk load, or because
        the journal does not reach back so far, or the database is another one, restored.
    """
    if change > city.changes(connection):
        return None
    later = select(journal.record_id).where(journal.table.c.change > change)
    touched = set(connection.scalars(later))
    return None if ANY in touched else touched


def last_change(connection: Connection, journal: Journal) -> int:
    """Return the last change that touched any of the records."""
    return int(connection.scalar(select(func.max(journal.table.c.change))) or 0)


def _forget(connection: Connection, journal: Journal, change: int) -> None:
    """Let one row stand for a change and all before it."""
    connection.execute(delete(journal.table).where(journal.table.c.change <= change))
    connection.execute(insert(journal.table), {"change": change, journal.record_id.name: ANY})
