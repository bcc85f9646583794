"""Days know when their trips go, and have another stamp whenever these are others."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.trace import Fixes
from geo_service.store import trace_compaction, trace_days, trace_rows
from geo_service.store.database import Database
from geo_service.store.trace_days import (
    STAMP_BITS,
    LakeDay,
    days_of,
    read_day,
    read_days,
    stamp,
    starts_within,
)
from geo_service.store.trace_lake import TraceLake

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]
FreshLake = Callable[[], AbstractContextManager[TraceLake]]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_US = 3_600_000_000
DRAWN = st.dictionaries(
    st.sampled_from("abcd"),
    st.builds(
        lambda rider, hour, hours: trip(hour, hours=hours, rider=rider),
        st.sampled_from("xy"),
        st.integers(0, 71),
        st.integers(0, 30),
    ),
    max_size=3,
)


def trip(hour: float, *, hours: float = 1, rider: str = "r") -> Trip:
    start, end = round(hour * HOUR_US), round((hour + hours) * HOUR_US)
    return rider, [(start, 112.0, 32.0), (end, 112.001, 32.0)]


def at(hour: float) -> datetime:
    return EPOCH + timedelta(hours=hour)


def days(lake: TraceLake) -> dict[int, LakeDay]:
    return {day.day: day for day in lake.days()}


def stamps(lake: TraceLake) -> dict[int, int]:
    return {day.day: day.stamp for day in lake.days()}


def test_a_day_goes_from_its_first_trips_start_to_the_last_end(
    lake: TraceLake, make_fixes: Make
) -> None:
    lake.add(make_fixes({"a": trip(9), "b": trip(7, hours=0.5), "c": trip(23, hours=26)}))
    lake.add(make_fixes({"d": trip(8, hours=0), "e": trip(30)}))
    found = lake.days()
    assert [(day.day, day.begins, day.ends) for day in found] == [
        (0, at(7), at(49)),
        (1, at(30), at(31)),
    ]
    assert all(0 <= day.stamp < 1 << STAMP_BITS for day in found)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, [0, 1]),
        (at(49), None, [0]),
        (at(49) + timedelta(milliseconds=1), None, []),
        (at(31) + timedelta(milliseconds=1), None, [0]),
        (None, at(7), []),
        (None, at(7) + timedelta(milliseconds=1), [0]),
        (None, at(30), [0]),
        (at(31), at(31), [0, 1]),
    ],
)
def test_days_of_a_period_are_those_that_may_have_a_moment_in_it(
    lake: TraceLake,
    make_fixes: Make,
    since: datetime | None,
    until: datetime | None,
    expected: list[int],
) -> None:
    lake.add(make_fixes({"a": trip(7, hours=42), "b": trip(30)}))
    with lake._database.reading() as connection:
        assert [day.day for day in read_days(connection, since, until)] == expected


def test_one_day_is_read_by_its_number(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip(7), "b": trip(30)}))
    with lake._database.reading() as connection:
        assert read_day(connection, 1) == lake.days()[1]
        assert read_day(connection, 2) is None


def test_trips_are_known_by_their_days(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip(7), "b": trip(30), "c": trip(55)}))
    with lake._database.reading() as connection:
        assert days_of(connection, ["a", "c", "nobody"]) == {0, 2}
        assert days_of(connection, []) == set()


def test_the_same_trips_again_are_no_other_trips(lake: TraceLake, make_fixes: Make) -> None:
    fixes = make_fixes({"a": trip(7), "b": trip(30)})
    lake.add(fixes)
    before = lake.days()
    lake.add(fixes)
    lake.add(fixes, replace=True)
    assert lake.days() == before


@pytest.mark.parametrize(
    ("again", "changed"),
    [
        ({"a": trip(7, rider="other")}, {0}),
        ({"a": trip(7, hours=2)}, {0}),
        ({"a": trip(31)}, {0, 1}),
        ({"new": trip(31)}, {1}),
        ({"c": trip(31)}, {1, 2}),  # the last trip of its day
        ({"new": trip(80)}, {3}),
    ],
)
def test_a_trip_that_comes_again_stamps_the_day_it_left_and_the_day_it_came_to(
    lake: TraceLake, make_fixes: Make, again: dict[str, Trip], changed: set[int]
) -> None:
    lake.add(make_fixes({"a": trip(7), "b": trip(30), "c": trip(55), "d": trip(8)}))
    before = stamps(lake)
    lake.add(make_fixes(again))
    after = stamps(lake)
    days_seen = before.keys() | after.keys()
    assert {day for day in days_seen if before.get(day) != after.get(day)} == changed
    assert all(finding.harmless for finding in lake.prove().findings)


def test_trips_removed_stamp_their_days_and_a_day_without_trips_is_forgotten(
    lake: TraceLake, make_fixes: Make
) -> None:
    kept = {"a": trip(7), "b": trip(30)}
    lake.add(make_fixes(kept | {"c": trip(55), "d": trip(8)}))
    before = stamps(lake)
    lake.add(make_fixes(kept), replace=True)
    after = stamps(lake)
    assert after.keys() == {0, 1}
    assert after[0] != before[0]
    assert after[1] == before[1]
    assert days(lake)[0].ends == at(8)


def test_merging_files_changes_no_stamp(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        lake.add(make_fixes({f"{number}": trip(number)}))
    before = lake.days()
    monkeypatch.setattr(trace_compaction, "MOST_FILES_A_DAY", 2)
    assert lake.compact() == 1
    assert lake.days() == before


def test_an_addition_that_fails_changes_no_stamp(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.add(make_fixes({"a": trip(7)}))
    before = lake.days()
    write = trace_rows.write

    def write_and_fail(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type] # passed on as they came
        raise KeyboardInterrupt

    monkeypatch.setattr(trace_rows, "write", write_and_fail)
    with pytest.raises(KeyboardInterrupt):
        lake.add(make_fixes({"a": trip(8), "b": trip(30)}))
    assert lake.days() == before


def test_a_stamp_is_never_one_there_was(lake: TraceLake, make_fixes: Make) -> None:
    seen = set()
    for number in range(10):
        lake.add(make_fixes({"a": trip(number % 2)}))
        seen |= set(stamps(lake).values())
    assert len(seen) == 10


def test_no_days_are_stamped_where_none_are_named(database: Database) -> None:
    with database.writing() as connection:
        stamp(connection, [])
        assert read_days(connection) == []


@settings(deadline=None, max_examples=15)  # each example writes to a disk
@given(st.lists(st.tuples(DRAWN, st.booleans()), max_size=6))
def test_after_any_additions_days_are_those_of_the_trips(
    fresh_lake: FreshLake, make_fixes: Make, additions: list[tuple[dict[str, Trip], bool]]
) -> None:
    held: dict[str, Trip] = {}
    with fresh_lake() as lake:
        for added, replace in additions:
            before, seen = held, stamps(lake)
            held = added if replace else held | added
            lake.add(make_fixes(added), replace=replace)
            spans: dict[int, tuple[datetime, datetime]] = {}
            for _, fixes in held.values():
                first, last = (EPOCH + timedelta(microseconds=fixes[at][0]) for at in (0, -1))
                begins, ends = spans.get((first - EPOCH).days, (first, last))
                spans[(first - EPOCH).days] = min(begins, first), max(ends, last)
            assert {day: known[2:] for day, known in days(lake).items()} == spans
            with lake._database.reading() as connection:
                assert trace_days.spans(connection) == spans
            same = {day for day in seen if of_day(before, day) == of_day(held, day)}
            assert {day for day, one in stamps(lake).items() if seen.get(day) == one} == same


def of_day(trips: Mapping[str, Trip], day: int) -> dict[str, Trip]:
    return {name: one for name, one in trips.items() if one[1][0][0] // (24 * HOUR_US) == day}


HOURS = st.none() | st.integers(-30, 90)


@settings(max_examples=30, deadline=None)
@given(drawn=DRAWN, asked=st.lists(st.tuples(HOURS, HOURS), min_size=5, max_size=5))
def test_it_is_known_whether_any_trip_starts_in_a_span(
    fresh_lake: FreshLake,
    make_fixes: Make,
    drawn: Mapping[str, Trip],
    asked: Sequence[tuple[int | None, int | None]],
) -> None:
    starts = [at(fixes[0][0] / HOUR_US) for _, fixes in drawn.values()]
    with fresh_lake() as lake:
        if drawn:
            lake.add(make_fixes(drawn))
        for since, until in asked:
            bounds = tuple(None if hour is None else at(hour) for hour in (since, until))
            with lake._database.reading() as connection:
                found = starts_within(connection, *bounds)
            assert found == any(
                (bounds[0] is None or bounds[0] <= start)
                and (bounds[1] is None or start < bounds[1])
                for start in starts
            )
