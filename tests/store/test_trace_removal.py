import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import trace_removal
from geo_service.store.database import Database
from geo_service.store.trace_lake import TraceLake

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]
Told = Callable[[Fixes], dict[str, Trip]]
FreshLake = Callable[[], AbstractContextManager[TraceLake]]

START = int(datetime(2024, 5, 1, tzinfo=UTC).timestamp()) * 1_000_000
DAY_US = 86_400_000_000


def trip(rider: str, day: int, place: int, count: int = 4) -> Trip:
    rows = [
        (START + day * DAY_US + i * 1_000_000, 110 + place / 1e3, i / 1e3) for i in range(count)
    ]
    return rider, rows


def on_disk(lake: TraceLake) -> set[tuple[str, str, int]]:
    """Return trip, rider and longitude of every row of every file, visible or not."""
    return {
        (row["trip_id"], row["rider_id"], row["lon"])
        for name in lake.place.names()
        for row in pq.read_table(io.BytesIO(lake.place.read(name))).to_pylist()
    }


def all_trips(lake: TraceLake, told: Told) -> dict[str, Trip]:
    return {name: what for fixes in lake.read() for name, what in told(fixes).items()}


STEPS = st.one_of(
    st.tuples(
        st.just("add"),
        st.dictionaries(
            st.sampled_from("abcd"),
            st.builds(trip, st.sampled_from(["r1", "r2"]), st.integers(0, 2), st.integers(0, 9)),
            max_size=4,
        ),
    ),
    st.tuples(st.just("trips"), st.sets(st.sampled_from("abcde"), max_size=2)),
    st.tuples(st.just("riders"), st.sets(st.sampled_from(["r1", "r2", "r3"]), max_size=1)),
)


@settings(deadline=None, max_examples=40)
@given(st.lists(STEPS, max_size=8))
def test_what_is_removed_is_in_no_file_and_all_else_stays(
    fresh_lake: FreshLake,
    make_fixes: Make,
    trips_in: Told,
    steps: list[tuple[str, object]],
) -> None:
    held: dict[str, Trip] = {}
    with fresh_lake() as lake:
        for what, told in steps:
            if what == "add":
                lake.add(make_fixes(told))  # type: ignore[arg-type]
                held |= told  # type: ignore[operator]
                continue
            gone = {
                name
                for name, (rider, _) in held.items()
                if (name if what == "trips" else rider) in told  # type: ignore[operator]
            }
            removed = lake.remove(told) if what == "trips" else lake.remove(rider_ids=told)  # type: ignore[arg-type]
            assert removed.trips == len(gone)
            assert removed.fixes == sum(len(held[name][1]) for name in gone)
            held = {name: kept for name, kept in held.items() if name not in gone}
            column = 0 if what == "trips" else 1
            assert not {row[column] for row in on_disk(lake)} & set(told)  # type: ignore[call-overload]
        assert all_trips(lake, trips_in) == {name: (r, list(f)) for name, (r, f) in held.items()}
        assert all(finding.harmless for finding in lake.prove().findings)


def test_what_a_trip_sent_again_replaced_goes_too(lake: TraceLake, make_fixes: Make) -> None:
    others = {f"other-{i}": trip("r2", 0, 50 + i, 40) for i in range(3)}
    lake.add(make_fixes({"a": trip("r1", 0, 1), **others}))
    lake.add(make_fixes({"a": trip("r1", 1, 2)}))
    # The control: the first version is hidden, and still there.
    assert ("a", "r1", round((110 + 1 / 1e3) * 1e7)) in on_disk(lake)
    assert lake.remove(["a"]).days == {19844 + 1}
    assert {row[0] for row in on_disk(lake)} == set(others)


def test_days_are_stamped_anew(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip("r1", 0, 1), "b": trip("r1", 0, 2), "c": trip("r2", 1, 3)}))
    before = {day.day: day.stamp for day in lake.days()}
    lake.remove(["a"])
    after = {day.day: day.stamp for day in lake.days()}
    assert after[19844] != before[19844]
    assert after[19845] == before[19845]
    lake.remove(["b"])
    assert [day.day for day in lake.days()] == [19845]


def test_a_damaged_neighbour_keeps_all_as_it_is(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip("r1", 0, 1, 400), "b": trip("r2", 0, 2, 400)}))
    (name,) = lake.place.names()
    content = bytearray(lake.place.read(name))
    content[len(content) // 3] ^= 0xFF
    lake.place.write({name: bytes(content)})
    with pytest.raises(NotReady, match=r"damaged|missing"):
        lake.remove(["a"])
    assert lake.trips() == 2
    lake.place.remove([name])
    with pytest.raises(NotReady, match="missing"):
        lake.remove(["a"])
    # With nobody else in the file there is nothing to be read of it.
    assert lake.remove(["a", "b"]).trips == 2


def test_damage_elsewhere_keeps_no_visible_trip_from_going(
    lake: TraceLake, make_fixes: Make
) -> None:
    lake.add(
        make_fixes({"a": trip("r1", 0, 1, 9), "b": trip("r2", 0, 2, 9), "c": trip("r2", 0, 3)})
    )
    (worn,) = lake.place.names()
    lake.add(make_fixes({"c": trip("r2", 1, 3), "d": trip("r3", 2, 1)}))
    lake.place.write({worn: b"no file of ours"})
    # Nobody can say whether the damaged file holds it too; it is said so, and done again.
    with pytest.raises(NotReady, match="damaged"):
        lake.remove(["d"])
    assert lake.trips() == 3
    assert lake.read_trip("d") is None
    assert len(lake.place.names()) == 2


def test_a_worn_file_that_others_change_meanwhile_is_looked_into_again(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {f"k{i}": trip("r2", 0, 20 + i, 30) for i in range(3)}
    lake.add(make_fixes({"a": trip("r1", 0, 1), **kept}))
    lake.add(make_fixes({"a": trip("r1", 1, 2)}))
    lake.remove([])
    rewrite, calls = trace_removal._rewrite, []

    def changed_first(*arguments: object) -> object:
        calls.append(arguments)
        # The first is the file of the visible trip, the second the worn one.
        if len(calls) == 2:
            gather = trace_removal.gather

            def gather_and_change(*asked: object) -> object:
                monkeypatch.setattr(trace_removal, "gather", gather)
                packed = gather(*asked)  # type: ignore[arg-type]
                lake.add(make_fixes({"k0": trip("r2", 2, 50)}))
                return packed

            monkeypatch.setattr(trace_removal, "gather", gather_and_change)
        return rewrite(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(trace_removal, "_rewrite", changed_first)
    lake.remove(["a"])
    assert len(calls) == 3
    assert {row[0] for row in on_disk(lake)} == {"k0", "k1", "k2"}


def test_a_trip_moved_while_it_is_removed_is_found_again(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(16):
        lake.add(make_fixes({f"t{number}": trip("r1", 0, number)}))
    rewrite, calls = trace_removal._rewrite, []

    def merged_first(*arguments: object) -> object:
        if not calls:
            # The seventeenth file makes one of all.
            lake.add(make_fixes({"t16": trip("r2", 0, 99)}))
        calls.append(arguments)
        return rewrite(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(trace_removal, "_rewrite", merged_first)
    assert lake.remove(["t3"]).trips == 1
    assert {row[0] for row in on_disk(lake)} == {f"t{i}" for i in range(17) if i != 3}


def test_a_process_killed_before_the_end_is_made_good_by_the_next_start(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.add(make_fixes({"a": trip("r1", 0, 1), "b": trip("r2", 0, 2)}))
    with monkeypatch.context() as patched:
        patched.setattr(TraceLake, "remove_leftovers", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            lake.remove(["a"])
    assert "a" in {row[0] for row in on_disk(lake)}
    assert lake.trips() == 1
    lake.remove_leftovers()
    assert {row[0] for row in on_disk(lake)} == {"b"}


def test_a_condition_is_asked_in_the_transaction_that_adds(
    lake: TraceLake, make_fixes: Make
) -> None:
    def refuse(_: object) -> None:
        raise NotReady("not now")

    with pytest.raises(NotReady, match="not now"):
        lake.add(make_fixes({"a": trip("r1", 0, 1)}), while_allowed=refuse)
    assert lake.trips() == 0
    assert lake.place.names() == set()
    assert not Path(lake.place.address).is_dir()


def test_the_database_forgets_what_was_deleted(
    sqlite_database: Database, make_fixes: Make, database_file: Path
) -> None:
    lake = TraceLake(database_file.parent / "traces", sqlite_database)

    def searched(text: bytes) -> bool:
        return any(text in path.read_bytes() for path in database_file.parent.glob("city.sqlite*"))

    lake.add(make_fixes({"trip-to-go": trip("rider-to-go", 0, 1), "b": trip("r2", 0, 2)}))
    assert searched(b"trip-to-go")
    lake.remove(["trip-to-go"])
    assert not searched(b"trip-to-go")
    assert not searched(b"rider-to-go")
