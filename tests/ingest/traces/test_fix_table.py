from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_service.domain.refusal import Batch
from geo_service.errors import MissingColumn
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent
from geo_service.ingest.files.rows import Rows, rows_of_frame
from geo_service.ingest.times import Clock
from geo_service.ingest.traces.fix_table import TraceBatch, TraceRule, take_fixes

START = 1_700_000_000


@pytest.fixture
def frame() -> pd.DataFrame:
    """Return ten fixes each of trip 1 (rider a) and trip 2 (rider b), a minute apart."""
    step = np.tile(np.arange(10), 2)
    return pd.DataFrame(
        {
            "trip_id": np.repeat([1, 2], 10),
            "rider_id": np.repeat(["a", "b"], 10),
            "t": START + 60 * step,
            "lon": 112.0 + 0.001 * step,
            "lat": 32.0,
        }
    )


def take(frame: pd.DataFrame, **rule: object) -> TraceBatch:
    return take_fixes(rows_of_frame(frame, file="t.csv"), TraceRule(**rule))


def only_reason(batch: Batch[Any]) -> str:
    assert len(batch.refusals) == 1
    return batch.refusals[0].reason


def test_trips_riders_and_fixes_arrive(frame: pd.DataFrame) -> None:
    batch = take(frame)
    fixes = batch.fixes
    assert (fixes.trip_ids, fixes.rider_ids) == (("1", "2"), ("a", "b"))
    assert fixes.rider.tolist() == [0, 1]
    assert fixes.offsets.tolist() == [0, 10, 20]
    assert fixes.t.tolist() == (frame["t"] * 1_000_000).tolist()
    assert np.array_equal(fixes.lon, frame["lon"])
    assert np.array_equal(fixes.lat, frame["lat"])
    assert (batch.read, batch.fixes_read, batch.refusals, batch.warnings) == (2, 20, (), ())


def test_trips_may_lie_one_in_the_other(frame: pd.DataFrame) -> None:
    mixed = frame.iloc[np.argsort(np.tile(np.arange(10), 2), kind="stable")]
    assert np.array_equal(take(mixed).fixes.t, take(frame).fixes.t)
    assert take(mixed).fixes.offsets.tolist() == [0, 10, 20]


def test_positions_are_converted_from_the_declared_datum(frame: pd.DataFrame) -> None:
    fixes = take(frame, datum=Datum.GCJ02).fixes
    lon, lat = convert(frame["lon"], frame["lat"], source=Datum.GCJ02, target=Datum.WGS84)
    assert np.array_equal(fixes.lon, lon)
    assert np.array_equal(fixes.lat, lat)


def test_points_may_stand_in_for_columns(frame: pd.DataFrame) -> None:
    points = gpd.GeoDataFrame(
        frame.drop(columns=["lon", "lat"]),
        geometry=gpd.points_from_xy(frame["lon"], frame["lat"]),
        crs=4326,
    )
    assert np.array_equal(take(points).fixes.lon, frame["lon"])


def test_the_rider_of_the_load_is_for_trips_that_name_none(frame: pd.DataFrame) -> None:
    frame.loc[frame["trip_id"] == 2, "rider_id"] = None
    fixes = take(frame, rider="c").fixes
    assert [fixes.rider_ids[rider] for rider in fixes.rider] == ["a", "c"]
    assert take(frame.drop(columns="rider_id"), rider="c").fixes.rider_ids == ("c",)


def test_without_any_rider_a_warning_is_given(frame: pd.DataFrame) -> None:
    batch = take(frame.drop(columns="rider_id"))
    assert batch.fixes.rider_ids == ("",)
    assert batch.warnings == (
        (
            "t.csv names no rider of some trips; they count as one unnamed rider's. Name the rider "
            "with --rider."
        ),
    )


def test_a_trip_of_two_riders_is_refused(frame: pd.DataFrame) -> None:
    frame.loc[3, "rider_id"] = "b"
    batch = take(frame)
    assert batch.fixes.trip_ids == ("2",)
    assert only_reason(batch) == (
        "Its fixes name different riders; a trip is one rider's. Make trip ids unique."
    )


def test_a_trip_without_times_is_refused_whole(frame: pd.DataFrame) -> None:
    frame["t"] = frame["t"].where(frame["trip_id"] == 2)
    batch = take(frame)
    assert batch.fixes.trip_ids == ("2",)
    (refusal,) = batch.refusals
    assert (refusal.file, refusal.row, refusal.record_id) == ("t.csv", 1, "1")
    assert refusal.reason == (
        "None of its 10 fixes bears a time; a trace needs to say when it was where."
    )
    assert batch.read == 2


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        (
            "lat",
            112.0,
            "Its latitude 112 is beyond 90 degrees: latitude and longitude look swapped",
        ),
        ("lat", np.nan, "Its position is NaN"),
        ("lon", np.inf, "Its position is infinite"),
        ("lon", 512.0, "Its position, lon 512, lat 32, is not on earth"),
        ("lon", 114.0, "It lies 18"),
        ("t", 1.9e9, "Its time '1900000000' lies in the future (it is 2025-06-01T12:00:00Z now)."),
        ("t", np.inf, "Its time 'inf' can't be read"),
        ("t", np.nan, "It has no time."),
    ],
)
def test_a_few_fixes_of_no_use_are_refused_and_the_rest_kept(
    frame: pd.DataFrame, now: datetime, column: str, value: float, reason: str
) -> None:
    frame = frame.astype({"t": float})
    frame.loc[[12, 15], column] = value
    if column == "lat" and value > 90:
        frame.loc[[12, 15], "lon"] = 32.0
    batch = take(frame, clock=Clock(None, now), near=Extent(111.9, 31.9, 112.1, 32.1))
    assert np.diff(batch.fixes.offsets).tolist() == [10, 8]
    (refusal,) = batch.refusals
    assert (refusal.row, refusal.record_id) == (13, "2")
    assert refusal.reason.startswith(
        "2 of its 10 fixes can't be used (with --skip-refused the rest is kept). The first "
        f"(record 13): {reason}"
    )


def test_a_trip_that_loses_too_many_fixes_is_refused_whole(frame: pd.DataFrame) -> None:
    frame.loc[[12, 15, 17], "lat"] = np.nan
    batch = take(frame)
    assert batch.fixes.trip_ids == ("1",)
    assert only_reason(batch).startswith(
        "3 of its 10 fixes can't be used (too many to keep the rest). The first (record 13): Its"
    )


def test_fixes_of_no_use_and_fixes_dropped_are_added_up(frame: pd.DataFrame) -> None:
    frame.loc[[12, 15], "lat"] = np.nan
    assert np.diff(take(frame).fixes.offsets).tolist() == [10, 8]
    frame.loc[17, "lat"] = 33.0
    batch = take(frame)
    assert batch.fixes.trip_ids == ("1",)
    assert only_reason(batch) == (
        "The trip loses 3 of its 10 fixes (1 impossibly fast, 2 unusable), more than 20%. Sort "
        "the file by time, and look at the device's clock."
    )


def test_dropped_fixes_are_counted_by_rule(frame: pd.DataFrame) -> None:
    frame.loc[5, "t"] = START
    frame.loc[16, "lat"] = 33.0
    batch = take(frame)
    assert batch.dropped == {
        "out_of_order": 1,
        "same_time": 0,
        "impossible_speed": 1,
        "clock_jump": 0,
        "duplicate": 0,
    }
    assert batch.refusals == ()


def test_times_without_a_zone_are_refused_trip_by_trip(frame: pd.DataFrame) -> None:
    frame["t"] = pd.to_datetime(frame["t"], unit="s")
    batch = take(frame)
    assert batch.fixes.trips == 0
    assert [one.reason for one in batch.refusals] == [
        f"None of its 10 fixes can be used. The first (record {row}): Its time '2023-11-14 "
        "22:13:20' bears no time zone: say which is meant, as in --time-zone Asia/Shanghai."
        for row in (1, 11)
    ]


def test_fixes_that_name_no_trip_are_refused_together(frame: pd.DataFrame) -> None:
    frame["trip_id"] = frame["trip_id"].where(frame["trip_id"] == 1)
    batch = take(frame)
    assert batch.fixes.trip_ids == ("1",)
    (refusal,) = batch.refusals
    assert (refusal.row, refusal.record_id) == (11, "")
    assert refusal.reason == "10 fixes name no trip (trip_id)."
    assert batch.read == 2


def test_rows_the_reader_could_not_read_are_fixes_of_no_use(frame: pd.DataFrame) -> None:
    rows = Rows(frame, file="t.csv", faults={4: "It has 3 fields where the heading has 5."})
    batch = take_fixes(rows, TraceRule())
    assert np.diff(batch.fixes.offsets).tolist() == [9, 10]
    assert "(record 5): It has 3 fields" in only_reason(batch)


def test_a_trip_of_one_fix_is_kept_with_a_warning(frame: pd.DataFrame) -> None:
    batch = take(frame.iloc[:11])
    assert np.diff(batch.fixes.offsets).tolist() == [10, 1]
    assert batch.warnings == ("1 trips have one fix only, and are kept as points: 2.",)


def test_names_that_read_the_same_are_one_trip(frame: pd.DataFrame) -> None:
    frame["trip_id"] = ["1", "1 "] * 5 + ["2"] * 10
    assert take(frame).fixes.trip_ids == ("1", "2")


def test_a_trip_may_be_named_by_anything(frame: pd.DataFrame) -> None:
    frame["trip_id"] = pd.Series([["a", 1]] * 10 + [None] * 5 + [7] * 5, dtype=object)
    batch = take(frame)
    assert batch.fixes.trip_ids == ('["a", 1]', "7")
    assert only_reason(batch) == "5 fixes name no trip (trip_id)."


@pytest.mark.parametrize("column", ["trip_id", "t", "lon"])
def test_a_missing_column_is_named(frame: pd.DataFrame, column: str) -> None:
    with pytest.raises(MissingColumn, match=f"There is no column '{column}'"):
        take(frame.rename(columns={column: "other"}))


def test_random_files_lose_no_fix_silently() -> None:
    random = np.random.default_rng(7)
    for _ in range(40):
        n = int(random.integers(1, 60))
        frame = pd.DataFrame(
            {
                "trip_id": random.integers(0, 5, n),
                "rider_id": "r",
                "t": START + np.sort(random.integers(0, 5_000, n)),
                "lon": random.choice([112.0, 112.0001, np.nan], n, p=[0.5, 0.45, 0.05]),
                "lat": 32.0,
            }
        )
        batch = take(frame)
        spoilt = frame["lon"].isna().groupby(frame["trip_id"]).sum()
        refused = {int(one.record_id) for one in batch.refusals}
        assert refused >= set(spoilt[spoilt > 0].index)
        kept = {int(name) for name in batch.fixes.trip_ids}
        assert kept | refused == set(frame["trip_id"])
        whole = frame["trip_id"].isin(kept) & frame["lon"].notna()
        assert len(batch.fixes) + sum(batch.dropped.values()) == whole.sum()


@pytest.mark.real
def test_porto_taxi_after_a_few_lines(shared_data: Path) -> None:
    told = pd.read_csv(shared_data / "traces" / "porto_taxi_20140506_1730.csv")
    lines = shapely.from_geojson('{"type":"LineString","coordinates":' + told["POLYLINE"] + "}")
    corners, trip = shapely.get_coordinates(lines, return_index=True)
    step = np.arange(len(trip)) - np.searchsorted(trip, trip)
    frame = pd.DataFrame(
        {
            "trip_id": told["TRIP_ID"].to_numpy()[trip],
            "rider_id": told["TAXI_ID"].to_numpy()[trip],
            "t": told["TIMESTAMP"].to_numpy()[trip] + 15 * step,
            "lon": corners[:, 0],
            "lat": corners[:, 1],
        }
    )
    batch = take(frame, clock=Clock(None, datetime(2025, 1, 1, tzinfo=UTC)))
    # Two of the 150 hold no position.
    assert (batch.read, batch.fixes.trips + len(batch.refusals)) == (148, 148)
    assert batch.fixes.trips >= 145
    assert batch.fixes.trip_ids[0] == "1399392858620000523"
