import jsonschema
import pytest

from geo_service.web.schemas import (
    facilities,
    figures,
    gbfs,
    geojson,
    issues,
    ogc,
    open311,
    pages,
    riders,
    tiles,
)
from geo_service.web.schemas.shapes import (
    Schema,
    choice,
    example_of,
    moment,
    number,
    or_null,
    record,
    several,
    text,
    truth,
    whole,
)

ROOMS = (facilities, figures, gbfs, geojson, issues, ogc, open311, pages, riders, tiles)
SEVERAL = {"HEALTH", "FEEDS"}
"""Names of several schemas."""
SCHEMAS = {
    f"{room.__name__.rpartition('.')[2]}.{name}": schema
    for room in ROOMS
    for name, schema in vars(room).items()
    if name[0].isupper() and name.isupper() and isinstance(schema, dict) and name not in SEVERAL
}


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_schema_is_one_and_its_example_is_valid(schema: Schema) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    judge.validate(example_of(schema))


@pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
def test_every_record_says_that_there_is_nothing_else(schema: Schema) -> None:
    for part in _parts(schema):
        if "properties" in part:
            assert part["additionalProperties"] is False, part.get("title")
            assert set(part["required"]) <= set(part["properties"]), part.get("title")


def _parts(schema: Schema) -> list[Schema]:
    below = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    below += [*schema.get("oneOf", ()), schema.get("items", {})]
    return [schema, *(part for one in below if one for part in _parts(one))]


def test_a_record_has_its_members_and_no_others() -> None:
    schema = record("Thing", {"a": whole("A.", 1)}, {"b": text("B.", "x")}, "A thing.")
    judge = jsonschema.Draft202012Validator(schema)
    assert judge.is_valid({"a": 0})
    assert judge.is_valid({"a": 2, "b": ""})
    assert not judge.is_valid({"b": ""})
    assert not judge.is_valid({"a": 0, "c": 1})
    assert not judge.is_valid({"a": -1})
    assert example_of(schema) == {"a": 1, "b": "x"}
    assert schema["title"] == "Thing"
    assert "title" not in record("", {})


@pytest.mark.parametrize(
    ("schema", "example"),
    [
        (text("A.", "x"), "x"),
        (number("A.", 1.5), 1.5),
        (truth("A.", example=False), False),
        (choice("A.", ["a", "b"]), "a"),
        (choice("A.", ["a", "b"], "Letter"), "a"),
        (moment("A."), "2026-10-01T04:00:00Z"),
    ],
)
def test_null_may_stand_for_anything(schema: Schema, example: object) -> None:
    judge = jsonschema.Draft202012Validator(or_null(schema))
    assert example_of(or_null(schema)) == example_of(schema) == example
    assert judge.is_valid(example)
    # A word that is one of several is not null, whatever type may be said of it.
    assert judge.is_valid(None) or "enum" in schema
    assert not judge.is_valid({})


def test_a_list_has_one_example() -> None:
    assert example_of(several(whole("A.", 7))) == [7]
    assert example_of({"type": "null"}) is None
