"""Files of photos are whole, on the disk, named by chance, and removed when no row names them."""

import hashlib
import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from geo_service.domain.photo import Photo
from geo_service.errors import NotReady
from geo_service.store import durable_files, photo_files
from geo_service.store.photo_files import PhotoFiles, is_photo_id

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
PHOTOS = [Photo(b"first picture", 40, 30), Photo(b"second", 64, 48)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "photos"


@pytest.fixture
def files(folder: Path) -> PhotoFiles:
    return PhotoFiles(folder)


def lying(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def grow_old(folder: Path, age: timedelta) -> None:
    then = (NOW - age).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def test_photos_are_written_and_read(files: PhotoFiles, folder: Path) -> None:
    written = files.write(PHOTOS)
    for file, photo in zip(written, PHOTOS, strict=True):
        assert re.fullmatch("[0-9a-f]{32}", file.photo_id)
        assert (file.width, file.height) == (photo.width, photo.height)
        assert file.size == len(photo.data)
        assert file.digest == hashlib.sha256(photo.data).digest()
        assert files.read(file.photo_id) == photo.data
    names = [f"{file.photo_id[:2]}/{file.photo_id}.jpg" for file in written]
    assert lying(folder) == dict(zip(names, [photo.data for photo in PHOTOS], strict=True))


def test_nothing_is_made_before_the_first_photo(files: PhotoFiles, folder: Path) -> None:
    assert files.write([]) == []
    assert files.read("0" * 32) is None
    assert files.remove_leftovers(set(), NOW) == 0
    assert not folder.exists()


def test_names_are_of_chance(files: PhotoFiles) -> None:
    same = [PHOTOS[0]] * 20
    assert len({file.photo_id for file in files.write(same)}) == 20


@pytest.mark.parametrize(
    "name",
    [
        "",
        "0" * 31,
        "0" * 33,
        "G" * 32,
        "A" * 32,
        "../../" + "0" * 26,
        "0" * 32 + "\n",
        "\u0660" * 32,
    ],
)
def test_no_other_name_becomes_a_path(files: PhotoFiles, folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / "secret.jpg").write_bytes(b"secret")
    assert not is_photo_id(name)
    assert files.read(name) is None
    files.remove([name])
    assert lying(folder) == {"secret.jpg": b"secret"}
    assert is_photo_id("0123456789abcdef" * 2)


def test_a_file_and_its_folders_are_on_the_disk_when_it_is_written(
    files: PhotoFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[tuple[str, bool]] = []
    sync_file, sync_folder = os.fsync, durable_files.sync_folder

    def look_at_file(descriptor: int) -> None:
        steps.append(("content", any(folder.rglob("*.jpg"))))
        sync_file(descriptor)

    def look_at_folder(path: Path) -> None:
        steps.append((path.relative_to(folder.parent).as_posix(), any(folder.rglob("*.jpg"))))
        sync_folder(path)

    monkeypatch.setattr(photo_files, "sync_folder", look_at_folder)
    monkeypatch.setattr(os, "fsync", look_at_file)
    (file,) = files.write(PHOTOS[:1])
    told = [step for step in steps if step != ("content", True)]
    assert told == [
        ("content", False),
        (f"photos/{file.photo_id[:2]}", True),
        ("photos", True),
        (".", True),
    ]


def test_if_one_cannot_be_written_none_is(
    files: PhotoFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def fill_up(path: Path, content: bytes) -> None:
        if written:
            path.with_name(path.name + ".part").write_bytes(content[:3])
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_bytes(content)

    monkeypatch.setattr(photo_files, "write_durably", fill_up)
    with pytest.raises(NotReady, match=r"photos: The photo can't be written \(No space left"):
        files.write(PHOTOS)
    assert written
    assert lying(folder) == {}


def test_a_file_that_cannot_be_read_is_said_to_be(files: PhotoFiles, folder: Path) -> None:
    name = "ab" * 16
    (folder / "ab" / f"{name}.jpg").mkdir(parents=True)
    with pytest.raises(NotReady, match=r"can't be read .* restore a backup"):
        files.read(name)


def test_photos_are_removed(files: PhotoFiles, folder: Path) -> None:
    gone, kept = files.write(PHOTOS)
    files.remove([gone.photo_id, "0" * 32])
    assert files.read(gone.photo_id) is None
    assert list(lying(folder).values()) == [PHOTOS[1].data]
    assert files.read(kept.photo_id) == PHOTOS[1].data


def test_old_files_that_no_row_names_are_removed(files: PhotoFiles, folder: Path) -> None:
    named, unnamed = files.write(PHOTOS)
    crashed = folder / "cd" / ("cd" * 16 + ".jpg.part")
    crashed.parent.mkdir(exist_ok=True)
    crashed.write_bytes(b"hal")
    # Half a file is never whole, even if a whole one bears the same name.
    half = folder / named.photo_id[:2] / f"{named.photo_id}.jpg.part"
    half.write_bytes(b"ha")
    grow_old(folder, HOUR)
    known = {named.photo_id}
    assert files.remove_leftovers(known, NOW - HOUR) == 0, "not older than that yet"
    assert files.remove_leftovers(known, NOW - HOUR + timedelta(seconds=1)) == 3
    assert list(lying(folder).values()) == [PHOTOS[0].data]
    assert files.read(unnamed.photo_id) is None
    assert files.remove_leftovers(known, NOW) == 0


def test_files_of_others_stay(files: PhotoFiles, folder: Path) -> None:
    others = ["readme.jpg", "zz/" + "0" * 32 + ".jpg", "00/note.jpg", "00/" + "0" * 31 + ".jpg"]
    for name in others:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"?")
    grow_old(folder, 9 * HOUR)
    assert files.remove_leftovers(set(), NOW) == 0
    assert set(lying(folder)) == set(others)
