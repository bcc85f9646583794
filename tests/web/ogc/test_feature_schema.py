from itertools import chain
from typing import Any

import httpx
import pytest

TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}


def lacking(told: object, schema: dict[str, Any], name: str) -> list[str]:
    """Name what in a document is not as its schema says."""
    if told is None:
        return [] if schema.get("nullable") else [name]
    if schema["type"] == "object":
        assert isinstance(told, dict)
        parts = schema["properties"].items()
        return list(chain.from_iterable(lacking(told[one], of, one) for one, of in parts))
    fits = isinstance(told, TYPES[schema["type"]]) and told in schema.get("enum", [told])
    return [] if fits else [name]


@pytest.mark.parametrize("name", ["facilities", "issues", "releases"])
def test_features_are_as_the_schema_says(city_door: httpx.Client, name: str) -> None:
    answer = city_door.get(f"/ogc/collections/{name}/schema")
    assert answer.headers["content-type"] == "application/schema+json"
    schema = answer.json()
    assert schema["$id"] == str(answer.url)
    features = city_door.get(f"/ogc/collections/{name}/items").json()["features"]
    assert features
    for feature in features:
        assert lacking(feature, schema, name) == []
        assert set(feature["properties"]) == set(schema["properties"]["properties"]["properties"])


def test_what_is_not_as_the_schema_says_is_found(city_door: httpx.Client) -> None:
    schema = city_door.get("/ogc/collections/facilities/schema").json()
    feature = city_door.get("/ogc/collections/facilities/items?limit=1").json()["features"][0]
    feature["properties"] |= {"charged": "2", "kind": None}
    assert lacking(feature, schema, "") == ["charged"]


def test_a_collection_leads_to_its_schema(city_door: httpx.Client) -> None:
    links = city_door.get("/ogc/collections/areas").json()["links"]
    (found,) = [one for one in links if one["rel"].lower() == "describedby"]
    assert city_door.get(found["href"]).headers["content-type"] == found["type"]
    page = city_door.get(found["href"], headers={"Accept": "text/html"})
    assert "body_level" in page.text
    assert page.text.startswith("<!doctype html>")
    assert city_door.get(found["href"], params={"x": "1"}).status_code == 400
