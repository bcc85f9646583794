"""Where nobody rode, for analysts."""

import geopandas as gpd
import pandas as pd
import pytest

import geo_service as gs
from geo_service.analyst.streets import Streets
from geo_service.errors import RefusedData, WrongUsage


def test_edges_without_a_trip(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets
) -> None:
    """Both rides were along the southern side of the block."""
    found = gs.find_blind_spots(traces, issues, streets)
    columns = ["edge_id", "name", "highway", "length_m", "issues", "geometry"]
    assert found.columns.tolist() == columns
    edges = streets.edges.query("name != '南街'")
    assert set(found["edge_id"]) == set(edges["edge_id"])
    assert found["length_m"].is_monotonic_decreasing
    assert found["length_m"].sum() == pytest.approx(edges["length_m"].sum())
    assert set(found["issues"]) == {0}
    nobody = gs.find_blind_spots(traces.iloc[:0], issues, streets)
    assert (nobody["name"].iloc[0], nobody["issues"].iloc[0], len(nobody)) == ("南街", 2, 4)


def test_cells_without_a_trip(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets
) -> None:
    found = gs.find_blind_spots(traces, issues, streets, by="cell")
    assert found.columns.tolist() == ["cell", "street_m", "issues", "geometry"]
    seen = gs.count_exposure(traces, issues, by="cell").query("trips > 0")
    assert set(found["cell"]).isdisjoint(seen["cell"])
    nobody = gs.find_blind_spots(traces.iloc[:0], issues, streets, by="cell")
    assert set(nobody["cell"]) <= set(found["cell"]) | set(seen["cell"])
    assert nobody["street_m"].sum() == pytest.approx(streets.edges["length_m"].sum())


def test_senseless_questions_are_refused(
    traces: pd.DataFrame, issues: gpd.GeoDataFrame, streets: Streets
) -> None:
    with pytest.raises(WrongUsage, match="street, cell"):
        gs.find_blind_spots(traces, issues, streets, by="issue")  # type: ignore[arg-type] - the point
    with pytest.raises(WrongUsage, match="more than 0"):
        gs.find_blind_spots(traces, issues, streets, radius_m=0.0)
    with pytest.raises(RefusedData, match="rider_id"):
        gs.find_blind_spots(traces.drop(columns="rider_id"), issues, streets)
