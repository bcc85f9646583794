"""Each failure is met on a real server, which raises it or refuses whoever comes."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from breaking_proxy import Break, breaking_proxy
from private_postgis import Cluster
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from geo_service.domain.area import Body, Level
from geo_service.errors import Interrupted, NotReady, OutcomeUnknown
from geo_service.store import areas, city
from geo_service.store.database import Database
from geo_service.store.postgresql_errors import AT_ONCE, BY_CODE, meaning_on_postgresql

PASSWORD = "not-to-be-told"  # noqa: S105 - of a role that lives as long as a test
RAISE = "DO $$ BEGIN RAISE EXCEPTION 'as it may be' USING ERRCODE = '{}'; END $$"
CODES = {
    "25006": "can't be written",
    "40001": "Others wrote the same",
    "40P01": "Others wrote the same",
    "42501": "may not do this",
    "42P01": "has no tables yet",
    "53100": "disk of the database's server is full",
    "53200": "has no memory left",
    "55P03": "Another command is writing",
    "57014": "broke off, and nothing was written",
    "58030": "disk of the database's server failed",
    "XX001": "is damaged",
    "XX002": "An index of the database is damaged",
}


def raise_there(connection: Connection, code: str) -> None:
    connection.execute(text(RAISE.format(code)))


@pytest.mark.parametrize("code", CODES)
def test_what_the_server_says_is_told_in_plain_words(database: Database, code: str) -> None:
    with pytest.raises(NotReady, match=CODES[code]) as raised, database.writing() as connection:
        raise_there(connection, code)
    assert raised.value.remedy
    assert isinstance(raised.value, Interrupted) is code.startswith("40")
    with database.writing() as connection:
        assert city.count_change(connection) == 1


@pytest.mark.parametrize("code", ["42601", "22012", "P0001", "42703"])
def test_a_fault_of_the_program_passes_through(database: Database, code: str) -> None:
    with pytest.raises(DBAPIError), database.reading() as connection:
        raise_there(connection, code)


def test_writers_that_wait_for_one_another_are_told_apart(database: Database) -> None:
    """Rows locked crosswise by two who take no turns, as another program may."""
    with database.writing() as connection:
        areas.write(connection, [], [Body(name, "", Level.COMMUNITY) for name in "ab"])
    lock = "SELECT 1 FROM bodies WHERE body_id = '{}' FOR UPDATE"

    def go_on(connection: Connection, second: str) -> str:
        try:
            with database.explained():
                connection.exec_driver_sql(lock.format(second))
        except Interrupted as problem:
            return problem.what
        finally:
            connection.exec_driver_sql("ROLLBACK")
        return "locked"

    with (
        database.connect_beside() as one,
        database.connect_beside() as other,
        ThreadPoolExecutor(2) as threads,
    ):
        for connection, first in ((one, "a"), (other, "b")):
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql("SET LOCAL deadlock_timeout = '10ms'")
            connection.exec_driver_sql(lock.format(first))
        told = sorted(threads.map(go_on, (one, other), "ba"))
    assert told == [AT_ONCE.what, "locked"]


def test_a_server_that_only_reads(database: Database, address: str) -> None:
    with database.connect_beside() as connection:
        name = address.rpartition("/")[2]
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database.renew()
    with (
        pytest.raises(NotReady, match=r"can't be written\. Look whether its server only reads"),
        database.writing() as connection,
    ):
        city.count_change(connection)


def test_a_database_that_is_not_there(postgis: Cluster) -> None:
    with (
        closing(Database(postgis.address_for("psycopg", "nowhere"))) as database,
        pytest.raises(NotReady, match=r"no database of this name\. .* createdb"),
    ):
        database.migrate()


def test_too_many_connections(postgis: Cluster, address: str) -> None:
    postgis.run("CREATE ROLE crowded LOGIN CONNECTION LIMIT 0")
    with (
        closing(Database(address.replace("postgres@", "crowded@"))) as database,
        pytest.raises(NotReady, match="Too many are connected"),
        database.reading(),
    ):
        pass
    postgis.run("DROP ROLE crowded")


def test_a_wrong_password_is_told_without_it(postgis: Cluster, address: str) -> None:
    postgis.run(f"CREATE ROLE guarded LOGIN PASSWORD 'another-{PASSWORD}'")
    with closing(Database(address)) as database, database.connect_beside() as connection:
        rules = Path(connection.exec_driver_sql("SHOW hba_file").scalar_one())
        before = rules.read_text()
        rules.write_text(f"host all guarded 127.0.0.1/32 scram-sha-256\n{before}")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    try:
        guarded = address.replace("postgres@", f"guarded:{PASSWORD}@")
        for refused in (guarded, guarded.replace("guarded:", "nobody:").replace("nobody", "none")):
            with (
                closing(Database(refused)) as database,
                pytest.raises(NotReady, match="does not let this user in") as raised,
                database.reading(),
            ):
                pass
            assert PASSWORD not in str(raised.value)
            assert PASSWORD not in str(raised.value.__cause__)
    finally:
        rules.write_text(before)
        postgis.run("SELECT pg_reload_conf()")
        postgis.run("DROP ROLE guarded")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("FATAL:  sorry, too many clients already", "Too many are connected"),
        ("FATAL:  remaining connection slots are reserved for roles", "Too many are connected"),
        ("FATAL:  the database system is starting up", "is starting or stopping"),
        ("FATAL:  the database system is shutting down", "is starting or stopping"),
        ("connection refused", "can't be reached"),
        ("致命错误: 用户认证失败", "can't be reached"),
    ],
)
def test_who_is_refused_while_connecting_is_told_by_the_words(words: str, told: str) -> None:
    refused = OperationalError("", None, Exception(words))
    meaning = meaning_on_postgresql(refused, committing=False)
    assert meaning is not None
    assert told in meaning.what


def test_a_connection_that_is_lost_is_told_apart_by_when(
    database: Database, postgis: Cluster
) -> None:
    with breaking_proxy(postgis.port) as proxy:
        there = f":{proxy.port}/"
        with closing(Database(database._name.replace(f":{postgis.port}/", there))) as behind:

            def write() -> None:
                with behind.writing() as connection:
                    city.count_change(connection)

            proxy.breaks = [Break(b"SELECT city.changes")]
            with pytest.raises(Interrupted, match="nothing was written"), behind.reading() as read:
                city.changes(read)
            for place in (Break(b"advisory"), Break(b"UPDATE city")):
                proxy.breaks = [place]
                with pytest.raises(Interrupted, match="nothing was written"):
                    write()
            with database.reading() as connection:
                assert city.changes(connection) == 0
            for reaches in (False, True):
                proxy.breaks = [Break(b"COMMIT", after=b"UPDATE city", reaches_server=reaches)]
                with pytest.raises(OutcomeUnknown, match="nobody knows"):
                    write()
            write()
            with database.reading() as connection:
                assert city.changes(connection) == 2
            assert behind.commits == 1


def test_a_connection_ended_by_the_server_in_the_midst_is_lost(database: Database) -> None:
    with pytest.raises(Interrupted), database.reading() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    with database.reading() as connection:
        assert city.changes(connection) == 0


def test_no_code_is_hidden_by_another() -> None:
    for code in BY_CODE:
        assert [begin for begin in BY_CODE if code.startswith(begin)] == [code]
