from dataclasses import replace
from datetime import UTC, datetime, timedelta

from geo_service.domain.case import Case, Move
from geo_service.domain.issue import Issue
from geo_service.domain.lifecycle import Mover, Stage
from geo_service.store import cases, city, issues
from geo_service.store.database import Database

NOW = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)


def case_of(issue_id: str) -> Case:
    return Case(
        Issue(issue_id, "fire", 112.1, 32.0, NOW), Stage.HANDLING, "49SFR076454", NOW, reporter="r"
    )


def move_of(issue_id: str, number: int = 0) -> Move:
    return Move(issue_id, number, NOW, Stage.HANDLING, Stage.DISPATCHED, Mover.SYSTEM, why="因为")


def test_what_is_changed_at_once_comes_back_with_its_moves_numbered(database: Database) -> None:
    with database.writing() as connection:
        issues.write(connection, [case_of(one).issue for one in "abc"])
        cases.add(connection, [case_of(one) for one in "abc"], [move_of("b", 1)])
    with database.writing() as connection:
        cases.lock_many(connection, ["c", "b", "gone"])
        found = cases.find_many(connection, ["c", "b", "gone"])
        passed = [
            replace(
                case,
                stage=Stage.DISPATCHED,
                unit="49SFR076455",
                area_id="area",
                body_id="body",
                due_at=NOW + timedelta(hours=4),
                escalations=2,
                updated_at=NOW + timedelta(hours=1),
            )
            for case in found
        ]
        before = city.changes(connection)
        cases.change_many(connection, [(case, move_of(case.issue.issue_id)) for case in passed])
    with database.reading() as connection:
        assert city.changes(connection) == before + 1
        assert cases.find_many(connection, "abc") == [case_of("a"), *passed]
        assert cases.history(connection, "a") == []
        assert cases.history(connection, "b") == [move_of("b", 1), move_of("b", 2)]
        assert cases.history(connection, "c") == [move_of("c", 1)]


def test_where_there_is_nothing_to_change_nothing_is_written(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        cases.lock_many(connection, [])
        cases.change_many(connection, [])
    with database.reading() as connection:
        assert city.changes(connection) == before
