"""A city whose database is of an earlier revision, with rows in every table that it has."""

import shutil
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, column, delete, inspect, select, table

from geo_service.flows.wiring import address_in
from geo_service.settings import Settings
from geo_service.store import migrating
from geo_service.store.database import Database
from geo_service.store.workspace_files import DATABASE_FILE, PHOTOS

Rows = dict[str, list[dict[str, object]]]
"""By table; values as the database has them."""
OLD_ROWS: Rows = {}
"""Rows for tables and columns that are no more, or are called or written otherwise by now."""


def revisions() -> list[str]:
    """Name every revision there has been, oldest first."""
    script = ScriptDirectory.from_config(migrating._configuration())
    return [one.revision for one in script.walk_revisions()][::-1]


def migrate_to(connection: Connection, revision: str) -> None:
    configuration = migrating._configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)


def tables(connection: Connection) -> dict[str, list[str]]:
    """Name the columns of each table, tables before those that refer to them."""
    looked = inspect(connection)
    names = [name for name, _ in looked.get_sorted_table_and_fkc_names() if name]
    return {
        name: [told["name"] for told in looked.get_columns(name)]
        for name in names
        if name != "alembic_version"
    }


def read_rows(connection: Connection, name: str, columns: Sequence[str]) -> list[dict[str, object]]:
    asked = select(*map(column, columns)).select_from(table(name))
    return [row._asdict() for row in connection.execute(asked)]


def make_old_city(whole: Settings, folder: Path, revision: str) -> tuple[Settings, Rows]:
    """Copy a city with rows in every table into a database of an earlier revision.

    Returns
    -------
    Settings
        Of the copy, in which nothing has been brought up to date.
    Rows
        What was put into each table.
    """
    settings = replace(whole, workspace=folder)
    shutil.copytree(whole.workspace, folder, ignore=shutil.ignore_patterns(f"{DATABASE_FILE}*"))
    with (
        closing(Database(address_in(whole.workspace))) as head,
        closing(Database(address_in(folder))) as old,
        head.reading() as newest,
        old.writing() as connection,
    ):
        migrate_to(connection, revision)
        now, then, put = tables(newest), tables(connection), {}
        for name, columns in then.items():
            known = [one for one in columns if one in now.get(name, ())]
            rows = OLD_ROWS.get(name) or read_rows(newest, name, known)
            assert rows, f"say in OLD_ROWS what {name} held at revision {revision}"
            target = table(name, *map(column, rows[0]))
            put[name] = rows
            there = read_rows(connection, name, list(rows[0]))
            if counted(there) == counted(rows):
                continue
            if there:
                connection.execute(delete(target))
            connection.execute(target.insert(), rows)
        if "photos" not in then:
            shutil.rmtree(folder / PHOTOS)
    return settings, put


def counted(rows: list[dict[str, object]]) -> Counter[object]:
    return Counter(tuple(sorted(row.items(), key=lambda item: item[0])) for row in rows)
