"""The requirements of OGC API - Features Part 3 (19-079r2), each asked of the served city.

Named as in ``test_conformance_core.py``; those of the language itself stand in
``test_conformance_cql2.py``.
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

COLLECTIONS = ("facilities", "issues", "areas", "releases")
ITEMS = "/ogc/collections/facilities/items"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
SIMPLE = {"string": str, "integer": int, "number": (int, float), "boolean": bool}

Got = Callable[..., dict[str, Any]]


def ids(page: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in page["features"]]


def parameters(got: Got, name: str) -> dict[str, Any]:
    told = got("/ogc/api")["paths"][f"/collections/{name}/items"]["get"]["parameters"]
    return {one["name"]: one for one in told}


@pytest.mark.parametrize("name", COLLECTIONS)
def test_req_queryables_get_queryables_op(city_door: httpx.Client, name: str) -> None:
    path = f"/ogc/collections/{name}/queryables"
    answer = city_door.get(path, headers={"Accept": "application/schema+json"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/schema+json"
    links = city_door.get(f"/ogc/collections/{name}").json()["links"]
    assert [one["href"] for one in links if one["rel"] == QUERYABLES] == [str(answer.url)]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_req_queryables_get_queryables_response(city_door: httpx.Client, name: str) -> None:
    answer = city_door.get(f"/ogc/collections/{name}/queryables?f=json")
    told = answer.json()
    assert told["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert told["$id"] == str(answer.url).partition("?")[0]
    assert told["type"] == "object"
    assert told["properties"]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_req_queryables_queryables_link(city_door: httpx.Client, name: str) -> None:
    for f in ("json", "html"):
        answer = city_door.get(f"/ogc/collections/{name}/items", params={"f": f})
        (link,) = [one for one in answer.links.values() if one["rel"] == QUERYABLES]
        assert city_door.get(link["url"]).json()["$id"] == link["url"]


def test_req_queryables_expression_construction(city_door: httpx.Client) -> None:
    answer = city_door.get(ITEMS, params={"filter": "stage = 'collected'"})
    assert answer.status_code == 400


@pytest.mark.parametrize("name", COLLECTIONS)
def test_req_queryables_query_parameters_parameters(got: Got, name: str) -> None:
    queryables = got(f"/ogc/collections/{name}/queryables")["properties"]
    known = parameters(got, name)
    features = got(f"/ogc/collections/{name}/items")["features"]
    for one, schema in queryables.items():
        if schema.get("type") not in SIMPLE or one == "id":
            continue
        told = known[one]["schema"]
        assert {"type", "format", "enum"} & schema.keys() <= told.keys()
        assert all(told[word] == schema[word] for word in ("type", "format") if word in schema)
        for value in {feature["properties"][one] for feature in features} - {None}:
            assert isinstance(value, SIMPLE[schema["type"]])
            text = value if isinstance(value, str) else json.dumps(value)
            asked = f"/ogc/collections/{name}/items?{urlencode({one: text, 'limit': '100'})}"
            found = got(asked)
            same = [each["id"] for each in features if each["properties"][one] == value]
            assert ids(found)[: len(same)] == same


def test_req_filter_filter_param(got: Got) -> None:
    told = parameters(got, "facilities")["filter"]
    assert (told["in"], told["required"], told["schema"]["type"]) == ("query", False, "string")
    assert (told["style"], told["explode"]) == ("form", False)


def test_req_filter_filter_lang_param(got: Got, city_door: httpx.Client) -> None:
    schema = parameters(got, "facilities")["filter-lang"]["schema"]
    assert schema["default"] == "cql2-text"
    assert set(schema["enum"]) == {"cql2-text", "cql2-json"}
    text = "kind = 'rest_station'"
    tree = json.dumps({"op": "=", "args": [{"property": "kind"}, "rest_station"]})
    wanted = ["station", "station-night"]
    assert ids(got(ITEMS, filter=text)) == wanted
    assert ids(got(ITEMS, filter=text, filter_lang="cql2-text")) == wanted
    assert ids(got(ITEMS, filter=tree, filter_lang="cql2-json")) == wanted
    for lang in ("cql-text", "ecql", ""):
        asked = {"filter": text, "filter-lang": lang}
        assert city_door.get(ITEMS, params=asked).status_code == 400


def test_req_filter_filter_crs_wgs84(got: Got) -> None:
    text = "S_INTERSECTS(geometry, BBOX(112.1335,32.0335,112.1345,32.0345))"
    assert ids(got(ITEMS, filter=text)) == ["cabinet-fresh"]


def test_req_filter_filter_crs_param(got: Got, city_door: httpx.Client) -> None:
    schema = parameters(got, "facilities")["filter-crs"]["schema"]
    assert schema["type"] == "string"
    text = "S_INTERSECTS(geometry, POLYGON((32.0335 112.1335, 32.0345 112.1335, 32.0345 112.1345, "
    text += "32.0335 112.1345, 32.0335 112.1335)))"
    assert ids(got(ITEMS, filter=text, filter_crs=f"{EPSG}4326")) == ["cabinet-fresh"]
    for crs in (f"{EPSG}2154", "x", ""):
        asked = {"filter": text, "filter-crs": crs}
        assert city_door.get(ITEMS, params=asked).status_code == 400


def test_req_filter_expression_construction(city_door: httpx.Client) -> None:
    """A filter names queryables only: as in the class before."""
    test_req_queryables_expression_construction(city_door)


def test_req_filter_mixing_expressions(got: Got) -> None:
    box, text = "112.13,32.03,112.1375,32.05", "name_en IS NULL"
    wanted = set(ids(got(ITEMS, bbox=box))) & set(ids(got(ITEMS, filter=text)))
    assert set(ids(got(ITEMS, bbox=box, filter=text))) == wanted == {
        "cabinet-stale", "station-night",
    }  # fmt: skip
    assert ids(got(ITEMS, bbox=box, filter=text, kind="rest_station")) == ["station-night"]
    issues = "/ogc/collections/issues/items"
    assert ids(got(issues, filter="supporters >= 0", datetime="2026-01-01T00:00:00Z")) == []


def test_req_filter_response(got: Got) -> None:
    """What is true is in; what is false, or not known to be true, is not."""
    true, false = ids(got(ITEMS, filter="charged = 2")), ids(got(ITEMS, filter="charged <> 2"))
    unknown = ids(got(ITEMS, filter="charged IS NULL"))
    assert true == ["cabinet-fresh", "cabinet-stale"]
    assert false == []
    assert sorted(true + unknown) == ids(got(ITEMS))
    assert ids(got(ITEMS, filter="NOT charged = 2")) == []


def test_req_features_filter_response(got: Got) -> None:
    """Paging and counts are of what the filter lets through."""
    page = got(ITEMS, filter="kind LIKE '%station'", limit="1")
    assert (page["numberMatched"], page["numberReturned"]) == (2, 1)
    (following,) = [one for one in page["links"] if one["rel"] == "next"]
    rest = got(following["href"])
    assert ids(page) + ids(rest) == ["station", "station-night"]
    assert not [one for one in rest["links"] if one["rel"] == "next"]
