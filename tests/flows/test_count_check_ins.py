from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from geo_service.domain.check_in import CheckIn
from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.errors import WrongUsage
from geo_service.flows.count_check_ins import count_check_ins
from geo_service.flows.wiring import Workspace
from geo_service.store import check_ins, city, facilities
from geo_service.store.credit_schema import check_ins as table

START = datetime(2026, 10, 24, tzinfo=UTC)
"""In Berlin the clocks are put back on the next day."""
PLACES = ("驿站", "cabinet", "gone")


def write(workspace: Workspace, visits: list[CheckIn]) -> None:
    with workspace.database.writing() as connection:
        connection.execute(delete(table))
        city.write_calendar(connection, Calendar("Europe/Berlin", "DE"))
        facilities.write(
            connection,
            [
                Facility("驿站", "rest_station", 112.14, 32.04, name="一号驿站"),
                Facility("cabinet", "charging_cabinet", 112.14, 32.04, name_en="Cabinet"),
            ],
        )
        for visit in visits:
            check_ins.write(connection, visit)


visits = st.lists(
    st.builds(
        lambda place, rider, day, second: CheckIn(
            place, rider, day, START + timedelta(seconds=second)
        ),
        st.sampled_from(PLACES),
        st.sampled_from("abc"),
        st.integers(0, 3),
        st.integers(0, 4 * 86_400),
    ),
    max_size=40,
    unique_by=lambda one: (one.facility_id, one.rider, one.day),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    given_visits=visits,
    days=st.tuples(st.none() | st.integers(0, 2), st.none() | st.integers(3, 4)),
)
def test_visits_are_counted_by_the_citys_clocks(
    empty: Workspace, given_visits: list[CheckIn], days: tuple[int | None, int | None]
) -> None:
    write(empty, given_visits)
    since, until = (None if day is None else START + timedelta(days=day) for day in days)
    found = {one.facility_id: one for one in count_check_ins(empty, since, until)}
    zone = ZoneInfo("Europe/Berlin")
    told = [
        one
        for one in given_visits
        if (since is None or since <= one.checked_in_at)
        and (until is None or one.checked_in_at < until)
    ]
    assert list(found) == sorted({"驿站", *(one.facility_id for one in told)})
    for place, use in found.items():
        here = [one for one in told if one.facility_id == place]
        shown = [one.checked_in_at.astimezone(zone) for one in here]
        assert (use.visits, use.riders) == (len(here), len({one.rider for one in here}))
        assert use.hours == tuple(sum(at.hour == hour for at in shown) for hour in range(24))
        assert use.weekdays == tuple(sum(at.weekday() == day for at in shown) for day in range(7))


def test_places_are_named_as_they_are_known(empty: Workspace) -> None:
    write(empty, [CheckIn(place, "a", 0, START) for place in PLACES])
    assert [
        (one.facility_id, one.kind, one.name) for one in count_check_ins(empty, None, None)
    ] == [
        ("cabinet", "charging_cabinet", "Cabinet"),
        ("gone", "", ""),
        ("驿站", "rest_station", "一号驿站"),
    ]


def test_an_end_before_the_beginning_is_refused(empty: Workspace) -> None:
    with pytest.raises(WrongUsage, match="ends before"):
        count_check_ins(empty, START, START)
