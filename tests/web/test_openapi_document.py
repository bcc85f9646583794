import copy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from geo_service.web.openapi_document import put_in_order
from geo_service.web.schemas.shapes import record, whole

RULES = 'extends: ["spectral:oas"]\n'


def _document(*answers: dict[str, Any]) -> dict[str, Any]:
    paths = {
        f"/{number}": {
            "get": {"responses": {"200": {"content": {"application/json": {"schema": one}}}}}
        }
        for number, one in enumerate(answers)
    }
    return {"openapi": "3.1.0", "info": {"title": "Name"}, "paths": paths}


def _schema(document: dict[str, Any], path: str) -> dict[str, Any]:
    answer = document["paths"][path]["get"]["responses"]["200"]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


def test_what_bears_a_title_is_a_component_once() -> None:
    inner = record("Inner", {"title": whole("A member may be called so.", 1)})
    outer = record("Outer", {"inner": inner})
    before = copy.deepcopy(outer)
    ordered = put_in_order(_document(outer, inner, outer))
    assert _schema(ordered, "/0") == _schema(ordered, "/2")
    assert _schema(ordered, "/1") == {"$ref": "#/components/schemas/Inner"}
    held = ordered["components"]["schemas"]
    assert list(held) == ["Inner", "Outer"]
    assert held["Outer"]["properties"] == {"inner": {"$ref": "#/components/schemas/Inner"}}
    assert held["Inner"]["properties"]["title"]["type"] == "integer"
    assert ordered["info"] == {"title": "Name"}
    assert outer == before


def test_two_schemas_of_one_title_are_refused() -> None:
    one, other = record("One", {"a": whole("A.")}), record("One", {"b": whole("B.")})
    with pytest.raises(ValueError, match="Two schemas are called One"):
        put_in_order(_document(one, other))


def test_what_pydantic_puts_beside_a_schema_is_put_into_it() -> None:
    named = {"Kind": {"title": "Kind", "type": "string", "enum": ["a"]}}
    schema = {
        "title": "Body",
        "type": "object",
        "$defs": named,
        "properties": {"kind": {"$ref": "#/$defs/Kind"}},
    }
    ordered = put_in_order(_document(schema))
    assert ordered["components"]["schemas"]["Kind"]["enum"] == ["a"]
    assert "$defs" not in ordered["components"]["schemas"]["Body"]


def test_examples_and_parameters_are_left_as_they_are() -> None:
    document = _document({"title": "Told", "type": "object", "examples": [{"title": "Wrong"}]})
    operation = document["paths"]["/0"]["get"]
    operation["parameters"] = [{"name": "code", "in": "path", "schema": {"title": "Code"}}]
    ordered = put_in_order(document)
    assert ordered["components"]["schemas"]["Told"]["examples"] == [{"title": "Wrong"}]
    assert ordered["paths"]["/0"]["get"]["parameters"][0]["schema"] == {}


def test_the_document_is_made_once(door: httpx.Client) -> None:
    first = door.get("/openapi.json")
    assert first.json()["openapi"] == "3.1.0"
    assert door.get("/openapi.json").content == first.content


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/openapi.json", "/ogc/api"])
def test_spectral_finds_nothing(
    door: httpx.Client, keys: dict[str, str], tmp_path: Path, path: str
) -> None:
    spectral = shutil.which("spectral")
    if spectral is None:
        pytest.skip("spectral (npm) is not installed; .ci/run installs it")
    shown = {"Authorization": f"Bearer {keys['analyst']}"}
    (tmp_path / "openapi.json").write_bytes(door.get(path, headers=shown).content)
    (tmp_path / "rules.yaml").write_text(RULES)
    told = subprocess.run(
        [spectral, "lint", "openapi.json", "--ruleset", "rules.yaml", "--fail-severity", "hint"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
