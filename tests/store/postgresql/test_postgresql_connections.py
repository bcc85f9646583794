from contextlib import ExitStack
from typing import TYPE_CHECKING

from sqlalchemy import (
    Connection,
    bindparam,
    delete,
    insert,
    make_url,
    select,
    text,
    update,
)

from geo_service.store import audit, city
from geo_service.store.credit_schema import teams
from geo_service.store.database import Database
from geo_service.store.postgresql_connections import WAITS, waits

if TYPE_CHECKING:
    from collections.abc import Callable

END_ALL = """
    SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def pid(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_a_connection_that_lives_is_used_again(database: Database) -> None:
    assert len({pid(database) for _ in range(5)}) == 1


def test_as_many_as_threads_ask_stay_open(database: Database) -> None:
    def pids() -> set[int]:
        with ExitStack() as open_still:
            readers = [open_still.enter_context(database.reading()) for _ in range(9)]
            asked = text("SELECT pg_backend_pid()")
            return {int(reader.execute(asked).scalar_one()) for reader in readers}

    first = pids()
    assert len(first) == 9
    assert pids() == first


def test_connections_that_the_server_ended_are_opened_anew(database: Database) -> None:
    """All of them, for whoever reads and whoever writes, and nobody is told."""
    with database.reading() as one, database.reading() as two, database.reading() as three:
        assert city.changes(one) == city.changes(two) == city.changes(three) == 0
    before = pid(database)
    # One of the three leaves the others.
    with database.connect_beside() as connection:
        assert connection.exec_driver_sql(END_ALL).scalar_one() == 2
    with database.writing() as connection:
        city.count_change(connection)
    with database.reading() as one, database.reading() as other:
        assert city.changes(one) == city.changes(other) == 1
    assert pid(database) != before


def test_a_reader_is_isolated_and_a_writer_sees_what_was_committed_before_its_turn(
    database: Database,
) -> None:
    asked = text("SELECT current_setting('transaction_isolation'),"
                 " current_setting('transaction_read_only')")  # fmt: skip
    with database.reading() as connection:
        assert tuple(connection.execute(asked).one()) == ("repeatable read", "on")
    with database.writing() as connection:
        assert tuple(connection.execute(asked).one()) == ("read committed", "off")


def test_who_waits_for_a_turn_waits_no_longer_than_told(database: Database) -> None:
    with database.writing() as connection:
        asked = text("SELECT current_setting('lock_timeout')")
        assert connection.scalar(asked) == "1min"
    with database.reading() as connection:
        assert connection.scalar(asked) == "0"


def test_a_commit_waits_for_the_disk_even_on_a_server_that_does_not(database: Database) -> None:
    asked = text("SELECT current_setting('synchronous_commit')")
    with database.reading() as connection:
        assert connection.scalar(asked) == "off", "the tests' own server, to be quick"
    with database.writing() as connection:
        assert connection.scalar(asked) == "on"


def test_what_the_address_says_is_kept_to() -> None:
    address = make_url("postgresql+psycopg://me@host/city?connect_timeout=3&application_name=own")
    assert "connect_timeout" not in waits(address)
    assert "application_name" not in waits(address)
    assert waits(make_url("postgresql+psycopg://me@host/city")) == dict(WAITS)
    assert waits(make_url("postgresql+pg8000://me@host/city")) == {}


def test_rows_that_are_changed_are_counted_and_others_are_not(database: Database) -> None:
    team = [{"team_id": name, "name": name, "name_en": ""} for name in "abc"]
    insert_b = "INSERT INTO teams VALUES ('b', '', '') ON CONFLICT DO NOTHING"
    deeds: list[tuple[Callable[[Connection], object], int]] = [
        (lambda connection: connection.execute(insert(teams), team), 3),
        (lambda connection: connection.execute(insert(teams).returning(teams), many), 1500),
        (lambda connection: connection.execute(select(teams)).all(), 0),
        (lambda connection: connection.execute(select(teams).with_for_update()).all(), 0),
        (lambda connection: connection.execute(update(teams).values(name="x")), 1503),
        (lambda connection: connection.execute(renaming, numbers), 2),
        (lambda connection: connection.exec_driver_sql(insert_b), 0),
        (lambda connection: connection.execute(delete(teams).where(teams.c.team_id == "no")), 0),
        (lambda connection: connection.execute(delete(teams)), 1503),
    ]
    many = [{"team_id": f"m-{number}", "name": "", "name_en": ""} for number in range(1500)]
    renaming = update(teams).where(teams.c.team_id == bindparam("id")).values(name="y")
    numbers = [{"id": "a"}, {"id": "b"}]
    counted = []
    with database.writing() as connection:
        for do, _ in deeds:
            before = audit.rows_changed(connection)
            do(connection)
            counted.append(audit.rows_changed(connection) - before)
    assert counted == [rows for _, rows in deeds]
