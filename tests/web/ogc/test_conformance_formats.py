"""GeoJSON, HTML and OpenAPI of OGC API - Features Part 1 (17-069r4), asked of the served city.

Named as in ``test_conformance_core.py``.
"""

import re
from collections.abc import Callable
from html.parser import HTMLParser
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


@pytest.mark.parametrize("path", DOCUMENTS)
def test_req_geojson_definition(city_door: httpx.Client, path: str) -> None:
    features = "/items" in path
    wanted = "application/geo+json" if features else "application/json"
    answer = city_door.get(path, headers={"Accept": wanted})
    kind = answer.headers["content-type"]
    # Part 3 wants schemas told as what they are.
    assert kind == ("application/schema+json" if path.endswith(("ables", "schema")) else wanted)


def test_req_geojson_content(got: Got) -> None:
    for name in COLLECTIONS:
        page = got(f"/ogc/collections/{name}/items")
        assert page["type"] == "FeatureCollection"
        assert page["links"]
        feature = (
            got(f"/ogc/collections/{name}/items/{page['features'][0]['id']}") if ids(page) else None
        )
        for one in [*page["features"], *([feature] if feature else [])]:
            assert one["type"] == "Feature"
            assert {"id", "geometry", "properties"} <= one.keys()


@pytest.mark.parametrize("path", [*DOCUMENTS, "/ogc/api"])
def test_req_html_definition(city_door: httpx.Client, path: str) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    for answer in (
        city_door.get(path, headers={"Accept": "text/html"}),
        city_door.get(path, headers={"Accept": browser}),
        city_door.get(path, params={"f": "html"}),
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/html; charset=utf-8"


class _Leads(HTMLParser):
    """Where a page leads."""

    def __init__(self) -> None:
        super().__init__()
        self.to: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.to.add((dict(attrs).get("href") or "").replace("?f=html", "").split("#")[0])


@pytest.mark.parametrize("path", DOCUMENTS)
def test_req_html_content(city_door: httpx.Client, path: str) -> None:
    answer = city_door.get(path, params={"f": "html"})
    assert answer.text.lstrip().lower().startswith("<!doctype html>")
    leads = _Leads()
    leads.feed(answer.text)
    document = city_door.get(path).json()
    wanted = {one["href"] for one in document.get("links", []) if one["rel"] != "alternate"}
    missing = (
        {one.partition("?f=")[0] for one in wanted} - leads.to - {str(city_door.get(path).url)}
    )
    assert not {one for one in missing if not one.endswith("/items")}


# OpenAPI 3.0.


def test_req_oas30_oas_definition_1(city_door: httpx.Client) -> None:
    assert city_door.get("/ogc/api", params={"f": "json"}).headers["content-type"] == OPENAPI
    page = city_door.get("/ogc/api", params={"f": "html"})
    assert page.headers["content-type"].startswith("text/html")


def test_req_oas30_oas_definition_2(api: dict[str, Any]) -> None:
    """What OpenAPI 3.0 asks of every document; its own schema is no part of this house."""
    assert re.fullmatch(r"3\.0\.\d", api["openapi"])
    assert {"title", "version"} <= api["info"].keys()
    names = [one["get"]["operationId"] for one in api["paths"].values()]
    assert len(set(names)) == len(names)
    for path, one in api["paths"].items():
        told = [each["name"] for each in one["get"].get("parameters", []) if each["in"] == "path"]
        assert told == re.findall(r"\{(\w+)\}", path)
        for answer in one["get"]["responses"].values():
            assert "$ref" in answer or answer["description"]


def test_req_oas30_oas_impl(api: dict[str, Any], city_door: httpx.Client) -> None:
    (server,) = api["servers"]
    for path in api["paths"]:
        if "{" not in path:
            address = server["url"] + path.rstrip("/")
            assert city_door.get(address).status_code == 200


def test_req_oas30_completeness(api: dict[str, Any]) -> None:
    for one in api["paths"].values():
        assert {"200", "default"} <= one["get"]["responses"].keys()
    for name in COLLECTIONS:
        for tail in ("", "/queryables", "/schema", "/items", "/items/{featureId}"):
            assert f"/collections/{name}{tail}" in api["paths"]


def test_req_oas30_exception_codes(api: dict[str, Any]) -> None:
    problem = api["components"]["responses"]["problem"]
    assert list(problem["content"]) == ["application/problem+json"]
    told = problem["content"]["application/problem+json"]["schema"]["properties"]
    assert {"type", "title", "status", "detail"} <= told.keys()


def test_req_oas30_security(api: dict[str, Any]) -> None:
    schemes = api["components"]["securitySchemes"]
    assert {name for one in api["security"] for name in one} == schemes.keys()
    assert {} in api["security"]
