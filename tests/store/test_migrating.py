import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from old_city import migrate_to
from sqlalchemy import Connection, inspect, text
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


def made_on_postgresql(connection: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Describe all tables in the server's own words, geometry and how it is derived among them."""
    asked = {
        "columns": """
            SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated,
                pg_get_expr(adbin, adrelid)
            FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0
                AND NOT attisdropped AND relname NOT IN ('alembic_version', 'spatial_ref_sys')
            ORDER BY relname, attnum""",
        "indexes": """
            SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
                AND tablename NOT IN ('alembic_version', 'spatial_ref_sys') ORDER BY indexdef""",
        "rules": """
            SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE conrelid <> 0 AND connamespace = 'public'::regnamespace
                AND conrelid::regclass::text NOT IN ('alembic_version', 'spatial_ref_sys')
            ORDER BY 1, 2""",
    }
    return {
        what: [tuple(row) for row in connection.execute(text(question))]
        for what, question in asked.items()
    }


@pytest.fixture
def own_database(own_address: str) -> Iterator[Database]:
    with closing(Database(own_address)) as opened:
        yield opened


def test_migrations_make_the_very_tables_of_the_schema(own_database: Database) -> None:
    database = own_database
    describe = made_on_postgresql if database.on_postgresql else made
    configuration = migrating._configuration()
    with database.writing() as connection:
        migrated = describe(connection)
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
        schema.METADATA.create_all(connection)
        direct = describe(connection)
        assert migrated == direct
        tables = [row[0] for row in direct["columns"]] if database.on_postgresql else direct
        assert set(tables) == schema.METADATA.tables.keys()


def test_a_database_of_the_first_release_keeps_all_that_is_in_it(no_tables: str) -> None:
    with closing(Database(no_tables)) as database:
        records = RECORDS
        if database.on_postgresql:
            records = re.sub("X'(..)'", r"'\\\\x\1'", records).replace("3, 0);", "3, false);")
        with database.writing() as connection:
            migrate_to(connection, "0001")
            for statement in filter(str.strip, records.split(";")):
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
        with database.reading() as connection:
            assert changed_since(connection, FACILITIES, 7) == {"osm/node/1"}


def is_ours(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Leave out PostGIS's own table, and geometry, which the test above looks at."""
    ending = {"table": "spatial_ref_sys", "column": "geom", "index": "_geom"}.get(kind)
    return ending is None or not str(name).endswith(ending)


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_alembic_finds_nothing_to_change(database: Database) -> None:
    with database.reading() as connection:
        opts = {"compare_type": True, "include_object": is_ours}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, schema.METADATA) == []


def test_the_program_is_at_the_newest_migration() -> None:
    script = ScriptDirectory.from_config(migrating._configuration())
    assert script.get_heads() == [schema.REVISION]
    assert migrating.knows(schema.REVISION)
    assert not migrating.knows("9999")


def test_migrations_can_be_taken_back(own_database: Database) -> None:
    database = own_database
    configuration = migrating._configuration()
    with database.writing() as connection:
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, "base")
        left = set(inspect(connection).get_table_names())
        assert left - {"spatial_ref_sys"} == {"alembic_version"}


def test_a_migration_that_fails_leaves_nothing(
    no_tables: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgrade = migrating.upgrade

    def upgrade_and_fail(connection: Connection) -> None:
        upgrade(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(migrating, "upgrade", upgrade_and_fail)
    with closing(Database(no_tables)) as database:
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


def test_a_key_of_areas_ends_rather_than_open_the_whole_city(own_database: Database) -> None:
    database = own_database
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
