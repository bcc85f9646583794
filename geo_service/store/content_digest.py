"""What tells all rows of a database from any others, in whatever order they lie."""

import hashlib
import json
from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, Select, column, inspect, select, table

LAYOUT = {"trace_files": {"file_id", "name", "day", "rows", "size", "digest"}}
LAYOUT |= {"trips": {"file_id", "first_row"}}
"""Columns that say where trips lie: files are made one, and what there is stays the same."""
ROWS_AT_ONCE = 10_000


class TableContent(NamedTuple):
    """A table's rows, told from any others."""

    name: str
    rows: int
    digest: bytes


def tables_content(connection: Connection) -> Iterator[TableContent]:
    """Read every table there is, of whatever revision, in order of name.

    Parameters
    ----------
    connection : Connection
        Of ``Database.reading``.

    Yields
    ------
    TableContent
        The digest hangs on names of columns and on values, not on any order.
    """
    inspector = inspect(connection)
    for name in sorted(inspector.get_table_names()):
        columns = sorted(
            told["name"]
            for told in inspector.get_columns(name)
            if told["name"] not in LAYOUT.get(name, set())
        )
        digests: list[bytes] = []
        if columns:
            found: Select[*tuple[object, ...]] = select(*map(column, columns))
            rows = connection.execute(found.select_from(table(name))).yield_per(ROWS_AT_ONCE)
            digests = [_digest(columns, tuple(row)) for row in rows]
        yield TableContent(name, len(digests), digest_of_all(digests))


def digest_of_all(digests: list[bytes]) -> bytes:
    """Return what tells digests from any others, in whatever order they come."""
    return hashlib.sha256(b"".join(sorted(digests))).digest()


def _digest(columns: list[str], row: tuple[object, ...]) -> bytes:
    text = json.dumps([*zip(columns, row, strict=True)], default=_bytes_as_text)
    return hashlib.sha256(text.encode()).digest()


def _bytes_as_text(value: object) -> list[str]:
    assert isinstance(value, bytes)  # noqa: S101 - databases hold nothing else
    return ["bytes", value.hex()]
