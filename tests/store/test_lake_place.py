"""Every kind of place keeps files, hands them out, and lets them go, in the same way."""

import errno
import pickle
import secrets
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.errors import NotReady
from geo_service.store.lake_place import FolderPlace, LakePlace, place_of
from geo_service.store.proven_copy import Proof
from geo_service.store.trace_folder import gather
from geo_service.store.trace_lake import TraceLake

KINDS = ("folder", "memory", "bucket")
GATHER = """
import pickle, sys
from geo_service.store.trace_folder import gather
place, lying = pickle.loads(sys.stdin.buffer.read())
sys.stdout.buffer.write(gather(place, lying).t.tobytes())
"""


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> LakePlace:
    if request.param == "folder":
        return place_of(tmp_path / "some" / "folder")
    if request.param == "memory":
        return place_of(f"memory://{secrets.token_hex(8)}/traces")
    return place_of(f"s3://{request.getfixturevalue('bucket')}/city/traces")


def test_nothing_is_in_a_place_that_was_never_written_to(place: LakePlace) -> None:
    assert place.names() == set()
    assert place.sizes(["a"]) == {}
    place.write({})
    place.remove([])
    place.remove(["a"])
    assert place.names() == set()


def test_what_was_written_is_there_until_it_is_removed(place: LakePlace, tmp_path: Path) -> None:
    held = {"a.parquet": b"12345", "b.parquet": memoryview(b""), "路.txt": b"\0\xff" * 9}
    place.write(held)
    assert place.names() == set(held)
    assert place.sizes(["a.parquet", "b.parquet", "gone"]) == {"a.parquet": 5, "b.parquet": 0}
    assert {name: place.read(name) for name in held} == {n: bytes(c) for n, c in held.items()}
    proof = Proof(5, "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5")
    assert place.proof_of("a.parquet") == proof
    assert place.copy_out("a.parquet", tmp_path / "copy") == proof
    assert (tmp_path / "copy").read_bytes() == b"12345"
    with pytest.raises(FileExistsError):
        place.copy_out("b.parquet", tmp_path / "copy")
    place.remove(["a.parquet", "b.parquet"])
    assert place.names() == {"路.txt"}
    place.write({"路.txt": b"new"})
    assert place.read("路.txt") == b"new"


STEPS = st.one_of(
    st.tuples(
        st.just("write"),
        st.dictionaries(st.sampled_from("abc"), st.binary(max_size=4), max_size=3),
    ),
    st.tuples(st.just("remove"), st.sets(st.sampled_from("abc"), max_size=3)),
)


@pytest.mark.parametrize("kind", ["folder", "memory"])
@given(st.lists(STEPS, max_size=8))
def test_a_place_is_as_a_dictionary(
    kind: str, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, object]]
) -> None:
    folder = tmp_path_factory.mktemp("place")
    place = place_of(folder / "x" if kind == "folder" else f"memory://{secrets.token_hex(8)}")
    held: dict[str, bytes] = {}
    for what, told in steps:
        if what == "write":
            place.write(told)  # type: ignore[arg-type]
            held |= told  # type: ignore[operator]
        else:
            place.remove(told)  # type: ignore[arg-type]
            held = {name: content for name, content in held.items() if name not in told}  # type: ignore[operator]
        assert place.names() == set(held)
        assert place.sizes("abc") == {name: len(content) for name, content in held.items()}
        assert {name: place.read(name) for name in held} == held


def test_a_missing_file_is_told_by_its_whole_name(place: LakePlace, tmp_path: Path) -> None:
    place.write({"there": b"x"})

    def opened() -> object:
        with place.open("gone") as source:
            return pq.ParquetFile(source)

    for look in (
        lambda: place.read("gone"),
        lambda: place.proof_of("gone"),
        lambda: place.copy_out("gone", tmp_path / "copy"),
    ):
        with pytest.raises(FileNotFoundError) as raised:
            look()
        assert (raised.value.errno, raised.value.filename) == (errno.ENOENT, place.where("gone"))
    with pytest.raises(FileNotFoundError):
        opened()
    assert place.where("gone") == f"{place.address}/gone"


def test_arrow_reads_parts_of_a_file(place: LakePlace) -> None:
    numbers = np.arange(50_000)
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"n": numbers, "m": -numbers}), sink, row_group_size=1000)
    place.write({"file": memoryview(sink.getvalue())})
    for far in (False, True):
        with place.open("file") as source, pq.ParquetFile(source, pre_buffer=far) as file:
            table = file.read_row_groups([3, 4, 49], columns=["m"])
        wanted = np.concatenate((-numbers[3000:5000], -numbers[49_000:]))
        assert table["m"].to_numpy().tolist() == wanted.tolist()


def test_a_place_is_its_address(place: LakePlace) -> None:
    place.write({"a": b"1"})
    for same in (place_of(place.address), pickle.loads(pickle.dumps(place))):  # noqa: S301
        assert same == place
        assert same.read("a") == b"1"
    assert place_of(f"{place.address}/") == place


def test_addresses_name_folders_and_stores(tmp_path: Path) -> None:
    folder = FolderPlace(tmp_path / "a b")
    assert place_of(tmp_path / "a b") == place_of(str(tmp_path / "a b")) == folder
    assert place_of(f"file://{tmp_path}/a%20b") == folder
    assert (place_of("memory://x/y/").address, place_of("memory://x/y/").far) == (
        "memory://x/y",
        True,
    )
    with pytest.raises(NotReady, match="not installed"):
        place_of("no-such-store://x")


@pytest.mark.parametrize("lake_address", ["folder", "bucket"], indirect=True)
def test_trips_are_gathered_by_a_process_without_the_database(
    lake: TraceLake, make_fixes: object
) -> None:
    rows = [(1_000_000 * i, i / 100, i / 200) for i in range(500)]
    lake.add(make_fixes({"a": ("r", rows), "b": ("s", rows[:9])}))  # type: ignore[operator]
    (part,) = lake.look(0).parts
    told = subprocess.run(
        [sys.executable, "-c", GATHER],
        input=pickle.dumps((lake.place, part)),
        capture_output=True,
        check=True,
    )
    assert told.stdout == gather(lake.place, part).t.tobytes()
    assert len(told.stdout) == 8 * 509
