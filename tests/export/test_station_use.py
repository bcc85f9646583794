import csv
from pathlib import Path

import pytest

from geo_service.domain.station_use import StationUse
from geo_service.errors import WrongUsage
from geo_service.export.station_use import COLUMNS, use_record, write_use

USE = StationUse(
    "=1+1", "rest_station", "驿站", 3, 2, (0,) * 10 + (3,) + (0,) * 13, (3,) + (0,) * 6
)


def test_a_table_has_a_row_a_station_and_a_column_an_hour(tmp_path: Path) -> None:
    path = tmp_path / "new" / "use.csv"
    write_use([USE], path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, row = csv.reader(file)
    assert tuple(head) == COLUMNS
    told = dict(zip(head, row, strict=True))
    # A spreadsheet must not run it.
    assert told["facility_id"] == "'=1+1"
    assert (told["name"], told["visits"], told["riders"]) == ("驿站", "3", "2")
    assert (told["h09"], told["h10"], told["h23"]) == ("0", "3", "0")
    assert (told["mon"], told["sun"]) == ("3", "0")


def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match=r"\.csv"):
        write_use([USE], tmp_path / "use.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_a_record_says_the_same() -> None:
    record = use_record(USE)
    assert (record["facility_id"], record["hours"], record["weekdays"]) == (
        "=1+1",
        list(USE.hours),
        list(USE.weekdays),
    )
