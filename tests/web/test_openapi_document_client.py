"""A client that is generated of the document is imported, and asks a served city."""

import importlib
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import httpx
import pytest

pytestmark = pytest.mark.slow
NAME = "generated_client"
BYTES = (
    "image/jpeg",
    "application/vnd.mapbox-vector-tile",
    "application/geopackage+sqlite3",
    "application/gpx+xml",
)
CONFIG = {"content_type_overrides": dict.fromkeys(BYTES, "application/octet-stream")}
"""The generator knows no pictures, tiles and files; it is told to hand them over as bytes."""

Load = Callable[[str], ModuleType]
Client: TypeAlias = Any
"""Of a class that is made at run time."""


@pytest.fixture(scope="module")
def load(untouched_door: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """Generate the client, and return what imports a module of it."""
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_bytes(untouched_door.get("/openapi.json").content)
    (folder / "config.json").write_text(json.dumps(CONFIG))
    scripts = sysconfig.get_path("scripts")
    told = subprocess.run(
        [
            str(Path(scripts) / "openapi-python-client"),
            "generate",
            "--path=openapi.json",
            "--config=config.json",
            f"--output-path={NAME}",
            "--meta=none",
            "--fail-on-warning",
        ],
        cwd=folder,
        env={**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    sys.path.insert(0, str(folder))
    yield lambda name: importlib.import_module(f"{NAME}.{name}")
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture
def anybody(load: Load, untouched_door: httpx.Client) -> Iterator[Client]:
    client = load("client").Client(base_url=str(untouched_door.base_url), timeout=60)
    yield client
    client.get_httpx_client().close()


@pytest.fixture
def staff(load: Load, untouched_door: httpx.Client, keys: dict[str, str]) -> Iterator[Client]:
    made = load("client").AuthenticatedClient
    client = made(base_url=str(untouched_door.base_url), token=keys["staff"], timeout=60)
    yield client
    client.get_httpx_client().close()


def test_nearest_facilities_are_typed(load: Load, anybody: Client) -> None:
    models = load("models")
    ask = load("api.facilities.find_nearest_facilities").sync
    found = ask(client=anybody, lat=32.0341, lon=112.1341, kind=["charging_cabinet"], way=True)
    assert isinstance(found, models.NearestFacilities)
    first = found.features[0]
    assert isinstance(first.properties, models.NearestFacilityProperties)
    assert first.properties.id == first.id == "cabinet-fresh"
    assert first.properties.usable is models.Usable.YES
    assert isinstance(first.geometry, models.Point)
    assert isinstance(first.properties.way, models.LineString)
    assert first.properties.steps[-1].turn is models.Turn.ARRIVE


def test_a_wrong_question_is_a_typed_problem(load: Load, anybody: Client) -> None:
    ask = load("api.facilities.find_nearest_facilities").sync_detailed
    told = ask(client=anybody, lat=132.0, lon=112.1341)
    assert told.status_code == 422
    assert isinstance(told.parsed, load("models").Problem)
    assert [fault.field for fault in told.parsed.errors] == ["lat"]


def test_a_facility_and_its_state(
    load: Load,
    anybody: Client,
    staff: Client,
    now: datetime,
) -> None:
    models = load("models")
    read = load("api.facilities.read_facility").sync
    assert isinstance(read("cabinet-stale", client=anybody), models.Facility)
    body = models.StateBody(observed_at=now - timedelta(minutes=1), charged=5, empty=1)
    put = load("api.facilities.report_facility_state").sync
    done = put("cabinet-stale", client=staff, body=body)
    assert isinstance(done, models.StateReport)
    assert done.kept
    assert (done.state.charged, done.state.free) == (5, None)
    assert read("cabinet-stale", client=anybody).properties.state == done.state
    missing = read("none", client=anybody)
    assert isinstance(missing, models.Problem)
    assert missing.status == 404


def test_a_report_becomes_an_issue(load: Load, anybody: Client, staff: Client) -> None:
    models = load("models")
    post = load("api.open311.post_open311_request").sync
    written = models.PostOpen311RequestFormat.JSON
    form = models.Open311Report(
        service_code="blocked_lane", lat=32.0341, long=112.1381, description="占道"
    )
    (posted,) = post(written, client=anybody, body=form)
    assert isinstance(posted, models.Open311Posted)
    read = load("api.issues.read_issue").sync
    hidden = read(posted.service_request_id, client=anybody)
    assert isinstance(hidden, models.Problem)
    issue = read(posted.service_request_id, client=staff)
    assert isinstance(issue, models.Issue)
    assert issue.properties.stage is models.Stage.COLLECTED
    assert issue.properties.description == "占道"
    move = load("api.issues.move_issue").sync
    body = models.MoveBody(to=models.MoveBodyTo.FILED)
    moved = move(posted.service_request_id, client=staff, body=body)
    assert moved.properties.moves[-1].to is models.Stage.FILED
    listed = load("api.issues.list_issues").sync(client=staff)
    assert posted.service_request_id in [one.id for one in listed.features]


def test_features_of_a_collection_are_typed(load: Load, anybody: Client) -> None:
    models = load("models")
    name = models.ListOgcItemsCollectionId.FACILITIES
    found = load("api.ogc.list_ogc_items").sync(
        name, client=anybody, bbox="112.13,32.03,112.15,32.05", sortby="-id", limit=2
    )
    assert isinstance(found, models.OgcFeatureCollection)
    assert found.number_matched == 5
    assert [one.id for one in found.features] == ["window", "station-night"]
    assert isinstance(found.features[0].geometry, models.Point)
    wrong = load("api.ogc.list_ogc_items").sync(name, client=anybody, filter_="no filter")
    assert isinstance(wrong, models.Problem)
    assert wrong.status == 400


def test_feeds_tiles_and_files_are_handed_over(load: Load, anybody: Client) -> None:
    models = load("models")
    feed = load("api.gbfs.read_gbfs_feed").sync
    status = feed(models.ReadGbfsFeedFeed.STATION_STATUS, client=anybody)
    assert isinstance(status, models.GbfsStationStatus)
    assert [one.station_id for one in status.data.stations] == ["cabinet-fresh", "cabinet-stale"]
    layer = models.ReadTileJsonLayer.FACILITIES
    told = load("api.tiles.read_tile_json").sync(layer, client=anybody)
    assert isinstance(told, models.TileJson)
    tile = load("api.tiles.read_tile").sync
    drawn = tile(models.ReadTileLayer.FACILITIES, 0, 0, 0, client=anybody)
    assert b"facilities" in drawn.payload.read()
    file = load("api.files.read_collection_file").sync(
        models.ReadCollectionFileCollection.FACILITIES,
        models.ReadCollectionFileEnding.CSV,
        client=anybody,
    )
    assert b"cabinet-fresh" in file.payload.read()
