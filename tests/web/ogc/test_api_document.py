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
