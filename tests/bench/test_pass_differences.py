"""Only what the data leave open explains a difference."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pass_differences import differences
from pass_tables import as_table
from pyproj import Geod

from geo_service.domain.issue import Issue
from geo_service.domain.pass_rule import PassRule
from geo_service.store.trace_file import encode
from geo_service.store.trace_packing import PackedTrips

START = datetime(2024, 5, 1, tzinfo=UTC)
LON, LAT = 116.4, 39.9
GEOD = Geod(ellps="WGS84")
RULE = PassRule()


@pytest.fixture
def explained(tmp_path: Path) -> Callable[..., list[bool]]:
    """Return what judges tables of one and of more passes at an issue passed northwards."""

    def judge(
        east: float, step_m: float = 100.0, more: int = 1, closed_s: float | None = None
    ) -> list[bool]:
        lon, lat, _ = GEOD.fwd([LON, LON], [LAT, LAT], [180.0, 0.0], [step_m / 2] * 2)
        trips = PackedTrips(
            trip_ids=("t",),
            rider_ids=("r",),
            offsets=np.array([0, 2]),
            t=int(START.timestamp()) * 1000 + np.array([0, 20_000]),
            lon=np.rint(np.array(lon) * 1e7).astype(np.int32),
            lat=np.rint(np.array(lat) * 1e7).astype(np.int32),
        )
        (tmp_path / "lake.parquet").write_bytes(encode(trips))
        at_lon, at_lat, _ = GEOD.fwd(LON, LAT, 90.0, east)
        closed = None if closed_s is None else START + timedelta(seconds=closed_s)
        issue = Issue("i", "hole", at_lon, at_lat, START - timedelta(days=1), closed)
        one, another = (
            as_table(
                pd.DataFrame(
                    {
                        "issue": [0],
                        "passes": [passes],
                        "riders": [1],
                        "first_us": [0],
                        "last_us": [0],
                        "closest_m": [3.0],
                    }
                ),
                [issue],
            )
            for passes in (1, 1 + more)
        )
        found = differences(one, another, [tmp_path / "lake.parquet"], [issue], RULE)
        return found["explained"].tolist()

    return judge


def test_equal_tables_have_no_differences(explained: Callable) -> None:
    assert explained(10.0, more=0) == []


def test_a_clear_hit_explains_nothing(explained: Callable) -> None:
    assert explained(10.0) == [False]
    assert explained(24.95) == [False]
    assert explained(25.05) == [False]


def test_a_distance_as_long_as_the_radius_explains_one_pass(explained: Callable) -> None:
    assert explained(24.98) == [True]
    assert explained(25.02) == [True]
    assert explained(25.02, more=4) == [False]


def test_a_gap_as_long_as_the_longest_explains_a_pass(explained: Callable) -> None:
    assert explained(10.0, step_m=499.7) == [True]
    assert explained(10.0, step_m=500.3) == [True]
    assert explained(10.0, step_m=499.0) == [False]
    assert explained(40.0, step_m=499.7) == [False]


def test_a_moment_at_the_border_of_an_interval_explains_a_pass(explained: Callable) -> None:
    assert explained(10.0, closed_s=10.0005) == [True]
    assert explained(10.0, closed_s=10.01) == [False]


def test_tables_of_other_issues_are_refused() -> None:
    issue = Issue("i", "hole", LON, LAT, START)
    table = as_table(
        pd.DataFrame(columns=["issue", "passes", "riders", "first_us", "last_us", "closest_m"]),
        [issue],
    )
    with pytest.raises(ValueError, match="not of these issues"):
        differences(table, table.rename(index={"i": "j"}), [], [issue], RULE)
