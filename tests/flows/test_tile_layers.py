from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from geo_service.domain.release import Release, ReleasedCell
from geo_service.domain.visibility import Viewer
from geo_service.errors import NotFound, NotReady
from geo_service.export.dictionary import STREETS
from geo_service.flows.load_streets import load_streets
from geo_service.flows.look_at_trips import OverlayQuestion
from geo_service.flows.overlay_issues import overlay_frame
from geo_service.flows.tile_layers import (
    TILE_SETS,
    ExposureTiles,
    ReleaseTiles,
    StreetTiles,
    _attribution,
    tile_set,
)
from geo_service.flows.wiring import Workspace
from geo_service.geometry.tile_address import Tile
from geo_service.maps.tiles.coded import NOTHING
from geo_service.overlay.cells import cell_names, cell_of
from geo_service.store import releases as stored_releases
from geo_service.streets.profile import Profile

START = datetime(2026, 10, 1, 12, tzinfo=UTC)


def test_layers_are_found_by_name() -> None:
    assert tile_set("issues") is TILE_SETS["issues"]
    assert [name for name, one in TILE_SETS.items() if not one.public] == ["street_exposure"]
    with pytest.raises(NotFound, match="facilities, issues, releases, streets"):
        tile_set("traces")


def test_streets_hold_until_others_are_loaded(workspace: Workspace, tmp_path: Path) -> None:
    tiles = StreetTiles(workspace, Viewer.PUBLIC)
    assert tiles.attribution == ""
    assert tiles.holds()
    line = tmp_path / "street.geojson"
    line.write_text(line.read_text().replace("32.04", "32.05"))
    load_streets(workspace, [line])
    assert not tiles.holds()


def test_streets_out_of_openstreetmap_name_it(workspace: Workspace) -> None:
    network = workspace.streets(Profile.WALK).network
    assert _attribution(network) == ""
    osm = replace(network, edge_from_id=network.edge_from_id + 7)
    assert _attribution(osm) == "© OpenStreetMap contributors"


@pytest.mark.parametrize("name", ["streets", "street_exposure"])
def test_without_streets_their_layers_are_not_ready(empty: Workspace, name: str) -> None:
    with pytest.raises(NotReady, match="no streets"):
        tile_set(name).gather(empty, Viewer.ANALYST)


def test_the_newest_release_is_told(empty: Workspace, now: datetime) -> None:
    assert ReleaseTiles(empty, Viewer.PUBLIC).layer.box is None
    cells = sorted(cell_names(cell_of(np.array([112.14, 112.15]), np.array([32.04, 32.04]), 9)))
    for month, period in enumerate(["2026-08", "2026-09"]):
        start = now + timedelta(days=40 * month)
        rows = tuple(ReleasedCell(cell, 20 + month, 10) for cell in cells[: 1 + month])
        with empty.database.writing() as connection:
            release = Release(period, start, start + timedelta(days=30), 9, rows)
            stored_releases.write(connection, release)
        if month == 0:
            older = ReleaseTiles(empty, Viewer.PUBLIC)
            assert older.holds()
    assert not older.holds()
    cut = ReleaseTiles(empty, Viewer.PUBLIC).layer.cut(Tile(11, 1661, 831))
    told = {field.name: [field.values[code] for code in field.code] for field in cut.fields}
    assert sorted(told["cell"]) == cells
    assert told["trips"] == [21, 21]
    assert told["riders"] == [10, 10]
    assert told["period"] == ["2026-09", "2026-09"]


def test_exposure_is_that_of_the_tables(ridden: Workspace) -> None:
    frame = overlay_frame(ridden, "street", OverlayQuestion())
    tiles = ExposureTiles(ridden, Viewer.ANALYST)
    assert tiles.holds()
    cut = tiles.layer.cut(Tile(14, 13295, 6651))
    assert len(cut) == len(frame) == 1
    told = {
        field.name: field.values[field.code[0]] for field in cut.fields if field.code[0] != NOTHING
    }
    row = frame.iloc[0]
    for name, value in told.items():
        assert value == row[name], name
    assert told["trips"] == 5
    assert told["riders"] == 2
    assert told["passes"] == 5
    missing = {field.name for field in cut.fields} - told.keys()
    assert all(row[name] == "" or np.isnan(row[name]) for name in missing)
    known = {column.name for column in STREETS.columns}
    assert {field.name for field in cut.fields} == known - {"geometry", "lon", "lat"}


def test_exposure_holds_until_trips_or_issues_are_others(ridden: Workspace) -> None:
    tiles = ExposureTiles(ridden, Viewer.ANALYST)
    assert tiles.holds()
    assert tiles.holds()
    (day,) = ridden.lake.read(START, START + timedelta(days=1))
    ridden.lake.add(day, replace=True)
    assert not tiles.holds()
