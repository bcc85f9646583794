"""A backup is the workspace of one moment, whoever writes meanwhile."""

import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from whole_city import (
    NOW,
    add_photo,
    elsewhere,
    empty_tables,
    rides,
    written_to,
)

from geo_service.errors import NotReady, WrongUsage
from geo_service.flows import back_up as backing_up
from geo_service.flows.back_up import BackedUp, back_up
from geo_service.flows.examine_workspace import examine
from geo_service.flows.restore import restore
from geo_service.flows.wiring import Workspace, open_workspace
from geo_service.settings import Settings
from geo_service.store.backup_files import FileCopies
from geo_service.store.database import Connection
from geo_service.store.database_snapshot import copy_moment
from geo_service.store.workspace_files import named_files


def clock() -> datetime:
    return NOW


def files_in(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def rows_in(workspace: Workspace) -> dict[str, list[str]]:
    with workspace.database.reading() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).scalars()
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()))  # noqa: S608
            for name in tables.all()
        }


def test_the_city_that_is_backed_up_has_rows_in_every_table(whole: Workspace) -> None:
    assert empty_tables(whole) == []
    assert examine(whole).findings == ()


def test_what_is_restored_has_every_row_and_every_file(whole: Workspace, tmp_path: Path) -> None:
    whole.kept_counts._folder.mkdir()
    (whole.kept_counts._folder / "passes-1.counts").write_bytes(b"kept")
    made = back_up(whole, tmp_path / "backup", clock)
    assert made.faults == ()
    restored = restore(elsewhere(whole.settings, tmp_path / "again"), tmp_path / "backup", NOW)
    assert restored.content == made.manifest.content
    with open_workspace(elsewhere(whole.settings, tmp_path / "again")) as again:
        assert rows_in(again) == rows_in(whole)
        assert examine(again).findings == ()
        told = [fixes.trip_ids for fixes in again.lake.read()]
        assert told == [fixes.trip_ids for fixes in whole.lake.read()]
    here, there = files_in(whole.settings.workspace), files_in(tmp_path / "again")
    kept = {path for path in here if path.split("/")[0] in {"traces", "photos"}}
    assert {path: there[path] for path in kept} == {path: here[path] for path in kept}
    assert {path.split("/")[0] for path in there} == {
        "geo_service.sqlite",
        "photos",
        "streets",
        "traces",
    }


def test_the_manifest_tells_every_file_and_what_there_is(whole: Workspace, tmp_path: Path) -> None:
    made = back_up(whole, tmp_path / "backup", clock)
    said = json.loads((tmp_path / "backup" / "manifest.json").read_text())
    files = files_in(tmp_path / "backup")
    files.pop("manifest.json")
    assert {each["path"]: each["sha256"] for each in said["files"]} == files
    assert said["moment"] == NOW.isoformat()
    assert said["counts"] == dict(made.manifest.counts)
    assert said["counts"] == {"facilities": 1, "issues": 1, "trips": 5, "fixes": 60, "photos": 3}


def test_the_riders_key_is_not_in_it_and_only_the_owner_may_read_it(
    whole: Workspace, tmp_path: Path
) -> None:
    key = whole.rider_key().hex().encode()
    made = back_up(whole, tmp_path / "backup", clock)
    assert not any(key in path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert made.folder.stat().st_mode & 0o077 == 0


@pytest.mark.slow
def test_whoever_writes_meanwhile_it_is_one_moment(own_city: Settings, tmp_path: Path) -> None:
    counts: list[int] = []
    with written_to(own_city), open_workspace(own_city) as workspace:
        for number in range(4):
            made = back_up(workspace, tmp_path / f"b{number}", clock)
            assert made.faults == ()
            counts.append(made.manifest.counts["issues"])
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]
    for number in range(4):
        settings = elsewhere(own_city, tmp_path / f"r{number}")
        restore(settings, tmp_path / f"b{number}", NOW)
        with open_workspace(settings) as again:
            assert examine(again).findings == ()
            with again.database.reading() as connection:
                reported, answered, moved = (
                    connection.exec_driver_sql(statement).scalar()
                    for statement in (
                        "SELECT count(*) FROM issues",
                        "SELECT count(*) FROM cases",
                        "SELECT count(*) FROM case_moves",
                    )
                )
            assert reported == answered == moved == counts[number]


def test_nobody_removes_a_file_while_the_last_are_copied(whole: Workspace, tmp_path: Path) -> None:
    def try_to_write() -> datetime:
        with (
            closing(sqlite3.connect(whole.database.file or "", timeout=0)) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        return NOW

    assert back_up(whole, tmp_path / "backup", try_to_write).faults == ()


def test_writers_go_on_while_the_database_is_copied_and_are_not_in_it(
    whole: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = back_up(whole, tmp_path / "before", clock).manifest

    def write_first(connection: Connection, target: Path) -> None:
        whole.lake.add(rides("t", shift=1e-4))
        whole.lake.remove_leftovers()
        add_photo(whole, b"too late")
        copy_moment(connection, target)

    monkeypatch.setattr(backing_up, "copy_moment", write_first)
    made = back_up(whole, tmp_path / "meanwhile", clock)
    assert made.faults == ()
    assert made.manifest.content == before.content
    assert made.manifest.files.keys() == before.files.keys()


@pytest.mark.parametrize("when", ["before they are copied", "after they were copied"])
def test_files_that_go_meanwhile_are_neither_missed_nor_kept(
    whole: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    calls: list[set[str]] = []

    def replace_trips() -> None:
        whole.lake.add(rides("t", shift=1e-4))
        whole.lake.remove_leftovers()

    def look(connection: Connection, folder: Path) -> set[str]:
        named = named_files(connection, folder)
        calls.append(named)
        return named

    def copy_then_replace(copies: FileCopies, paths: set[str]) -> None:
        if len(calls) == 1 and when.startswith("before"):
            replace_trips()
        taken(copies, paths)
        if len(calls) == 1 and when.startswith("after"):
            replace_trips()

    taken = FileCopies.take
    monkeypatch.setattr(backing_up, "named_files", look)
    monkeypatch.setattr(FileCopies, "take", copy_then_replace)
    made = back_up(whole, tmp_path / "backup", clock)
    assert not {path for path in calls[0] & calls[-1] if path.startswith("traces")}
    assert made.faults == ()
    assert files_in(made.folder).keys() == calls[-1] | {"geo_service.sqlite", "manifest.json"}
    restore(elsewhere(whole.settings, tmp_path / "again"), made.folder, NOW)


def test_trips_made_one_file_are_the_same_content(whole: Workspace, tmp_path: Path) -> None:
    first = back_up(whole, tmp_path / "one", clock)
    for number in range(17):
        whole.lake.add(rides(f"more{number}-", 1))
    before = back_up(whole, tmp_path / "two", clock)
    layout = files_in(whole.settings.workspace / "traces")
    with whole.database.reading() as connection:
        stamps = connection.exec_driver_sql("SELECT * FROM trace_days").all()
    for _ in range(17):
        whole.lake.add(rides("more0-", 1, shift=1e-4))
        whole.lake.add(rides("more0-", 1))
    with whole.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM trace_days")
        for row in stamps:
            connection.exec_driver_sql("INSERT INTO trace_days VALUES (?, ?, ?, ?)", tuple(row))
    assert files_in(whole.settings.workspace / "traces") != layout
    after = back_up(whole, tmp_path / "three", clock)
    assert before.manifest.content == after.manifest.content != first.manifest.content


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE offers SET points = 2",
        "UPDATE issues SET closed_at = NULL",
        "DELETE FROM team_members",
        "UPDATE keys SET sha256 = zeroblob(31) || x'01'",
    ],
)
def test_any_other_row_is_other_content(whole: Workspace, tmp_path: Path, statement: str) -> None:
    first = back_up(whole, tmp_path / "one", clock)
    with whole.database.writing() as connection:
        connection.exec_driver_sql(statement)
    assert back_up(whole, tmp_path / "two", clock).manifest.content != first.manifest.content


def test_files_that_are_the_same_are_shared(whole: Workspace, tmp_path: Path) -> None:
    back_up(whole, tmp_path / "b" / "one", clock)
    add_photo(whole, b"new")
    whole.lake.add(rides("t", shift=1e-5))
    made = back_up(whole, tmp_path / "b" / "two", clock)
    assert made.earlier == tmp_path / "b" / "one"
    assert made.shared > 0
    one, two = ({p: (f / p).stat().st_ino for p in files_in(f)} for f in both(tmp_path))
    same = {path for path in two if one.get(path) == two[path]}
    assert {path.split("/")[0] for path in same} == {"streets", "photos"}
    assert sum(path.startswith("photos") for path in same) == 3
    shutil.rmtree(tmp_path / "b" / "one")
    restore(elsewhere(whole.settings, tmp_path / "again"), tmp_path / "b" / "two", NOW)


def both(folder: Path) -> tuple[Path, Path]:
    return folder / "b" / "one", folder / "b" / "two"


def test_a_damaged_file_is_not_taken_from_an_earlier_backup(
    whole: Workspace, tmp_path: Path
) -> None:
    one, two = both(tmp_path)
    back_up(whole, one, clock)
    damaged = next((one / "photos").rglob("*.jpg"))
    damaged.write_bytes(damaged.read_bytes()[::-1])
    made = back_up(whole, two, clock)
    assert made.faults == ()
    path = damaged.relative_to(one)
    assert (two / path).read_bytes() == (whole.settings.workspace / path).read_bytes()


def test_what_the_workspace_lacks_is_told_and_the_rest_is_kept(
    whole: Workspace, tmp_path: Path
) -> None:
    folder = whole.settings.workspace
    photo, other = sorted((folder / "photos").rglob("*.jpg"))[:2]
    photo.unlink()
    other.write_bytes(b"other")
    trace = next((folder / "traces").iterdir())
    trace.unlink()
    made = back_up(whole, tmp_path / "backup", clock)
    assert len(made.faults) == 3
    for fault, path in zip(sorted(made.faults), sorted([photo, other, trace]), strict=True):
        assert fault.startswith(str(path))
    settings = elsewhere(whole.settings, tmp_path / "again")
    assert restore(settings, made.folder, NOW).content == made.manifest.content


def test_it_is_written_over_nothing(whole: Workspace, tmp_path: Path) -> None:
    made = back_up(whole, tmp_path / "backup", clock)
    before = files_in(made.folder)
    (tmp_path / "file").write_bytes(b"x")
    for out in (made.folder, tmp_path / "file"):
        with pytest.raises(WrongUsage, match="never written over"):
            back_up(whole, out, clock)
    assert files_in(made.folder) == before
    for out in (whole.settings.workspace / "b", tmp_path / "city.tar", made.folder / "b"):
        with pytest.raises(WrongUsage):
            back_up(whole, out, clock)
        assert not out.exists()


def test_a_database_elsewhere_is_for_its_own_tool(whole: Workspace, tmp_path: Path) -> None:
    settings = replace(whole.settings, database_url=f"sqlite:///{tmp_path / 'elsewhere.sqlite'}")
    with open_workspace(settings) as other, pytest.raises(NotReady, match="pg_dump"):
        back_up(other, tmp_path / "backup", clock)
    assert not (tmp_path / "backup").exists()


def grow(workspace: Workspace, size: int) -> None:
    add_photo(workspace, os.urandom(size))


def test_where_there_is_no_room_nothing_is_begun(whole: Workspace, small_disk: Path) -> None:
    grow(whole, 2_000_000)
    with pytest.raises(NotReady, match=r"needs .* bytes, and .* are free"):
        back_up(whole, small_disk / "backup", clock)
    assert list(small_disk.iterdir()) == []


def test_a_disk_that_fills_on_the_way_leaves_nothing(
    whole: Workspace, small_disk: Path, tmp_path: Path
) -> None:
    made = back_up(whole, tmp_path / "backup", clock)
    filled = small_disk / "filled"
    room = shutil.disk_usage(small_disk).free

    def fill_up() -> datetime:
        # As somebody else might, once the room has been measured.
        filled.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 8192))
        return NOW

    assert made.manifest.size < room
    with pytest.raises(NotReady, match=r"disk is full|No space left"):
        back_up(whole, small_disk / "backup", fill_up)
    assert list(small_disk.iterdir()) == [filled]
    filled.unlink()
    assert_same(back_up(whole, small_disk / "backup", clock), made)


def assert_same(one: BackedUp, other: BackedUp) -> None:
    assert one.manifest.content == other.manifest.content
