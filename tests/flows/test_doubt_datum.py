"""A file in the wrong datum is told, one in the right datum is not."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from geo_service.domain.facility import Facility
from geo_service.flows.doubt_datum import doubt_datum, doubt_datum_of_positions
from geo_service.flows.load_streets import load_streets
from geo_service.flows.wiring import Workspace
from geo_service.geometry.datum import Datum, convert
from geo_service.ingest.traces.read import read_traces

Positions = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def ridden(demo_data: Path) -> Positions:
    """Return where the demo's riders were."""
    fixes = read_traces(
        [demo_data / "traces.geojson"],
        datum=Datum.WGS84,
        columns={},
        rider=None,
        time_zone=None,
        now=datetime(2026, 11, 18, tzinfo=UTC),
        max_speed_m_s=40.0,
        max_dropped_share=0.2,
        future_slack_s=300.0,
    ).fixes
    return fixes.lon[::7], fixes.lat[::7]


@pytest.fixture
def town(empty: Workspace, demo_data: Path) -> Workspace:
    load_streets(empty, [demo_data / "streets.geojson"])
    return empty


@pytest.mark.parametrize("truth", list(Datum))
@pytest.mark.parametrize("declared", list(Datum))
def test_wrong_datum_is_told_and_the_right_one_is_named(
    town: Workspace, ridden: Positions, truth: Datum, declared: Datum
) -> None:
    in_file = convert(*ridden, source=Datum.WGS84, target=truth)
    as_read = convert(*in_file, source=declared, target=Datum.WGS84)
    doubts = doubt_datum_of_positions(town, *as_read, declared)
    if truth is declared:
        assert doubts == ()
    else:
        assert len(doubts) == 1
        assert f"look like {truth}, not {declared}" in doubts[0]
        assert f"--datum {truth}" in doubts[0]


def test_few_positions_say_nothing(town: Workspace, ridden: Positions) -> None:
    lon, lat = convert(*ridden, source=Datum.WGS84, target=Datum.GCJ02)
    assert doubt_datum_of_positions(town, lon[:10], lat[:10], Datum.WGS84) == ()
    assert doubt_datum_of_positions(town, lon[:0], lat[:0], Datum.WGS84) == ()
    assert doubt_datum_of_positions(town, lon, lat, Datum.WGS84) != ()


def test_records_are_judged_by_their_positions(town: Workspace, ridden: Positions) -> None:
    lon, lat = convert(*ridden, source=Datum.WGS84, target=Datum.GCJ02)
    known = [
        Facility(str(row), "rest_station", float(lon[row]), float(lat[row]))
        for row in range(0, len(lon), 50)
    ]
    assert doubt_datum(town, known, Datum.WGS84) == doubt_datum_of_positions(
        town, lon[::50], lat[::50], Datum.WGS84
    )


def test_without_streets_there_is_no_doubt(empty: Workspace, ridden: Positions) -> None:
    assert doubt_datum_of_positions(empty, *ridden, Datum.BD09) == ()
