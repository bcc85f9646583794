"""A town an analyst can hold in their hand: four streets, two trips, three issues."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from geo_service.analyst.streets import Streets, read_streets

START = pd.Timestamp("2026-10-01T08:00Z")


@pytest.fixture(scope="session")
def streets_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a block of 1.9 km by 1.1 km, its southern side named."""
    corners = [[112.14, 32.04], [112.16, 32.04], [112.16, 32.05], [112.14, 32.05], [112.14, 32.04]]
    features = [
        {
            "type": "Feature",
            "properties": {"highway": "residential", "name": "南街" if row == 0 else None},
            "geometry": {"type": "LineString", "coordinates": corners[row : row + 2]},
        }
        for row in range(4)
    ]
    path = tmp_path_factory.mktemp("streets") / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.fixture(scope="session")
def streets(streets_file: Path) -> Streets:
    return read_streets(streets_file)


@pytest.fixture
def facilities() -> gpd.GeoDataFrame:
    """Return three on the southern side, not in order, and one far from all streets."""
    return gpd.GeoDataFrame(
        {"facility_id": [40, 10, 30, 20], "kind": "rest_station"},
        geometry=gpd.points_from_xy(
            [112.158, 112.142, 112.144, 112.2], [32.04, 32.04, 32.04, 32.2]
        ),
        crs=4326,
        index=[9, 9, 8, 7],
    )


@pytest.fixture
def traces() -> pd.DataFrame:
    """Return two rides along the southern side, eastward, a fix each 10 s and 94 m."""
    return pd.DataFrame(
        [
            (trip, rider, START + pd.Timedelta(hours=trip, seconds=10 * step), lon, 32.04)
            for trip, rider in ((1, 70), (2, 80))
            for step in range(20)
            for lon in [112.141 + 0.001 * step]
        ],
        columns=["trip_id", "rider_id", "t", "lon", "lat"],
    )


@pytest.fixture
def issues() -> gpd.GeoDataFrame:
    """Return issues 10 m beside the ride's later half, its first half, and far away."""
    return gpd.GeoDataFrame(
        {
            "issue_id": [503, 501, 502],
            "category": ["standing_water", "blocked_lane", "food_hygiene"],
            "reported_at": START - pd.Timedelta(days=1),
            "closed_at": [pd.NaT, START + pd.Timedelta(hours=1, minutes=30), pd.NaT],
        },
        geometry=gpd.points_from_xy([112.1555, 112.1455, 112.15], [32.04009, 32.04009, 32.045]),
        crs=4326,
        index=["x", "y", "y"],
    )
