from collections.abc import Callable
from typing import Any

import httpx
import pytest

Bearer = Callable[[str], dict[str, str]]


def get(door: httpx.Client, **headers: str) -> dict[str, Any]:
    answer = door.get("/ogc/api", headers=headers)
    assert answer.headers["content-type"] == "application/vnd.oai.openapi+json;version=3.0"
    document: dict[str, Any] = answer.json()
    return document


def test_every_path_is_answered_as_described(city_door: httpx.Client) -> None:
    document = get(city_door)
    assert document["openapi"].startswith("3.0.")
    (server,) = document["servers"]
    for path in document["paths"]:
        concrete = path.replace("{featureId}", "none").rstrip("/")
        answer = city_door.get(f"{server['url']}{concrete}")
        assert answer.status_code == (404 if "featureId" in path else 200), path


def test_every_collection_s_own_properties_are_parameters(city_door: httpx.Client) -> None:
    document = get(city_door)
    for name in ("facilities", "issues", "areas", "releases"):
        described = document["paths"][f"/collections/{name}/items"]["get"]["parameters"]
        names = [one["name"] for one in described]
        assert len(set(names)) == len(names)
        queryables = city_door.get(f"/ogc/collections/{name}/queryables").json()["properties"]
        assert queryables.keys() - {"id", "geometry"} <= set(names)


def test_operations_have_names_of_their_own(city_door: httpx.Client) -> None:
    document = get(city_door)
    names = [one["get"]["operationId"] for one in document["paths"].values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("key", [None, "analyst"])
def test_exposure_is_described_to_analysts(
    city_door: httpx.Client, bearer: Bearer, key: str | None
) -> None:
    headers = bearer(key) if key else {}
    paths = get(city_door, **headers)["paths"]
    assert ("/collections/cell_exposure/items" in paths) is (key is not None)


def test_a_collection_s_answers_and_limits_are_described(city_door: httpx.Client) -> None:
    document = get(city_door)
    items = document["paths"]["/collections/facilities/items"]["get"]
    told = items["responses"]
    assert told.keys() == {"200", "400", "401", "403", "404", "429", "503"}
    schema = told["200"]["content"]["application/geo+json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/OgcFeatureCollection"}
    parameters = {one["name"]: one for one in items["parameters"]}
    # Clients ask for as many at once as they are told that they may.
    assert parameters["limit"]["schema"]["maximum"] == 10_000
    systems = city_door.get("/ogc/collections/facilities").json()["crs"]
    for name in ("crs", "bbox-crs", "filter-crs"):
        assert parameters[name]["schema"]["enum"] == systems
    assert "kind" in parameters["properties"]["schema"]["items"]["enum"]


def test_both_descriptions_say_the_same_of_answers(city_door: httpx.Client) -> None:
    older = get(city_door)["components"]["schemas"]
    newer = city_door.get("/openapi.json").json()["components"]["schemas"]
    assert older.keys() <= newer.keys()
    for name, schema in older.items():
        assert schema.get("properties", {}).keys() == newer[name].get("properties", {}).keys()
