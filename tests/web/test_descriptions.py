import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import httpx
import pytest

from geo_service.web.descriptions import (
    RULES,
    describe_body,
    describe_form,
    describe_problems,
    describe_rules,
)

ID = "/facilities/{facility_id}"
DOORS = {
    ("get", ID): {200, 304, 404, 422, 503},
    ("put", ID): {200, 201, 400, 401, 403, 429, 405, 412, 413, 415, 422, 503},
    ("delete", ID): {204, 401, 403, 429, 404, 405, 412, 422, 503},
    ("put", f"{ID}/state"): {200, 400, 401, 403, 429, 404, 413, 415, 422, 503},
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


READABLE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
SELF_EVIDENT = {"boolean"}


def test_every_operation_says_what_a_stranger_needs(described: dict[str, Any]) -> None:
    """Names what is missing of which operation."""
    known = {tag["name"] for tag in described["tags"]}
    missing = [
        f"{method.upper()} {path}: {what}"
        for path, doors in described["paths"].items()
        for method, door in doors.items()
        for what in _missing(door, known)
    ]
    assert not missing, "\n".join(missing)
    ids = [door["operationId"] for doors in described["paths"].values() for door in doors.values()]
    assert len(set(ids)) == len(ids)


def _missing(door: dict[str, Any], tags: set[str]) -> Iterator[str]:
    if not READABLE.fullmatch(door["operationId"]):
        yield "its function's name is the operationId: name it verb_and_object"
    if not door.get("summary") or not door.get("description"):
        yield "a summary, and a description (the function's docstring)"
    if not set(door.get("tags", ())) <= tags or not door.get("tags"):
        yield "a tag that is in TAGS of openapi_document.py"
    for one in door.get("parameters", ()):
        yield from _missing_of_parameter(one)
    for status, answer in door["responses"].items():
        yield from _missing_of_answer(status, answer)
    yield from _missing_of_body(door)
    if not any(status.startswith(("2", "3")) for status in door["responses"]):
        yield "what it answers when all is well"
    if door.get("security") and not {"401", "403"} & door["responses"].keys():
        yield "401 or 403: it takes a key"


def _missing_of_body(door: dict[str, Any]) -> Iterator[str]:
    for media_type, content in door.get("requestBody", {}).get("content", {}).items():
        if not content.get("examples") or not content.get("schema"):
            yield f"a schema and examples of the body as {media_type}"
    if door.get("requestBody") and not {"400", "422"} & door["responses"].keys():
        yield "400 or 422: it takes a body"


def _missing_of_parameter(parameter: dict[str, Any]) -> Iterator[str]:
    name, schema = parameter["name"], parameter["schema"]
    if not parameter.get("description"):
        yield f"a description of the parameter {name}"
    said = {"enum", "const", "default", "example", "examples", "format"} & schema.keys()
    if not said and "example" not in parameter and schema.get("type") not in SELF_EVIDENT:
        yield f"an example of the parameter {name}"


def _missing_of_answer(status: str, answer: dict[str, Any]) -> Iterator[str]:
    if not answer.get("description"):
        yield f"a description of {status}"
    if not answer.get("content") and status not in {"204", "303", "304"}:
        yield f"the content of {status}"
    for media_type, content in answer.get("content", {}).items():
        if not content.get("schema"):
            yield f"a schema of {status} as {media_type}"
        if media_type.endswith("json") and "example" not in content:
            yield f"an example of {status} as {media_type}"
    headers = answer.get("headers", {})
    needed = {"304": "ETag", "303": "Location", "503": "Retry-After"}.get(status)
    if needed and needed not in headers:
        yield f"the header {needed} of {status}"


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
        schema = content["schema"]
        if "$ref" in schema:
            schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        assert schema["type"] == "object"
        for example in content["examples"].values():
            assert schema["required"]
            assert set(schema["required"]) <= example["value"].keys()
            assert example["value"].keys() <= schema["properties"].keys()


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


def test_rules_that_schemas_can_not_say_have_a_sentence_each(described: dict[str, Any]) -> None:
    told = {
        door["operationId"]: door[RULES]
        for doors in described["paths"].values()
        for door in doors.values()
        if RULES in door
    }
    assert told["list_places"].keys() == {"lat", "lon"}
    assert all(words.endswith(".") for rules in told.values() for words in rules.values())


def test_a_form_of_a_page_is_described_with_what_the_page_does() -> None:
    form = describe_form({"a": "What it is."}, {"One": {"a": "x"}}, required=["a"])
    (content,) = form["requestBody"]["content"].values()
    assert content["schema"]["required"] == ["a"]
    assert content["schema"]["properties"]["a"]["description"] == "What it is."
    assert form[RULES] == describe_rules(page=form[RULES]["page"])[RULES]
