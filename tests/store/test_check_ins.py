from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from geo_service.domain.check_in import CheckIn
from geo_service.store import check_ins
from geo_service.store.credit_schema import check_ins as table
from geo_service.store.database import Database

START = datetime(2026, 10, 1, tzinfo=UTC)

visits = st.lists(
    st.builds(
        lambda facility, rider, day, minute: CheckIn(
            facility, rider, day, START + timedelta(days=day, minutes=minute)
        ),
        st.sampled_from("xyz"),
        st.sampled_from("ab"),
        st.integers(0, 4),
        st.integers(0, 1439),
    ),
    max_size=40,
)


def test_a_day_has_one_visit_of_a_rider_to_a_facility(database: Database) -> None:
    first = CheckIn("x", "a", 7, START)
    with database.writing() as connection:
        assert check_ins.write(connection, first)
        assert not check_ins.write(connection, CheckIn("x", "a", 7, START + timedelta(hours=1)))
        for other in (
            CheckIn("y", "a", 7, START),
            CheckIn("x", "b", 7, START),
            CheckIn("x", "a", 8, START),
        ):
            assert check_ins.write(connection, other)
        assert check_ins.read_of_rider(connection, "a", 8, 1) == [
            first,
            CheckIn("y", "a", 7, START),
        ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    given_visits=visits,
    before=st.none() | st.integers(0, 5),
    least=st.integers(1, 9),
    hours=st.tuples(st.none() | st.integers(0, 120), st.none() | st.integers(0, 120)),
)
def test_visits_are_read_as_a_list_would_be(
    shared_database: Database,
    given_visits: list[CheckIn],
    before: int | None,
    least: int,
    hours: tuple[int | None, int | None],
) -> None:
    since, until = (None if hour is None else START + timedelta(hours=hour) for hour in hours)
    kept: dict[tuple[str, str, int], CheckIn] = {}
    with shared_database.writing() as connection:
        connection.execute(delete(table))
        for visit in given_visits:
            name = (visit.facility_id, visit.rider, visit.day)
            assert check_ins.write(connection, visit) is (name not in kept)
            kept.setdefault(name, visit)
    mine = [
        one for one in kept.values() if one.rider == "a" and (before is None or one.day < before)
    ]
    mine.sort(key=lambda one: one.facility_id)
    mine.sort(key=lambda one: (one.day, one.checked_in_at), reverse=True)
    page = [one for one in mine if len(mine) < least or one.day >= mine[least - 1].day]
    between = [
        one
        for one in kept.values()
        if (since is None or one.checked_in_at >= since)
        and (until is None or one.checked_in_at < until)
    ]
    between.sort(key=lambda one: (one.facility_id, one.checked_in_at, one.rider))
    with shared_database.reading() as connection:
        assert check_ins.read_of_rider(connection, "a", before, least) == page
        assert check_ins.read_between(connection, since, until) == between
