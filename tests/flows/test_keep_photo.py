"""Photos are kept with an issue or leave nothing behind."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.domain.photo import Photo
from geo_service.domain.role import Role
from geo_service.errors import NotAllowed, NotFound, NotReady, RefusedFields
from geo_service.flows.keep_photo import (
    PREVIEW_PX,
    approve_photo,
    note_photos,
    prepare_photo,
    preview_photo,
    store_photos,
    stored_files,
)
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.store import cases, issues, photos
from geo_service.store.keys import Key

STAFF = Key("s", Role.STAFF, "", datetime(2026, 1, 1, tzinfo=UTC), None, None)
PHOTOS = [Photo(b"first", 40, 30), Photo(b"second", 64, 48)]


@pytest.fixture
def city(empty: Workspace, now: datetime) -> Workspace:
    """Return a workspace with one issue."""
    with empty.database.writing() as connection:
        issues.write(connection, [Issue("a", "standing_water", 112.1, 32.0, now)])
    return empty


def lying(workspace: Workspace) -> list[str]:
    return sorted(path.stem for path in (workspace.settings.workspace / "photos").rglob("*.jpg"))


def picture(size: tuple[int, int]) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, "navy").save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_read_within_the_settings(tmp_path: Path) -> None:
    settings = Settings(workspace=tmp_path / "w", photo_pixels=20_000, photo_side_px=100)
    with start_workspace(settings) as workspace:
        assert prepare_photo(workspace, picture((200, 100))).width == 100
        with pytest.raises(RefusedFields, match="media"):
            prepare_photo(workspace, picture((201, 100)))
        assert lying(workspace) == []


def test_photos_are_kept_with_their_issue(city: Workspace, now: datetime) -> None:
    with stored_files(city, PHOTOS) as files, city.database.writing() as connection:
        note_photos(connection, "a", files.kept, now=now, rider="r1")
    with city.database.reading() as connection:
        kept = photos.of_issue(connection, "a")
    assert {(one.width, one.height, one.size) for one in kept} == {(40, 30, 5), (64, 48, 6)}
    assert {(one.approved, one.rider, one.added_at) for one in kept} == {(False, "r1", now)}
    assert {city.photos.read(one.photo_id) for one in kept} == {b"first", b"second"}
    assert lying(city) == sorted(one.photo_id for one in kept)


def test_files_are_on_the_disk_before_any_row_names_them(city: Workspace, now: datetime) -> None:
    (file,) = store_photos(city, PHOTOS[:1])
    assert city.photos.read(file.photo_id) == b"first"
    with city.database.writing() as connection:
        assert photos.all_ids(connection) == set()
        note_photos(connection, "a", [file], now=now, approved=True)
        (kept,) = photos.of_issue(connection, "a", approved_only=True)
    assert (kept.photo_id, kept.digest, kept.rider) == (file.photo_id, file.digest, "")


@pytest.mark.parametrize("failure", [NotReady("no"), KeyboardInterrupt(), RuntimeError()])
def test_files_are_dropped_if_the_transaction_fails(
    city: Workspace, now: datetime, failure: BaseException
) -> None:
    def fail() -> None:
        with stored_files(city, PHOTOS) as files, city.database.writing() as connection:
            note_photos(connection, "a", files.kept, now=now)
            assert len(lying(city)) == 2
            raise failure

    with pytest.raises(type(failure)):
        fail()
    assert lying(city) == []
    with city.database.reading() as connection:
        assert photos.all_ids(connection) == set()


def test_files_that_rows_name_are_never_dropped(city: Workspace, now: datetime) -> None:
    """A commit may have gone through though it seems to have failed."""

    def fail_late() -> None:
        with stored_files(city, PHOTOS) as files:
            with city.database.writing() as connection:
                note_photos(connection, "a", files.kept[:1], now=now)
            raise NotReady("The answer of the database was lost.")

    with pytest.raises(NotReady):
        fail_late()
    with city.database.reading() as connection:
        known = photos.all_ids(connection)
    assert len(known) == 1
    assert lying(city) == sorted(known)


def test_files_can_be_dropped_on_purpose(city: Workspace) -> None:
    with stored_files(city, PHOTOS) as files:
        files.drop()
        assert lying(city) == []
    with stored_files(city, []) as none:
        none.drop()


def test_staff_approve_and_take_back(city: Workspace, now: datetime) -> None:
    (file,) = store_photos(city, PHOTOS[:1])
    with city.database.writing() as connection:
        note_photos(connection, "a", [file], now=now)
    for approved in (True, False):
        assert approve_photo(city, STAFF, file.photo_id, approved=approved).approved is approved
        with city.database.reading() as connection:
            found = photos.find(connection, file.photo_id)
        assert found is not None
        assert found.approved is approved
    with pytest.raises(NotFound, match="no photo"):
        approve_photo(city, STAFF, "0" * 32, approved=True)


def test_what_a_crash_left_is_gone_an_hour_later(city: Workspace, now: datetime) -> None:
    left, named = store_photos(city, PHOTOS)
    with city.database.writing() as connection:
        note_photos(connection, "a", [named], now=now)
    for path in (city.settings.workspace / "photos").rglob("*.jpg"):
        os.utime(path, (now.timestamp(), now.timestamp()))
    hour = timedelta(hours=1)
    for moment in (None, now, now + hour):
        start_workspace(city.settings, now=moment).close()
        assert city.photos.read(left.photo_id) == b"first", "it may be named yet"
    start_workspace(city.settings, now=now + hour + timedelta(seconds=1)).close()
    assert lying(city) == [named.photo_id]


def test_a_preview_is_small_and_nothing_of_it_is_kept(city: Workspace) -> None:
    drawn = Image.open(BytesIO(preview_photo(city, picture((960, 720)))))
    assert (drawn.format, drawn.size) == ("JPEG", (PREVIEW_PX, PREVIEW_PX * 3 // 4))
    with pytest.raises(RefusedFields):
        preview_photo(city, b"none")
    assert lying(city) == []


@pytest.mark.parametrize("public", [True, False])
def test_staff_of_other_areas_change_no_photo(
    empty: Workspace, now: datetime, *, public: bool
) -> None:
    issue = Issue("a", "standing_water", 112.1, 32.0, now, approved=public)
    (file,) = store_photos(empty, PHOTOS[:1])
    with empty.database.writing() as connection:
        issues.write(connection, [issue])
        cases.add(connection, [Case(issue, Stage.COLLECTED, "u", now, area_id="east")])
        note_photos(connection, "a", [file], now=now, approved=True)
    west = replace(STAFF, areas=frozenset({"west"}), reach=frozenset({"west"}))
    with pytest.raises(NotAllowed if public else NotFound):
        approve_photo(empty, west, file.photo_id, approved=False)
    with empty.database.reading() as connection:
        found = photos.find(connection, file.photo_id)
    assert found is not None
    assert found.approved
    east = replace(STAFF, areas=frozenset({"city"}), reach=frozenset({"city", "east"}))
    assert not approve_photo(empty, east, file.photo_id, approved=False).approved
