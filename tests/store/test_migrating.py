from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from geo_service.store import migrating, schema
from geo_service.store.database import Database

MADE = "SELECT name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'"


def made(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(text(MADE)).all())


def test_migrations_make_the_very_tables_of_the_schema(database: Database, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'schema.sqlite'}")
    schema.METADATA.create_all(engine)
    with database.reading() as migrated, engine.connect() as direct:
        assert made(migrated) == made(direct)
    engine.dispose()


def test_alembic_finds_nothing_to_change(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema.METADATA) == []


def test_the_program_is_at_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(migrating._configuration())
    assert script.get_heads() == [schema.REVISION]
    assert migrating.knows(schema.REVISION)
    assert not migrating.knows("9999")


def test_migrations_can_be_taken_back(database: Database) -> None:
    configuration = migrating._configuration()
    with database.writing() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = migrating.upgrade

    def upgrade_and_fail(connection: Connection) -> None:
        upgrade(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(migrating, "upgrade", upgrade_and_fail)
    with closing(Database(f"sqlite:///{tmp_path / 'city.sqlite'}")) as database:
        with pytest.raises(ZeroDivisionError):
            database.migrate()
        with database.reading() as connection:
            assert inspect(connection).get_table_names() == []


@pytest.mark.parametrize("name", schema.METADATA.tables)
def test_postgresql_has_every_type(name: str) -> None:
    table = schema.METADATA.tables[name]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it bare
    assert str(CreateTable(table).compile(dialect=dialect))
    assert all(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)
