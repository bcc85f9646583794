"""Small files become one, and nobody who reads or writes meanwhile sees a difference."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

import numpy as np
import pyarrow.parquet as pq
import pytest

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import trace_compaction, trace_rows
from geo_service.store.database import Database
from geo_service.store.trace_compaction import MOST_FILES_A_DAY, days_to_merge
from geo_service.store.trace_lake import LakeCounts, TraceLake
from geo_service.store.trace_packing import STEPS_A_DEGREE
from geo_service.store.trace_rows import FileUse

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]
Told = Callable[[Fixes], dict[str, Trip]]
FreshLake = Callable[[], AbstractContextManager[TraceLake]]

DAY_US = 86_400_000_000


def trip(number: int, *, day: int = 0, count: int = 3) -> Trip:
    begin = day * DAY_US + number * 1_000_000
    return "r1", [(begin + i * 1_000_000, number / 1000, i / 8) for i in range(count)]


def all_trips(lake: TraceLake, told: Told) -> dict[str, Trip]:
    return {name: what for fixes in lake.read() for name, what in told(fixes).items()}


def files(lake: TraceLake) -> list[str]:
    return sorted(name[:10] for name in lake.place.names())


@pytest.fixture
def three(lake: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch) -> TraceLake:
    """Give a lake of three files of one day, one more than are let be from now on."""
    for number in range(3):
        lake.add(make_fixes({f"{number}": trip(number)}))
    monkeypatch.setattr(trace_compaction, "MOST_FILES_A_DAY", 2)
    return lake


def test_days_with_many_files_or_mostly_hidden_ones_are_merged() -> None:
    crowded = [FileUse(5, 10, 10)] * (MOST_FILES_A_DAY + 1)
    enough = [FileUse(4, 10, 10)] * MOST_FILES_A_DAY
    halves = [FileUse(3, 10, 5), FileUse(2, None, 1)]
    worn = [FileUse(1, 10, 10), FileUse(1, 10, 4)]
    assert days_to_merge([*crowded, *enough, *halves, *worn]) == [1, 5]


def test_many_additions_to_a_day_leave_few_files(
    lake: TraceLake, make_fixes: Make, trips_in: Told
) -> None:
    held = {}
    lake.add(make_fixes({"other": trip(1, day=1)}))
    for number in range(2 * MOST_FILES_A_DAY + 2):
        added = {f"{number:03}": trip(number)}
        lake.add(make_fixes(added))
        held |= added
        assert len(files(lake)) <= MOST_FILES_A_DAY + 1
    assert all_trips(lake, trips_in) == held | {"other": trip(1, day=1)}
    assert lake.prove().findings == []


def test_a_worn_file_is_written_anew(lake: TraceLake, make_fixes: Make, trips_in: Told) -> None:
    lake.add(make_fixes({f"{number}": trip(number) for number in range(4)}))
    again = {f"{number}": trip(number, day=1) for number in range(3)}
    lake.add(make_fixes(again))
    before = all_trips(lake, trips_in)
    assert lake.compact() == 1
    assert lake.compact() == 0
    assert all_trips(lake, trips_in) == before
    with lake._database.reading() as connection:
        assert sorted(trace_rows.uses(connection)) == [FileUse(0, 3, 3), FileUse(1, 9, 9)]
    assert lake.prove().findings == []


def test_random_additions_with_merging_are_as_a_dictionary(
    fresh_lake: FreshLake, make_fixes: Make, trips_in: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_compaction, "MOST_FILES_A_DAY", 2)
    chance = np.random.default_rng(20240501)
    for _ in range(3):
        held: dict[str, Trip] = {}
        with fresh_lake() as lake:
            for _ in range(25):
                added = {
                    f"{name}": trip(int(chance.integers(99)), day=int(chance.integers(2)))
                    for name in chance.integers(0, 12, chance.integers(1, 5)).tolist()
                }
                replace = bool(chance.random() < 0.05)
                lake.add(make_fixes(added), replace=replace)
                held = added if replace else held | added
                if chance.random() < 0.2:
                    lake.compact()
                assert all_trips(lake, trips_in) == held
            proof = lake.prove()
            assert [finding for finding in proof.findings if not finding.harmless] == []
            assert (proof.trips, proof.fixes) == (len(held), 3 * len(held))


@pytest.mark.parametrize("step", ["gather", "new_file", "write_files", "move", "remove_leftovers"])
def test_a_crash_at_any_step_loses_nothing(
    three: TraceLake, make_fixes: Make, trips_in: Told, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    home = {"move": trace_rows, "remove_leftovers": TraceLake}.get(step, trace_compaction)
    before = all_trips(three, trips_in)
    done = getattr(home, step)

    def do_and_fail(*arguments: object) -> None:
        done(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(home, step, do_and_fail)
        with pytest.raises(KeyboardInterrupt):
            three.compact()
    assert all_trips(three, trips_in) == before
    assert all(finding.harmless for finding in three.prove().findings)
    three.add(make_fixes({"new": trip(7)}))
    assert all_trips(three, trips_in) == before | {"new": trip(7)}
    three.remove_leftovers()
    assert three.prove().findings == []


def test_a_trip_replaced_while_its_day_is_merged_stays_replaced(
    three: TraceLake, make_fixes: Make, trips_in: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = trace_compaction.new_file

    def replace_and_encode(*arguments: object) -> object:
        monkeypatch.setattr(trace_compaction, "new_file", encode)
        three.add(make_fixes({"0": trip(50), "1": trip(51, day=1)}))
        return encode(*arguments)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(trace_compaction, "new_file", replace_and_encode)
    three.compact()
    assert all_trips(three, trips_in) == {"0": trip(50), "1": trip(51, day=1), "2": trip(2)}
    three.remove_leftovers()
    assert three.prove().findings == []


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_what_goes_while_its_day_is_merged_is_in_no_file_afterwards(
    three: TraceLake, make_fixes: Make, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    encode = trace_compaction.new_file

    def let_go_and_encode(*arguments: object) -> object:
        monkeypatch.setattr(trace_compaction, "new_file", encode)
        if how == "removed":
            three.remove(["0"])
        else:
            three.add(make_fixes({"0": trip(50, day=1)}))
        return encode(*arguments)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(trace_compaction, "new_file", let_go_and_encode)
    three.compact()
    three.compact()
    three.remove_leftovers()
    gone = make_fixes({"0": trip(0)})
    for name in three.place.names():
        first = np.round(gone.lon[0] * STEPS_A_DEGREE)
        with three.place.open(name) as source:
            assert first not in pq.read_table(source)["lon"].to_numpy()
    assert three.prove().findings == []


def test_what_is_damaged_is_not_made_to_look_sound(
    three: TraceLake, make_fixes: Make, trips_in: Told
) -> None:
    one, other, _ = sorted(three.place.names())
    three.place.write({other: three.place.read(one)})
    with pytest.raises(NotReady, match="not what was written there"):
        three.compact()
    assert len(files(three)) == 3
    # What is added comes in all the same.
    assert three.add(make_fixes({"new": trip(9)})) == LakeCounts(added=1, fixes=3)
    found = three.read_trip("new")
    assert found is not None
    assert trips_in(found) == {"new": trip(9)}


def test_a_missing_file_stops_no_merging_of_other_days(three: TraceLake, make_fixes: Make) -> None:
    three.place.remove([min(three.place.names())])
    for number in range(2):
        three.add(make_fixes({f"b{number}": trip(number, day=1)}))
    three.add(make_fixes({"b2": trip(2, day=1)}))
    assert files(three).count("1970-01-02") == 1
    assert files(three).count("1970-01-01") == 2


@pytest.mark.parametrize(
    "lake_address", ["folder", pytest.param("bucket", marks=pytest.mark.slow)], indirect=True
)
def test_eight_readers_see_whole_trips_while_files_are_merged(
    three: TraceLake, make_fixes: Make, trips_in: Told
) -> None:
    steady = all_trips(three, trips_in)
    stop = threading.Event()
    wrong: list[object] = []
    reads: list[int] = []

    def read_on() -> None:
        try:
            while not stop.is_set():
                found = all_trips(three, trips_in)
                found.pop("moving", None)
                reads.append(1)
                if found != steady:
                    wrong.append(found)
        except BaseException as problem:  # noqa: BLE001 - told in the test's own thread
            wrong.append(problem)

    readers = [threading.Thread(target=read_on) for _ in range(8)]
    for reader in readers:
        reader.start()
    for number in range(15):
        three.add(make_fixes({"moving": trip(number)}))
        three.remove_leftovers()
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert len(reads) >= 8


def test_two_who_merge_at_once_lose_nothing(
    three: TraceLake, trips_in: Told, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    before = all_trips(three, trips_in)
    encode = trace_compaction.new_file
    other = TraceLake(three.place.address, database)

    def merge_and_encode(*arguments: object) -> object:
        monkeypatch.setattr(trace_compaction, "new_file", encode)
        assert other.compact() == 1
        return encode(*arguments)  # type: ignore[arg-type] # passed on as they came

    monkeypatch.setattr(trace_compaction, "new_file", merge_and_encode)
    three.compact()
    assert all_trips(three, trips_in) == before
    assert three.prove().findings == []
