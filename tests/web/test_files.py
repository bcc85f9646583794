"""Collections as files, by the caller's rights."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import httpx
import pyogrio
import pytest
from defusedxml import ElementTree

from geo_service.domain.visibility import Viewer
from geo_service.export.feature_files import FORMATS
from geo_service.flows.collections.catalogue import COLLECTIONS, collections_for, read_features
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored

Bearer = Callable[[str], dict[str, str]]
PUBLIC = [one.name for one in collections_for(Viewer.PUBLIC)]
HIDDEN = [name for name in COLLECTIONS if name not in PUBLIC]


def fits(name: str, ending: str) -> bool:
    return ending != ".gpx" or COLLECTIONS[name].shape != "Polygon"


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_file_has_its_type_and_name_and_is_not_kept(
    door: httpx.Client, bearer: Bearer, name: str, ending: str
) -> None:
    if not fits(name, ending):
        answer = door.get(f"/files/{name}{ending}", headers=bearer("analyst"))
        assert answer.status_code == 422
        assert "polygons" in answer.json()["detail"]
        return
    answer = door.get(f"/files/{name}{ending}", headers=bearer("analyst"))
    headed = door.head(f"/files/{name}{ending}", headers=bearer("analyst"))
    assert answer.status_code == headed.status_code == 200
    assert answer.content
    assert headed.content == b""
    for one in (answer, headed):
        assert one.headers["content-type"] == FORMATS[ending]
        assert one.headers["content-disposition"] == f'attachment; filename="{name}{ending}"'
        assert one.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_file_holds_what_the_caller_may_see(
    door: httpx.Client, bearer: Bearer, settings: Settings, name: str
) -> None:
    for viewer, headers in ((Viewer.PUBLIC, {}), (Viewer.ANALYST, bearer("analyst"))):
        answer = door.get(f"/files/{name}.geojson", headers=headers)
        if viewer is Viewer.PUBLIC and name in HIDDEN:
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer ")
            continue
        with open_workspace(settings) as workspace:
            expected = read_features(workspace, name, viewer).ids.tolist()
        assert [one["id"] for one in answer.json()["features"]] == expected
        assert expected or name == "areas"


@pytest.mark.parametrize("key", ["rider", "operator", "staff"])
@pytest.mark.parametrize("name", HIDDEN)
def test_only_analysts_are_given_exposure(
    door: httpx.Client, bearer: Bearer, name: str, key: str
) -> None:
    for ask in (door.get, door.head):
        assert ask(f"/files/{name}.csv", headers=bearer(key)).status_code == 403
        assert ask(f"/files/{name}.csv", headers=bearer("revoked")).status_code == 401
        assert ask(f"/files/{name}.csv", headers=bearer("admin")).status_code == 200


def test_unapproved_issues_are_for_analysts_and_without_their_words(
    door: httpx.Client, bearer: Bearer
) -> None:
    public = door.get("/files/issues.csv")
    told = door.get("/files/issues.csv", headers=bearer("analyst"))
    assert "issue-5" not in public.text
    assert "issue-5" in told.text
    assert "私密" not in told.text
    assert "积水" in told.text


@pytest.mark.parametrize(
    "path",
    ["traces.csv", "streets.csv", "keys.csv", "facilities.xlsx", "facilities.GPKG", "%2e%2e.csv"],
)
def test_there_is_no_file_of_anything_else(door: httpx.Client, bearer: Bearer, path: str) -> None:
    answer = door.get(f"/files/{path}", headers=bearer("analyst"))
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_parameters_are_refused(door: httpx.Client) -> None:
    assert door.get("/files/facilities.csv?bbox=1,2,3,4").status_code == 422


def test_other_peoples_tools_open_what_came(
    door: httpx.Client, tmp_path: Path, hostile: str
) -> None:
    for ending in FORMATS:
        (tmp_path / f"f{ending}").write_bytes(door.get(f"/files/facilities{ending}").content)
    names = {one["id"]: one["properties"]["name"] for one in json.loads(
        (tmp_path / "f.geojson").read_text(encoding="utf-8"))["features"]}  # fmt: skip
    assert names["station"] == hostile
    frame = gpd.read_parquet(tmp_path / "f.parquet")
    assert dict(zip(frame["facility_id"], frame["name"], strict=True)) == names
    for ending in (".gpkg", ".fgb"):
        layer = pyogrio.read_dataframe(tmp_path / f"f{ending}")
        assert dict(zip(layer["facility_id"], layer["name"], strict=True)) == names
    with (tmp_path / "f.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["facility_id"]: row["name"] for row in csv.DictReader(file)} == names
    root = ElementTree.parse(tmp_path / "f.gpx").getroot()
    assert len(root) == len(names)
    package = sqlite3.connect(tmp_path / "f.gpkg")
    assert package.execute("SELECT table_name FROM gpkg_contents").fetchall() == [("facilities",)]
    package.close()


def test_a_file_is_whole_with_and_without_zipping(door: httpx.Client) -> None:
    zipped = door.get("/files/facilities.csv")
    plain = door.get("/files/facilities.csv", headers={"Accept-Encoding": "identity"})
    assert zipped.content == plain.content
    assert int(plain.headers["content-length"]) == len(plain.content)
    rows = list(csv.DictReader(io.StringIO(plain.content.decode("utf-8-sig"))))
    assert len(rows) == 5


def test_the_key_of_the_pages_counts(door: httpx.Client, keys: dict[str, str]) -> None:
    door.get("/planner", params={"key": keys["analyst"]})
    assert door.get("/files/street_exposure.csv").status_code == 200


def test_without_streets_their_exposure_can_not_be_had(
    serve_city: Callable, own_settings: Settings, now: object, bearer: Bearer
) -> None:
    with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
        connection.exec_driver_sql("UPDATE city SET streets_version = NULL")
    with serve_city(own_settings, lambda: now) as door:
        answer = door.get("/files/street_exposure.csv", headers=bearer("analyst"))
        assert answer.status_code == 503
        assert "streets" in answer.json()["detail"]
        assert door.get("/files/facilities.csv").status_code == 200


def test_a_file_tells_of_this_moment_also_where_features_are_held(
    serve_city: Callable, own_settings: Settings, now: object
) -> None:
    with serve_city(own_settings, lambda: now) as door:
        assert door.get("/ogc/collections/facilities/items").status_code == 200
        before = door.get("/files/facilities.geojson").json()["features"]
        with open_workspace(own_settings) as workspace, workspace.database.writing() as connection:
            stored.remove(connection, "station")
        after = door.get("/files/facilities.geojson").json()["features"]
    ids = [[one["id"] for one in features] for features in (before, after)]
    assert [one for one in ids[0] if one != "station"] == ids[1]
    assert "station" in ids[0]


def test_a_head_makes_no_file(door: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("geo_service.web.files.write_features", fail)
    assert door.head("/files/facilities.gpkg").status_code == 200
    assert "content-length" not in door.head("/files/facilities.gpkg").headers
