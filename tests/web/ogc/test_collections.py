from collections.abc import Callable

import httpx
import pytest

Bearer = Callable[[str], dict[str, str]]

HTML = {"Accept": "text/html"}
FOR_ALL = ["facilities", "issues", "areas", "releases"]
FOR_ANALYSTS = [*FOR_ALL, "street_exposure", "cell_exposure"]


@pytest.mark.parametrize(("key", "names"), [(None, FOR_ALL), ("analyst", FOR_ANALYSTS)])
def test_collections_are_those_one_may_see(
    city_door: httpx.Client, bearer: Bearer, key: str | None, names: list[str]
) -> None:
    headers = bearer(key) if key else {}
    listed = city_door.get("/ogc/collections", headers=headers).json()
    assert [one["id"] for one in listed["collections"]] == names
    assert listed["crs"][0].endswith("CRS84")
    for one in listed["collections"]:
        alone = city_door.get(f"/ogc/collections/{one['id']}", headers=headers).json()
        assert alone["crs"] == listed["crs"]
        assert alone["extent"].keys() >= {"spatial"}
        assert {link["rel"] for link in one["links"]} >= {"self", "items", "enclosure"}


def test_a_collection_tells_where_and_when_it_is(city_door: httpx.Client) -> None:
    extent = city_door.get("/ogc/collections/issues").json()["extent"]
    ((west, south, east, north),) = extent["spatial"]["bbox"]
    assert 112 < west <= east < 113
    assert 32 < south <= north < 33
    ((begins, ends),) = extent["temporal"]["interval"]
    assert begins.endswith("Z")
    assert ends is None


def test_what_can_be_asked_by_is_described(city_door: httpx.Client) -> None:
    answer = city_door.get("/ogc/collections/facilities/queryables")
    assert answer.headers["content-type"] == "application/schema+json"
    told = answer.json()
    assert told["$id"] == str(answer.url)
    assert told["type"] == "object"
    assert {"id", "geometry", "kind", "amenities"} <= told["properties"].keys()
    for name in set(told["properties"]) - {"geometry"}:
        asked = {"properties": "kind", "limit": "1", "sortby": name}
        found = city_door.get("/ogc/collections/facilities/items", params=asked)
        assert found.status_code == (400 if name in {"amenities", "services"} else 200)


@pytest.mark.parametrize("path", ["", "/issues", "/issues/queryables", "/facilities/items"])
def test_everything_has_a_page_for_people(city_door: httpx.Client, path: str) -> None:
    page = city_door.get(f"/ogc/collections{path}", headers=HTML)
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert "<h1>" in page.text


@pytest.mark.parametrize("path", ["", "/issues", "/issues/queryables"])
def test_parameters_that_are_not_known_are_bad_requests(city_door: httpx.Client, path: str) -> None:
    for query in ("x=1", "f=xml", "f=json&f=json"):
        answer = city_door.get(f"/ogc/collections{path}?{query}")
        assert answer.status_code == 400
        assert answer.json()["title"] == "Bad parameters"


def test_there_is_no_other_collection(city_door: httpx.Client) -> None:
    for path in ("", "/items", "/queryables", "/items/x"):
        answer = city_door.get(f"/ogc/collections/traces{path}")
        assert answer.status_code == 404
