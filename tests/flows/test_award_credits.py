from dataclasses import replace
from datetime import datetime

import pytest

from geo_service.domain.credit import Reason
from geo_service.flows.award_credits import award
from geo_service.flows.wiring import Workspace
from geo_service.store import ledger


@pytest.mark.parametrize(
    ("reason", "points"),
    [(Reason.REPORT_CONFIRMED, 7), (Reason.CHECK_ANSWERED, 3), (Reason.CHECKED_IN, 2)],
)
def test_points_are_those_of_the_settings_and_given_once(
    empty: Workspace, now: datetime, reason: Reason, points: int
) -> None:
    settings = replace(empty.settings, points_report=7, points_check=3, points_check_in=2)
    with empty.database.writing() as connection:
        assert award(connection, settings, "a", reason, "for:1", now) == points
        assert award(connection, settings, "a", reason, "for:1", now) == 0
        assert award(connection, settings, "b", reason, "for:1", now) == 0
        assert award(connection, settings, "a", reason, "for:2", now) == points
        (_, first) = ledger.entries(connection, "a", None, 9)
        assert (first.points, first.reason, first.entered_at) == (points, reason, now)
        assert ledger.balance(connection, "a") == 2 * points
        assert ledger.balance(connection, "b") == 0


def test_nobody_gets_nothing_and_leaves_the_source_to_others(
    empty: Workspace, now: datetime
) -> None:
    with empty.database.writing() as connection:
        assert award(connection, empty.settings, "", Reason.CHECKED_IN, "visit:1", now) == 0
        assert ledger.entries(connection, "", None, 9) == []
        assert award(connection, empty.settings, "a", Reason.CHECKED_IN, "visit:1", now) == 1


def test_what_gives_no_points_is_not_entered(empty: Workspace, now: datetime) -> None:
    settings = replace(empty.settings, points_check=0)
    with empty.database.writing() as connection:
        assert award(connection, settings, "a", Reason.CHECK_ANSWERED, "check:1", now) == 0
        assert ledger.entries(connection, "a", None, 9) == []


def test_points_are_given_with_what_they_are_for_or_not_at_all(
    empty: Workspace, now: datetime
) -> None:
    def give_and_fail() -> None:
        with empty.database.writing() as connection:
            award(connection, empty.settings, "a", Reason.REPORT_CONFIRMED, "report:1", now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        give_and_fail()
    with empty.database.reading() as connection:
        assert ledger.balance(connection, "a") == 0
