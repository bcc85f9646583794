import pytest

from geo_service.features.columns import Field, Kind
from geo_service.features.queryables import queryable_properties


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (Kind.TEXT, {"type": "string"}),
        (Kind.INTEGER, {"type": "integer"}),
        (Kind.NUMBER, {"type": "number"}),
        (Kind.FLAG, {"type": "boolean"}),
        (Kind.MOMENT, {"type": "string", "format": "date-time"}),
        (Kind.TEXTS, {"type": "array", "items": {"type": "string"}}),
    ],
)
def test_each_kind_has_its_type(kind: Kind, told: dict[str, object]) -> None:
    properties = queryable_properties((Field("x", kind, "What it tells."),))
    assert properties["x"] == {"title": "x", "description": "What it tells.", **told}


def test_ids_come_first_and_the_shape_last() -> None:
    properties = queryable_properties((Field("x", Kind.TEXT, "What."),), "multipolygon")
    assert list(properties) == ["id", "x", "geometry"]
    assert properties["id"]["type"] == "string"
    assert properties["geometry"]["format"] == "geometry-multipolygon"
    assert "type" not in properties["geometry"]


def test_units_and_choices_are_told() -> None:
    fields = (
        Field("length", Kind.NUMBER, "How long.", unit="m"),
        Field("kind", Kind.TEXT, "What.", choices=("a", "b")),
        Field("tags", Kind.TEXTS, "What.", choices=("a", "b")),
    )
    properties = queryable_properties(fields)
    assert properties["length"]["x-ogc-unit"] == "m"
    assert properties["kind"]["enum"] == ["a", "b"]
    assert properties["tags"]["items"] == {"type": "string", "enum": ["a", "b"]}
    assert "enum" not in properties["tags"]


def test_a_field_called_id_is_told_in_place_of_the_feature_s() -> None:
    properties = queryable_properties((Field("id", Kind.INTEGER, "A number."),))
    assert list(properties) == ["id", "geometry"]
    assert properties["id"]["type"] == "integer"
