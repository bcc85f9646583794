import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from private_postgis import Cluster
from sqlalchemy import Connection, delete, insert, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError

from geo_service.domain.role import Role
from geo_service.store import audit, city, insert_once, keys, rider_rows
from geo_service.store.acting import UPKEEP, Act, Deed, act_as, act_makes, acting, nothing_kept
from geo_service.store.audit import AuditEntry
from geo_service.store.audit_schema import audit as table
from geo_service.store.audit_schema import audit_horizon
from geo_service.store.credit_schema import teams
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
DEED = Deed("move_issue", "issue", "i-1")
REPLACING = {
    "sqlite": "INSERT OR REPLACE INTO audit"
    " SELECT entry_id, 0, who, what, about, about_id FROM audit",
    "postgresql": "INSERT INTO audit SELECT * FROM audit"
    " ON CONFLICT (entry_id) DO UPDATE SET done_at = 0",
}
KEPT = r"the audit log keeps its entries|what was forgotten stays so|the ledger keeps"


def act(who: str = UPKEEP, deed: Deed = DEED, at: datetime = NOW) -> Act:
    return Act(lambda: at, lambda: deed, who)


def noted(database: Database) -> list[AuditEntry]:
    with database.reading() as connection:
        return list(audit.entries(connection, None, None))


def write(database: Database) -> None:
    with database.writing() as connection:
        city.count_change(connection)


def test_a_write_and_its_entry_are_one(database: Database) -> None:
    with acting(act()):
        write(database)
    assert noted(database) == [AuditEntry(NOW, UPKEEP, *DEED)]


def test_a_write_that_fails_leaves_no_entry(database: Database) -> None:
    def write_and_fail() -> None:
        with acting(act()), database.writing() as connection:
            city.count_change(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert noted(database) == []


def test_an_entry_that_fails_leaves_no_write(database: Database) -> None:
    def fail() -> Deed:
        raise ZeroDivisionError

    with database.reading() as connection:
        before = city.changes(connection)
    with pytest.raises(ZeroDivisionError), acting(Act(lambda: NOW, fail)):
        write(database)
    with database.reading() as connection:
        assert city.changes(connection) == before


def test_what_changes_nothing_is_no_write(database: Database) -> None:
    row = {"team_id": "red", "name": "红队", "name_en": ""}

    def add() -> bool:
        with acting(act()), database.writing() as connection:
            return insert_once.insert_once(connection, teams, row)

    with acting(act()), database.writing() as connection:
        connection.execute(delete(teams).where(teams.c.team_id == "none"))
    assert noted(database) == []
    assert [add(), add()] == [True, False]
    assert len(noted(database)) == 1


def test_it_is_known_whether_anything_can_have_been_kept_of_an_act(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as connection:
            city.count_change(connection)
            raise ZeroDivisionError

    assert nothing_kept()
    with acting(act()):
        with pytest.raises(ZeroDivisionError):
            write_and_fail()
        with database.writing() as connection:
            assert city.changes(connection) == 0
        assert nothing_kept()
        write(database)
        assert not nothing_kept()
    assert nothing_kept()


def test_nobodys_writes_and_tables_made_anew_are_not_told_of(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'city.sqlite'}")
    with acting(act()):
        database.migrate()
        with acting(None):
            write(database)
    write(database)
    assert noted(database) == []
    database.close()


def test_threads_act_for_whom_they_were_given(database: Database) -> None:
    with acting(act()), ThreadPoolExecutor(1) as pool:
        pool.submit(write, database).result()
        assert noted(database) == []
        pool.submit(copy_context().run, write, database).result()
    assert [entry.who for entry in noted(database)] == [UPKEEP]


def test_the_key_shown_and_what_is_made_are_told(database: Database) -> None:
    with database.writing() as connection:
        key_id, _ = keys.add(connection, Role.STAFF, expires_at=None, now=NOW)
    with acting(act("", Deed("report_issue"))):
        act_as(key_id)
        act_makes("issue", "r-1")
        write(database)
        act_as("")
        write(database)
        # There is no such key: its rider was erased while this was going on.
        act_as("key-gone")
        write(database)
    assert [entry[1:] for entry in noted(database)] == [
        (key_id, "report_issue", "issue", "r-1"),
        ("", "report_issue", "issue", "r-1"),
        ("", "report_issue", "issue", "r-1"),
    ]
    act_as(key_id)
    act_makes("issue", "r-2")


def test_entries_are_read_in_order_between_two_moments(database: Database) -> None:
    for hour in (3, 1, 2):
        with acting(act(at=NOW + timedelta(hours=hour))):
            write(database)
    with database.reading() as connection:
        since, until = NOW + timedelta(hours=2), NOW + timedelta(hours=3)
        hours = [entry.done_at.hour for entry in audit.entries(connection, None, None)]
        assert hours == [3, 4, 5]
        assert [entry.done_at for entry in audit.entries(connection, since, until)] == [since]


@pytest.mark.parametrize(
    "change",
    [
        lambda connection: connection.execute(delete(table)),
        lambda connection: connection.execute(update(table).values(what="nothing")),
        lambda connection: connection.execute(update(table).values(done_at=NOW)),
        lambda connection: connection.execute(update(table).values(who="key-other")),
        lambda connection: connection.execute(update(table).values(about="task")),
        lambda connection: connection.execute(update(table).values(about_id="i-2")),
        lambda connection: connection.execute(text(REPLACING[connection.dialect.name])),
        lambda connection: connection.execute(delete(audit_horizon)),
        lambda connection: connection.execute(
            update(audit_horizon).values(forgotten_before=NOW - timedelta(days=400))
        ),
    ],
    ids=["remove", "what", "when", "who", "kind", "id", "replace", "no horizon", "back"],
)
def test_entries_can_neither_be_removed_nor_changed(
    database: Database, change: Callable[[Connection], object]
) -> None:
    with database.writing() as connection:
        audit.forget_before(connection, NOW - timedelta(days=1))
    with acting(act(at=NOW + timedelta(hours=1))):
        write(database)
    before = noted(database)
    refused = (IntegrityError, ProgrammingError)
    with pytest.raises(refused, match=KEPT), database.writing() as connection:
        change(connection)
    assert noted(database) == before != []


@pytest.mark.parametrize("name", ["audit", "audit_horizon", "ledger"])
def test_postgresql_does_not_empty_what_is_kept_either(postgis: Cluster, name: str) -> None:
    with (
        postgis.copied() as address,
        closing(Database(address)) as database,
        pytest.raises(ProgrammingError, match=KEPT),
        database.writing() as connection,
    ):
        connection.execute(text(f"TRUNCATE {name} CASCADE"))


def test_old_entries_are_forgotten_and_the_moment_is_kept(database: Database) -> None:
    for days in (3, 2, 1):
        with acting(act(at=NOW - timedelta(days=days))):
            write(database)
    moment = NOW - timedelta(days=2)
    with database.writing() as connection:
        assert audit.forget_before(connection, moment) == 1
        assert audit.forget_before(connection, moment) == 0
        assert audit.forget_before(connection, moment - timedelta(days=9)) == 0
        assert audit.forgotten_before(connection) == moment
    assert [entry.done_at for entry in noted(database)] == [moment, NOW - timedelta(days=1)]


def test_whoever_is_erased_is_named_no_more(sqlite_database: Database, database_file: Path) -> None:
    database = sqlite_database
    with database.writing() as connection:
        own, _ = keys.add(connection, Role.RIDER, expires_at=None, now=NOW, rider="a" * 32)
        other, _ = keys.add(connection, Role.RIDER, expires_at=None, now=NOW, rider="b" * 32)
    for who, deed in ((own, DEED), (other, DEED), (UPKEEP, Deed("keys add", "key", own))):
        with acting(act(who, deed)):
            write(database)
    assert own.encode() in read(database_file)
    with database.writing() as connection:
        rider_rows.erase(connection, "a" * 32)
    assert [entry[1:] for entry in noted(database)] == [
        ("", *DEED),
        (other, *DEED),
        (UPKEEP, "keys add", "key", ""),
    ]
    assert own.encode() not in read(database_file)
    assert other.encode() in read(database_file)


def read(path: Path) -> bytes:
    held = sqlite3.connect(path)
    held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held.close()
    return path.read_bytes()


def test_the_log_is_there_before_any_other_program_writes(database: Database) -> None:
    with database.writing() as connection:
        row = {"done_at": NOW, "who": "", "what": "x", "about": "", "about_id": ""}
        connection.execute(insert(table), row)
    assert len(noted(database)) == 1
