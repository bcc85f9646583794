from datetime import UTC, datetime

from geo_service.domain.issue import Issue
from geo_service.store import issues, supporters
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)


def test_supporters_of_several_issues_come_together(database: Database) -> None:
    with database.writing() as connection:
        issues.write(connection, [Issue(name, "water", 112.14, 32.04, NOW) for name in "abc"])
        for issue_id, rider in ("ax", "ay", "bx", "cz"):
            supporters.add(connection, issue_id, rider, NOW)
        found = supporters.of_issues(connection, ["a", "b"])
        assert found == {("a", "x"), ("a", "y"), ("b", "x")}
        assert supporters.of_issues(connection, []) == set()
