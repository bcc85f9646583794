from datetime import UTC, datetime, timedelta

from geo_service.domain.case import Case
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Stage
from geo_service.store import cases, issues
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_open_cases_of_the_bodies_asked_for_are_found_once_they_are_late(
    database: Database,
) -> None:
    known = {
        "b": (Stage.HANDLING, "street", -SECOND),
        "a": (Stage.FILED, "community", -SECOND),
        "in time": (Stage.HANDLING, "street", SECOND),
        "just now": (Stage.HANDLING, "street", 0 * SECOND),
        "whenever": (Stage.HANDLING, "street", None),
        "top": (Stage.HANDLING, "district", -SECOND),
        "nobody's": (Stage.HANDLING, "", -SECOND),
        "over": (Stage.CLOSED, "street", -SECOND),
    }
    with database.writing() as connection:
        for name, (stage, body_id, late) in known.items():
            issue = Issue(name, "water", 112.14, 32.04, NOW)
            due_at = None if late is None else NOW + late
            issues.write(connection, [issue])
            case = Case(issue, stage, "49S", NOW, body_id=body_id, due_at=due_at)
            cases.add(connection, [case])
        assert cases.overdue_with(connection, ["street", "community"], NOW) == ["a", "b"]
        assert cases.overdue_with(connection, [], NOW) == []
