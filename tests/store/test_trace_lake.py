import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady, RefusedData
from geo_service.store import trace_rows
from geo_service.store.trace_lake import LakeCounts, TraceLake

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]
Told = Callable[[Fixes], dict[str, Trip]]
FreshLake = Callable[[], AbstractContextManager[TraceLake]]

MIDNIGHT = datetime(2024, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
START = int(MIDNIGHT.timestamp()) * 1_000_000
STEP = 1.000002e-7
HOUR_US = 3_600_000_000

# Times and positions on the lake's own steps, so that they come back exactly.
FIXES = st.tuples(
    st.integers(0, 4 * 24 * 3600).map(lambda second: START + second * 1_000_000),
    st.integers(-1_800_000_000, 1_800_000_000).map(lambda steps: steps / 1e7),
    st.integers(-900_000_000, 900_000_000).map(lambda steps: steps / 1e7),
)
ADDITIONS = st.dictionaries(
    st.sampled_from(["a", "b", "c", "路"]),
    st.tuples(st.sampled_from(["r1", "r2"]), st.lists(FIXES, min_size=1, max_size=4).map(sorted)),
)


def trip(hour: float, *, rider: str = "r1", hours: float = 1.0, count: int = 3) -> Trip:
    times = np.linspace(START + hour * HOUR_US, START + (hour + hours) * HOUR_US, count)
    return rider, [(int(t) // 1000 * 1000, 112.0 + i / 8, 32.0) for i, t in enumerate(times)]


def files(lake: TraceLake) -> list[str]:
    return sorted(name[:10] for name in lake.place.names())


def all_trips(lake: TraceLake, told: Told) -> dict[str, Trip]:
    return {name: what for fixes in lake.read() for name, what in told(fixes).items()}


@settings(deadline=None, max_examples=50)  # each example writes to a disk
@given(st.lists(ADDITIONS, max_size=5))
def test_the_lake_holds_what_was_last_added_of_each_trip(
    fresh_lake: FreshLake, make_fixes: Make, trips_in: Told, additions: list[dict[str, Trip]]
) -> None:
    held: dict[str, Trip] = {}
    with fresh_lake() as lake:
        for addition in additions:
            new = addition.keys() - held.keys()
            same = {name for name in addition.keys() - new if addition[name] == held[name]}
            written = sum(len(addition[name][1]) for name in addition.keys() - same)
            assert lake.add(make_fixes(addition)) == LakeCounts(
                len(new), len(addition) - len(new) - len(same), len(same), written
            )
            held |= addition
            assert all_trips(lake, trips_in) == held
        assert lake.trips() == len(held)
        assert lake.fixes() == sum(len(fixes) for _, fixes in held.values())
        lake.remove_leftovers()
        assert all_trips(lake, trips_in) == held
        assert not held or len(files(lake)) <= len(held)


def test_days_come_one_at_a_time_with_trips_whole_and_as_they_lie(
    lake: TraceLake, make_fixes: Make, trips_in: Told
) -> None:
    over_midnight = trip(23.5)
    lake.add(make_fixes({"z": trip(1), "b": trip(25), "m": over_midnight}))
    lake.add(make_fixes({"a": trip(20, rider="r2"), "路": trip(2)}))
    first, second = lake.read()
    assert first.trip_ids == ("m", "z", "a", "路")
    assert trips_in(first)["m"] == over_midnight
    assert second.trip_ids == ("b",)
    assert files(lake) == ["2024-05-01", "2024-05-01", "2024-05-02"]


def test_a_file_holds_its_trips_in_order_of_id(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"c": trip(1, count=1), "a": trip(2), "b": trip(3, count=1)}))
    (name,) = lake.place.names()
    assert pq.read_table(io.BytesIO(lake.place.read(name)))["trip_id"].to_pylist() == [
        "a",
        "a",
        "a",
        "b",
        "c",
    ]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (None, None, "abc"),
        (MIDNIGHT + DAY, None, "bc"),
        (None, MIDNIGHT + DAY, "ab"),
        (MIDNIGHT, MIDNIGHT + timedelta(hours=2), "a"),
        # At its last moment a trip is still within, at its first moment not yet.
        (MIDNIGHT + timedelta(hours=2), None, "abc"),
        (MIDNIGHT + timedelta(hours=2, milliseconds=1), None, "bc"),
        (None, MIDNIGHT + timedelta(hours=1), ""),
        (None, MIDNIGHT + timedelta(hours=1, milliseconds=1), "a"),
        (MIDNIGHT + 9 * DAY, None, ""),
    ],
)
def test_a_period_gives_the_trips_that_have_a_moment_in_it(
    lake: TraceLake,
    make_fixes: Make,
    since: datetime | None,
    until: datetime | None,
    expected: str,
) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(23.5), "c": trip(30)}))
    found = [name for fixes in lake.read(since, until) for name in fixes.trip_ids]
    assert found == list(expected)


def test_one_trip_is_read_by_id(lake: TraceLake, make_fixes: Make, trips_in: Told) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(2, rider="r2"), "c": trip(3)}))
    found = lake.read_trip("b")
    assert found is not None
    assert trips_in(found) == {"b": trip(2, rider="r2")}
    assert lake.read_trip("none") is None


def test_an_empty_lake(lake: TraceLake, make_fixes: Make) -> None:
    assert list(lake.read()) == []
    assert (lake.trips(), lake.fixes(), lake.remove_leftovers()) == (0, 0, 0)
    assert lake.add(make_fixes({})) == LakeCounts()
    assert lake.read_trip("none") is None


def test_a_trip_sent_again_in_another_day_moves(
    lake: TraceLake, make_fixes: Make, trips_in: Told
) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(2)}))
    assert lake.add(make_fixes({"a": trip(49)})) == LakeCounts(replaced=1, fixes=3)
    assert all_trips(lake, trips_in) == {"b": trip(2), "a": trip(49)}


def test_the_same_trips_again_write_nothing(lake: TraceLake, make_fixes: Make) -> None:
    fixes = make_fixes({"a": trip(1), "b": trip(26)})
    assert lake.add(fixes) == LakeCounts(added=2, fixes=6)
    before = files(lake)
    assert lake.add(fixes) == LakeCounts(unchanged=2)
    assert files(lake) == before


def test_a_file_without_visible_trips_goes_with_the_next_addition(
    lake: TraceLake, make_fixes: Make, trips_in: Told
) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(2)}))
    lake.add(make_fixes({"a": trip(3)}))
    lake.add(make_fixes({"c": trip(49)}))
    assert files(lake) == ["2024-05-01", "2024-05-01", "2024-05-03"]
    lake.add(make_fixes({"b": trip(4)}))
    lake.add(make_fixes({"d": trip(73)}))
    # The first file lost its last trip; the two later ones of that day hold one each.
    assert files(lake) == ["2024-05-01", "2024-05-01", "2024-05-03", "2024-05-04"]
    assert set(all_trips(lake, trips_in)) == set("abcd")


def test_what_a_crash_left_goes_at_the_start(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip(1)}))
    for name in ("2024-05-01-0.parquet", "2024-05-01-1.parquet.part", "notes.txt"):
        lake.place.write({name: b"left"})
    assert lake.remove_leftovers() == 2
    assert files(lake) == ["2024-05-01", "notes.txt"]
    assert lake.remove_leftovers() == 0
    assert lake.trips() == 1


@pytest.mark.parametrize("lake_address", ["bucket"], indirect=True)
def test_what_may_be_another_lakes_is_left_alone(
    lake: TraceLake, fresh_lake: FreshLake, make_fixes: Make, trips_in: Told
) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(26)}))
    with fresh_lake() as elsewhere:
        other = TraceLake(lake.place.address, elsewhere._database)
        for ask in (
            lambda: other.add(make_fixes({"c": trip(1)})),
            lambda: other.add(make_fixes({}), replace=True),
            other.remove_leftovers,
            lambda: other.remove(["a"]),
        ):
            with pytest.raises(NotReady, match=r"2 files of traces lie here.*another workspace's"):
                ask()
        assert other.trips() == 0
        (finding,) = other.prove().findings
        assert "another workspace's" in finding.what
        assert not finding.harmless
    assert all_trips(lake, trips_in) == {"a": trip(1), "b": trip(26)}
    # Its own last ones go all the same, also if others wrote them.
    assert TraceLake(lake.place.address, lake._database).remove(["a", "b"]).trips == 2
    assert lake.place.names() == set()
    lake.add(make_fixes({"a": trip(1)}))
    assert lake.add(make_fixes({}), replace=True).removed == 1
    assert lake.place.names() == set()


@pytest.mark.parametrize("lake_address", ["bucket"], indirect=True)
def test_a_lake_whose_own_files_are_elsewhere_takes_no_others_away(
    lake: TraceLake, fresh_lake: FreshLake, make_fixes: Make, trips_in: Told
) -> None:
    lake.add(make_fixes({"a": trip(1), "b": trip(26)}))
    with fresh_lake() as elsewhere:
        elsewhere.add(make_fixes({"c": trip(1)}))
        mistaken = TraceLake(lake.place.address, elsewhere._database)
        mistaken.add(make_fixes({"d": trip(2)}))
        mistaken.remove_leftovers()
    assert all_trips(lake, trips_in) == {"a": trip(1), "b": trip(26)}


def test_a_refused_addition_leaves_nothing(lake: TraceLake, make_fixes: Make) -> None:
    with pytest.raises(RefusedData, match="trip b: The trip has no fixes"):
        lake.add(make_fixes({"a": trip(1), "b": ("r1", [])}))
    assert lake.trips() == 0
    assert lake.place.names() == set()
    assert not Path(lake.place.address).exists()


def test_an_addition_that_fails_at_the_last_moment_leaves_nothing_to_see(
    lake: TraceLake, make_fixes: Make, trips_in: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.add(make_fixes({"a": trip(1)}))
    write = trace_rows.write

    def write_and_fail(*arguments: object) -> None:
        write(*arguments)  # type: ignore[arg-type] # passed on as they came
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trace_rows, "write", write_and_fail)
        with pytest.raises(KeyboardInterrupt):
            lake.add(make_fixes({"a": trip(2), "b": trip(30)}))
    assert all_trips(lake, trips_in) == {"a": trip(1)}
    assert len(files(lake)) == 3
    assert lake.add(make_fixes({"b": trip(31)})) == LakeCounts(added=1, fixes=3)
    assert all_trips(lake, trips_in) == {"a": trip(1), "b": trip(31)}
    assert files(lake) == ["2024-05-01", "2024-05-02"]


@pytest.mark.parametrize("lake_address", ["folder"], indirect=True)
def test_a_full_disk_adds_nothing_and_says_so(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("geo_service.store.lake_place.sync_folder", fail)
        with pytest.raises(NotReady, match=r"can't be written \(No space left.*none were added"):
            lake.add(make_fixes({"a": trip(1)}))
    assert lake.trips() == 0
    assert files(lake) == []


@pytest.mark.parametrize("lake_address", ["folder"], indirect=True)
def test_files_and_their_names_are_on_the_disk_before_their_trips_are_visible(
    lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, int]] = []

    def look(folder: Path) -> None:
        seen.append((len(list(folder.glob("*.parquet"))), lake.trips()))

    monkeypatch.setattr("geo_service.store.lake_place.sync_folder", look)
    lake.add(make_fixes({"a": trip(1), "b": trip(30)}))
    assert seen == [(2, 0)]


def test_a_reader_goes_on_when_its_file_is_replaced_meanwhile(
    lake: TraceLake, make_fixes: Make, trips_in: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = trace_rows.trips_of_day
    replaced: list[LakeCounts] = []

    def look_then_replace(*arguments: object, **named: object) -> trace_rows.LyingTrips:
        lying = look(*arguments, **named)  # type: ignore[arg-type] # passed on as they came
        if not replaced:
            replaced.append(lake.add(make_fixes({"a": trip(2)})))
            lake.remove_leftovers()
        return lying

    lake.add(make_fixes({"a": trip(1)}))
    monkeypatch.setattr(trace_rows, "trips_of_day", look_then_replace)
    assert all_trips(lake, trips_in) == {"a": trip(2)}


def test_a_missing_file_is_told_by_name(lake: TraceLake, make_fixes: Make) -> None:
    lake.add(make_fixes({"a": trip(1)}))
    (name,) = lake.place.names()
    lake.place.remove([name])
    with pytest.raises(NotReady, match="A file in the folder of traces is missing") as raised:
        list(lake.read())
    assert raised.value.where == lake.place.where(name)


@pytest.mark.parametrize("length", [None, 0, -1])
def test_trips_of_a_file_missing_or_cut_off_are_written_again(
    lake: TraceLake, make_fixes: Make, trips_in: Told, length: int | None
) -> None:
    both = {"a": trip(1), "b": trip(26)}
    lake.add(make_fixes(both))
    (name,) = (name for name in lake.place.names() if name.startswith("2024-05-01-"))
    if length is None:
        lake.place.remove([name])
    else:
        lake.place.write({name: lake.place.read(name)[:length]})
    assert lake.add(make_fixes(both)) == LakeCounts(replaced=1, unchanged=1, fixes=3)
    assert all_trips(lake, trips_in) == both
    assert lake.add(make_fixes(both)) == LakeCounts(unchanged=2)


def test_all_files_may_be_loaded_again(lake: TraceLake, make_fixes: Make, trips_in: Told) -> None:
    both = {"a": trip(1), "b": trip(26)}
    lake.add(make_fixes(both))
    lake.place.remove(lake.place.names())
    assert lake.add(make_fixes(both)).fixes == 6
    assert all_trips(lake, trips_in) == both


def test_riders_are_kept_as_they_came(lake: TraceLake, make_fixes: Make, trips_in: Told) -> None:
    lake.add(make_fixes({"a": trip(1, rider="5f2c"), "b": trip(2, rider="91aa")}))
    assert lake.add(make_fixes({"a": trip(1, rider="0000")})).replaced == 1
    riders = {name: rider for name, (rider, _) in all_trips(lake, trips_in).items()}
    assert riders == {"a": "0000", "b": "91aa"}


@pytest.mark.real
def test_a_city_of_real_traces_takes_few_bytes_and_comes_back(
    lake: TraceLake, shared_data: Path
) -> None:
    table = pq.read_table(shared_data / "traces" / "geolife_shenzhen.parquet")
    trip_of_row = table["traj"].to_numpy()
    firsts = np.flatnonzero(np.diff(trip_of_row, prepend=-1)).astype(np.int64)
    offsets = np.append(firsts, len(trip_of_row))
    fixes = Fixes(
        trip_ids=tuple(f"{number:05d}" for number in trip_of_row[firsts]),
        rider_ids=("r",),
        rider=np.zeros(len(firsts), dtype=np.int64),
        offsets=offsets,
        t=table["t"].cast("timestamp[us]").cast("int64").to_numpy(),
        lon=table["lon"].to_numpy(),
        lat=table["lat"].to_numpy(),
    )
    assert lake.add(fixes).fixes == len(fixes)
    kept = sum(lake.place.sizes(lake.place.names()).values())
    assert kept / len(fixes) <= 6.0
    back = {
        name: (part, number) for part in lake.read() for number, name in enumerate(part.trip_ids)
    }
    assert back.keys() == set(fixes.trip_ids)
    for number, name in enumerate(fixes.trip_ids):
        part, found = back[name]
        rows = slice(offsets[number], offsets[number + 1])
        found_rows = slice(part.offsets[found], part.offsets[found + 1])
        assert (part.t[found_rows] == fixes.t[rows]).all()
        assert np.abs(part.lon[found_rows] - fixes.lon[rows]).max() <= STEP / 2
        assert np.abs(part.lat[found_rows] - fixes.lat[rows]).max() <= STEP / 2
