"""Rows of photos: added, found by issue, approved, and gone with their issues."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from geo_service.domain.issue import Issue
from geo_service.domain.photo import StoredPhoto
from geo_service.errors import GeoServiceError
from geo_service.store import issues, photos
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)


def photo(number: int, issue_id: str = "a", *, approved: bool = False) -> StoredPhoto:
    return StoredPhoto(
        photo_id=f"{number:032x}",
        issue_id=issue_id,
        # Later numbers are older, so that order is by time and not by name.
        added_at=NOW - timedelta(seconds=number),
        width=1600,
        height=1200,
        size=number,
        digest=bytes([number]) * 32,
        approved=approved,
        rider=f"rider{number}",
    )


@pytest.fixture
def stored(database: Database) -> Database:
    known = [Issue(name, "standing_water", 112.1, 32.0, NOW) for name in "abc"]
    with database.writing() as connection:
        issues.write(connection, known)
        photos.add(connection, [photo(1), photo(2, approved=True), photo(3, "b")])
    return database


def test_a_photo_comes_back_as_it_was_written(stored: Database) -> None:
    with stored.reading() as connection:
        assert photos.find(connection, photo(2).photo_id) == photo(2, approved=True)
        assert photos.find(connection, "none") is None


def test_photos_are_of_issues_oldest_first(stored: Database) -> None:
    first, second, third = photo(1), photo(2, approved=True), photo(3, "b")
    with stored.reading() as connection:
        assert photos.of_issue(connection, "a") == [second, first]
        assert photos.of_issue(connection, "a", approved_only=True) == [second]
        assert photos.of_issue(connection, "c") == []
        assert photos.of_issues(connection, ["a", "b", "c", "none"]) == {
            "a": [second, first],
            "b": [third],
        }
        assert photos.of_issues(connection, "ab", approved_only=True) == {"a": [second]}
        assert photos.of_issues(connection, []) == {}


def test_photos_are_approved_and_no_longer(stored: Database) -> None:
    name = photo(1).photo_id
    with stored.writing() as connection:
        for approved in (True, True, False):
            assert photos.set_approved(connection, name, approved=approved)
            assert photos.find(connection, name) == photo(1, approved=approved)
        assert not photos.set_approved(connection, "none", approved=True)
        assert photos.find(connection, photo(2).photo_id) == photo(2, approved=True)


def test_ids_are_told(stored: Database) -> None:
    names = {photo(number).photo_id for number in (1, 2, 3)}
    with stored.reading() as connection:
        assert photos.all_ids(connection) == names
        assert photos.known_ids(connection, [photo(1).photo_id, "none"]) == {photo(1).photo_id}


def test_nothing_can_be_added_to_an_issue_that_is_not_there(stored: Database) -> None:
    with (
        pytest.raises((IntegrityError, GeoServiceError)),
        stored.writing() as connection,
    ):
        photos.add(connection, [photo(9, "none")])
    with stored.writing() as connection:
        photos.add(connection, [])
        assert len(photos.all_ids(connection)) == 3


def test_photos_go_with_their_issue(stored: Database) -> None:
    with stored.writing() as connection:
        left = [issue for issue in issues.read_all(connection) if issue.issue_id != "a"]
        issues.write(connection, left, replace=True)
        assert photos.all_ids(connection) == {photo(3).photo_id}


def test_photos_stay_when_their_issue_is_written_anew(stored: Database) -> None:
    with stored.writing() as connection:
        known = issues.find(connection, "a")
        assert known is not None
        issues.write(connection, [replace(known, description="deeper")])
        assert len(photos.of_issue(connection, "a")) == 2
