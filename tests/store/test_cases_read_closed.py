from datetime import UTC, datetime, timedelta

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.store import cases, issues
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def test_cases_closed_lately_are_read_in_order(database: Database) -> None:
    stages = {
        "d": (Stage.CLOSED, 7),
        "b": (Stage.RATED, 1),
        "old": (Stage.CLOSED, 8),
        "refused": (Stage.REJECTED, 1),
        "merged": (Stage.MERGED, 1),
        "open": (Stage.FILED, 1),
    }
    with database.writing() as connection:
        for name, (stage, days) in stages.items():
            issue = Issue(name, "water", 112.14, 32.04, NOW - 30 * DAY)
            issues.write(connection, [issue])
            cases.add(connection, [Case(issue, stage, "49S", NOW - days * DAY)])
        found = cases.read_closed_since(connection, NOW - 7 * DAY)
        assert [case.issue.issue_id for case in found] == ["b", "d"]
        cases.lock_many(connection, ["b", "nobody"])
        cases.lock_many(connection, [])
