"""Releases of months before and after riders' names changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from rotating import add_rides, rotate

from geo_service.errors import WrongUsage
from geo_service.flows.publish_release import publish_release
from geo_service.flows.wiring import Workspace
from geo_service.store import city

CHANGE = datetime(2026, 9, 30, 16, tzinfo=UTC)
"""October begins in Xiangyang."""


@pytest.fixture
def open_to_all(empty: Workspace) -> Workspace:
    """Release every cell with its true numbers."""
    settings = replace(
        empty.settings, release_riders=1, release_step=1, release_trim_m=0.0, release_resolution=5
    )
    return replace(empty, settings=settings)


def test_a_trip_over_the_change_is_of_the_month_before(
    open_to_all: Workspace, now: datetime
) -> None:
    """Its fixes of October are left out of October, where the same rider has another name."""
    rotate(open_to_all, "2026-10")
    over = CHANGE - timedelta(seconds=30)
    add_rides(
        open_to_all,
        [("Wang", over), ("Wang", CHANGE + timedelta(days=1)), ("Li", over - timedelta(days=1))],
    )
    september = publish_release(open_to_all, "2026-09", now)
    october = publish_release(open_to_all, "2026-10", now)
    assert [(row.trips, row.riders) for row in september.rows] == [(2, 2)]
    assert [(row.trips, row.riders) for row in october.rows] == [(1, 1)]


def test_a_month_that_spans_a_change_is_refused(open_to_all: Workspace, now: datetime) -> None:
    """Names change with a month; where the city moves to another zone, one may span that."""
    rotate(open_to_all, "2026-10")
    add_rides(open_to_all, [("Wang", CHANGE + timedelta(hours=shift)) for shift in (-1, 1)])
    calendar = replace(open_to_all.calendar(), time_zone="UTC")
    with open_to_all.database.writing() as connection:
        city.write_calendar(connection, calendar)
    with pytest.raises(WrongUsage, match="can't be counted together"):
        publish_release(open_to_all, "2026-09", now)
    assert len(publish_release(open_to_all, "2026-10", now).rows) == 0
