import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from sqlalchemy import URL

from geo_service.domain.facility import Facility
from geo_service.errors import NotReady
from geo_service.store import change_watch, city, facilities
from geo_service.store.change_watch import ChangeWatch
from geo_service.store.database import Database

PATIENCE_S = 30.0


@pytest.fixture(autouse=True)
def _file_is_looked_at_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_watch, "FILE_EVERY_S", 0.0)


@pytest.fixture
def watch(database: Database) -> ChangeWatch:
    return ChangeWatch(database)


@pytest.fixture
def file_watch(sqlite_database: Database) -> ChangeWatch:
    return ChangeWatch(sqlite_database)


def changed(watch: ChangeWatch, stamp: int) -> bool:
    """Say whether a commit shows; another process's does as soon as its server says so."""
    deadline, pause = monotonic() + PATIENCE_S, Event()
    while watch.stamp() == stamp and monotonic() < deadline:
        pause.wait(0.005)
    return watch.stamp() != stamp


def count(database: Database) -> None:
    with database.writing() as connection:
        city.count_change(connection)


def test_nothing_committed_is_the_same_number(database: Database, watch: ChangeWatch) -> None:
    count(database)
    stamp = watch.stamp()
    for _ in range(3):
        with database.reading() as connection:
            assert city.changes(connection) == 1
        assert watch.stamp() == stamp


def test_a_write_taken_back_is_no_change(database: Database, watch: ChangeWatch) -> None:
    stamp = watch.stamp()

    def write_and_fail() -> None:
        with database.writing() as connection:
            city.count_change(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert watch.stamp() == stamp


def test_a_write_is_seen_once_it_is_committed_and_not_before(
    database: Database, watch: ChangeWatch
) -> None:
    before = watch.stamp()
    with database.writing() as connection:
        city.count_change(connection)
        assert watch.stamp() == before
    after = watch.stamp()
    assert after != before
    assert watch.stamp() == after


def test_every_commit_is_a_number_never_seen(database: Database, watch: ChangeWatch) -> None:
    stamps = [watch.stamp()]
    for _ in range(20):
        count(database)
        stamps.append(watch.stamp())
    assert len(set(stamps)) == len(stamps)


def test_two_watches_see_alike(database: Database, watch: ChangeWatch) -> None:
    other = ChangeWatch(database)
    told = watch.stamp(), other.stamp()
    count(database)
    assert watch.stamp() != told[0]
    assert other.stamp() != told[1]


def test_commits_of_another_process_are_seen(
    watch: ChangeWatch, count_elsewhere: Callable[[], None]
) -> None:
    stamp = watch.stamp()
    count_elsewhere()
    assert changed(watch, stamp)


def test_commits_of_any_other_program_are_seen(
    database_file: Path, file_watch: ChangeWatch
) -> None:
    watch = file_watch
    stamp = watch.stamp()
    with closing(sqlite3.connect(database_file)) as other, other:
        other.execute("UPDATE city SET title = 'by hand'")
    assert watch.stamp() != stamp


def test_many_threads_may_look_while_others_write(database: Database, watch: ChangeWatch) -> None:
    def write_and_look(_: int) -> bool:
        before = watch.stamp()
        count(database)
        return watch.stamp() != before

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(write_and_look, range(80)))
    stamp = watch.stamp()
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: watch.stamp(), range(80))) == {stamp}


def test_a_file_put_in_the_place_of_the_old_one_is_opened(
    sqlite_database: Database, database_file: Path, file_watch: ChangeWatch, tmp_path: Path
) -> None:
    database, watch = sqlite_database, file_watch
    kept = Path(shutil.copy(database_file, tmp_path / "kept.sqlite"))
    with database.writing() as connection:
        facilities.write(connection, [Facility("new", "water_point", 112.0, 32.0)])
    stamp, openings = watch.stamp(), watch.openings
    # What closes the last connection empties the log of writes, as a restore must.
    database.close()
    kept.replace(database_file)
    assert watch.stamp() != stamp
    assert watch.openings > openings
    with database.reading() as connection:
        assert facilities.read_all(connection) == []


def test_connections_held_to_the_old_file_are_let_go(
    sqlite_database: Database, database_file: Path, file_watch: ChangeWatch, tmp_path: Path
) -> None:
    database, watch = sqlite_database, file_watch
    kept = Path(shutil.copy(database_file, tmp_path / "kept.sqlite"))
    count(database)
    watch.stamp()
    for ending in ("-wal", "-shm"):
        database_file.with_name(database_file.name + ending).unlink()
    kept.replace(database_file)
    watch.stamp()
    with database.reading() as connection:
        assert city.changes(connection) == 0


def test_no_file_is_no_workspace_and_makes_none(
    sqlite_database: Database, database_file: Path, file_watch: ChangeWatch
) -> None:
    database, watch = sqlite_database, file_watch
    watch.stamp()
    away = database_file.rename(database_file.with_name("away"))
    with pytest.raises(NotReady, match="can't be opened"):
        watch.stamp()
    assert not database_file.exists()
    away.rename(database_file)
    count(database)
    assert watch.stamp() == watch.stamp()


def test_a_file_that_goes_while_it_is_opened_is_not_made(
    file_watch: ChangeWatch, tmp_path: Path
) -> None:
    path = tmp_path / "gone.sqlite"
    with pytest.raises(sqlite3.OperationalError):
        file_watch._open(path)
    assert not path.exists()


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "city.sqlite"
    path.write_text("rider,lon,lat\n" * 200)
    with (
        closing(Database(f"sqlite:///{path}")) as database,
        pytest.raises(NotReady, match="is not a database"),
    ):
        ChangeWatch(database).stamp()


def test_odd_names_of_folders_are_understood(migrated_file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a b%20#?驿站"
    folder.mkdir()
    path = Path(shutil.copy(migrated_file, folder))
    address = URL.create("sqlite", database=str(path))
    with closing(Database(address)) as database:
        watch = ChangeWatch(database)
        stamp = watch.stamp()
        count(database)
        assert watch.stamp() != stamp


def test_the_folder_one_starts_in_may_be_left(
    migrated_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(migrated_file, tmp_path / "city.sqlite")
    monkeypatch.chdir(tmp_path)
    with closing(Database("sqlite:///city.sqlite")) as database:
        watch = ChangeWatch(database)
        monkeypatch.chdir("/")
        assert watch.stamp() == watch.stamp()


def test_closing_the_database_closes_its_watches(
    sqlite_database: Database, database_file: Path, file_watch: ChangeWatch
) -> None:
    database, watch = sqlite_database, file_watch

    def descriptors() -> list[str]:
        opened = Path("/proc/self/fd")
        return [str(entry.readlink()) for entry in opened.iterdir() if entry.is_symlink()]

    watch.stamp()
    assert str(database_file) in descriptors()
    database.close()
    assert str(database_file) not in descriptors()


def test_a_database_in_memory_is_asked_for_its_count() -> None:
    with closing(Database("sqlite://")) as database:
        database.migrate()
        watch = ChangeWatch(database)
        assert watch.stamp() == 0
        count(database)
        assert watch.stamp() == 1
