"""Trips in files are the trips of the lake."""

from datetime import datetime, timedelta
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo_service.domain.trace import Fixes, join_fixes
from geo_service.errors import WrongUsage
from geo_service.flows.export_trips import export_trips
from geo_service.flows.import_traces import import_traces
from geo_service.flows.loading import LoadOptions
from geo_service.flows.look_at_trips import OverlayQuestion, partitions_of
from geo_service.flows.wiring import Workspace

START = datetime.fromisoformat("2026-10-01T23:59:30Z")


def trips_of(fixes: Fixes) -> list[tuple[list[int], list[float], list[float]]]:
    bounds = zip(fixes.offsets[:-1], fixes.offsets[1:], strict=True)
    return sorted(
        (fixes.t[a:b].tolist(), fixes.lon[a:b].tolist(), fixes.lat[a:b].tolist()) for a, b in bounds
    )


@pytest.mark.parametrize("ending", [".csv", ".geojson", ".gpx"])
def test_trips_can_be_loaded_again(
    ridden: Workspace, tmp_path: Path, now: datetime, ending: str
) -> None:
    path = tmp_path / f"t{ending}"
    before = join_fixes(list(partitions_of(ridden, OverlayQuestion())))
    assert export_trips(ridden, OverlayQuestion(), path) == 5
    # The same trips under other names, or the same names again: the lake has them once each.
    report = import_traces(ridden, [path], LoadOptions(rider="z", replace=True), now)
    assert (report.trips.loaded, report.trips.refused) == (5, 0)
    after = join_fixes(list(partitions_of(ridden, OverlayQuestion())))
    assert trips_of(after) == trips_of(before)
    if ending != ".gpx":
        assert set(after.trip_ids) == set(before.trip_ids)


@pytest.mark.parametrize("ending", [".parquet", ".gpkg", ".fgb", ".csv", ".geojson", ".gpx"])
def test_only_trips_that_start_in_the_span_are_written(
    ridden: Workspace, tmp_path: Path, ending: str
) -> None:
    question = OverlayQuestion(START + timedelta(days=1), START + timedelta(days=3))
    assert export_trips(ridden, question, tmp_path / f"t{ending}") == 2
    later = OverlayQuestion(START + timedelta(days=90))
    assert export_trips(ridden, later, tmp_path / f"none{ending}") == 0


def test_a_trip_is_a_line_with_its_times(ridden: Workspace, tmp_path: Path) -> None:
    export_trips(ridden, OverlayQuestion(), tmp_path / "t.parquet")
    frame = gpd.read_parquet(tmp_path / "t.parquet")
    assert frame["trip_id"].tolist() == ["t0", "t1", "t2", "t3", "t4"]
    assert frame["fixes"].tolist() == [12] * 5
    assert frame["starts_at"].iloc[0] == START
    assert [len(times) for times in frame["times"]] == [12] * 5
    assert shapely.get_num_points(frame.geometry.to_numpy()).tolist() == [12] * 5


def test_an_unknown_ending_is_refused(ridden: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        export_trips(ridden, OverlayQuestion(), tmp_path / "t.txt")
    assert not (tmp_path / "t.txt").exists()
