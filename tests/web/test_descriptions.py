import re
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from geo_service.web.descriptions import describe_body, describe_problems

ID = "/facilities/{facility_id}"
DOORS = {
    ("get", ID): {200, 304, 404, 422, 503},
    ("put", ID): {200, 201, 400, 401, 403, 405, 412, 413, 415, 422, 503},
    ("delete", ID): {204, 401, 403, 404, 405, 412, 422, 503},
    ("put", f"{ID}/state"): {200, 400, 401, 403, 404, 413, 415, 422, 503},
}


@pytest.fixture(scope="module")
def described(city_door: httpx.Client) -> dict[str, Any]:
    return city_door.get("/openapi.json").json()


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_every_answer_is_described(described: dict[str, Any], method: str, path: str) -> None:
    answers = described["paths"][path][method]["responses"]
    assert {int(status) for status in answers} == DOORS[method, path]
    for status, answer in answers.items():
        assert answer["description"]
        if int(status) >= 400:
            assert list(answer["content"]) == ["application/problem+json"]


def test_every_door_that_names_a_key_lets_it_be_shown(described: dict[str, Any]) -> None:
    # Without it the page of /docs sends no key, and every try is refused.
    for path, doors in described["paths"].items():
        for door in doors.values():
            said = f"{door.get('summary', '')} {door['tags']}"
            assert "'s key" not in said or path == "/planner" or door.get("security"), path


@pytest.mark.parametrize(("method", "path"), [door for door in DOORS if door[0] != "get"])
def test_writes_need_a_key_and_may_be_repeated(
    described: dict[str, Any], method: str, path: str
) -> None:
    door = described["paths"][path][method]
    (scheme,) = door["security"]
    (name,) = scheme
    assert described["components"]["securitySchemes"][name]["scheme"] == "bearer"
    parameters = {one["name"]: one for one in door["parameters"]}
    assert parameters["facility_id"]["in"] == "path"
    assert "same as sent once" in parameters["Idempotency-Key"]["description"]


@pytest.mark.parametrize("path", [ID, f"{ID}/state"])
def test_bodies_have_a_schema_and_examples_that_are_accepted(
    described: dict[str, Any], path: str
) -> None:
    body = described["paths"][path]["put"]["requestBody"]
    assert body["required"] is True
    for media_type, content in body["content"].items():
        assert re.fullmatch(r"application/(geo\+)?json", media_type)
        assert content["schema"]["type"] == "object"
        for example in content["examples"].values():
            assert content["schema"]["required"]
            assert set(content["schema"]["required"]) <= example["value"].keys()
            assert example["value"].keys() <= content["schema"]["properties"].keys()


def test_a_status_tells_of_all_problems_that_have_it() -> None:
    described = describe_problems(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.IM_A_TEAPOT)
    assert "Refused fields" in described[422]["description"]
    assert "Wrong parameters" in described[422]["description"]
    assert described[418]["description"] == HTTPStatus.IM_A_TEAPOT.phrase


def test_a_body_is_described_for_each_of_its_types() -> None:
    described = describe_body(("a/b", "c/d"), {"type": "object"}, {"One": {"x": 1}})
    content = described["requestBody"]["content"]
    assert content.keys() == {"a/b", "c/d"}
    assert content["a/b"]["examples"] == {"One": {"summary": "One", "value": {"x": 1}}}
