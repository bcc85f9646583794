"""Nearest for analysts: the columns of the contract, ids as they came, nothing out of place."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import geo_service as gs
from geo_service.analyst.streets import Streets
from geo_service.errors import MissingColumn, RefusedData, WrongUsage

COLUMNS = ["query", "rank", "facility_id", "distance_m", "duration_s", "straight_m", "snapped_m"]


def points(*places: tuple[float, float]) -> gpd.GeoSeries:
    lon, lat = zip(*places, strict=True)
    return gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=4326, index=range(50, 50 + len(lon)))


def test_answer_has_the_columns_of_the_contract(
    streets: Streets, facilities: gpd.GeoDataFrame
) -> None:
    near = gs.nearest_facilities(streets, facilities, points((112.143, 32.0401)), k=2)
    assert near.columns.tolist() == COLUMNS
    assert near["query"].tolist() == [0, 0], "the row's position, not its index"
    assert near["rank"].tolist() == [1, 2]
    assert near["facility_id"].tolist() == [10, 30], "equally far to a millimetre: 10 before 30"
    assert near["snapped_m"].tolist() == pytest.approx([11.1, 11.1], abs=0.1)
    assert (near["distance_m"] > near["straight_m"]).all()
    assert near["straight_m"].tolist() == pytest.approx([95.1, 95.1], abs=0.2)


def test_ids_are_found_by_their_own_type(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    near = gs.nearest_facilities(streets, facilities, points((112.159, 32.04)), k=1)
    joined = near.merge(facilities, on="facility_id")
    assert joined["kind"].tolist() == ["rest_station"]
    texts = facilities.assign(facility_id=facilities["facility_id"].astype(str))
    near = gs.nearest_facilities(streets, texts, points((112.159, 32.04)), k=1)
    assert near["facility_id"].tolist() == ["40"]


def test_rows_are_in_order_and_fewer_where_fewer_can_be_reached(
    streets: Streets, facilities: gpd.GeoDataFrame
) -> None:
    asked = points((112.141, 32.04), (112.3, 32.2), (112.159, 32.04))
    near = gs.nearest_facilities(streets, facilities, asked, k=9, by="distance")
    assert near.groupby("query")["rank"].apply(list).to_dict() == {
        0: [1, 2, 3],
        1: [1, 2, 3, 4],
        2: [1, 2, 3],
    }
    assert near["query"].is_monotonic_increasing
    by_street, straight = near[near["query"] != 1], near[near["query"] == 1]
    assert 20 not in by_street["facility_id"].to_numpy(), "it is far from all streets"
    assert straight["facility_id"].iloc[0] == 20
    assert straight["snapped_m"].isna().all()
    assert np.allclose(straight["distance_m"], straight["straight_m"], atol=0.001)


def test_measures_order_by_themselves(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    for by, column in (
        ("time", "duration_s"),
        ("distance", "distance_m"),
        ("straight", "straight_m"),
    ):
        near = gs.nearest_facilities(streets, facilities, points((112.1405, 32.045)), by=by)
        assert near[column].is_monotonic_increasing
        assert len(near) == (4 if by == "straight" else 3)


def test_reach_of_the_streets_can_be_said(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    beside = points((112.142, 32.0391))
    assert gs.nearest_facilities(streets, facilities, beside, k=1)["snapped_m"].notna().all()
    near = gs.nearest_facilities(streets, facilities, beside, k=1, max_snap_m=50)
    assert near["snapped_m"].isna().all()


@pytest.mark.parametrize("empty", ["points", "facilities"])
def test_frame_without_rows_gives_an_answer_without_rows(
    streets: Streets, facilities: gpd.GeoDataFrame, empty: str
) -> None:
    asked = points((112.141, 32.04))
    if empty == "points":
        near = gs.nearest_facilities(streets, facilities, asked.iloc[:0])
    else:
        near = gs.nearest_facilities(streets, facilities.iloc[:0], asked)
    assert near.columns.tolist() == COLUMNS
    assert len(near) == 0
    assert near["facility_id"].dtype == np.int64


def test_bad_questions_are_refused(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    asked = points((112.141, 32.04))
    with pytest.raises(RefusedData, match=r"to_crs\(4326\)"):
        gs.nearest_facilities(streets, facilities.to_crs(3857), asked)
    with pytest.raises(RefusedData, match=r"to_crs\(4326\)"):
        gs.nearest_facilities(streets, facilities, asked.to_crs(3857))
    with pytest.raises(MissingColumn, match="facility_id"):
        gs.nearest_facilities(streets, facilities.drop(columns="facility_id"), asked)
    with pytest.raises(WrongUsage, match="k is 0"):
        gs.nearest_facilities(streets, facilities, asked, k=0)
    with pytest.raises(ValueError, match="mood"):
        gs.nearest_facilities(streets, facilities, asked, by="mood")  # type: ignore[arg-type] - the point


def test_what_is_no_frame_is_told_how_to_make_one(
    streets: Streets, facilities: gpd.GeoDataFrame
) -> None:
    points: Any = [(112.14, 32.04)]
    with pytest.raises(RefusedData, match=r"not a list.*from_xy"):
        gs.nearest_facilities(streets, facilities, points)


def test_answers_are_the_same_one_by_one(streets: Streets, facilities: gpd.GeoDataFrame) -> None:
    random = np.random.default_rng(3)
    asked = points(
        *zip(random.uniform(112.13, 112.17, 20), random.uniform(32.03, 32.06, 20), strict=True)
    )
    together = gs.nearest_facilities(streets, facilities, asked, k=3)
    alone = [
        gs.nearest_facilities(streets, facilities, asked.iloc[[row]], k=3).assign(query=row)
        for row in range(20)
    ]
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True))
