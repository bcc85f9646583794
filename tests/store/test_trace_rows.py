"""Rows say where trips lie, and move or go only with the trips they are about."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from geo_service.domain.trace import Fixes
from geo_service.store import trace_rows
from geo_service.store.database import Database
from geo_service.store.trace_boxes import Box
from geo_service.store.trace_folder import new_file
from geo_service.store.trace_lake import TraceLake
from geo_service.store.trace_packing import PackedTrips, pack
from geo_service.store.trace_rows import FileUse, LyingTrips, NewFile
from geo_service.store.upsert import Written

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
SECOND = timedelta(seconds=1)


def trip(hour: float, *, count: int = 2, rider: str = "r", lon: float = 112.0) -> Trip:
    start = round(hour * HOUR_US)
    return rider, [(start + i * 1_000_000, lon + i / 100, 32.0) for i in range(count)]


def where(lying: LyingTrips) -> list[tuple[str, str, str, int, int]]:
    numbers = lying.first_rows.tolist(), lying.fixes.tolist()
    return list(zip(lying.trip_ids, lying.rider_ids, lying.files, *numbers, strict=True))


@pytest.fixture
def write(database: Database, make_fixes: Make) -> Callable[..., Written]:
    """Return what makes the trips of one new file visible."""

    def written(name: str, trips: Mapping[str, Trip]) -> Written:
        packed = pack(make_fixes(trips))
        with database.writing() as connection:
            return trace_rows.write(connection, {name: new_file(packed)}, digests(packed))

    return written


def digests(packed: PackedTrips) -> dict[str, bytes]:
    return dict(zip(packed.trip_ids, packed.digests(), strict=True))


def test_trips_lie_where_they_were_written(database: Database, write: Callable) -> None:
    assert write("one", {"a": trip(1), "b": trip(2, count=3, rider="s")}) == Written(added=2)
    assert write("two", {"c": trip(25), "d": trip(26)}) == Written(added=2)
    with database.reading() as connection:
        assert where(trace_rows.trips_of_day(connection, 0, None, None)) == [
            ("a", "r", "one", 0, 2),
            ("b", "s", "one", 2, 3),
        ]
        assert trace_rows.trips_of_day(connection, 1, None, None).trip_ids == ("c", "d")
        assert len(trace_rows.trips_of_day(connection, 2, None, None)) == 0
        assert where(trace_rows.trips_named(connection, ["d", "b", "nobody"])) == [
            ("b", "s", "one", 2, 3),
            ("d", "r", "two", 2, 2),
        ]
        assert trace_rows.count(connection) == (4, 9)
        assert trace_rows.file_names(connection) == {"one", "two"}


def test_a_trip_written_again_lies_in_the_new_file_only(
    database: Database, write: Callable
) -> None:
    write("one", {"a": trip(1), "b": trip(2)})
    assert write("two", {"b": trip(3, count=5), "c": trip(4)}) == Written(added=1, replaced=1)
    with database.reading() as connection:
        assert where(trace_rows.trips_named(connection, "abc")) == [
            ("a", "r", "one", 0, 2),
            ("b", "r", "two", 0, 5),
            ("c", "r", "two", 5, 2),
        ]
        assert sorted(trace_rows.uses(connection)) == [FileUse(0, 4, 2), FileUse(0, 7, 7)]


def test_a_file_is_forgotten_with_its_last_trip(database: Database, write: Callable) -> None:
    write("one", {"a": trip(1)})
    write("two", {"a": trip(30)})
    with database.writing() as connection:
        assert trace_rows.file_names(connection) == {"two"}
        assert trace_rows.remove_others(connection, ["b"]) == 1
        assert trace_rows.file_names(connection) == set()
        assert trace_rows.count(connection) == (0, 0)
        assert trace_rows.remove_others(connection, []) == 0


def test_what_is_known_of_trips_is_their_content_file_and_its_size(
    database: Database, make_fixes: Make, write: Callable
) -> None:
    trips = {"a": trip(1), "b": trip(2)}
    write("one", trips)
    packed = pack(make_fixes(trips))
    with database.reading() as connection:
        known = trace_rows.known_trips(connection, ["a", "nobody"])
        assert trace_rows.digests_of_day(connection, 0) == digests(packed)
        assert trace_rows.digests_of_day(connection, 1) == {}
    assert known == {"a": (digests(packed)["a"], "one", len(new_file(packed).content))}


def test_how_much_of_files_is_visible_is_told_for_some_days(
    database: Database, write: Callable
) -> None:
    for day in range(4):
        write(f"{day}", {f"{day}": trip(24 * day)})
    with database.reading() as connection:
        assert sorted(use.day for use in trace_rows.uses(connection)) == [0, 1, 2, 3]
        assert sorted(use.day for use in trace_rows.uses(connection, (1, 2))) == [1, 2]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (EPOCH + timedelta(hours=2), None, "b"),
        (EPOCH + timedelta(hours=1) + SECOND, None, "ab"),
        (EPOCH + timedelta(hours=1) + 1.001 * SECOND, None, "b"),
        (None, EPOCH + timedelta(hours=2), "a"),
        (None, EPOCH + timedelta(hours=2, milliseconds=1), "ab"),
    ],
)
def test_trips_of_a_day_may_be_those_with_a_moment_in_a_period(
    database: Database,
    write: Callable,
    since: datetime | None,
    until: datetime | None,
    expected: str,
) -> None:
    write("one", {"a": trip(1), "b": trip(2)})
    with database.reading() as connection:
        found = trace_rows.trips_of_day(connection, 0, since, until)
    assert found.trip_ids == tuple(expected)


def test_trips_of_a_day_may_be_those_in_a_box(database: Database, write: Callable) -> None:
    write("one", {"a": trip(1), "b": trip(2, lon=113.0)})
    with database.reading() as connection:
        found = trace_rows.trips_of_day(connection, 0, None, None, Box(112.5, 31.0, 114.0, 33.0))
    assert found.trip_ids == ("b",)


def test_trips_come_as_they_lie(database: Database, write: Callable) -> None:
    names = [f"{number}" for number in range(8)]
    write("one", {name: trip(1, count=1 + int(name)) for name in names})
    with database.reading() as connection:
        found = trace_rows.trips_of_day(connection, 0, None, None)
        assert found.trip_ids == tuple(names)
        assert found.fixes.tolist() == list(range(1, 9))
        assert found.first_rows.tolist() == [n * (n + 1) // 2 for n in range(8)]
        some = found.between(2, 4)
        assert (some.trip_ids, some.fixes.tolist()) == (("2", "3"), [3, 4])
        chosen = found.take([5, 1])
        assert (chosen.trip_ids, chosen.first_rows.tolist()) == (("5", "1"), [15, 1])
        assert len(trace_rows.trips_named(connection, [])) == 0


def test_trips_are_moved_unless_they_were_replaced_meanwhile(
    database: Database, make_fixes: Make, write: Callable
) -> None:
    write("one", {"a": trip(1), "b": trip(2)})
    write("two", {"c": trip(3)})
    with database.reading() as connection:
        lay = trace_rows.trips_of_day(connection, 0, None, None)
    write("new", {"b": trip(5)})
    packed = pack(make_fixes({"a": trip(1), "b": trip(2), "c": trip(3)}))
    merged = new_file(packed)
    with database.writing() as connection:
        trace_rows.move(connection, "merged", merged, lay)
        assert where(trace_rows.trips_named(connection, "abc")) == [
            ("a", "r", "merged", 0, 2),
            ("c", "r", "merged", 4, 2),
            ("b", "r", "new", 0, 2),
        ]
        assert trace_rows.file_names(connection) == {"merged", "new"}


def test_a_merged_file_whose_trips_were_all_replaced_is_forgotten(
    database: Database, make_fixes: Make, write: Callable
) -> None:
    write("one", {"a": trip(1)})
    with database.reading() as connection:
        lay = trace_rows.trips_of_day(connection, 0, None, None)
    write("two", {"a": trip(2)})
    merged: NewFile = new_file(pack(make_fixes({"a": trip(1)})))
    with database.writing() as connection:
        trace_rows.move(connection, "merged", merged, lay)
        assert trace_rows.file_names(connection) == {"two"}


def test_all_but_some_are_removed(lake: TraceLake, database: Database, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(2), "c": trip(30)}))
    with database.writing() as connection:
        assert trace_rows.remove_others(connection, ["b", "nobody"]) == 2
        assert trace_rows.count(connection) == (1, 2)
