"""Adding a row unless there is one of its name already, whoever else is writing."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_once(connection: Connection, table: Table, row: Mapping[str, object]) -> bool:
    """Add a row, unless one with its primary key or another unique value is there.

    The database itself decides, by its unique indexes: of two writers that add the same row at
    the same time one waits for the other, and then finds that row.

    Parameters
    ----------
    connection : Connection
        Of ``Database.writing``.
    table : Table
    row : mapping of str to object
        A value for each column that has no default.

    Returns
    -------
    bool
        Whether it was added.
    """
    # The two databases say the same in the same words, but SQLAlchemy has no common name for it.
    add = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    written = add(table).values(row).on_conflict_do_nothing().returning(*table.primary_key)
    # Counts of rows are not to be had where a database numbers them itself.
    return connection.execute(written).first() is not None
