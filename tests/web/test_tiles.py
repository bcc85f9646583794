"""Tiles as they are served, read by other people's libraries."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import pyogrio
import pytest

from geo_service.domain.facility import Facility
from geo_service.domain.opening import Calendar
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.tile_layers import TILE_SETS
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities

Bearer = Callable[[str], dict[str, str]]
HERE = "12/3323/1662"
PUBLIC = [name for name, one in TILE_SETS.items() if one.public]


def told(answer: httpx.Response, layer: str) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    tile = mapbox_vector_tile.decode(answer.content)
    assert tile.keys() == {layer}
    return [feature["properties"] for feature in tile[layer]["features"]]


@pytest.mark.parametrize("layer", TILE_SETS)
def test_every_layer_has_a_tile_of_its_fields(
    door: httpx.Client, bearer: Bearer, layer: str
) -> None:
    key = bearer("analyst")
    answer = door.get(f"/tiles/{layer}/{HERE}.mvt", headers=key)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    rows = told(answer, layer)
    assert rows
    described = door.get(f"/tiles/{layer}.json", headers=key).json()
    (only,) = described["vector_layers"]
    assert only["id"] == layer
    assert all(row.keys() <= only["fields"].keys() for row in rows)
    assert all(only["fields"].values())


def test_layers_are_listed_with_the_addresses_of_their_tiles(
    door: httpx.Client, bearer: Bearer
) -> None:
    listed = door.get("/tiles").json()["layers"]
    assert [one["name"] for one in listed] == list(TILE_SETS)
    assert [one["name"] for one in listed if one["public"]] == PUBLIC
    z, x, y = HERE.split("/")
    for one in listed:
        described = door.get(one["href"], headers=bearer("analyst")).json()
        assert described["tilejson"] == "3.0.0"
        (address,) = described["tiles"]
        assert address.startswith(str(door.base_url))
        tile = door.get(address.format(z=z, x=x, y=y), headers=bearer("analyst"))
        assert tile.status_code == 200
        west, south, east, north = described["bounds"]
        assert 112.12 < west < east < 112.16
        assert 32.02 < south <= north < 32.06


def test_the_public_sees_approved_issues_and_analysts_all(
    door: httpx.Client, bearer: Bearer
) -> None:
    address = f"/tiles/issues/{HERE}.mvt"
    shown = {row["issue_id"] for row in told(door.get(address), "issues")}
    assert shown == {f"issue-{n}" for n in range(1, 5)}
    for role in ("rider", "operator", "staff"):
        assert {
            row["issue_id"] for row in told(door.get(address, headers=bearer(role)), "issues")
        } == shown
    rows = told(door.get(address, headers=bearer("analyst")), "issues")
    assert {row["issue_id"] for row in rows} == shown | {"issue-5"}
    assert {row["issue_id"]: row["approved"] for row in rows}["issue-5"] is False
    # And the public again, whatever was kept meanwhile.
    assert {row["issue_id"] for row in told(door.get(address), "issues")} == shown
    fields = door.get("/tiles/issues.json").json()["vector_layers"][0]["fields"]
    assert not {"approved", "body_id", "due_at"} & fields.keys()


@pytest.mark.parametrize("layer", [name for name in TILE_SETS if name not in PUBLIC])
@pytest.mark.parametrize("path", [".json", f"/{HERE}.mvt"])
def test_figures_of_streets_are_for_analysts(
    door: httpx.Client, bearer: Bearer, layer: str, path: str
) -> None:
    for headers in ({}, bearer("rider"), bearer("staff")):
        refused = door.get(f"/tiles/{layer}{path}", headers=headers)
        assert refused.status_code == (403 if headers else 401)
        assert "trips" not in refused.text
    assert door.get(f"/tiles/{layer}{path}", headers=bearer("expired")).status_code == 401
    assert door.get(f"/tiles/{layer}{path}", headers=bearer("admin")).status_code == 200
    # Who may not see is not told what is wrong.
    assert door.get(f"/tiles/{layer}/99/0/0.mvt").status_code == 401


@pytest.mark.parametrize(
    ("path", "layer", "name"),
    [("streets", "street_exposure", "edge_id"), ("cells", "cell_exposure", "cell")],
)
def test_figures_are_those_of_the_overlay(
    door: httpx.Client, bearer: Bearer, path: str, layer: str, name: str
) -> None:
    key = bearer("analyst")
    features = door.get(f"/overlay/{path}", headers=key).json()["features"]
    expected = {
        one["properties"][name]: {
            field: value for field, value in one["properties"].items() if value not in (None, "")
        }
        for one in features
    }
    rows = told(door.get(f"/tiles/{layer}/{HERE}.mvt", headers=key), layer)
    assert {row[name]: row for row in rows} == expected


def test_released_cells_are_those_of_the_release(door: httpx.Client) -> None:
    released = door.get("/releases/2026-10").json()["features"]
    expected = {one["properties"]["cell"]: one["properties"] for one in released}
    rows = told(door.get(f"/tiles/releases/{HERE}.mvt"), "releases")
    assert all(row.pop("period") == "2026-10" for row in rows)
    assert all(row.pop("id") == f"2026-10.{row['cell']}" for row in rows)
    assert {row["cell"]: row for row in rows} == expected


def test_where_nothing_lies_there_is_no_content(door: httpx.Client) -> None:
    empty = door.get("/tiles/facilities/12/0/0.mvt")
    assert empty.status_code == 204
    assert empty.content == b""


def test_who_holds_a_tile_is_not_sent_it_again(door: httpx.Client) -> None:
    for path in (f"facilities/{HERE}.mvt", "facilities.json"):
        answer = door.get(f"/tiles/{path}")
        held = {"If-None-Match": answer.headers["etag"]}
        assert door.get(f"/tiles/{path}", headers=held).status_code == 304
        assert door.head(f"/tiles/{path}").headers["etag"] == answer.headers["etag"]


def test_long_tiles_are_zipped_and_no_streets_are_needed_for_places(
    tmp_path: Path, serve_city: Callable[..., Any], now: datetime
) -> None:
    settings = Settings(workspace=tmp_path / "bare", rider_key_file=tmp_path / "rider.key")
    many = [Facility(f"f{n}", "water_point", 112.13 + n * 1e-4, 32.04) for n in range(99)]
    with (
        start_workspace(settings, Calendar()) as workspace,
        workspace.database.writing() as connection,
    ):
        stored_facilities.write(connection, many)
    with serve_city(settings, lambda: now) as door:
        answer = door.get(f"/tiles/facilities/{HERE}.mvt")
        assert answer.headers["content-encoding"] == "gzip"
        names = {row["facility_id"] for row in told(answer, "facilities")}
        assert names == {one.facility_id for one in many}
        assert door.get("/tiles/issues/0/0/0.mvt").status_code == 204
        assert door.get("/tiles/releases/0/0/0.mvt").status_code == 204
        for path in ("streets.json", f"streets/{HERE}.mvt"):
            missing = door.get(f"/tiles/{path}")
            assert missing.status_code == 503
            assert "Load" in missing.json()["detail"]


@pytest.mark.parametrize(
    ("z", "x", "y", "wrong"),
    [
        ("-1", "0", "0", {"z"}),
        ("23", "0", "0", {"z"}),
        ("x", "0", "0", {"z"}),
        ("2", "4", "0", {"x"}),
        ("2", "-1", "4", {"x"}),
        ("2", "4", "4", {"x", "y"}),
        ("0", "0", "1.5", {"y"}),
        ("1e1", "nan", "٣", {"z", "x", "y"}),
        ("9999999999", "0", "0", {"z"}),
    ],
)
def test_tiles_that_are_none_are_refused_by_name(
    door: httpx.Client, z: str, x: str, y: str, wrong: set[str]
) -> None:
    refused = door.get(f"/tiles/facilities/{z}/{x}/{y}.mvt")
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert {error["field"] for error in refused.json()["errors"]} == wrong


def test_the_farthest_zoom_is_there(door: httpx.Client) -> None:
    assert door.get("/tiles/facilities/22/0/4194303.mvt").status_code == 204


def test_nothing_else_is_answered(door: httpx.Client) -> None:
    for path in ("/tiles/traces.json", f"/tiles/traces/{HERE}.mvt"):
        missing = door.get(path)
        assert missing.status_code == 404
        assert "traces" not in missing.text
    assert door.get(f"/tiles/facilities/{HERE}.mvt?key=1").status_code == 422
    assert door.get("/tiles?x=1").status_code == 422
    assert door.post(f"/tiles/facilities/{HERE}.mvt").status_code == 405


@pytest.mark.parametrize("layer", PUBLIC)
def test_gdal_reads_the_tiles_as_qgis_does(door: httpx.Client, tmp_path: Path, layer: str) -> None:
    if "MVT" not in pyogrio.list_drivers():
        pytest.skip("this build of GDAL has no driver for vector tiles")
    z, x, y = HERE.split("/")
    file = tmp_path / z / x / f"{y}.mvt"
    file.parent.mkdir(parents=True)
    answer = door.get(f"/tiles/{layer}/{HERE}.mvt")
    file.write_bytes(answer.content)
    frame = pyogrio.read_dataframe(f"MVT:{file}", layer=layer, X=x, Y=y, Z=z)
    assert len(frame) == len(told(answer, layer))
    assert frame.crs.to_epsg() == 3857
    west, south, east, north = frame.to_crs(4326).total_bounds
    assert 112.12 < west < east < 112.16
    assert 32.02 < south <= north < 32.06
    if layer == "facilities":
        places = frame.to_crs(4326).set_index("facility_id").geometry
        for feature in door.get("/places.json").json()["places"]:
            # A unit is 2.4 m at this zoom.
            assert places[feature["id"]].x == pytest.approx(feature["lon"], abs=3e-5)
            assert places[feature["id"]].y == pytest.approx(feature["lat"], abs=3e-5)
