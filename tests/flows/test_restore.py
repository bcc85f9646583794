"""A backup becomes a workspace whole, or not at all, and the reason is told with the file."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from whole_city import NOW, elsewhere, rides, settings_in

from geo_service.domain.erasure import NOBODY
from geo_service.errors import GeoServiceError, NotReady, RefusedData, UnreadableFile, WrongUsage
from geo_service.flows import restore as restoring
from geo_service.flows.back_up import back_up
from geo_service.flows.erase_rider import erase_rider, list_erasures
from geo_service.flows.examine_workspace import examine
from geo_service.flows.prove_content import prove_content
from geo_service.flows.restore import restore
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace, address_in, open_workspace
from geo_service.settings import Settings
from geo_service.store import change_watch, migrating, schema
from geo_service.store.backup_manifest import COUNTED
from geo_service.store.database import Database
from geo_service.store.proven_copy import Proof, copy_proven, prove

DATABASE = "geo_service.sqlite"
LATER = NOW + timedelta(days=1)


def clock() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def made_backup(made_city: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("made") / "backup"
    with open_workspace(made_city) as workspace:
        back_up(workspace, out, clock)
    return out


@pytest.fixture
def backup(made_backup: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made_backup, tmp_path / "backup"))


@pytest.fixture
def place(made_city: Settings, tmp_path: Path) -> Settings:
    return replace(made_city, workspace=tmp_path / "new" / "city")


def rewrite(backup: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = backup / "manifest.json"
    said = json.loads(path.read_text())
    change(said)
    path.write_text(json.dumps(said))


def sign_again(backup: Path, name: str) -> None:
    """Let the manifest say of a file what it is now, as somebody who forges a backup would."""

    def change(said: dict[str, Any]) -> None:
        (entry,) = (each for each in said["files"] if each["path"] == name)
        entry.update(prove(backup / name)._asdict())

    rewrite(backup, change)


def drop(backup: Path, path: Path) -> None:
    path.unlink()
    name = path.relative_to(backup).as_posix()

    def change(said: dict[str, Any]) -> None:
        said["files"] = [each for each in said["files"] if each["path"] != name]

    rewrite(backup, change)


def a_file(backup: Path, part: str) -> Path:
    return min(path for path in (backup / part).rglob("*") if path.is_file())


def nothing_left(settings: Settings) -> bool:
    parent = settings.workspace.parent
    return not parent.exists() or list(parent.iterdir()) == []


@pytest.mark.parametrize("part", ["traces", "photos", "streets"])
@pytest.mark.parametrize("how", ["missing", "cut", "longer", "changed", "link", "pipe", "folder"])
def test_a_file_that_is_not_as_it_was_written_is_named(
    backup: Path, place: Settings, part: str, how: str
) -> None:
    path = a_file(backup, part)
    content = path.read_bytes()
    path.unlink()
    if how == "cut":
        path.write_bytes(content[:-1])
    elif how == "longer":
        path.write_bytes(content + b"\0")
    elif how == "changed":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif how == "link":
        (backup.parent / "outside").write_bytes(content)
        path.symlink_to(backup.parent / "outside")
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "folder":
        path.mkdir()
    with pytest.raises(UnreadableFile) as refused:
        restore(place, backup, NOW)
    assert refused.value.where == str(path)
    assert refused.value.remedy
    assert nothing_left(place)


def test_a_changed_database_is_refused(backup: Path, place: Settings) -> None:
    with closing(sqlite3.connect(backup / DATABASE)) as database:
        database.execute("UPDATE offers SET points = 99")
        database.commit()
    with pytest.raises(UnreadableFile, match="bytes"):
        restore(place, backup, NOW)
    sign_again(backup, DATABASE)
    with pytest.raises(UnreadableFile, match="does not hold what its manifest says"):
        restore(place, backup, NOW)
    assert nothing_left(place)


@pytest.mark.parametrize("name", ["more.txt", "traces/more.parquet", "photos/ab/.part"])
def test_a_file_too_many_is_named(backup: Path, place: Settings, name: str) -> None:
    path = backup / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"more")
    with pytest.raises(UnreadableFile) as refused:
        restore(place, backup, NOW)
    assert refused.value.where == str(path)
    assert nothing_left(place)


def test_a_folder_that_is_a_link_is_refused(backup: Path, place: Settings) -> None:
    (backup / "traces").rename(backup.parent / "traces")
    (backup / "traces").symlink_to(backup.parent / "traces")
    with pytest.raises(UnreadableFile) as refused:
        restore(place, backup, NOW)
    assert refused.value.where == str(backup / "traces")


def test_photos_and_trips_are_held_against_rows_whatever_the_manifest_says(
    backup: Path, place: Settings
) -> None:
    photo = a_file(backup, "photos")
    photo.write_bytes(b"another picture")
    sign_again(backup, photo.relative_to(backup).as_posix())
    with pytest.raises(UnreadableFile, match="does not hold what its manifest says"):
        restore(place, backup, NOW)
    assert nothing_left(place)


def test_counts_are_proven_too(backup: Path, place: Settings) -> None:
    rewrite(backup, lambda said: said["counts"].update(trips=6))
    with pytest.raises(UnreadableFile, match="does not hold"):
        restore(place, backup, NOW)


def test_without_a_manifest_it_was_never_finished(backup: Path, place: Settings) -> None:
    (backup / "manifest.json").unlink()
    with pytest.raises(UnreadableFile, match="never finished"):
        restore(place, backup, NOW)
    with pytest.raises(UnreadableFile, match="never finished"):
        restore(place, backup / "nowhere", NOW)
    assert nothing_left(place)


def test_of_a_newer_program_it_is_refused(backup: Path, place: Settings) -> None:
    rewrite(backup, lambda said: said.update(revision="9999", program="7.1"))
    with pytest.raises(RefusedData, match=r"newer geo_service than this one \(7\.1\)"):
        restore(place, backup, NOW)
    assert nothing_left(place)


@pytest.mark.parametrize("revision", ["0006", "0002"])
def test_of_an_older_program_it_is_brought_up_to_this_one(
    backup: Path, place: Settings, revision: str
) -> None:
    with (
        closing(Database(address_in(backup))) as database,
        database.writing() as connection,
    ):
        # Once riders' names have changed there is no way back.
        connection.exec_driver_sql("DELETE FROM rider_key_generations")
        configuration = migrating._configuration()
        configuration.attributes["connection"] = connection
        command.downgrade(configuration, revision)
    content = prove_content(backup)
    assert content.faults == ()
    for path in (backup / "photos").rglob("*.jpg") if "photos" not in content.counts else ():
        drop(backup, path)
    rewrite(backup, lambda said: said.update(revision=revision, content=content.sha256))
    counts = {name: content.counts.get(name, 0) for name in COUNTED}
    rewrite(backup, lambda said: said.update(counts=counts))
    sign_again(backup, DATABASE)
    assert restore(place, backup, NOW).content == content.sha256
    with open_workspace(place) as workspace:
        assert examine(workspace).findings == ()
        with workspace.database.reading() as connection:
            now_at = connection.exec_driver_sql("SELECT * FROM alembic_version").scalar()
        assert workspace.lake.trips() == 5
    assert now_at == schema.REVISION


def test_a_manifest_that_lies_about_the_revision_is_found_out(
    backup: Path, place: Settings
) -> None:
    with closing(sqlite3.connect(backup / DATABASE)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    sign_again(backup, DATABASE)
    content = prove_content(backup).sha256
    sign_again(backup, DATABASE)
    rewrite(backup, lambda said: said.update(content=content))
    with pytest.raises(NotReady, match="newer"):
        restore(place, backup, NOW)
    assert nothing_left(place)


def test_nothing_is_written_over_a_workspace(backup: Path, place: Settings) -> None:
    restore(place, backup, NOW)
    with pytest.raises(WrongUsage, match=r"There is a workspace here \(geo_service\.sqlite"):
        restore(place, backup, NOW)
    place.workspace.joinpath(DATABASE).unlink()
    with pytest.raises(WrongUsage, match=r"not empty \(photos, streets, traces\)"):
        restore(place, backup, NOW)
    with pytest.raises(WrongUsage, match="no folder"):
        restore(elsewhere(place, backup / "manifest.json"), backup, NOW)
    with pytest.raises(NotReady, match="elsewhere"):
        restore(replace(place, database_url="postgresql:///x"), backup, NOW)


def test_what_the_disk_makes_of_the_copies_is_read_back(
    backup: Path, place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_badly(source: Path, target: Path) -> Proof:
        proof = copy_proven(source, target)
        if target.suffix == ".jpg":
            target.write_bytes(target.read_bytes()[::-1])
        return proof

    monkeypatch.setattr(restoring, "copy_proven", copy_badly)
    with pytest.raises(UnreadableFile, match="not those that were written") as refused:
        restore(place, backup, NOW)
    assert refused.value.where.endswith(".jpg")
    assert nothing_left(place)


def test_a_backup_that_is_changed_meanwhile_is_refused(
    backup: Path, place: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change_first(source: Path, target: Path) -> Proof:
        source.write_bytes(source.read_bytes()[::-1])
        return copy_proven(source, target)

    monkeypatch.setattr(restoring, "copy_proven", change_first)
    with pytest.raises(UnreadableFile, match="changed while it was read"):
        restore(place, backup, NOW)
    assert nothing_left(place)


def test_a_process_that_had_the_workspace_open_sees_the_restored_one(
    backup: Path, whole: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_watch, "FILE_EVERY_S", 0.0)
    folder = whole.settings.workspace
    watch = change_watch.ChangeWatch(whole.database)
    whole.lake.add(rides("later"))
    assert whole.lake.trips() == 10
    before = watch.stamp()
    folder.rename(folder.with_name("damaged"))
    restore(whole.settings, backup, NOW)
    assert watch.stamp() != before
    assert whole.lake.trips() == 5
    assert sum(fixes.trips for fixes in whole.lake.read()) == 5


def test_an_empty_folder_is_a_place(backup: Path, place: Settings) -> None:
    place.workspace.mkdir(parents=True)
    restore(place, backup, NOW)
    assert place.workspace.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in place.workspace.parent.iterdir()] == ["city"]
    with open_workspace(place) as workspace, workspace.database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_what_a_killed_restore_left_is_in_nobodys_way(backup: Path, place: Settings) -> None:
    left = place.workspace.parent / ".city.geo-service-draft"
    (left / "traces").mkdir(parents=True)
    (left / "traces" / "half.parquet").write_bytes(b"half")
    restore(place, backup, NOW)
    assert not left.exists()
    assert not (place.workspace / "traces" / "half.parquet").exists()


def test_the_backup_is_only_read(made_backup: Path, place: Settings) -> None:
    before = {path: path.stat() for path in made_backup.rglob("*")}
    restore(place, made_backup, NOW)
    after = {path: path.stat() for path in made_backup.rglob("*")}
    assert [(at, was.st_mtime_ns, was.st_ino) for at, was in before.items()] == [
        (at, now.st_mtime_ns, now.st_ino) for at, now in after.items()
    ]


def test_the_restored_files_are_not_the_backups(made_backup: Path, place: Settings) -> None:
    restore(place, made_backup, NOW)
    shared = {path.stat().st_ino for path in made_backup.rglob("*") if path.is_file()}
    assert not shared & {path.stat().st_ino for path in place.workspace.rglob("*")}


def test_a_full_disk_leaves_nothing(backup: Path, small_disk: Path, place: Settings) -> None:
    here = elsewhere(place, small_disk / "city")
    filled = small_disk / "filled"
    filled.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 100_000))
    with pytest.raises(NotReady, match="no room"):
        restore(here, backup, NOW)
    assert list(small_disk.iterdir()) == [filled]
    # Room enough for the files as they are counted, and none for what a disk adds to each.
    size = sum(path.stat().st_size for path in backup.rglob("*") if path.is_file())
    filled.write_bytes(b"")
    filled.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - size))
    with pytest.raises(GeoServiceError):
        restore(here, backup, NOW)
    assert list(small_disk.iterdir()) == [filled]
    filled.unlink()
    with_room = shutil.disk_usage(small_disk).free
    assert with_room > size


def test_a_restored_workspace_is_backed_up_to_the_same_content(
    backup: Path, place: Settings, whole: Workspace, tmp_path: Path
) -> None:
    content = restore(place, backup, NOW).content
    with open_workspace(place) as again:
        assert back_up(again, tmp_path / "b" / "again", clock).manifest.content == content
    assert back_up(whole, tmp_path / "b" / "whole", clock).manifest.content == content


def test_whoever_was_erased_since_is_erased_again(own_city: Settings, tmp_path: Path) -> None:
    """A later backup beside it tells of the erasure; so does a list; without either nobody goes."""
    backups = tmp_path / "backups"
    with open_workspace(own_city) as workspace:
        back_up(workspace, backups / "before", clock)
        rider = next(iter(riders_of(workspace)))
        erase_rider(workspace, rider, NOW)
        listed = list_erasures(workspace)
        shutil.copytree(backups / "before", tmp_path / "alone" / "before")
        back_up(workspace, backups / "after", lambda: LATER)
    for number, (source, given, gone, known_until) in enumerate(
        [
            (backups / "before", NOBODY, True, LATER),
            (backups / "after", NOBODY, False, LATER),
            (tmp_path / "alone" / "before", listed, True, NOW),
            (tmp_path / "alone" / "before", NOBODY, False, NOW),
        ]
    ):
        settings = replace(own_city, workspace=tmp_path / str(number) / "city")
        restored = restore(settings, source, NOW, given)
        assert restored.erased == gone
        assert restored.erasures_known_until == known_until
        is_gone = gone or source.name == "after"
        with open_workspace(settings) as workspace:
            assert (rider not in riders_of(workspace)) is is_gone


def test_erasing_again_needs_the_riders_key(own_city: Settings, tmp_path: Path) -> None:
    with open_workspace(own_city) as workspace:
        back_up(workspace, tmp_path / "before", clock)
        erase_rider(workspace, next(iter(riders_of(workspace))), NOW)
        listed = list_erasures(workspace)
    (tmp_path / "another.key").write_text("0" * 64)
    other = replace(
        own_city, workspace=tmp_path / "new" / "city", rider_key_file=tmp_path / "another.key"
    )
    with pytest.raises(NotReady, match="another riders' key"):
        restore(other, tmp_path / "before", NOW, listed)
    assert nothing_left(other)


def test_erasing_again_makes_no_key(own_city: Settings, tmp_path: Path) -> None:
    with open_workspace(own_city) as workspace:
        back_up(workspace, tmp_path / "backups" / "before", clock)
        erase_rider(workspace, next(iter(riders_of(workspace))), NOW)
        back_up(workspace, tmp_path / "backups" / "after", clock)
    other = replace(own_city, workspace=tmp_path / "new" / "city", rider_key_file=tmp_path / "none")
    with pytest.raises(NotReady, match="without the riders' key"):
        restore(other, tmp_path / "backups" / "before", NOW)
    assert not other.rider_key_file.exists()
    assert nothing_left(other)


def test_erasing_again_wants_the_key_by_which_this_city_named_its_riders(
    own_city: Settings, tmp_path: Path
) -> None:
    with open_workspace(own_city) as workspace:
        back_up(workspace, tmp_path / "backups" / "before", clock)
        erase_rider(workspace, next(iter(riders_of(workspace))), NOW)
        back_up(workspace, tmp_path / "backups" / "after", clock)
    key = tmp_path / "another.key"
    key.write_text("0" * 64)
    other = replace(own_city, workspace=tmp_path / "new" / "city", rider_key_file=key)
    with pytest.raises(NotReady, match="another one than this workspace's"):
        restore(other, tmp_path / "backups" / "before", NOW)
    assert nothing_left(other)


def test_another_city_s_backups_beside_it_are_in_nobodys_way(
    own_city: Settings, tmp_path: Path
) -> None:
    another = settings_in(tmp_path / "another")
    with start_workspace(another) as workspace:
        workspace.lake.add(rides("t"))
        erase_rider(workspace, next(iter(riders_of(workspace))), NOW)
        back_up(workspace, tmp_path / "backups" / "another", lambda: LATER)
    with open_workspace(own_city) as workspace:
        back_up(workspace, tmp_path / "backups" / "own", clock)
    again = replace(own_city, workspace=tmp_path / "new" / "city")
    restored = restore(again, tmp_path / "backups" / "own", NOW)
    assert (restored.erased, restored.of_other_keys) == (0, 1)
    assert restored.erasures_known_until == NOW


def riders_of(workspace: Workspace) -> set[str]:
    return {rider for fixes in workspace.lake.read() for rider in fixes.rider_ids}
