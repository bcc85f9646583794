from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from geo_service.domain.issue import Issue
from geo_service.store import issues
from geo_service.store.case_schema import photos
from geo_service.store.database import Database
from geo_service.store.first_photos import first_photos

NOW = datetime(2026, 10, 1, tzinfo=UTC)


def row(photo_id: str, issue_id: str, minutes: int, *, approved: bool) -> dict[str, object]:
    return {
        "photo_id": photo_id,
        "issue_id": issue_id,
        "added_at": NOW + timedelta(minutes=minutes),
        "width": 1,
        "height": 1,
        "size": 1,
        "digest": b"",
        "approved": approved,
    }


def test_of_each_issue_the_oldest_approved_photo_is_the_first(database: Database) -> None:
    rows = [
        row("late", "a", 2, approved=True),
        row("hidden", "a", 0, approved=False),
        row("early", "a", 1, approved=True),
        row("b2", "b", 5, approved=True),
        row("b1", "b", 5, approved=True),
        row("c", "c", 1, approved=False),
        row("d", "d", 1, approved=True),
    ]
    with database.writing() as connection:
        issues.write(connection, [Issue(name, "x", 112, 32, NOW) for name in "abcd"])
        connection.execute(insert(photos), rows)
        assert first_photos(connection, ["a", "b", "c"]) == {"a": "early", "b": "b1"}
