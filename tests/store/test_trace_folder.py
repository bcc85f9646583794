"""Files appear whole, leftovers go, trips are read where they lie, and no part is too long."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import lake_place, trace_folder, trace_rows
from geo_service.store.database import Database
from geo_service.store.durable_files import write_durably
from geo_service.store.lake_place import place_of
from geo_service.store.trace_folder import (
    file_name,
    find_leftovers,
    gather,
    new_file,
    parts_of,
    remove_leftovers,
    write_files,
)
from geo_service.store.trace_lake import TraceLake
from geo_service.store.trace_packing import PackedTrips, pack
from geo_service.store.trace_rows import LyingTrips, digest_of

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]

COUNTS = {"a": 3, "b": 1, "c": 5, "d": 2, "e": 4}


def lying(counts: Sequence[int], files: Sequence[str] | None = None) -> LyingTrips:
    return LyingTrips(
        tuple(f"t{number}" for number in range(len(counts))),
        ("r",) * len(counts),
        tuple(files or ["f"] * len(counts)),
        np.cumsum([0, *counts], dtype=np.int64)[:-1],
        np.array(counts, dtype=np.int64),
    )


@pytest.fixture
def packed(make_fixes: Make) -> PackedTrips:
    """Pack trips whose every fix is another one."""
    trips, fix = {}, 0
    for name, count in COUNTS.items():
        rows = [(1_000_000 * (fix + i), (fix + i) / 100, -(fix + i) / 200) for i in range(count)]
        trips[name] = (f"rider of {name}", rows)
        fix += count
    return pack(make_fixes(trips))


@pytest.fixture
def laid(packed: PackedTrips, tmp_path: Path) -> LyingTrips:
    """Write the trips into two files, and say where they lie."""
    for name, first, end in (("one", 0, 3), ("two", 3, 5)):
        write_durably(tmp_path / name, new_file(packed.between(first, end)).content)
    counts = list(COUNTS.values())
    return LyingTrips(
        packed.trip_ids,
        packed.rider_ids,
        ("one",) * 3 + ("two",) * 2,
        np.array([0, 3, 4, 0, 2]),
        np.array(counts),
    )


@given(st.lists(st.integers(1, 12), max_size=30), st.integers(1, 20))
def test_parts_hold_all_trips_in_order_and_are_about_equally_long(
    counts: list[int], room: int
) -> None:
    trips = lying(counts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trace_folder, "FIXES_IN_A_PART", room)
        parts = parts_of(trips)
    assert [name for part in parts for name in part.trip_ids] == list(trips.trip_ids)
    assert [row for part in parts for row in part.first_rows.tolist()] == trips.first_rows.tolist()
    filled = [int(part.fixes.sum()) for part in parts]
    share = sum(counts) / max(1, math.ceil(sum(counts) / room))
    for part, fixes in zip(parts, filled, strict=True):
        assert fixes <= min(room, share + 1 + max(counts)) or len(part) == 1
    for fixes, after in zip(filled, parts[1:], strict=False):
        assert fixes + int(after.fixes[0]) > share


@pytest.mark.parametrize(
    "order", [[], [0], [0, 1, 2, 3, 4], [1, 2], [0, 2], [2, 0, 1], [3, 1, 4, 0, 2], [4, 3]]
)
def test_trips_are_gathered_in_any_order_from_any_files(
    packed: PackedTrips, laid: LyingTrips, tmp_path: Path, order: list[int]
) -> None:
    found, wanted = gather(place_of(tmp_path), laid.take(order)), packed.take(order)
    assert (found.trip_ids, found.rider_ids) == (wanted.trip_ids, wanted.rider_ids)
    for name in ("offsets", "t", "lon", "lat"):
        assert getattr(found, name).tolist() == getattr(wanted, name).tolist()
        assert getattr(found, name).dtype == getattr(wanted, name).dtype
    assert not any(one.flags.writeable for one in (found.t, found.lon, found.lat))


def test_a_file_that_is_missing_is_told_by_name(laid: LyingTrips, tmp_path: Path) -> None:
    (tmp_path / "two").unlink()
    with pytest.raises(FileNotFoundError) as caught:
        gather(place_of(tmp_path), laid)
    assert caught.value.filename == str(tmp_path / "two")


def test_a_file_that_is_damaged_is_not_read(laid: LyingTrips, tmp_path: Path) -> None:
    path = tmp_path / "one"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(NotReady, match="damaged") as raised:
        gather(place_of(tmp_path), laid)
    assert raised.value.where == str(path)


def test_names_tell_the_day_and_are_never_the_same() -> None:
    names = [file_name(day) for day in (0, 0, 19_844, -1)]
    assert [name[:10] for name in names] == ["1970-01-01", "1970-01-01", "2024-05-01", "1969-12-31"]
    assert all(name.endswith(".parquet") for name in names)
    assert len(set(names)) == 4


def test_a_new_file_bears_the_digest_of_its_bytes(packed: PackedTrips) -> None:
    file = new_file(packed)
    assert (file.digest, file.trips) == (digest_of(file.content), packed)
    assert file.digest != digest_of(new_file(packed.between(0, 2)).content)


def test_files_are_written_whole_and_leftovers_go_before(
    database: Database, packed: PackedTrips, tmp_path: Path
) -> None:
    folder = tmp_path / "traces"
    file = new_file(packed)
    with database.writing() as connection:
        write_files(place_of(folder), connection, {"a.parquet": file})
        assert [path.name for path in folder.iterdir()] == ["a.parquet"]
        write_files(place_of(folder), connection, {"b.parquet": file})
    assert [path.name for path in folder.iterdir()] == ["b.parquet"]
    assert (folder / "b.parquet").read_bytes() == bytes(file.content)


@pytest.mark.parametrize(
    ("home", "step"),
    [
        (lake_place, "write_durably"),
        (lake_place, "sync_folder"),
        (trace_folder, "remove_leftovers"),
    ],
)
def test_a_disk_that_refuses_is_told_with_what_to_do(
    database: Database,
    packed: PackedTrips,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    home: ModuleType,
    step: str,
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(home, step, refuse)
    with (
        database.writing() as connection,
        pytest.raises(NotReady, match=r"can't be written \(No space left") as raised,
    ):
        write_files(place_of(tmp_path / "traces"), connection, {"a.parquet": new_file(packed)})
    assert raised.value.where == str(tmp_path / "traces")
    assert "Make room" in raised.value.remedy


def test_only_files_of_the_lake_that_no_row_names_are_leftovers(
    lake: TraceLake, database: Database, make_fixes: Make
) -> None:
    with database.writing() as connection:
        assert find_leftovers(lake.place, connection) == []
    lake.add(make_fixes({"a": ("r", [(0, 1.0, 2.0)])}))
    with database.reading() as connection:
        named = trace_rows.file_names(connection)
    for name in ("x.parquet", "x.parquet.part", "notes.txt", ".parquet.swp"):
        lake.place.write({name: b""})
    with database.writing() as connection:
        left = find_leftovers(lake.place, connection)
        assert left == ["x.parquet", "x.parquet.part"]
        assert remove_leftovers(lake.place, connection) == 2
        assert remove_leftovers(lake.place, connection) == 0
    assert lake.place.names() == named | {"notes.txt", ".parquet.swp"}
