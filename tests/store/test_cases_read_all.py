"""All cases at once."""

from datetime import UTC, datetime

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.store import cases, issues, supporters
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)


def test_cases_come_in_order_of_id_and_hidden_ones_only_where_wanted(database: Database) -> None:
    made = [
        Case(Issue(name, "water", 1.0, 2.0, NOW, approved=name != "b"), Stage.FILED, "u", NOW)
        for name in ("c", "b", "a")
    ]
    with database.writing() as connection:
        issues.write(connection, [*(one.issue for one in made), Issue("d", "water", 1.0, 2.0, NOW)])
        cases.add(connection, made)
        supporters.add(connection, "c", "p", NOW)
        supporters.add(connection, "c", "q", NOW)
    with database.reading() as connection:
        assert cases.read_all(connection) == made[::-1]
        assert cases.read_all(connection, approved_only=True) == [made[2], made[0]]
        assert supporters.count_all(connection) == {"c": 2}
