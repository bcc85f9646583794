"""How SQLite's file is opened where nothing can be written."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from geo_service.errors import NotReady
from geo_service.store.database import Database
from geo_service.store.read_only_disk import address_to_open, is_read_only


def test_only_a_disk_mounted_read_only_is_one(
    mount_disk: Callable[[int], Path], make_read_only: Callable[[Path], None], tmp_path: Path
) -> None:
    disk = mount_disk(100)
    file = disk / "城 ?.sqlite"
    file.touch()
    assert not is_read_only(disk)
    assert address_to_open(file, "mode=rw") == f"{file.as_uri()}?mode=rw"
    make_read_only(disk)
    assert is_read_only(disk)
    assert address_to_open(file, "mode=rw") == f"{file.as_uri()}?mode=ro&immutable=1"
    assert not is_read_only(tmp_path)
    assert not is_read_only(tmp_path / "nowhere")


def test_where_a_log_of_writes_lies_it_is_read_too(
    mount_disk: Callable[[int], Path], make_read_only: Callable[[Path], None]
) -> None:
    file = mount_disk(100) / "city.sqlite"
    file.with_name("city.sqlite-wal").touch()
    make_read_only(file.parent)
    assert address_to_open(file, "mode=ro") == f"{file.as_uri()}?mode=ro"


def test_a_database_there_is_read_and_not_written(
    mount_disk: Callable[[int], Path], make_read_only: Callable[[Path], None]
) -> None:
    file = mount_disk(2000) / "city.sqlite"
    with closing(Database(f"sqlite:///{file}")) as database:
        database.migrate()
        assert not database.read_only
    make_read_only(file.parent)
    with closing(Database(f"sqlite:///{file}")) as database:
        assert database.read_only
        assert database.migrate() is None
        with database.reading() as connection:
            assert connection.exec_driver_sql("SELECT changes FROM city").scalar() == 0
        with (
            pytest.raises(NotReady, match="whether its disk is read-only"),
            database.writing() as connection,
        ):
            connection.exec_driver_sql("UPDATE city SET changes = 1")
