"""Whatever is done to files or rows behind the lake's back is found, and nothing else is."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

import numpy as np
import pytest
from sqlalchemy import text

from geo_service.domain.trace import Fixes
from geo_service.store.database import Database
from geo_service.store.lake_place import LakePlace
from geo_service.store.trace_lake import TraceLake

Trip = tuple[str, Sequence[tuple[int, float, float]]]
Make = Callable[[Mapping[str, Trip]], Fixes]

HOUR_US = 3_600_000_000


def trip(hour: int, *, rider: str = "r1", count: int = 300) -> Trip:
    return rider, [
        (hour * HOUR_US + i * 5_000_000, 112.0 + i / 7001, 32.0 + i / 9001) for i in range(count)
    ]


@pytest.fixture
def name(lake: TraceLake, make_fixes: Make) -> str:
    """Fill the lake, and return the name of the first day's file."""
    lake.add(make_fixes({"a": trip(1), "b": trip(2, rider="r2"), "c": trip(30)}))
    return next(name for name in lake.place.names() if name.startswith("1970-01-01-"))


def said(lake: TraceLake) -> list[str]:
    return [finding.what for finding in lake.prove().findings]


def test_a_sound_lake_is_found_sound(lake: TraceLake, name: str, make_fixes: Make) -> None:
    proof = lake.prove()
    assert name in lake.place.names()
    assert (proof.files, proof.trips, proof.fixes, proof.findings) == (2, 3, 900, [])
    lake.add(make_fixes({"a": trip(5)}))
    lake.add(make_fixes({"d": ("r1", [(0, 179.9, 1.0), (1_000_000, -179.9, 1.0)])}))
    assert said(lake) == []


def test_an_empty_lake_is_sound(lake: TraceLake) -> None:
    assert lake.prove().findings == []


def test_a_missing_file_is_found(lake: TraceLake, name: str) -> None:
    lake.place.remove([name])
    (finding,) = lake.prove().findings
    assert finding.what == "The file is missing, and with it 2 trips."
    assert finding.where == lake.place.where(name)
    assert not finding.harmless


def test_a_file_cut_off_anywhere_is_found(lake: TraceLake, name: str) -> None:
    whole = lake.place.read(name)
    for length in np.linspace(0, len(whole) - 1, 9, dtype=int).tolist():
        lake.place.write({name: whole[:length]})
        assert said(lake)[0] == "The file's bytes are not those that were written."
    lake.place.write({name: whole})
    assert said(lake) == []


def test_any_byte_turned_is_found(lake: TraceLake, name: str) -> None:
    whole = lake.place.read(name)
    for place in np.linspace(0, len(whole) - 1, 29, dtype=int).tolist():
        turned = whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :]
        lake.place.write({name: turned})
        assert said(lake)[0] == "The file's bytes are not those that were written."


def test_a_byte_turned_is_found_by_pages_where_no_digest_was_kept(
    lake: TraceLake, name: str, database: Database
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE trace_files SET digest = NULL, size = NULL, rows = NULL"))
    assert said(lake) == []
    whole = lake.place.read(name)
    place = len(whole) // 3
    turned = whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :]
    lake.place.write({name: turned})
    assert said(lake) == ["The file is damaged and can't be read, and with it 2 trips."]


def test_files_that_no_row_names_are_told_and_left(lake: TraceLake, name: str) -> None:
    whole = lake.place.read(name)
    for other in ("1970-01-01-0.parquet", "1970-01-01-1.parquet.part", "notes.txt"):
        lake.place.write({other: whole})
    findings = lake.prove().findings
    assert [PurePath(finding.where).name for finding in findings] == [
        "1970-01-01-0.parquet",
        "1970-01-01-1.parquet.part",
    ]
    assert all(finding.harmless for finding in findings)
    assert len(lake.place.names()) == 5


def test_another_day_s_file_under_a_name_is_found(lake: TraceLake, name: str) -> None:
    (other,) = lake.place.names() - {name}
    lake.place.write({name: lake.place.read(other)})
    assert "Trip a is not in the rows of the file that the database says." in said(lake)


@pytest.mark.parametrize("lake_address", ["folder"], indirect=True)
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE trips SET first_row = 1", "is not in the rows"),
        ("UPDATE trips SET fixes = fixes - 1", "is not in the rows"),
        ("UPDATE trips SET rider_id = 'r9'", "its rider in"),
        ("UPDATE trips SET digest = X'00'", "its content in"),
        ("UPDATE trips SET starts_at = starts_at + 1000", "its times in"),
        ("UPDATE trips SET ends_at = ends_at + 1000", "its times in"),
        ("UPDATE trips SET north = north - 1", "its box in"),
        ("UPDATE trips SET west = NULL", "its box in"),
        ("UPDATE trips SET trip_id = 'z' || trip_id", "is not in the rows"),
        ("UPDATE trace_files SET day = 7", "its day in"),
        ("UPDATE trace_files SET rows = 7", "holds 600 fixes, and 7 were written"),
        ("UPDATE trace_files SET digest = X'00'", "bytes are not those"),
        ("DELETE FROM trips", "names the file, but no trip of it"),
        ("DELETE FROM trips", "The day 1970-01-01 has a row, and no trip starts on it"),
        ("DELETE FROM trace_days", "start on 1970-01-01, and the day has no row: nobody finds"),
        ("UPDATE trace_days SET begins_at = begins_at - 1", "begin or end at other times"),
        ("UPDATE trace_days SET begins_at = begins_at + 1000", "begin or end at other times"),
        ("UPDATE trace_days SET ends_at = ends_at - 1000", "begin or end at other times"),
        ("UPDATE trace_days SET day = day + 7", "start on 1970-01-02, and the day has no row"),
        ("UPDATE trace_days SET day = day + 7", "1970-01-08 has a row, and no trip"),
    ],
)
def test_a_row_changed_is_found(
    lake: TraceLake, name: str, database: Database, change: str, told: str
) -> None:
    assert name in lake.place.names()
    if database.on_postgresql:
        change = change.replace("X'00'", "'\\\\x00'")
    with database.writing() as connection:
        connection.execute(text(change))
    assert any(told in what for what in said(lake))


def test_trips_of_a_file_that_is_not_named_are_found(
    lake: TraceLake, name: str, database: Database
) -> None:
    assert name in lake.place.names()
    with database._engine.connect() as connection:
        if database.on_postgresql:
            connection.exec_driver_sql("SET session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("DELETE FROM trace_files WHERE day = 0")
        connection.detach()
        connection.commit()
    told = "2 trips lie in no file that the database names, among them: a, b."
    assert told in said(lake)


def test_a_row_that_is_gone_is_told_of_its_day_and_no_fault_of_the_others(
    lake: TraceLake, name: str, database: Database
) -> None:
    assert name in lake.place.names()
    with database.writing() as connection:
        connection.execute(text("DELETE FROM trips WHERE trip_id = 'a'"))
    (finding,) = lake.prove().findings
    assert finding.what == (
        "The trips of 1970-01-01 begin or end at other times than the row of the day says."
    )
    assert (finding.where, finding.harmless) == ("trace_days", False)


def test_many_faults_of_one_file_are_counted(
    lake: TraceLake, make_fixes: Make, database: Database
) -> None:
    lake.add(make_fixes({f"{n:02}": trip(n, count=2) for n in range(20)}))
    with database.writing() as connection:
        connection.execute(text("UPDATE trips SET rider_id = 'r9'"))
    assert len(said(lake)) == 6
    assert said(lake)[-1] == "So it is with 15 more of its trips."


def test_what_another_process_moves_meanwhile_is_no_fault(
    lake: TraceLake, name: str, make_fixes: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert name in lake.place.names()
    kind = type(lake.place)
    read = kind.read
    moved: list[str] = []

    def move_then_read(self: LakePlace, asked: str) -> bytes:
        if not moved:
            moved.append(asked)
            lake.add(make_fixes({"a": trip(3), "b": trip(4)}))
            lake.remove_leftovers()
        return read(self, asked)

    monkeypatch.setattr(kind, "read", move_then_read)
    assert said(lake) == []
    assert moved == [name]
