import copy

import pytest

from geo_service.web.ogc.openapi_30 import in_openapi_30
from geo_service.web.schemas.shapes import Schema, fixed, moment, or_null, record, several, text


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (fixed("Feature"), {"type": "string", "enum": ["Feature"]}),
        (
            or_null(moment("When.", "2026-10-01T04:00:00Z")),
            {
                "type": "string",
                "nullable": True,
                "description": "When.",
                "example": "2026-10-01T04:00:00Z",
                "format": "date-time",
            },
        ),
        ({"type": "null"}, {"type": "object", "nullable": True, "enum": [None]}),
        (
            several(text("A.", "x")),
            {"type": "array", "items": {"type": "string", "description": "A.", "example": "x"}},
        ),
        ({"required": [], "properties": {}}, {"properties": {}}),
        ({"required": True}, {"required": True}),
    ],
)
def test_a_schema_is_said_in_the_older_words(told: Schema, said: Schema) -> None:
    before = copy.deepcopy(told)
    assert in_openapi_30(told) == said
    assert told == before


def test_members_may_be_called_like_words_of_the_language() -> None:
    members = {name: text("A.", "x") for name in ("type", "const", "examples", "required")}
    said = in_openapi_30(record("Thing", members))["properties"]
    assert said.keys() == members.keys()
    assert all(one["example"] == "x" for one in said.values())


def test_examples_of_answers_are_left_as_they_are() -> None:
    content = {"example": {"type": ["null", "x"], "const": 1}, "schema": {}}
    assert in_openapi_30({"content": {"application/json": content}}) == {
        "content": {"application/json": content}
    }
