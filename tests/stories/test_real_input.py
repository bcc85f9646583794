"""The program meets the files that people really have."""

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_shenzhen_graph_takes_the_traces_inside_it(
    command: Callable, shared_data: Path, tmp_path: Path
) -> None:
    assert (
        command(
            "load", "streets", shared_data / "streets/shenzhen_futian_transbigdata.graphml"
        ).code
        == 0
    )
    fixes = pd.read_parquet(shared_data / "traces/geolife_shenzhen.parquet")
    fixes = fixes.assign(t=fixes["t"].dt.tz_localize("UTC"))
    traces = tmp_path / "geolife.parquet"
    fixes.to_parquet(traces)
    loaded = command(
        "load",
        "traces",
        traces,
        "--columns",
        "trip_id=traj,rider_id=user",
        "--skip-refused",
        "--json",
    )
    assert loaded.code == 0
    assert loaded.json["loaded"] > 0
    near = fixes[fixes["lat"].between(22.50, 22.56) & fixes["lon"].between(114.02, 114.07)]
    places = near.iloc[:: max(1, len(near) // 20)].head(20)
    issues = gpd.GeoDataFrame(
        {
            "id": [f"i{row}" for row in range(len(places))],
            "category": "standing_water",
            "reported_at": "2007-01-01T00:00:00Z",
        },
        geometry=gpd.points_from_xy(places["lon"], places["lat"]),
        crs=4326,
    )
    issues.to_file(tmp_path / "issues.geojson")
    assert command("load", "issues", tmp_path / "issues.geojson").code == 0
    for by in ("issue", "street", "cell"):
        assert command("overlay", "--by", by, "--out", tmp_path / f"{by}.csv").code == 0
    counts = pd.read_csv(tmp_path / "issue.csv")
    assert len(counts) == 20
    assert (counts["passes"] >= 1).all()
    streets = pd.read_csv(tmp_path / "street.csv")
    assert streets["trips"].max() > 1
    assert streets["name"].str.contains("路").any()


@pytest.fixture
def porto_traces(shared_data: Path, tmp_path: Path) -> Path:
    """Turn the taxis' layout, one line of positions at 15 s a trip, into a row a fix."""
    trips = pd.read_csv(shared_data / "traces/porto_taxi_20140506_1730.csv")
    rows = [
        # Two taxis share an id with another; with its row every trip is its own.
        (f"{trip.TRIP_ID}-{trip.Index}", trip.TAXI_ID, trip.TIMESTAMP + 15 * index, lon, lat)
        for trip in trips.itertuples()
        for index, (lon, lat) in enumerate(json.loads(trip.POLYLINE))
    ]
    path = tmp_path / "porto.csv"
    pd.DataFrame(rows, columns=["trip_id", "rider_id", "t", "lon", "lat"]).to_csv(path, index=False)
    return path


def test_porto_counts_passes_and_draws_the_map(
    command: Callable, shared_data: Path, porto_traces: Path, tmp_path: Path
) -> None:
    loaded = command("load", "streets", shared_data / "streets/porto_conveyal_r5.osm.pbf", "--json")
    assert loaded.code == 0
    trips = command("load", "traces", porto_traces, "--skip-refused", "--json").json
    assert trips["read"] == 150
    assert trips["loaded"] > 100
    fixes = pd.read_csv(porto_traces)
    places = fixes.sample(200, random_state=1)
    points = shapely.points(places["lon"] + 0.0001, places["lat"])
    issues = gpd.GeoDataFrame(
        {"id": np.arange(200), "category": "blocked_lane", "reported_at": "2014-05-01T00:00Z"},
        geometry=points,
        crs=4326,
    )
    issues.to_file(tmp_path / "issues.gpkg")
    assert command("load", "issues", tmp_path / "issues.gpkg").code == 0
    assert command("overlay", "--out", tmp_path / "x.csv").code == 0
    counts = pd.read_csv(tmp_path / "x.csv")
    assert len(counts) == 200
    assert counts["passes"].sum() > 150
    assert command("overlay", "--by", "street", "--out", tmp_path / "s.parquet").code == 0
    streets = gpd.read_parquet(tmp_path / "s.parquet")
    assert streets["trips"].max() > 5
    page = tmp_path / "porto.html"
    assert command("map", "--offline", "--out", page).code == 0
    assert page.stat().st_size < 12_000_000


def test_jinan_takes_charging_stations_as_they_were_published(
    command: Callable, shared_data: Path, tmp_path: Path
) -> None:
    assert command("load", "streets", shared_data / "streets/jinan_roads_mtrajrec.gpkg").code == 0
    stations = shared_data / "facilities/jinan_charging_stations.geojson"
    words = ("load", "facilities", stations, "--datum", "gcj02", "--kind", "charging_cabinet")
    refused = command(*words)
    assert refused.code == 1
    assert "52 of the facilities can't be accepted" in refused.err
    assert command("nearest", 36.65, 117.0, "--kind", "charging_cabinet").code == 2

    loaded = command(*words, "--skip-refused", "--json")
    assert loaded.code == 0
    assert loaded.json["read"] == 992
    assert loaded.json["loaded"] == 940
    assert loaded.json["refused"] == 52
    assert "9 names are borne by more than one record, and all are kept" in loaded.err
    listed = next((tmp_path / "workspace" / "refused").glob("*.csv"))
    reasons = pd.read_csv(listed)
    assert len(reasons) == 52
    assert reasons["reason"].str.contains("75 km").sum() == 45
    near = command("nearest", 36.65, 117.0, "--kind", "charging_cabinet", "-k", 5, "--json").json
    assert len(near["features"]) == 5

    wrong = command(
        "load", "facilities", stations, "--kind", "charging_cabinet", "--skip-refused", "--replace"
    )
    assert "--datum gcj02" in wrong.err


def test_liechtenstein_is_updated_over_the_same_workspace(
    command: Callable, shared_data: Path, tmp_path: Path
) -> None:
    old, new = "liechtenstein-2013_osm2pgsql", "liechtenstein_valhalla"
    first = command("load", "streets", shared_data / f"streets/{old}.osm.pbf", "--json").json
    (tmp_path / "f.csv").write_text("id,kind,lon,lat\na,water_point,9.5215,47.1410\n")
    assert command("load", "facilities", tmp_path / "f.csv").code == 0
    before = command("nearest", 47.1660, 9.5100, "--profile", "walk", "--json").json
    second = command("load", "streets", shared_data / f"streets/{new}.osm.pbf", "--json").json
    after = command("nearest", 47.1660, 9.5100, "--profile", "walk", "--json").json
    assert second["loaded"] > first["loaded"]
    assert [feature["id"] for feature in after["features"]] == ["a"]
    assert before["features"][0]["properties"]["distance_m"] == pytest.approx(
        after["features"][0]["properties"]["distance_m"], rel=0.2
    )


def test_berlin_tracks_without_times_are_refused_with_the_reason(
    command: Callable, shared_data: Path
) -> None:
    refused = command(
        "load",
        "traces",
        shared_data / "traces/berlin_osm_gps_traces.csv.gz",
        "--columns",
        "trip_id=TrackID,lat=Latitude,lon=Longitude,t=Time",
        "--rider",
        "somebody",
    )
    assert refused.code == 1
    assert "None of its 168 fixes bears a time" in refused.err


def test_boston_issues_come_with_their_own_names_and_zone(
    command: Callable, shared_data: Path
) -> None:
    words = (
        "load",
        "issues",
        shared_data / "issues/boston311_2015_sample5000.csv",
        "--columns",
        "category=type,reported_at=opened,closed_at=closed,description=title",
        "--time-zone",
        "America/New_York",
    )
    refused = command(*words)
    assert refused.code == 1
    assert "closed" in refused.err
    loaded = command(*words, "--skip-refused", "--json").json
    assert (loaded["read"], loaded["loaded"], loaded["refused"]) == (5000, 4993, 7)
