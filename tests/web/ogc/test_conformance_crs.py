"""The requirements of OGC API - Features Part 2 (18-058r1), each asked of the served city.

Named as in ``test_conformance_core.py``. pyproj, asked here by itself, says where places are.
"""

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from pyproj import Transformer

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CODES = (4326, 3857, 4490, 32649)
ITEMS = "/ogc/collections/facilities/items"
ONE = f"{ITEMS}/station"
BOX = (112.1335, 32.0335, 112.1405, 32.0365)
INSIDE = ["cabinet-fresh", "cabinet-stale", "station"]

Got = Callable[..., dict[str, Any]]


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def moved(code: int, lon: float, lat: float) -> tuple[float, float]:
    """Say a place in a system, in the order of its authority's axes."""
    return Transformer.from_crs("OGC:CRS84", f"EPSG:{code}").transform(lon, lat)


def parameters(got: Got, path: str) -> dict[str, Any]:
    told = got("/ogc/api")["paths"][path]["get"]["parameters"]
    return {one["name"]: one for one in told}


def test_req_crs_fc_md_crs_list(got: Got) -> None:
    for one in got("/ogc/collections")["collections"]:
        told = got(f"/ogc/collections/{one['id']}")["crs"]
        assert told[0] == CRS84
        assert told == [CRS84, *(f"{EPSG}{code}" for code in CODES)]


def test_req_crs_fc_md_crs_list_global(got: Got) -> None:
    listed = got("/ogc/collections")
    for one in listed["collections"]:
        assert one["crs"] == ["#/crs"]
        for uri in listed["crs"]:
            page = got(f"/ogc/collections/{one['id']}/items", crs=uri, bbox_crs=uri)
            assert page["type"] == "FeatureCollection"


def test_req_crs_crs_uri(got: Got) -> None:
    for uri in got("/ogc/collections")["crs"]:
        assert re.fullmatch(r"http://www\.opengis\.net/def/crs/(OGC|EPSG)/[\d.]+/\w+", uri)


def test_req_crs_fc_md_storagecrs(got: Got) -> None:
    assert all(one["storageCrs"] for one in got("/ogc/collections")["collections"])


def test_req_crs_fc_md_storagecrs_valid_value(got: Got) -> None:
    listed = got("/ogc/collections")
    assert all(one["storageCrs"] in listed["crs"] for one in listed["collections"])


@pytest.mark.parametrize("tail", ["", "/{featureId}"])
def test_req_crs_fc_crs_definition(got: Got, tail: str) -> None:
    crs = parameters(got, f"/collections/facilities/items{tail}")["crs"]
    assert (crs["in"], crs["required"], crs["style"], crs["explode"]) == (
        "query", False, "form", False,
    )  # fmt: skip
    assert (crs["schema"]["type"], crs["schema"]["format"]) == ("string", "uri")


@pytest.mark.parametrize("path", [ITEMS, ONE])
@pytest.mark.parametrize("text", [f"{EPSG}2154", "EPSG:4326", "4326", "", "CRS84", f"{CRS84}h"])
def test_req_crs_fc_crs_valid_value(city_door: httpx.Client, path: str, text: str) -> None:
    assert city_door.get(path, params={"crs": text}).status_code == 400


def test_req_crs_fc_crs_default_value(city_door: httpx.Client) -> None:
    for path in (ITEMS, ONE):
        plain = city_door.get(path)
        asked = city_door.get(path, params={"crs": CRS84})
        assert plain.headers["content-crs"] == asked.headers["content-crs"] == f"<{CRS84}>"
        name = "features" if path == ITEMS else "geometry"
        assert plain.json()[name] == asked.json()[name]


@pytest.mark.parametrize("code", CODES)
def test_req_crs_fc_crs_action(got: Got, code: int) -> None:
    plain = got(ITEMS)["features"]
    told = got(ITEMS, crs=f"{EPSG}{code}")["features"]
    for one, other in zip(plain, told, strict=True):
        wanted = moved(code, *one["geometry"]["coordinates"])
        assert other["geometry"]["coordinates"] == pytest.approx(wanted, abs=0.006, rel=1e-9)
        assert other["properties"] == one["properties"]
    alone = got(ONE, crs=f"{EPSG}{code}")["geometry"]
    assert alone in [one["geometry"] for one in told]


def test_req_crs_fc_bbox_crs_definition(got: Got) -> None:
    told = parameters(got, "/collections/facilities/items")["bbox-crs"]
    assert (told["in"], told["required"], told["style"], told["explode"]) == (
        "query", False, "form", False,
    )  # fmt: skip
    assert (told["schema"]["type"], told["schema"]["format"]) == ("string", "uri")


@pytest.mark.parametrize("text", [f"{EPSG}2154", "EPSG:3857", "", "x"])
def test_req_crs_fc_bbox_crs_valid_value(city_door: httpx.Client, text: str) -> None:
    asked = {"bbox": "1,2,3,4", "bbox-crs": text}
    assert city_door.get(ITEMS, params=asked).status_code == 400
    # Part 2 wants a wrong name refused, whether or not there is a box.
    assert city_door.get(ITEMS, params={"bbox-crs": text}).status_code == 400


def test_req_crs_fc_bbox_crs_default_value(got: Got) -> None:
    box = ",".join(map(str, BOX))
    assert ids(got(ITEMS, bbox=box)) == ids(got(ITEMS, bbox=box, bbox_crs=CRS84)) == INSIDE
    # The coordinates of the answer say nothing of those of the box.
    assert ids(got(ITEMS, bbox=box, crs=f"{EPSG}3857")) == INSIDE


@pytest.mark.parametrize("code", CODES)
def test_req_crs_fc_bbox_crs_action(got: Got, code: int) -> None:
    west, south, east, north = BOX
    corners = [moved(code, lon, lat) for lon in (west, east) for lat in (south, north)]
    low = [min(one[axis] for one in corners) for axis in (0, 1)]
    high = [max(one[axis] for one in corners) for axis in (0, 1)]
    box = ",".join(f"{number:.9f}" for number in (*low, *high))
    assert ids(got(ITEMS, bbox=box, bbox_crs=f"{EPSG}{code}")) == INSIDE


@pytest.mark.parametrize("path", [ITEMS, ONE])
def test_req_crs_ogc_crs_header(city_door: httpx.Client, path: str) -> None:
    for uri in city_door.get("/ogc/collections").json()["crs"]:
        assert "content-crs" in city_door.get(path, params={"crs": uri}).headers


@pytest.mark.parametrize("path", [ITEMS, ONE])
def test_req_crs_ogc_crs_header_value(city_door: httpx.Client, path: str) -> None:
    for uri in city_door.get("/ogc/collections").json()["crs"]:
        answer = city_door.get(path, params={"crs": uri})
        assert answer.headers["content-crs"] == f"<{uri}>"


def test_req_crs_geojson(city_door: httpx.Client) -> None:
    """Another system than GeoJSON's own is told only to those who asked for it."""
    answer = city_door.get(ITEMS, params={"crs": f"{EPSG}4326"})
    assert answer.headers["content-type"] == "application/geo+json"
    lat, lon = answer.json()["features"][0]["geometry"]["coordinates"]
    assert (round(lat), round(lon)) == (32, 112)
