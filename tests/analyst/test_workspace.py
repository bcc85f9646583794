"""A workspace gives the frames that the files gave."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

import geo_service as gs
from geo_service.cli.main import main
from geo_service.errors import NotReady

ISSUES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {
                "id": "i1",
                "category": "standing_water",
                "reported_at": "2026-09-01T00:00:00Z",
                "closed_at": "2026-09-02T00:00:00Z",
            },
            "geometry": {"type": "Point", "coordinates": [112.145, 32.04]},
        },
        {
            "type": "Feature",
            "properties": {
                "id": "i2",
                "category": "blocked_lane",
                "reported_at": "2026-09-01T08:00:00+08:00",
            },
            "geometry": {"type": "Point", "coordinates": [112.146, 32.04]},
        },
    ],
}


@pytest.fixture
def folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streets_file: Path, traces: pd.DataFrame
) -> Path:
    """Load the town's files into a workspace."""
    monkeypatch.setenv("GEO_SERVICE_RIDER_KEY_FILE", str(tmp_path / "rider.key"))
    (tmp_path / "issues.geojson").write_text(json.dumps(ISSUES))
    (tmp_path / "facilities.csv").write_text(
        "id,kind,name,lon,lat,amenities,services\n"
        "b,charging_cabinet,柜,112.15,32.04,,swap\n"
        "a,rest_station,驿站,112.142,32.04,fridge;microwave,\n"
    )
    traces.to_parquet(tmp_path / "traces.parquet")
    for what, file in (
        ("streets", streets_file),
        ("facilities", tmp_path / "facilities.csv"),
        ("issues", tmp_path / "issues.geojson"),
        ("traces", tmp_path / "traces.parquet"),
    ):
        assert main(["load", what, str(file), "--workspace", str(tmp_path / "w")]) == 0
    return tmp_path


def in_order(frame: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    return frame.sort_values(column, ignore_index=True)


def test_frames_of_a_workspace_equal_those_of_its_files(folder: Path) -> None:
    with gs.open_workspace(folder / "w") as workspace:
        pd.testing.assert_frame_equal(
            in_order(workspace.facilities, "facility_id"),
            in_order(gs.read_facilities(folder / "facilities.csv"), "facility_id"),
        )
        pd.testing.assert_frame_equal(
            in_order(workspace.issues, "issue_id"),
            in_order(gs.read_issues(folder / "issues.geojson"), "issue_id"),
        )
        loaded, read = workspace.traces(), gs.read_traces(folder / "traces.parquet")
        same = ["trip_id", "t", "lon", "lat"]
        pd.testing.assert_frame_equal(loaded[same], read[same])
        assert loaded["rider_id"].nunique() == read["rider_id"].nunique() == 2
        assert set(loaded["rider_id"]).isdisjoint(read["rider_id"]), "riders are pseudonyms"
        pd.testing.assert_frame_equal(
            workspace.streets("walk").edges, workspace.streets("ebike").edges
        )


def test_a_workspace_knows_its_time_zone(folder: Path) -> None:
    words = ["init", "--workspace", str(folder / "w"), "--time-zone", "Europe/Berlin"]
    assert main([*words, "--country", "DE"]) == 0
    with gs.open_workspace(folder / "w") as workspace:
        assert workspace.time_zone == "Europe/Berlin"


def test_trips_are_chosen_by_when_they_start(folder: Path, traces: pd.DataFrame) -> None:
    starts = traces.groupby("trip_id")["t"].min().sort_values()
    second = starts.iloc[1].to_pydatetime()
    with gs.open_workspace(folder / "w") as workspace:
        assert set(workspace.traces(since=second)["trip_id"]) == {"2"}
        early = workspace.traces(until=second)
        assert set(early["trip_id"]) == {"1"}
        assert len(early) == 20, "whole trips"
        assert len(workspace.traces(since=second, until=second)) == 0


def test_frames_of_a_workspace_can_be_asked(folder: Path) -> None:
    with gs.open_workspace(folder / "w") as workspace:
        counted = gs.count_passes(workspace.traces(), workspace.issues).set_index("issue_id")
        assert counted["passes"].to_dict() == {"i1": 0, "i2": 2}
        near = gs.nearest_facilities(
            workspace.streets(), workspace.facilities, workspace.issues, k=1
        )
        assert near["facility_id"].tolist() == ["a", "a"]


def test_folder_without_a_workspace_is_not_made_one(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="geo-service init"):
        gs.open_workspace(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_workspace_without_streets_says_so(tmp_path: Path) -> None:
    assert main(["init", "--workspace", str(tmp_path / "w")]) == 0
    with gs.open_workspace(tmp_path / "w") as workspace:
        assert len(workspace.facilities) == len(workspace.issues) == len(workspace.traces()) == 0
        with pytest.raises(NotReady, match="load streets"):
            workspace.streets()


def test_moments_at_which_names_change_are_told(folder: Path) -> None:
    with gs.open_workspace(folder / "w") as opened:
        assert opened.names_change_at == ()
        trips = set(opened.traces().trip_id)
    for month in ("2099-02", "2099-01"):
        assert main(["rotate-key", "--from", month, "--workspace", str(folder / "w")]) == 0
    with gs.open_workspace(folder / "w") as opened:
        told = [moment.isoformat() for moment in opened.names_change_at]
        assert told == ["2098-12-31T16:00:00+00:00", "2099-01-31T16:00:00+00:00"]
        # Frames hold the trips of all times.
        assert set(opened.traces().trip_id) == trips
