"""Files as frames: all of a file, or an error that names the first record refused."""

from pathlib import Path

import pandas as pd
import pytest

import geo_service as gs
from geo_service.errors import RefusedRecords, UnreadableFile
from geo_service.geometry.datum import Datum, convert


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_facilities_come_in_wgs84_whatever_the_file_was_in(tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", "Nr,name,lon,lat\n7,站,112.14,32.04\n")
    read = gs.read_facilities(file, datum="gcj02", columns={"id": "Nr"}, kind="water_point")
    lon, lat = convert(112.14, 32.04, source=Datum.GCJ02, target=Datum.WGS84)
    assert read[["facility_id", "kind", "name"]].to_numpy().tolist() == [["7", "water_point", "站"]]
    assert read.crs.to_epsg() == 4326
    assert (read.geometry.x[0], read.geometry.y[0]) == pytest.approx((lon, lat), abs=1e-8)


def test_issues_come_in_utc(tmp_path: Path) -> None:
    file = write(
        tmp_path / "i.csv",
        "id,category,reported_at,closed_at,lon,lat\n"
        "1,standing_water,2026-10-01 08:00,,112.14,32.04\n",
    )
    read = gs.read_issues(file, time_zone="Asia/Shanghai")
    assert read["reported_at"].tolist() == [pd.Timestamp("2026-10-01T00:00Z")]
    assert read["closed_at"].isna().all()
    with pytest.raises(RefusedRecords, match=r"i\.csv, record 1: 1 records can't be accepted"):
        gs.read_issues(file)


def test_traces_of_many_files_are_one_frame(tmp_path: Path) -> None:
    for day in (1, 2):
        write(
            tmp_path / f"d{day}.csv",
            "trip_id,rider_id,t,lon,lat\n"
            f"t{day},x,2026-10-0{day}T08:00:00Z,112.14,32.04\n"
            f"t{day},x,2026-10-0{day}T08:00:10Z,112.1401,32.04\n",
        )
    read = gs.read_traces(tmp_path / "d*.csv")
    assert read["trip_id"].tolist() == ["t1", "t1", "t2", "t2"]
    assert read["t"].is_monotonic_increasing
    with pytest.raises(UnreadableFile, match="no such file"):
        gs.read_traces(tmp_path / "e*.csv")
