import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from subprocess import Popen
from threading import Barrier

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.pool import QueuePool

from geo_service.errors import NotReady, WrongUsage
from geo_service.store import city, schema
from geo_service.store import database as database_module
from geo_service.store.database import Database

PATIENCE_S = 30.0
COUNT_UP = """
import sys
from geo_service.store import city
from geo_service.store.database import Database

database = Database(sys.argv[1])
for _ in range(int(sys.argv[2])):
    with database.writing() as connection:
        before = city.changes(connection)
        city.count_change(connection)
        assert city.changes(connection) == before + 1
database.close()
"""
MIGRATE = """
import sys
from geo_service.store.database import Database

database = Database(sys.argv[1])
database.migrate()
database.close()
"""


def test_sqlite_keeps_a_log_and_its_promises(sqlite_database: Database) -> None:
    with sqlite_database.writing() as connection:
        answers = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert answers == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 60_000,
    }


def test_a_failed_write_leaves_nothing(database: Database) -> None:
    def write_and_fail() -> None:
        with database.writing() as connection:
            city.write_streets_version(connection, "half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    with database.reading() as connection:
        assert city.read_streets_version(connection) is None
        assert city.changes(connection) == 0


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(NotReady, match="can't be written"), database.reading() as connection:
        city.count_change(connection)
    with database.writing() as connection:
        city.count_change(connection)


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    with database.reading() as reader:
        before = city.changes(reader)
        with database.writing() as writer:
            city.count_change(writer)
        assert city.changes(reader) == before
    with database.reading() as reader:
        assert city.changes(reader) == before + 1


def test_processes_that_read_then_write_at_once_all_succeed(
    database: Database, address: str, start_python: Callable[..., Popen[str]]
) -> None:
    rounds = 150
    processes = [start_python(COUNT_UP, address, rounds) for _ in range(2)]
    told = [process.communicate(timeout=60)[0] for process in processes]
    assert told == ["", ""]
    with database.reading() as connection:
        assert city.changes(connection) == 2 * rounds


def test_processes_that_make_the_tables_at_once_all_succeed(
    no_tables: str, start_python: Callable[..., Popen[str]]
) -> None:
    processes = [start_python(MIGRATE, no_tables) for _ in range(4)]
    assert [process.communicate(timeout=60)[0] for process in processes] == [""] * 4
    with closing(Database(no_tables)) as database, database.reading() as connection:
        assert city.changes(connection) == 0


@pytest.mark.parametrize("same_process", [True, False])
def test_a_writer_that_waits_too_long_says_who_is_to_blame(
    address: str, same_process: bool
) -> None:
    """Whether the other is known here, or to the database only."""
    with (
        closing(Database(address, patience_s=0.0)) as one,
        closing(Database(address, patience_s=0.0)) as another,
        one.writing(),
        pytest.raises(NotReady) as raised,
        (one if same_process else another).writing(),
    ):
        pass
    assert str(raised.value) == (
        f"{one._name}: Another command is writing to this workspace. Try again when it is done."
    )


def test_a_reader_waits_for_no_writer_however_many_wait(database: Database) -> None:
    """More writers than a pool usually has connections, behind one."""
    began = Barrier(31, timeout=PATIENCE_S)

    def write() -> None:
        began.wait()
        with database.writing() as connection:
            connection.execute(text("SELECT 1"))

    with ThreadPoolExecutor(30) as threads, database.writing():
        waiting = [threads.submit(write) for _ in range(30)]
        began.wait()
        for _ in range(30):
            with database.reading() as connection:
                connection.execute(text("SELECT 1"))
        assert not any(one.done() for one in waiting)


def test_more_may_read_at_once_than_a_pool_usually_has_connections(database: Database) -> None:
    with ExitStack() as open_still:
        for _ in range(30):
            connection = open_still.enter_context(database.reading())
            connection.execute(text("SELECT 1"))


def test_writers_of_one_process_wait_without_looking_again_and_again(database: Database) -> None:
    """Behind one who holds the database no statement of theirs is tried, nor a connection taken."""
    began = Barrier(9, timeout=PATIENCE_S)
    written = []

    def write(number: int) -> None:
        began.wait()
        with database.writing() as connection:
            city.count_change(connection)
            written.append(number)

    pool = database._engine.pool
    assert isinstance(pool, QueuePool)
    with ThreadPoolExecutor(8) as threads, database.writing():
        waiting = [threads.submit(write, number) for number in range(8)]
        began.wait()
        with pytest.raises(TimeoutError):
            waiting[0].result(timeout=0.05)
        assert pool.checkedout() == 1
        assert written == []
    assert sorted(written) == list(range(8))
    with database.reading() as connection:
        assert city.changes(connection) == 8


def test_a_writer_that_fails_gives_its_turn_to_the_next(database: Database) -> None:
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), database.writing():
            raise ZeroDivisionError
    with database.writing() as connection:
        city.count_change(connection)


def test_migrating_again_changes_nothing(sqlite_database: Database, database_file: Path) -> None:
    database = sqlite_database
    with database.writing() as connection:
        city.write_streets_version(connection, "kept")
    content = database_file.read_bytes()
    database.migrate()
    with database.reading() as connection:
        assert city.read_streets_version(connection) == "kept"
    assert database_file.read_bytes() == content


def test_a_newer_database_is_left_alone(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotReady, match="made by a newer geo_service") as raised:
        database.migrate()
    assert raised.value.where == database._name


def test_a_database_without_tables_says_how_to_make_them(no_tables: str) -> None:
    with (
        closing(Database(no_tables)) as database,
        pytest.raises(NotReady, match=r"has no tables yet\. Make the workspace"),
        database.reading() as connection,
    ):
        city.changes(connection)


def test_a_file_that_is_not_a_database(tmp_path: Path) -> None:
    path = tmp_path / "city.sqlite"
    path.write_text("rider,lon,lat\n" * 200)
    with (
        closing(Database(f"sqlite:///{path}")) as database,
        pytest.raises(NotReady, match="is not a database"),
    ):
        database.migrate()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with (
        closing(Database(f"sqlite:///{tmp_path / 'nowhere' / 'city.sqlite'}")) as database,
        pytest.raises(NotReady, match="can't be opened"),
    ):
        database.migrate()


def test_a_damaged_database(migrated_file: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(migrated_file, tmp_path / "city.sqlite"))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with (
        closing(Database(f"sqlite:///{path}")) as database,
        pytest.raises(NotReady, match=r"is damaged\. Restore a backup"),
        database.reading() as connection,
    ):
        city.changes(connection)


def test_a_broken_rule_of_the_data_is_a_fault_of_the_program(database: Database) -> None:
    orphan = {"facility_id": "none", "observed_at": None, "out_of_order": False}
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(schema.facility_states), orphan)


def test_a_broken_statement_is_a_fault_of_the_program(database: Database) -> None:
    broken = (OperationalError, ProgrammingError)
    with pytest.raises(broken), database.reading() as connection:
        connection.execute(text("SELECT nothing FROM"))


@pytest.mark.parametrize("url", ["", "no address", "nosuch://host/city"])
def test_an_address_that_cannot_be_understood(url: str) -> None:
    with pytest.raises(WrongUsage, match="can't be understood"):
        Database(url)


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    for address in ("me:secret@127.0.0.1:1/city", "me@127.0.0.1:1/city?password=secret"):
        opened = closing(Database(f"postgresql+psycopg://{address}"))
        with opened as database, pytest.raises(NotReady) as raised:
            database.migrate()
        assert "The database can't be reached." in str(raised.value)
        assert "secret" not in str(raised.value)


def test_other_programs_can_read_the_file(database_file: Path) -> None:
    with closing(sqlite3.connect(database_file)) as other:
        tables = {name for (name,) in other.execute("SELECT name FROM sqlite_master")}
    assert set(schema.METADATA.tables) < tables


def test_the_log_is_emptied_unless_somebody_reads(
    sqlite_database: Database, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = sqlite_database
    monkeypatch.setattr(database_module, "LOG_PATIENCE_S", 0.05)
    log = database_file.with_name(f"{database_file.name}-wal")
    with database.reading() as reader:
        reader.exec_driver_sql("SELECT changes FROM city").all()
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE city SET title = 'to be forgotten'")
        assert not database.empty_log()
        assert log.stat().st_size > 0
    assert database.empty_log()
    assert log.stat().st_size == 0
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE city SET title = ''")
    database.scrub()
    assert log.stat().st_size == 0
    assert b"to be forgotten" not in database_file.read_bytes()
    # The connections go on as before: readers can't write, and writers wait.
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 60_000


def put_in_its_place(file: Path, other: Path) -> None:
    """Move a database away, log and all, and another one in, as who restores a backup does."""
    away = file.parent / "away"
    away.mkdir()
    for one in file.parent.glob(f"{file.name}*"):
        one.rename(away / one.name)
    shutil.copy(other, file)


def test_what_is_put_in_the_place_of_the_file_is_read_and_written_from_then_on(
    database_file: Path, migrated_file: Path
) -> None:
    with closing(Database(f"sqlite:///{database_file}")) as database:
        with database.writing() as connection:
            city.write_title(connection, "before")
        with database.reading() as connection:
            assert city.read_title(connection) == "before"
        put_in_its_place(database_file, migrated_file)
        with database.reading() as connection:
            assert city.read_title(connection) == ""
        with database.writing() as connection:
            city.write_title(connection, "after")
    with closing(sqlite3.connect(database_file)) as now:
        assert now.execute("SELECT title FROM city").fetchone() == ("after",)


def test_no_file_is_made_where_one_went(database_file: Path, migrated_file: Path) -> None:
    with closing(Database(f"sqlite:///{database_file}")) as database:
        with database.reading():
            pass
        database_file.rename(database_file.with_name("away"))
        for using in (database.reading, database.writing):
            with pytest.raises(NotReady, match="can't be opened"), using():
                pass
        assert not database_file.exists()
        shutil.copy(migrated_file, database_file)
        with database.writing() as connection:
            city.write_title(connection, "after")


def test_a_write_to_a_file_that_was_moved_away_meanwhile_is_not_acknowledged(
    database_file: Path, migrated_file: Path
) -> None:
    with closing(Database(f"sqlite:///{database_file}")) as database:

        def write() -> None:
            with database.writing() as connection:
                city.write_title(connection, "lost")
                put_in_its_place(database_file, migrated_file)

        with pytest.raises(NotReady, match="moved away while"):
            write()
        with database.reading() as connection:
            assert city.read_title(connection) == ""
