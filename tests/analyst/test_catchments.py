"""Catchments for analysts: ids as they came, holes last, each street once."""

import geopandas as gpd
import numpy as np
import pytest

import geo_service as gs
from geo_service.analyst.streets import Streets
from geo_service.errors import MissingColumn, RefusedData, WrongUsage

FIGURES = ["hole", "length_m", "share", "farthest_s", "farthest_lon", "farthest_lat", "geometry"]


def test_rows_are_the_facilities_in_their_order_and_the_holes(
    streets: Streets, facilities: gpd.GeoDataFrame
) -> None:
    found = gs.find_catchments(streets, facilities, minutes=2)
    assert found.columns.tolist() == ["facility_id", "kind", *FIGURES]
    assert found["facility_id"].tolist() == [40, 10, 30, 20, None]
    assert found["hole"].tolist() == [False] * 4 + [True]
    assert found["length_m"].sum() == pytest.approx(streets.edges["length_m"].sum(), abs=1)
    assert found["length_m"].iloc[3] == 0, "it is far from all streets"
    assert found["farthest_s"].iloc[:3].max() <= 120.0
    assert found["farthest_s"].iloc[4] > 120.0


def test_lines_lie_nearest_to_their_facility(
    streets: Streets, facilities: gpd.GeoDataFrame
) -> None:
    found = gs.find_catchments(streets, facilities, by="distance", metres=20_000)
    for row in (0, 1, 2):
        shape = found.geometry.iloc[row]
        spots = gpd.GeoSeries(
            [shape.interpolate(share, normalized=True) for share in np.linspace(0.05, 0.95, 7)],
            crs=4326,
        )
        near = gs.nearest_facilities(streets, facilities, spots, k=1, by="distance")
        assert set(near["facility_id"]) == {found["facility_id"].iloc[row]}
    assert found["length_m"].iloc[4] == 0
    assert "farthest_m" in found.columns


def test_usual_limit_is_ten_minutes(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    usual = gs.find_catchments(streets, facilities)
    assert usual.equals(gs.find_catchments(streets, facilities, minutes=10))


def test_reach_of_the_streets_can_be_said(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    beside = facilities.iloc[:1].set_geometry(gpd.points_from_xy([112.158], [32.0391]))
    assert gs.find_catchments(streets, beside)["length_m"].iloc[0] > 0
    assert gs.find_catchments(streets, beside, max_snap_m=50)["length_m"].iloc[0] == 0


def test_frame_without_rows_leaves_one_hole(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    found = gs.find_catchments(streets, facilities.iloc[:0])
    assert found["hole"].tolist() == [True]
    assert found["share"].tolist() == [1.0]


def test_bad_questions_are_refused(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    with pytest.raises(RefusedData, match=r"to_crs\(4326\)"):
        gs.find_catchments(streets, facilities.to_crs(3857))
    with pytest.raises(MissingColumn, match="facility_id"):
        gs.find_catchments(streets, facilities.drop(columns="facility_id"))
    with pytest.raises(WrongUsage, match="more than 0"):
        gs.find_catchments(streets, facilities, minutes=0)
    with pytest.raises(WrongUsage, match="said in metres"):
        gs.find_catchments(streets, facilities, by="distance", minutes=5)
    with pytest.raises(WrongUsage, match="by street"):
        gs.find_catchments(streets, facilities, by="straight")  # type: ignore[arg-type] - the point
    with pytest.raises(ValueError, match="mood"):
        gs.find_catchments(streets, facilities, by="mood")  # type: ignore[arg-type] - the point
