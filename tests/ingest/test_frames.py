"""Frames that analysts hold become domain values, or are refused in words."""

from datetime import UTC, datetime, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_service.domain.facility import Facility, Service
from geo_service.domain.issue import Issue
from geo_service.errors import MissingColumn, RefusedData
from geo_service.export.frames import facilities_frame, fixes_frame, issues_frame
from geo_service.ingest.frames import (
    facilities_from_frame,
    issues_from_frame,
    points_from_frame,
    traces_from_frame,
)

START = pd.Timestamp("2026-10-01T08:00Z")
LATER = datetime(2026, 10, 3, tzinfo=UTC)


def traces(rows: list[tuple[object, object, float, float]]) -> pd.DataFrame:
    """Make fixes of (trip, rider, seconds, metres or so east)."""
    return pd.DataFrame(
        {
            "trip_id": [row[0] for row in rows],
            "rider_id": [row[1] for row in rows],
            "t": [START + pd.Timedelta(seconds=row[2]) for row in rows],
            "lon": [112.14 + row[3] * 1e-5 for row in rows],
            "lat": 32.04,
        }
    )


@pytest.fixture
def issues() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"issue_id": [7, 8], "category": ["standing_water", None], "reported_at": [START, START]},
        geometry=gpd.points_from_xy([112.14, 112.15], [32.04, 32.05]),
        crs=4326,
        index=[5, 5],
    )


def test_fixes_are_sorted_by_time_within_their_trip_and_none_is_dropped() -> None:
    held = traces([("b", "x", 20, 2), ("a", "y", 5, 9), ("b", "x", 10, 1), ("b", "x", 10, 3)])
    fixes = traces_from_frame(held).fixes
    assert fixes.trip_ids == ("b", "a")
    assert fixes.offsets.tolist() == [0, 3, 4]
    east = np.rint((fixes.lon - 112.14) * 1e5).astype(int).tolist()
    assert east == [1, 3, 2, 9], "equal times stay in the order of the rows"
    assert [fixes.rider_ids[number] for number in fixes.rider] == ["x", "y"]


def test_ids_stay_as_the_frame_has_them() -> None:
    held = traces_from_frame(traces([(3, 1.5, 0, 0), (2, 2.5, 0, 0)]))
    assert held.trip_ids.tolist() == [3, 2]
    assert held.rider_ids.tolist() == [1.5, 2.5]
    assert held.fixes.trip_ids == ("3", "2")


def test_riders_who_share_a_trip_id_have_a_trip_each() -> None:
    shared = traces([("1", "x", 0, 0), ("1", "y", 5, 500), ("1", "x", 10, 1), ("1", "y", 15, 501)])
    held = traces_from_frame(shared)
    assert held.trip_ids.tolist() == ["1", "1"]
    assert held.rider_ids.tolist() == ["x", "y"]
    east = np.rint((held.fixes.lon - 112.14) * 1e5).astype(int).tolist()
    assert east == [0, 1, 500, 501]


def test_fixes_of_nobody_in_particular_are_nobody_elses() -> None:
    held = traces_from_frame(traces([("a", None, 0, 0), ("b", "x", 0, 0)]))
    assert held.fixes.trips == 2
    assert len({int(number) for number in held.fixes.rider}) == 2
    assert held.rider_ids.isna().tolist() == [True, False]


def test_categories_and_arrow_columns_are_read_too() -> None:
    held = traces([("a", "x", 0, 0), ("b", "x", 0, 1)])
    odd = held.astype({"trip_id": "category", "lon": "double[pyarrow]", "lat": "Float64"})
    assert traces_from_frame(odd).fixes.lon.tolist() == held["lon"].tolist()
    assert list(traces_from_frame(odd).trip_ids) == ["a", "b"]


@pytest.mark.parametrize("empty", [traces([]), pd.DataFrame(columns=list(traces([]).columns))])
def test_frame_without_rows_has_no_trips(empty: pd.DataFrame) -> None:
    held = traces_from_frame(empty)
    assert held.fixes.trips == len(held.fixes) == 0
    assert held.fixes.offsets.tolist() == [0]


def test_traces_come_back_from_their_own_frame() -> None:
    held = traces([("a", "x", 0, 0), ("a", "x", 1, 1), ("b", "y", 0, 2)])
    again = fixes_frame(traces_from_frame(held).fixes)
    pd.testing.assert_frame_equal(again, held, check_dtype=False)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("trip_id", None, "Row 1 has no trip_id"),
        ("lat", np.nan, "Row 1 has the position"),
        ("lat", 91.0, "Row 1 has the position"),
        ("lon", 112_000.0, "Row 1 has the position"),
        ("lon", np.inf, "Row 1 has the position"),
        ("lon", "east", "more than numbers"),
        ("t", pd.NaT, "Row 1 has no time"),
    ],
)
def test_bad_fix_is_named(column: str, value: object, words: str) -> None:
    held = traces([("a", "x", 0, 0), ("a", "x", 1, 1)])
    held[column] = pd.Series([held[column].iloc[0], value], dtype="object")
    with pytest.raises(RefusedData, match=words):
        traces_from_frame(held)


def test_missing_column_is_named_beside_those_there_are(issues: gpd.GeoDataFrame) -> None:
    with pytest.raises(MissingColumn, match=r"no column rider_id.*trip_id, t, lon, lat"):
        traces_from_frame(traces([("a", "x", 0, 0)]).drop(columns="rider_id"))
    with pytest.raises(MissingColumn, match="no column reported_at"):
        issues_from_frame(issues.drop(columns="reported_at"))
    with pytest.raises(MissingColumn, match="no column facility_id, kind"):
        facilities_from_frame(issues)


def test_issues_are_read_row_by_row(issues: gpd.GeoDataFrame) -> None:
    first, second = issues_from_frame(issues.assign(closed_at=[LATER, None]))
    assert (first.issue_id, first.category, first.lon) == ("7", "standing_water", 112.14)
    assert (first.reported_at, first.closed_at) == (START.to_pydatetime(), LATER)
    assert (second.category, second.closed_at, second.approved) == ("", None, True)


def test_reopened_issues_come_back_from_their_own_frame() -> None:
    day = timedelta(days=1)
    known = [
        Issue("a", "blocked_lane", 112.14, 32.04, LATER, LATER + day, description="=1"),
        Issue(
            "b",
            "standing_water",
            -0.5,
            51.5,
            LATER,
            LATER + day,
            approved=False,
            reopened=((LATER + 2 * day, LATER + 3 * day), (LATER + 4 * day, None)),
        ),
    ]
    assert issues_from_frame(issues_frame(known)) == known
    missing = issues_frame(known)
    missing["reopened"] = pd.Series([np.nan, known[1].reopened], dtype="object")
    assert issues_from_frame(missing) == known


def test_facilities_come_back_from_their_own_frame() -> None:
    known = [
        Facility("a", "rest_station", 112.14, 32.04, name="驿站", amenities=frozenset({"fridge"})),
        Facility(
            "b",
            "charging_cabinet",
            112.15,
            32.05,
            opening_hours="24/7",
            services=frozenset({Service.SWAP, Service.CHARGE}),
        ),
    ]
    assert facilities_from_frame(facilities_frame(known)) == known


def test_lists_parted_by_hand_may_have_spaces() -> None:
    frame = facilities_frame([Facility("a", "rest_station", 1.0, 2.0)])
    read = facilities_from_frame(frame.assign(amenities="fridge; microwave ;", services=None))
    assert read[0].amenities == {"fridge", "microwave"}
    with pytest.raises(RefusedData, match=r"Row 0 offers the service 'massage'.*charge, swap"):
        facilities_from_frame(frame.assign(services="massage"))


def test_other_systems_of_positions_are_refused(issues: gpd.GeoDataFrame) -> None:
    for code in (3857, 4490, 2154):
        with pytest.raises(RefusedData, match=r"to_crs\(4326\)"):
            points_from_frame(issues.to_crs(code), "points")


def test_what_is_no_frame_of_points_is_refused(issues: gpd.GeoDataFrame) -> None:
    with pytest.raises(RefusedData, match="is needed, not a DataFrame") as refused:
        points_from_frame(issues.drop(columns="geometry"), "points")
    assert refused.value.where == "points"


@pytest.mark.parametrize("name", ["EPSG:4326", "OGC:CRS84", "+proj=longlat +datum=WGS84", None])
def test_wgs84_may_bear_any_of_its_names(issues: gpd.GeoDataFrame, name: str | None) -> None:
    named = issues.set_crs(name, allow_override=True) if name else issues.set_geometry(
        gpd.GeoSeries(issues.geometry.to_numpy(), index=issues.index)
    )  # fmt: skip
    lon, lat = points_from_frame(named, "points")
    assert (lon.tolist(), lat.tolist()) == ([112.14, 112.15], [32.04, 32.05])


@pytest.mark.parametrize(
    "shape",
    [None, shapely.Point(), shapely.LineString([(0, 0), (1, 1)]), shapely.Point(500, 100)],
)
def test_row_that_is_no_point_on_earth_is_named(
    issues: gpd.GeoDataFrame, shape: shapely.Geometry | None
) -> None:
    bad = issues.set_geometry(gpd.GeoSeries([issues.geometry.iloc[0], shape], index=issues.index))
    with pytest.raises(RefusedData, match="issues: Row 1"):
        issues_from_frame(bad)
