"""All cases at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.store import cases, issues, supporters
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def test_all_cases_come_one_by_one_and_hidden_ones_only_where_wanted(database: Database) -> None:
    made = [
        Case(Issue(name, "water", 1.0, 2.0, NOW, approved=name != "b"), Stage.FILED, "u", NOW)
        for name in ("c", "b", "a")
    ]
    again = replace(made[0].issue, closed_at=NOW, reopened=((NOW, NOW + DAY), (NOW + DAY, None)))
    made[0] = replace(made[0], issue=again, reporter="r", rating=3, told="open shown")
    with database.writing() as connection:
        issues.write(connection, [*(one.issue for one in made), Issue("d", "water", 1.0, 2.0, NOW)])
        cases.add(connection, made)
        supporters.add(connection, "c", "p", NOW)
        supporters.add(connection, "c", "q", NOW)
    with database.reading() as connection:
        found = {one.issue.issue_id: one for one in cases.each(connection)}
        assert found == {one.issue.issue_id: one for one in made}
        shown = [one.issue.issue_id for one in cases.each(connection, approved_only=True)]
        assert sorted(shown) == ["a", "c"]
        assert issues.all_ids(connection) == {"a", "b", "c", "d"}
        assert issues.all_ids(connection, approved_only=True) == {"a", "c", "d"}
        assert supporters.count_all(connection) == {"c": 2}
