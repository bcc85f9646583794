"""Domain values as frames: names, types, order, and what is empty."""

import numpy as np
import pandas as pd
import shapely

from geo_service.domain.trace import Fixes, no_fixes
from geo_service.export import frames
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.overlay.exposure import Exposure
from geo_service.overlay.hotspots import HotSpots
from geo_service.overlay.pass_counts import NO_MOMENT
from geo_service.overlay.passes import Passes
from geo_service.streets.nearest import Reached

UTC_US = "datetime64[us, UTC]"


def exposure(*keys: str) -> Exposure:
    whole = np.arange(len(keys), dtype=np.int64)
    return Exposure(keys, whole, whole, whole / 2, whole, whole, whole / 3, whole / 4, whole / 5)


def hot_of(seen: Exposure) -> HotSpots:
    return HotSpots(seen.metres, seen.metres / 9, seen.trips == 0)


def test_empty_frames_keep_their_columns_and_types() -> None:
    facilities, issues = frames.facilities_frame([]), frames.issues_frame([])
    assert facilities.columns[:3].tolist() == ["facility_id", "kind", "name"]
    assert issues.columns[:5].tolist() == [
        "issue_id",
        "category",
        "description",
        "reported_at",
        "closed_at",
    ]
    assert facilities.crs.to_epsg() == issues.crs.to_epsg() == 4326
    assert {str(issues[name].dtype) for name in ("reported_at", "closed_at")} == {UTC_US}
    fixes = frames.fixes_frame(no_fixes())
    assert fixes.columns.tolist() == ["trip_id", "rider_id", "t", "lon", "lat"]
    assert str(fixes["t"].dtype) == UTC_US
    assert facilities["kind"].dtype == fixes["trip_id"].dtype == np.dtype(object)


def test_fixes_bear_their_trip_and_its_rider() -> None:
    fixes = Fixes(
        ("a", "b"), ("x", "y"), np.array([1, 0]), np.array([0, 2, 3]),
        np.array([0, 1_500_000, 7]), np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]),
    )  # fmt: skip
    frame = frames.fixes_frame(fixes)
    assert frame["trip_id"].tolist() == ["a", "a", "b"]
    assert frame["rider_id"].tolist() == ["y", "y", "x"]
    assert frame["t"].iloc[1] == pd.Timestamp("1970-01-01T00:00:01.5Z")


def test_passes_name_trip_rider_and_issue_in_the_types_given() -> None:
    none = np.zeros(0, dtype=np.int64)
    found = Passes(np.array([1, 0]), np.array([0, 2]), np.array([5, 6]), np.array([1.5, 2.5]))
    ids = (pd.Index([30, 20]), pd.Index(["x", "y"]), pd.Index([1.5, 2.5, 3.5]))
    frame = frames.passes_frame(found, *ids)
    assert frame.columns.tolist() == [
        "trip_id",
        "rider_id",
        "issue_id",
        "t_closest",
        "distance_m",
    ]
    assert frame["trip_id"].tolist() == [20, 30]
    assert frame["rider_id"].tolist() == ["y", "x"]
    assert frame["issue_id"].tolist() == [1.5, 3.5]
    empty = frames.passes_frame(Passes(none, none, none, none / 1.0), *ids)
    assert empty["trip_id"].dtype == np.int64
    assert str(empty["t_closest"].dtype) == UTC_US


def test_no_snap_is_no_number() -> None:
    one = np.array([0, 0])
    reached = Reached(one, np.array([1, 2]), np.array([1, 0]), one + 1500, one + 900, one - [1, 0])
    frame = frames.nearest_frame(
        reached,
        pd.Index(["a", "b"]),
        (np.array([0.0]), np.array([0.0])),
        (np.array([0.0, 0.0]), np.array([0.0, 0.001])),
    )
    assert frame.columns.tolist() == [
        "query",
        "rank",
        "facility_id",
        "distance_m",
        "duration_s",
        "straight_m",
        "snapped_m",
    ]
    assert frame["facility_id"].tolist() == ["b", "a"]
    assert frame["distance_m"].tolist() == [1.5, 1.5]
    assert frame["duration_s"].tolist() == [0.9, 0.9]
    assert frame["snapped_m"].isna().tolist() == [True, False]
    # One thousandth of a degree of latitude at the equator, on the ellipsoid.
    assert np.round(frame["straight_m"], 2).tolist() == [110.57, 0.0]


def test_none_is_no_time_and_all_else_is_one() -> None:
    read = frames.moments(np.array([0, NO_MOMENT]), none=NO_MOMENT)
    assert read[0] == pd.Timestamp(0, tz="UTC")
    assert read[1] is pd.NaT
    assert str(read.dtype) == UTC_US
    assert str(frames.moments(np.array([NO_MOMENT, 5]), none=NO_MOMENT).dtype) == UTC_US


def test_cells_are_hexagons_around_their_places() -> None:
    cells = cell_names(cell_of(np.array([112.14, 112.16]), np.array([32.04, 32.05]), 10))
    seen = exposure(*cells)
    frame = frames.cells_frame(seen, hot_of(seen))
    assert frame["cell"].tolist() == list(cells)
    assert frame["metres"].tolist() == [0.0, 0.5]
    assert frame.geometry.iloc[0].contains(shapely.Point(112.14, 32.04))
    assert frame.geometry.iloc[1].contains(shapely.Point(112.16, 32.05))
    assert frame["expected_issues"].tolist() == [0.0, 0.5]
    assert frame["hot_spot"].tolist() == [True, False]
    assert len(frames.cells_frame(exposure(), hot_of(exposure()))) == 0
