from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from old_city import migrate_to
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from geo_service.domain.facility import Facility, State
from geo_service.domain.role import Role
from geo_service.store import (  # noqa: F401 - the tables of the two schemas are made known
    case_schema,
    city,
    credit_schema,
    facilities,
    keys,
    migrating,
    privacy_schema,
    schema,
    trace_rows,
)
from geo_service.store.change_journal import FACILITIES, ISSUES, changed_since
from geo_service.store.database import Database
from geo_service.store.trace_boxes import Box
from geo_service.store.trace_rows import FileUse

RECORDS = """
UPDATE city SET changes = 7, title = 'Xiangyang';
INSERT INTO facilities VALUES
    ('osm/node/1', 'rest_station', 112.1, 32.0, '驿站', '', 'op', '', '24/7', '["tea"]', '[]',
     '{}');
INSERT INTO facility_states VALUES ('osm/node/1', 1714564800000000, NULL, NULL, 3, 0);
INSERT INTO keys VALUES
    ('key-1', X'00', 'operator', 'old', 1714564800000000, NULL, NULL),
    ('key-2', X'01', 'staff', '', 1714564800000000, NULL, 1714564800000000);
INSERT INTO trace_files VALUES (1, '2024-05-01-0.parquet', 19844);
INSERT INTO trips VALUES ('t', 'r', 1, 0, 3, 1714564800000000, 1714564900000000, X'02');
"""
"""What a database of the first release may hold."""


def made(connection: Connection) -> dict[str, object]:
    """Describe all tables: columns in order, types, defaults, and every rule with its name."""
    looked = inspect(connection)
    ask = (
        lambda name: [{**one, "type": str(one["type"])} for one in looked.get_columns(name)],
        looked.get_pk_constraint,
        lambda name: sorted(looked.get_unique_constraints(name), key=str),
        lambda name: sorted(looked.get_foreign_keys(name), key=str),
        lambda name: sorted(looked.get_indexes(name), key=str),
    )
    names = set(looked.get_table_names()) - {"alembic_version"}
    return {name: [about(name) for about in ask] for name in names}


def test_migrations_make_the_very_tables_of_the_schema(database: Database, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'schema.sqlite'}")
    schema.METADATA.create_all(engine)
    with database.reading() as migrated, engine.connect() as direct:
        assert made(migrated) == made(direct)
        assert made(direct).keys() == schema.METADATA.tables.keys()
    engine.dispose()


def test_a_database_of_the_first_release_keeps_all_that_is_in_it(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'city.sqlite'}")) as database:
        with database.writing() as connection:
            migrate_to(connection, "0001")
            for statement in filter(str.strip, RECORDS.split(";")):
                connection.execute(text(statement))
        database.migrate()
        with database.writing() as connection:
            assert facilities.read_all(connection) == [
                Facility(
                    "osm/node/1",
                    "rest_station",
                    112.1,
                    32.0,
                    name="驿站",
                    operator="op",
                    opening_hours="24/7",
                    amenities=frozenset({"tea"}),
                    state=State(datetime(2024, 5, 1, 12, tzinfo=UTC), free=3),
                )
            ]
            listed = [(key.key_id, key.role, key.operator) for key in keys.read_all(connection)]
            assert listed == [("key-1", Role.OPERATOR, ""), ("key-2", Role.STAFF, "")]
            assert city.changes(connection) == 7
            assert city.read_title(connection) == "Xiangyang"
            # What is not known of a trip or a file of old keeps it from no one.
            lying = trace_rows.trips_of_day(connection, 19844, None, None, Box(0, 0, 1, 1))
            assert (lying.trip_ids, lying.rider_ids) == (("t",), ("r",))
            assert lying.files == ("2024-05-01-0.parquet",)
            assert (lying.first_rows.tolist(), lying.fixes.tolist()) == ([0], [3])
            assert trace_rows.uses(connection) == [FileUse(19844, None, 3)]
            # What changed before there was a journal, nobody wrote down.
            assert changed_since(connection, FACILITIES, 6) is None
            assert changed_since(connection, FACILITIES, 7) == set()
            assert changed_since(connection, ISSUES, 6) is None
            assert changed_since(connection, ISSUES, 7) == set()
            facilities.remove(connection, "osm/node/1")
            assert changed_since(connection, FACILITIES, 7) == {"osm/node/1"}


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


def test_a_key_of_areas_ends_rather_than_open_the_whole_city(database: Database) -> None:
    now = datetime(2024, 5, 1, 12, tzinfo=UTC)
    configuration = migrating._configuration()
    with database.writing() as connection:
        _, of_areas = keys.add(connection, Role.STAFF, expires_at=None, now=now, areas=["a"])
        _, of_all = keys.add(connection, Role.STAFF, expires_at=None, now=now)
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "0008")
        command.upgrade(configuration, "head")
        assert keys.find(connection, of_areas, now) is None
        assert keys.find(connection, of_all, now) is not None
