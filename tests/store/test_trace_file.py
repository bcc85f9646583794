from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from geo_service.domain.trace import Fixes
from geo_service.errors import NotReady
from geo_service.store import trace_file
from geo_service.store.durable_files import write_durably
from geo_service.store.lake_place import place_of
from geo_service.store.trace_file import PackedRows, concatenate, encode, read_rows
from geo_service.store.trace_packing import PackedTrips, pack

Trip = tuple[str, Sequence[tuple[int, float, float]]]
COUNT = 1000


@pytest.fixture
def packed(make_fixes: Callable[[Mapping[str, Trip]], Fixes]) -> PackedTrips:
    random = np.random.default_rng(7)
    t = np.cumsum(random.integers(0, 5_000_000, COUNT))
    lon, lat = random.uniform(-180, 180, COUNT), random.uniform(-90, 90, COUNT)
    rows = list(zip(t.tolist(), lon.tolist(), lat.tolist(), strict=True))
    return pack(make_fixes({"一": ("r1", rows[:600]), "二": ("r2", rows[600:])}))


@pytest.fixture
def path(packed: PackedTrips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(trace_file, "ROWS_IN_A_GROUP", 300)
    path = tmp_path / "trips.parquet"
    write_durably(path, encode(packed))
    return path


def rows_of(path: Path, first: int, end: int) -> PackedRows:
    return read_rows(place_of(path.parent), path.name, first, end)


@pytest.mark.parametrize(
    ("first", "end"), [(0, COUNT), (0, 1), (299, 301), (300, 600), (599, 901), (999, COUNT)]
)
def test_any_rows_are_read_across_groups(
    path: Path, packed: PackedTrips, first: int, end: int
) -> None:
    rows = rows_of(path, first, end)
    assert rows.t.tolist() == packed.t[first:end].tolist()
    assert rows.lon.tolist() == packed.lon[first:end].tolist()
    assert rows.lat.tolist() == packed.lat[first:end].tolist()


def test_the_file_tells_everything_to_other_programs(path: Path, packed: PackedTrips) -> None:
    table = pq.read_table(path)
    assert table["trip_id"].to_pylist() == ["一"] * 600 + ["二"] * 400
    assert table["rider_id"].to_pylist() == ["r1"] * 600 + ["r2"] * 400
    assert table["t"].to_pylist() == packed.t.tolist()


def test_numbers_are_kept_as_differences(path: Path) -> None:
    group = pq.ParquetFile(path).metadata.row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i) for i in range(5)}
    for name in ("t", "lon", "lat"):
        assert "DELTA_BINARY_PACKED" in columns[name].encodings
    assert columns["lon"].physical_type == columns["lat"].physical_type == "INT32"


def test_rows_are_put_one_after_the_other(path: Path, packed: PackedTrips) -> None:
    parts = [rows_of(path, 0, 10), rows_of(path, 400, 405)]
    wanted = [*packed.lat[:10].tolist(), *packed.lat[400:405].tolist()]
    assert concatenate(parts).lat.tolist() == wanted
    assert concatenate(parts[:1]) is parts[0]
    assert [len(column) for column in concatenate([])] == [0, 0, 0]
    assert isinstance(concatenate([]), PackedRows)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rows_of(tmp_path / "none.parquet", 0, 1)


@pytest.mark.parametrize("harm", ["flip", "cut", "empty"])
def test_a_damaged_file_is_told_not_read(path: Path, packed: PackedTrips, harm: str) -> None:
    content = bytearray(path.read_bytes())
    if harm == "flip":
        # The packed positions are random, so this run of bytes lies in their pages.
        middle = len(content) // 2
        content[middle] ^= 0xFF
    harmed = {"flip": content, "cut": content[:-100], "empty": bytearray()}
    path.write_bytes(harmed[harm])
    with pytest.raises(NotReady, match=r"trips\.parquet: A file in the folder .* is damaged"):
        rows_of(path, 0, len(packed.t))
