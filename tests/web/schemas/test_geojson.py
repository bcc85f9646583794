import jsonschema
import pytest

from geo_service.web.schemas.geojson import (
    LINE,
    LINES,
    POINT,
    POLYGON,
    SHAPES,
    feature,
    feature_collection,
)
from geo_service.web.schemas.shapes import Schema, example_of, record, whole

ONE = feature("One", record("OneProperties", {"n": whole("N.", 1)}))


def _allows(schema: Schema, value: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(value))


@pytest.mark.parametrize("shape", [POINT, LINE, LINES, POLYGON, SHAPES])
def test_a_geometry_is_its_own_and_no_other(shape: Schema) -> None:
    told = example_of(shape)
    assert [
        one["title"] for one in (POINT, LINE, LINES, POLYGON, SHAPES) if _allows(one, told)
    ] == [shape["title"]]
    assert not _allows(shape, {**told, "coordinates": [1]})


def test_a_feature_has_an_id_and_a_geometry_unless_said_otherwise() -> None:
    told = example_of(ONE)
    assert told["id"]
    assert _allows(ONE, told)
    assert not _allows(ONE, {**told, "geometry": None})
    nowhere = feature("Nowhere", record("", {}), named=False, anywhere=False)
    assert _allows(nowhere, {"type": "Feature", "geometry": None, "properties": {}})


def test_a_collection_has_members_beside_its_features() -> None:
    many = feature_collection("Many", ONE, {"length_m": whole("L.", 3)})
    assert _allows(many, {"type": "FeatureCollection", "length_m": 3, "features": []})
    assert not _allows(many, {"type": "FeatureCollection", "features": []})
    assert not _allows(many, {"type": "FeatureCollection", "length_m": 3, "features": [{}]})
