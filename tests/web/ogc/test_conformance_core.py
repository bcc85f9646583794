"""The requirements of OGC API - Features Part 1 (17-069r4), each asked of the served city.

A test is named for the requirement it looks at: ``/req/core/http`` is ``test_req_core_http``.
``test_conformance.py`` says which there are, and looks that none is left out. These are tests of
our own; they certify nothing.
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

import httpx
import pytest

COLLECTIONS = ("facilities", "issues", "areas", "releases")
FIRST = "facilities"
COLLECTION = f"/ogc/collections/{FIRST}"
ITEMS = f"{COLLECTION}/items"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
DOCUMENTS = (
    "/ogc", "/ogc/conformance", "/ogc/collections", COLLECTION, f"{COLLECTION}/queryables",
    f"{COLLECTION}/schema", ITEMS, f"{ITEMS}/station",
)  # fmt: skip

Got = Callable[..., dict[str, Any]]


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def links(document: dict[str, Any], rel: str) -> list[dict[str, str]]:
    return [one for one in document["links"] if one["rel"] == rel]


def pages(got: Got, address: str, **params: str) -> Iterator[dict[str, Any]]:
    page = got(address, **params)
    yield page
    while following := links(page, "next"):
        assert following[0]["type"] == "application/geo+json"
        page = got(following[0]["href"])
        yield page


def test_req_core_root_op(city_door: httpx.Client) -> None:
    assert city_door.get("/ogc").status_code == 200


def test_req_core_root_success(got: Got) -> None:
    landing = got("/ogc")
    assert landing["title"]
    assert links(landing, "service-desc") or links(landing, "service-doc")
    assert links(landing, "conformance")
    assert links(landing, "data")


def test_req_core_api_definition_op(got: Got, city_door: httpx.Client) -> None:
    landing = got("/ogc")
    for rel in ("service-desc", "service-doc"):
        for one in links(landing, rel):
            answer = city_door.get(one["href"], headers={"Accept": one["type"]})
            assert answer.status_code == 200


def test_req_core_api_definition_success(city_door: httpx.Client) -> None:
    answer = city_door.get("/ogc/api", headers={"Accept": OPENAPI})
    assert answer.headers["content-type"] == OPENAPI
    assert answer.json()["openapi"].startswith("3.0.")


def test_req_core_conformance_op(got: Got, city_door: httpx.Client) -> None:
    (one, *_) = links(got("/ogc"), "conformance")
    assert city_door.get(one["href"]).status_code == 200


def test_req_core_conformance_success(got: Got) -> None:
    told = got("/ogc/conformance")["conformsTo"]
    assert all(
        re.fullmatch(r"http://www\.opengis\.net/spec/[^ ]+/conf/[^ /]+", one) for one in told
    )


# HTTP and parameters.


def test_req_core_http(city_door: httpx.Client) -> None:
    assert city_door.head(ITEMS).status_code == 200
    assert city_door.post(ITEMS).status_code == 405
    for way in ("GET", "HEAD", "POST"):
        assert city_door.request(way, "/ogc/none").status_code == 404


@pytest.mark.parametrize("path", [*DOCUMENTS, "/ogc/api"])
def test_req_core_query_param_unknown(city_door: httpx.Client, path: str) -> None:
    assert city_door.get(path, params={"none": "1"}).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=1&limit=2", "bbox=1,2,3",
        "bbox=1,2,3,x", "bbox=nan,1,2,3", "bbox=1,3,2,1", "bbox=1,91,2,92", "datetime=yesterday",
        "datetime=../..", "datetime=/", "datetime=2026-01-01T00:00:00Z/2025-01-01T00:00:00Z",
        "datetime=2026-13-01T00:00:00Z", "f=xml", "crs=EPSG:4326", "charged=many",
        "out_of_order=perhaps", "filter=((", "filter-lang=sql", "sortby=none", "cursor=x",
        "properties=none",
    ],
)  # fmt: skip
def test_req_core_query_param_invalid(city_door: httpx.Client, query: str) -> None:
    answer = city_door.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


def test_req_core_crs84(got: Got) -> None:
    for one in got("/ogc/collections")["collections"]:
        for page in pages(got, f"/ogc/collections/{one['id']}/items"):
            for feature in page["features"]:
                west, south = _first_position(feature["geometry"]["coordinates"])
                assert 112 < west < 113
                assert 32 < south < 33


def _first_position(coordinates: list[Any]) -> tuple[float, float]:
    while isinstance(coordinates[0], list):
        coordinates = coordinates[0]
    return coordinates[0], coordinates[1]


# The collections.


def test_req_core_fc_md_op(got: Got, city_door: httpx.Client) -> None:
    (one, *_) = links(got("/ogc"), "data")
    assert city_door.get(one["href"]).status_code == 200


def test_req_core_fc_md_success(got: Got) -> None:
    told = got("/ogc/collections")
    assert {"links", "collections"} <= told.keys()
    assert all({"id", "links"} <= one.keys() for one in told["collections"])


def test_req_core_fc_md_links(got: Got, city_door: httpx.Client) -> None:
    told = got("/ogc/collections")
    assert links(told, "self")
    assert links(told, "alternate")
    for one in told["links"]:
        answer = city_door.get(one["href"])
        assert answer.headers["content-type"].partition(";")[0] == one["type"]


def test_req_core_fc_md_items(got: Got) -> None:
    assert [one["id"] for one in got("/ogc/collections")["collections"]] == list(COLLECTIONS)


def test_req_core_fc_md_items_links(got: Got, city_door: httpx.Client) -> None:
    for one in got("/ogc/collections")["collections"]:
        found = links(one, "items")
        assert {link["type"] for link in found} == {"application/geo+json", "text/html"}
        for link in found:
            answer = city_door.get(link["href"])
            assert answer.headers["content-type"].partition(";")[0] == link["type"]


def test_req_core_fc_md_extent(got: Got) -> None:
    for one in got("/ogc/collections")["collections"]:
        for box in one["extent"]["spatial"]["bbox"]:
            found = pages(got, f"/ogc/collections/{one['id']}/items")
            inside = pages(got, f"/ogc/collections/{one['id']}/items", bbox=",".join(map(str, box)))
            assert list(chain(*map(ids, found))) == list(chain(*map(ids, inside)))
        for begins, ends in one["extent"].get("temporal", {}).get("interval", []):
            assert begins is None or datetime.fromisoformat(begins)
            assert ends is None or datetime.fromisoformat(ends)


def test_req_core_sfc_md_op(got: Got, city_door: httpx.Client) -> None:
    for one in got("/ogc/collections")["collections"]:
        assert city_door.get(f"/ogc/collections/{one['id']}").status_code == 200
    assert city_door.get("/ogc/collections/none").status_code == 404


def test_req_core_sfc_md_success(got: Got) -> None:
    for one in got("/ogc/collections")["collections"]:
        alone = got(f"/ogc/collections/{one['id']}")
        for name in ("id", "title", "description", "extent", "itemType", "storageCrs"):
            assert alone[name] == one[name]
