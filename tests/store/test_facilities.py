from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.facility import Facility, Service, State
from geo_service.errors import NotFound
from geo_service.store import city, facilities
from geo_service.store.database import Database
from geo_service.store.upsert import Written

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
SOON = timedelta(minutes=1)
# Fixed ones: where clocks are put back, an hour comes twice and equals nothing in another zone.
ZONES = st.integers(-14, 14).map(lambda hours: timezone(timedelta(hours=hours)))
MOMENTS = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2999, 1, 1),  # noqa: DTZ001
    timezones=ZONES,
)
WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
COUNTS = st.none() | st.integers(0, 2**31 - 1)
STATES = st.builds(
    State,
    observed_at=MOMENTS,
    charged=COUNTS,
    empty=COUNTS,
    free=COUNTS,
    out_of_order=st.booleans(),
)
FACILITIES = st.builds(
    Facility,
    facility_id=WORDS,
    kind=WORDS,
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    name=WORDS,
    name_en=WORDS,
    operator=WORDS,
    address=WORDS,
    opening_hours=WORDS,
    amenities=st.frozensets(WORDS),
    services=st.frozensets(st.sampled_from(Service)),
    state=st.none() | STATES,
    more=st.dictionaries(WORDS, WORDS),
)


def place(facility_id: str, state: State | None = None, name: str = "") -> Facility:
    return Facility(facility_id, "charging_cabinet", 112.14, 32.04, name=name, state=state)


def by_id(records: list[Facility]) -> list[Facility]:
    return sorted(records, key=lambda record: record.facility_id)


@settings(deadline=None, max_examples=50)  # each example writes to a disk
@given(records=st.lists(FACILITIES, unique_by=lambda record: record.facility_id))
def test_facilities_come_back_as_they_were(
    shared_database: Database, records: list[Facility]
) -> None:
    with shared_database.writing() as connection:
        facilities.write(connection, records, replace=True)
    with shared_database.reading() as connection:
        assert facilities.read_all(connection) == by_id(records)
        for record in records:
            assert facilities.find(connection, record.facility_id) == record


@pytest.mark.parametrize("ids", [["c", "a"], ["a", "none"], ["none"], [], ["a", "a"]])
def test_many_are_found_by_their_ids(database: Database, ids: list[str]) -> None:
    there = {name: place(name, State(NOON, free=1)) for name in "abc"}
    with database.writing() as connection:
        facilities.write(connection, list(there.values()))
        found = facilities.find_many(connection, ids)
    assert found == [there[name] for name in sorted(set(ids) & there.keys())]


def test_times_come_back_in_utc(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a", State(NOON))])
        found = facilities.find(connection, "a")
    assert found is not None
    assert found.state is not None
    assert found.state.observed_at.tzinfo is UTC


def test_a_facility_that_is_not_there(database: Database) -> None:
    with database.reading() as connection:
        assert facilities.find(connection, "none") is None
        assert facilities.read_all(connection) == []


def test_writing_again_replaces_by_id(database: Database) -> None:
    with database.writing() as connection:
        assert facilities.write(connection, [place("a"), place("b")]) == Written(added=2)
        again = facilities.write(connection, [place("b", name="new"), place("c")])
        assert again == Written(added=1, replaced=1)
        names = {record.facility_id: record.name for record in facilities.read_all(connection)}
    assert names == {"a": "", "b": "new", "c": ""}


def test_replace_removes_the_others_and_their_states(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a", State(NOON)), place("b", State(NOON))])
        assert facilities.write(connection, [place("b")], replace=True) == Written(0, 1, 1)
        assert facilities.read_all(connection) == [place("b")]
        facilities.write(connection, [place("a")])
        assert facilities.find(connection, "a") == place("a")


def test_a_facility_is_removed_once_and_its_state_with_it(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a", State(NOON)), place("b", State(NOON))])
    with database.writing() as connection:
        before = city.changes(connection)
        assert facilities.remove(connection, "a")
    with database.writing() as connection:
        assert city.changes(connection) == before + 1
        assert not facilities.remove(connection, "a")
    with database.writing() as connection:
        assert city.changes(connection) == before + 1
        assert facilities.read_all(connection) == [place("b", State(NOON))]
        facilities.write(connection, [place("a")])
        assert facilities.find(connection, "a") == place("a")


def test_a_load_that_fails_late_leaves_nothing(database: Database) -> None:
    impossible = place("b", State(NOON.replace(tzinfo=None)))

    def load() -> None:
        with database.writing() as connection:
            facilities.write(connection, [place("a"), impossible])

    with database.writing() as connection:
        facilities.write(connection, [place("before")])
    with database.reading() as connection:
        changes = city.changes(connection)
    with pytest.raises(Exception, match="has no zone"):
        load()
    with database.reading() as connection:
        assert facilities.read_all(connection) == [place("before")]
        assert city.changes(connection) == changes


def test_a_facility_without_a_state_keeps_the_one_it_reported(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a", State(NOON, charged=3))])
        facilities.write(connection, [place("a", name="new")])
        found = facilities.find(connection, "a")
    assert found == place("a", State(NOON, charged=3), "new")


@pytest.mark.parametrize(
    ("observed_at", "kept"), [(NOON - SOON, False), (NOON, True), (NOON + SOON, True)]
)
def test_of_two_states_the_later_observed_stays(
    database: Database, observed_at: datetime, *, kept: bool
) -> None:
    known, reported = State(NOON, free=1), State(observed_at, free=2)
    with database.writing() as connection:
        facilities.write(connection, [place("a", known), place("b", known), place("c")])
    with database.writing() as connection:
        before = city.changes(connection)
        assert facilities.write_state(connection, "a", reported) is kept
    with database.writing() as connection:
        assert city.changes(connection) == before + kept
        facilities.write(connection, [place("b", reported)])
        facilities.write(connection, [place("c", known), place("c", reported)])
        states = [record.state for record in facilities.read_all(connection)]
    assert states == [reported if kept else known] * 3


def test_the_first_state_of_a_facility_is_kept(database: Database) -> None:
    with database.writing() as connection:
        facilities.write(connection, [place("a")])
        assert facilities.write_state(connection, "a", State(NOON, empty=0))
        assert facilities.find(connection, "a") == place("a", State(NOON, empty=0))


def test_a_state_of_nothing_is_refused(database: Database) -> None:
    with (
        pytest.raises(NotFound, match="none: No facility has this id"),
        database.writing() as connection,
    ):
        facilities.write_state(connection, "none", State(NOON))


def test_writing_tells_caches(database: Database) -> None:
    with database.writing() as connection:
        before = city.changes(connection)
        facilities.write(connection, [place("a")])
    with database.reading() as connection:
        assert city.changes(connection) == before + 1


def test_facilities_of_one_kind_come_alone_in_order_of_id(database: Database) -> None:
    state = State(NOON, charged=1)
    other = Facility("a", "rest_station", 112.14, 32.04)
    with database.writing() as connection:
        facilities.write(connection, [place("c"), other, place("b", state)])
        found = facilities.read_kind(connection, "charging_cabinet")
        assert found == [place("b", state), place("c")]
        assert facilities.read_kind(connection, "water_point") == []
