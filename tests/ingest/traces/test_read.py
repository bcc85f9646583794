import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_service.errors import MissingColumn, UnreadableFile
from geo_service.ingest.traces.fix_table import TraceRule
from geo_service.ingest.traces.read import parse_traces, read_traces
from geo_service.ingest.values import made_trip_id

CSV = "trip_id,rider_id,t,lon,lat\nx,r,2025-01-01T00:00:00Z,112,32\nx,r,1735689660,112.001,32\n"
GPX = (
    '<gpx><trk><trkseg><trkpt lat="32" lon="112"><time>2025-01-01T00:00:00Z</time></trkpt>'
    '<trkpt lat="32" lon="112.001"><time>2025-01-01T00:01:00Z</time></trkpt></trkseg></trk></gpx>'
)
LINE = (
    '{"type": "Feature", "properties": {"trip_id": "x", "times": [1735689600, 1735689660]}, '
    '"geometry": {"type": "LineString", "coordinates": [[112, 32], [112.001, 32]]}}'
)
POINTS = (
    '{"type": "FeatureCollection", "features": ['
    '{"type": "Feature", "properties": {"trip_id": "x", "t": 1735689600}, "geometry": '
    '{"type": "Point", "coordinates": [112, 32]}}, '
    '{"type": "Feature", "properties": {"trip_id": "x", "t": "2025-01-01T00:01:00Z"}, "geometry": '
    '{"type": "Point", "coordinates": [112.001, 32]}}]}'
)


@pytest.mark.parametrize(
    ("name", "content", "trip"),
    [
        ("a.csv", CSV, "x"),
        ("a.csv.gz", gzip.compress(CSV.encode(), mtime=0), "x"),
        ("a.gpx", GPX, made_trip_id("a.gpx", 1, "r")),
        ("a.geojson", LINE, "x"),
        ("b.geojson", POINTS, "x"),
    ],
)
def test_every_kind_of_file_says_the_same(
    write: Callable[[str, str | bytes], Path],
    now: datetime,
    name: str,
    content: str | bytes,
    trip: str,
) -> None:
    batch = read_traces([write(name, content)], now=now, rider="r")
    fixes = batch.fixes
    assert (fixes.trip_ids, fixes.rider_ids) == ((trip,), ("r",))
    assert fixes.t.tolist() == [1735689600000000, 1735689660000000]
    assert fixes.lon.tolist() == [112.0, 112.001]
    assert fixes.lat.tolist() == [32.0, 32.0]
    assert (batch.read, batch.fixes_read, batch.refusals, batch.warnings) == (1, 2, (), ())


def test_parquet_says_the_same(
    tmp_path: Path, write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    frame = pd.read_csv(write("a.csv", CSV))
    frame["t"] = pd.to_datetime([1735689600, 1735689660], unit="s", utc=True)
    frame.to_parquet(tmp_path / "a.parquet")
    fixes = read_traces([tmp_path / "a.parquet"], now=now).fixes
    assert fixes.t.tolist() == [1735689600000000, 1735689660000000]


def test_several_files_are_one_batch(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    other = write("b.csv", CSV.replace("x,r", "y,r"))
    batch = read_traces([write("a.csv", CSV), other, write("c.gpx", GPX)], now=now)
    assert batch.fixes.trip_ids == ("x", "y", "c-1")
    assert batch.fixes.rider_ids == ("r", "")
    assert batch.fixes.rider.tolist() == [0, 0, 1]
    assert (batch.read, batch.fixes_read) == (3, 6)


def test_a_trip_that_two_files_hold_is_taken_from_the_first(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    first = write("a.csv", CSV)
    head, *rows = CSV.splitlines()
    others = [row.replace("x,r", "y,r") for row in rows]
    again = [row.replace(",112", ",113") for row in rows]
    second = write("b.csv", "\n".join([head, *others, *again]))
    batch = read_traces([first, second], now=now)
    assert batch.fixes.trip_ids == ("x", "y")
    assert batch.records == (1, 1)
    assert batch.fixes.lon[0] == 112.0
    (refusal,) = batch.refusals
    assert (refusal.file, refusal.row, refusal.record_id) == ("b.csv", 3, "x")
    assert refusal.reason == f"A trip of this id is also in {first}."


def test_gpx_names_its_own_columns(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    batch = read_traces([write("a.gpx", GPX)], now=now, columns={"lon": "Longitude"})
    assert batch.fixes.trips == 1


def test_gpx_without_times_is_refused(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    text = GPX.replace("<time>2025-01-01T00:00:00Z</time>", "")
    text = text.replace("<time>2025-01-01T00:01:00Z</time>", "")
    batch = read_traces([write("a.gpx", text)], now=now)
    assert [one.reason for one in batch.refusals] == [
        "None of its 2 fixes bears a time; a trace needs to say when it was where."
    ]


def test_gpx_with_an_empty_track_keeps_the_others(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    batch = read_traces([write("a.gpx", GPX.replace("<gpx>", "<gpx><trk/>"))], now=now)
    assert batch.fixes.trip_ids == ("a-2",)
    assert [one.record_id for one in batch.refusals] == ["a-1"]
    assert batch.read == 2


def test_local_times_need_the_time_zone_of_the_load(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    path = write("a.csv", CSV.replace("00:00Z", "00:00").replace("1735689660", "2025-01-01 00:01"))
    assert "bears no time zone" in read_traces([path], now=now).refusals[0].reason
    fixes = read_traces([path], now=now, time_zone="Asia/Shanghai").fixes
    assert fixes.t[0] == 1735689600000000 - 8 * 3600 * 1_000_000


def test_fixes_out_of_order_and_jumps_are_dropped_and_counted(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    rows = [f"x,r,{1735689600 + 60 * step},112,32" for step in range(20)]
    rows[5] = "x,r,1735689600,112,32"
    rows[8] = "x,r,1735690080,113,32"
    rows[9] = rows[10] = "x,r,1735690200,112,32"
    batch = read_traces([write("a.csv", "\n".join(["trip_id,rider_id,t,lon,lat", *rows]))], now=now)
    assert batch.dropped == {
        "out_of_order": 1,
        "same_time": 0,
        "impossible_speed": 1,
        "clock_jump": 0,
        "duplicate": 1,
    }
    assert len(batch.fixes) == 17


def test_a_clock_that_jumps_costs_the_trip(
    write: Callable[[str, str | bytes], Path], now: datetime
) -> None:
    rows = [f"x,r,{1735689600 + 60 * step + 86400 * (step < 5)},112,32" for step in range(20)]
    path = write("a.csv", "\n".join(["trip_id,rider_id,t,lon,lat", *rows]))
    batch = read_traces([path], now=now)
    assert [one.reason for one in batch.refusals] == [
        (
            "The trip loses 5 of its 20 fixes (5 by a clock that jumps), more than 20%. Sort the "
            "file by time, and look at the device's clock."
        )
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "The file is empty"),
        ("a.gpx", b"", "The file is empty"),
        ("a.gpx", GPX[:100].encode(), "The GPX file is cut off at line 1"),
        ("a.csv", b"\x00\x01", "The file is not text"),
        ("a.fit", b"x", r"Files of the kind '\.fit' are not known here.*\.gpx"),
    ],
)
def test_a_file_that_can_not_be_read_is_refused(
    write: Callable[[str, str | bytes], Path],
    now: datetime,
    name: str,
    content: str | bytes,
    message: str,
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_traces([write(name, content)], now=now)


def test_content_that_came_another_way_is_read_too(
    write: Callable[[str, str | bytes], Path],
) -> None:
    rule = TraceRule(rider="r")
    assert parse_traces(GPX.encode(), rule, file="a.gpx").fixes.trip_ids == (
        made_trip_id("a.gpx", 1, "r"),
    )
    assert parse_traces(LINE.encode(), rule).fixes.trip_ids == ("x",)
    frame = pd.read_csv(write("a.csv", CSV))
    assert parse_traces(frame, rule).fixes.trip_ids == ("x",)


@pytest.mark.parametrize(
    ("name", "content"),
    [("morning.gpx", GPX), ("morning.geojson", LINE.replace('"trip_id": "x", ', ""))],
)
def test_two_riders_files_of_one_name_are_two_trips(
    write: Callable[[str, str | bytes], Path], now: datetime, name: str, content: str
) -> None:
    path = write(name, content)

    def trip_id(rider: str | None, key: bytes = b"k") -> str:
        (found,) = read_traces([path], now=now, rider=rider, rider_key=key).fixes.trip_ids
        return found

    assert trip_id("anna") == trip_id("anna")
    assert len({trip_id("anna"), trip_id("bo"), trip_id("anna", b"other")}) == 3
    assert trip_id("anna").startswith("morning-1-")
    assert "anna" not in trip_id("anna")
    assert trip_id(None) == "morning-1"


@pytest.mark.real
def test_berlins_tracks_without_times(shared_data: Path, now: datetime) -> None:
    path = shared_data / "traces" / "berlin_osm_gps_traces.csv.gz"
    with pytest.raises(MissingColumn) as error:
        read_traces([path], now=now)
    assert str(error.value) == (
        "berlin_osm_gps_traces.csv.gz: There is no column 'trip_id', 't'. There are: TrackID, "
        "Latitude, Longitude, Time. Say which is meant with --columns trip_id=TrackID,t=Time."
    )
    columns = {"trip_id": "TrackID", "lat": "Latitude", "lon": "Longitude", "t": "Time"}
    batch = read_traces([path], columns=columns, now=now)
    assert (batch.read, batch.fixes.trips, len(batch.refusals)) == (132, 0, 132)
    assert batch.refusals[0].reason == (
        "None of its 168 fixes bears a time; a trace needs to say when it was where."
    )


@pytest.mark.real
@pytest.mark.parametrize(("city", "trips"), [("shenzhen", 35), ("jinan", 26)])
def test_geolife_from_parquet(shared_data: Path, now: datetime, city: str, trips: int) -> None:
    path = shared_data / "traces" / f"geolife_{city}.parquet"
    columns = {"trip_id": "traj", "rider_id": "user"}
    batch = read_traces([path], columns=columns, time_zone="UTC", now=now)
    assert batch.read == batch.fixes.trips + len(batch.refusals) == trips
    assert len(read_traces([path], columns=columns, now=now).refusals) == trips


@pytest.mark.real
@pytest.mark.slow
def test_geolife_beijing_with_integer_degrees(shared_data: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(shared_data / "traces" / "geolife_beijing.parquet")
    frame = frame.assign(lat=frame["lat_e6"] / 1e6, lon=frame["lon_e6"] / 1e6)
    frame[["trip_id", "rider_id", "t", "lon", "lat"]].to_parquet(tmp_path / "g.parquet")
    batch = read_traces(
        [tmp_path / "g.parquet"], time_zone="UTC", now=datetime(2025, 1, 1, tzinfo=UTC)
    )
    assert (batch.read, batch.fixes_read) == (7650, 10_797_513)
    assert batch.fixes.trips + len(batch.refusals) == 7650
    assert batch.fixes.trips > 7500
    assert np.all(np.diff(batch.fixes.t)[np.diff(batch.fixes.trip_of_fix()) == 0] > 0)
