"""Writing rows by their ids: new ones are added, known ones replaced."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    insert,
    update,
)
from sqlalchemy import select as select_columns

AT_ONCE = 1000
"""Ids asked for in one statement; databases bound the number of parameters."""
OLD_ID = "id_of_the_row"
STATEMENTS_KEPT = 64

Statement: TypeAlias = "Select[*tuple[Any, ...]]"
Found: TypeAlias = "Row[*tuple[Any, ...]]"


@dataclass(frozen=True, slots=True)
class Written:
    """What a write did to how many records."""

    added: int = 0
    replaced: int = 0
    removed: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(
            self.added + other.added,
            self.replaced + other.replaced,
            self.removed + other.removed,
        )


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *,
    replace: bool = False,
) -> Written:
    """Write rows by id; of rows with the same id the last one stays.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    table : Table
        With one primary key column, of text.
    rows : sequence of mapping
        Each with a value for every column.
    replace : bool
        Whether rows that are not given are removed.
    """
    key = id_column(table)
    given = {str(row[key.name]): row for row in rows}
    known = (
        set(connection.scalars(select_columns(key)))
        if replace
        else {row[0] for row in find_rows(connection, _ids_of(table), key, given)}
    )
    gone = known - given.keys() if replace else set()
    remove(connection, key, gone)
    written = write_known(connection, table, list(given.values()), known)
    return Written(written.added, written.replaced, len(gone))


def write_known(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    known: Collection[str],
) -> Written:
    """Write rows by id where it is known which ids are there.

    Parameters
    ----------
    connection, table
        As for `upsert`.
    rows : sequence of mapping
        Each with a value for every column, no two with the same id.
    known : collection of str
        Ids of rows that are there: of these rows, all.
    """
    key = id_column(table)
    added = [row for row in rows if row[key.name] not in known]
    replaced = [{**row, OLD_ID: row[key.name]} for row in rows if row[key.name] in known]
    if added:
        connection.execute(insert(table), added)
    if replaced:
        connection.execute(_replacing(table), replaced)
    return Written(len(added), len(replaced))


def remove(connection: Connection, column: Column[str], ids: Collection[str]) -> None:
    """Remove the rows whose column holds one of the ids."""
    if ids:
        connection.execute(
            delete(column.table).where(column == bindparam(OLD_ID)),
            [{OLD_ID: row_id} for row_id in ids],
        )


def find_rows(
    connection: Connection,
    statement: Statement,
    column: Column[str],
    ids: Collection[str],
) -> Iterator[Found]:
    """Yield the rows of a statement whose column holds one of the ids."""
    wanted = list(ids)
    narrowed = _narrowed(statement, column)
    for first in range(0, len(wanted), AT_ONCE):
        yield from connection.execute(narrowed, {"ids": wanted[first : first + AT_ONCE]})


# To put a statement together takes as long as it does where one row is asked for.
@lru_cache(maxsize=STATEMENTS_KEPT)
def _narrowed(statement: Statement, column: Column[str]) -> Statement:
    return statement.where(column.in_(bindparam("ids", expanding=True)))


@lru_cache(maxsize=STATEMENTS_KEPT)
def _ids_of(table: Table) -> Statement:
    return select_columns(id_column(table))


@lru_cache(maxsize=STATEMENTS_KEPT)
def _replacing(table: Table) -> Update:
    return update(table).where(id_column(table) == bindparam(OLD_ID))


def id_column(table: Table) -> Column[str]:
    """Return the one column that names a table's rows."""
    return next(iter(table.primary_key))
