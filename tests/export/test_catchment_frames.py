"""Catchments as frames: every street once, holes last, and GeoJSON as others read it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from geo_service.domain.facility import Facility
from geo_service.export.catchment_frames import (
    catchments_frame,
    facility_names,
    features_text,
    summary,
)
from geo_service.export.table import geojson_text, write_table
from geo_service.streets.catchment_totals import sum_up
from geo_service.streets.catchments import Catchments
from geo_service.streets.measure import Measure
from geo_service.streets.prepared import Streets

StreetsOf: TypeAlias = Callable[..., Streets]
CatchmentsOf: TypeAlias = Callable[..., Catchments]

GEOD = Geod(ellps="WGS84")
NEAR = Facility("f-west", "rest_station", 112.14, 32.04, name="西站", name_en="West")
FAR = Facility("f-east", "rest_station", 112.15, 32.04, name="=1+1")
OFF = Facility("f-off", "rest_station", 112.3, 32.3)
LIMIT = 50_000


@pytest.fixture
def streets(streets_of: StreetsOf) -> Streets:
    """Return a street of a kilometre, with a side street of 300 m from its middle."""
    middle = (112.145, 32.04)
    return streets_of(
        [(112.14, 32.04), middle], [middle, (112.15, 32.04)], [middle, (112.145, 32.0427)]
    )


@pytest.fixture
def frame(streets: Streets, catchments_of: CatchmentsOf) -> gpd.GeoDataFrame:
    """Return the catchments of two facilities, the holes farther than 50 s."""
    facilities = [NEAR, FAR, OFF]
    found = catchments_of(streets, facilities, limit=LIMIT)
    wanted = np.array([True, True, True])
    return catchments_frame(facility_names(facilities), wanted, streets.network, found)


def metres_of(shape: object) -> float:
    return float(GEOD.geometry_length(shape))


def test_rows_are_the_facilities_and_the_holes_and_hold_each_street_once(
    frame: gpd.GeoDataFrame, streets: Streets
) -> None:
    assert frame["facility_id"].tolist() == ["f-west", "f-east", "f-off", None]
    assert frame["hole"].tolist() == [False, False, False, True]
    assert frame["name"].tolist() == ["西站", "=1+1", "", None]
    total = streets.network.edge_length_mm.sum() / 1000
    assert frame["length_m"].sum() == pytest.approx(total, abs=0.3)
    assert frame["share"].sum() == pytest.approx(1.0, abs=1e-5)
    for row in (0, 1, 3):
        drawn = metres_of(frame.geometry.iloc[row])
        assert drawn == pytest.approx(frame["length_m"].iloc[row], abs=0.3)
    assert frame.crs.to_epsg() == 4326
    assert set(frame.geometry.iloc[[0, 1, 3]].geom_type) == {"MultiLineString"}


def test_holes_are_what_is_farther_than_the_limit(frame: gpd.GeoDataFrame) -> None:
    assert frame["farthest_s"].iloc[0] == pytest.approx(50.0, abs=0.1)
    hole = frame.iloc[3]
    assert hole["farthest_s"] > 50.0
    # The end of the side street is the farthest of all.
    assert (hole["farthest_lon"], hole["farthest_lat"]) == (112.145, 32.0427)
    west, south, east, north = hole.geometry.bounds
    assert 112.142 < west < 112.145 < east < 112.148
    assert (south, north) == (32.04, 32.0427)


def test_facility_without_streets_has_a_row_without_a_shape(frame: gpd.GeoDataFrame) -> None:
    row = frame.iloc[2]
    assert (row["length_m"], row["share"]) == (0.0, 0.0)
    assert row.geometry is None
    assert frame[["farthest_s", "farthest_lon"]].iloc[2].isna().all()


def test_what_reaches_nobody_is_a_hole_without_any_limit_too(
    streets: Streets, catchments_of: CatchmentsOf
) -> None:
    found = catchments_of(streets, [OFF], limit=None)
    frame = catchments_frame(facility_names([OFF]), np.ones(1, np.bool_), streets.network, found)
    assert frame["share"].tolist() == [0.0, 1.0]
    assert frame.geometry.iloc[1].geom_type == "MultiLineString"


def test_some_millimetres_have_a_length_but_no_shape(
    streets: Streets, catchments_of: CatchmentsOf
) -> None:
    whole = catchments_of(streets, [NEAR], measure=Measure.DISTANCE)
    limit = int(whole.cost_end.max()) - 9
    found = catchments_of(streets, [NEAR], limit=limit, measure=Measure.DISTANCE)
    frame = catchments_frame(facility_names([NEAR]), np.ones(1, np.bool_), streets.network, found)
    assert found.length_mm[found.beyond].tolist() == [9]
    assert frame.geometry.iloc[1] is None
    assert frame["farthest_m"].iloc[1] > frame["farthest_m"].iloc[0] - 0.01


def test_only_what_was_wanted_has_a_row(streets: Streets, catchments_of: CatchmentsOf) -> None:
    found = catchments_of(streets, [NEAR], limit=None)
    wanted = np.array([False])
    frame = catchments_frame(facility_names([NEAR]), wanted, streets.network, found)
    assert frame["facility_id"].tolist() == [None]


def test_by_distance_the_farthest_is_in_metres(
    streets: Streets, catchments_of: CatchmentsOf
) -> None:
    found = catchments_of(streets, [NEAR], limit=200_000, measure=Measure.DISTANCE)
    frame = catchments_frame(facility_names([NEAR]), np.ones(1, np.bool_), streets.network, found)
    assert frame["farthest_m"].tolist() == pytest.approx([200.0, 944.5], abs=0.2)
    assert frame["length_m"].iloc[0] == pytest.approx(200.0, abs=0.1)


def test_names_keep_their_own_columns_and_types(
    streets: Streets, catchments_of: CatchmentsOf
) -> None:
    names = pd.DataFrame({"facility_id": [70], "name": ["x"]}, index=[9])
    found = catchments_of(streets, [NEAR], limit=LIMIT)
    frame = catchments_frame(names, np.ones(1, np.bool_), streets.network, found)
    assert frame.columns[:2].tolist() == ["facility_id", "name"]
    assert frame["facility_id"].tolist() == [70, None]
    assert json.loads(features_text(frame))["features"][0]["properties"]["facility_id"] == 70


def test_text_is_the_geojson_that_geopandas_writes(frame: gpd.GeoDataFrame) -> None:
    told = json.loads(features_text(frame, by="time", minutes=1))
    assert (told["by"], told["minutes"]) == ("time", 1)
    assert told["features"] == json.loads(geojson_text(frame))["features"]
    assert told["features"][2]["geometry"] is None
    assert told["features"][2]["properties"]["farthest_s"] is None


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg", "parquet"])
def test_frame_can_be_written_to_every_kind_of_file(
    frame: gpd.GeoDataFrame, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"x.{ending}"
    write_table(frame, path)
    read = {"csv": pd.read_csv, "parquet": gpd.read_parquet}.get(ending, gpd.read_file)(path)
    assert read["length_m"].tolist() == frame["length_m"].tolist()
    assert read["facility_id"].isna().tolist() == [False, False, False, True]


@pytest.mark.parametrize(("lon", "farthest"), [(-179.9981, 179.998), (179.9981, -179.998)])
def test_lines_over_the_180th_meridian_are_cut_there(
    streets_of: StreetsOf, catchments_of: CatchmentsOf, lon: float, farthest: float
) -> None:
    streets = streets_of([(179.998, 10.0), (-179.998, 10.0)])
    one = Facility("x", "rest_station", lon, 10.0)
    found = catchments_of(streets, [one], limit=None)
    frame = catchments_frame(facility_names([one]), np.ones(1, np.bool_), streets.network, found)
    shape = frame.geometry.iloc[0]
    assert metres_of(shape) == pytest.approx(frame["length_m"].iloc[0], abs=0.3)
    assert shape.bounds == (-180.0, 10.0, 180.0, 10.0)
    assert max(part.bounds[2] - part.bounds[0] for part in shape.geoms) < 0.01
    assert frame["farthest_lon"].iloc[0] == farthest


@pytest.mark.parametrize("measure", [Measure.TIME, Measure.DISTANCE])
def test_summary_says_what_it_comes_to(
    streets: Streets, catchments_of: CatchmentsOf, measure: Measure
) -> None:
    by_time = measure is Measure.TIME
    limit = 60_000 if by_time else 250_000
    found = catchments_of(streets, [NEAR, FAR], limit=limit, measure=measure)
    coverage = sum_up(found, 2)
    told = summary(coverage, streets.network, ["w", "e"], by_time=by_time, limit=limit)
    unit = "minutes" if by_time else "metres"
    assert told[unit] == (1.0 if by_time else 250.0)
    assert told["street_km"] == pytest.approx(1.244, abs=0.002)
    assert told["within_km"] + told["beyond_km"] == pytest.approx(told["street_km"], abs=0.002)
    assert told["within_share"] == pytest.approx(coverage.share, abs=1e-6)
    assert told["farthest"]["lat"] == 32.0427
    assert told["farthest"]["facility_id"] in {"w", "e"}
    assert told["farthest"][unit] == pytest.approx(
        coverage.farthest.cost[0] / (60_000 if by_time else 1000), abs=0.05
    )


def test_summary_without_any_facility_on_the_streets(
    streets: Streets, catchments_of: CatchmentsOf
) -> None:
    found = catchments_of(streets, [OFF], limit=LIMIT)
    told = summary(sum_up(found, 1), streets.network, ["o"], by_time=True, limit=LIMIT)
    assert (told["farthest"], told["within_km"], told["within_share"]) == (None, 0.0, 0.0)
    assert told["beyond_km"] == told["street_km"] > 1
