import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely

from geo_service.export.feature_json import FeatureJson, geometries_json
from geo_service.features.columns import Features, Field, Kind
from geo_service.geometry.reference_systems import WGS84, reference_systems

FIELDS = (
    Field("name", Kind.TEXT, "What it is called."),
    Field("n", Kind.INTEGER, "How many."),
    Field("x", Kind.NUMBER, "How much."),
    Field("open", Kind.FLAG, "Whether."),
    Field("at", Kind.MOMENT, "When."),
    Field("amenities", Kind.TEXTS, "What there is."),
)
MOMENT = datetime(2026, 3, 1, 8, 30, 0, 250, tzinfo=UTC)
POLYGON = shapely.box(112.1, 32.0, 112.2, 32.1)
FEATURES = Features.of(
    FIELDS,
    [
        ("a", shapely.Point(112.123456789, 32.04), ('驿"站', 3, 0.5, True, MOMENT, ("tea",))),
        ("b", shapely.Point(22, 0), (None, None, None, None, None, None)),
        ("c", POLYGON, ("", 0, -1e300, False, MOMENT, ())),
    ],
)
SYSTEMS = {system.code: system for system in reference_systems(112.14, 32.04)}


def read(written: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(one) for one in written]


def rows(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_features_are_told_with_all_their_properties() -> None:
    first, second, third = read(FeatureJson(FEATURES).write(rows(0, 1, 2)))
    assert first == {
        "type": "Feature",
        "id": "a",
        "geometry": {"type": "Point", "coordinates": [112.1234568, 32.04]},
        "properties": {
            "name": '驿"站',
            "n": 3,
            "x": 0.5,
            "open": True,
            "at": "2026-03-01T08:30:00.000250Z",
            "amenities": ["tea"],
        },
    }
    assert set(second["properties"].values()) == {None}
    assert shapely.geometry.shape(third["geometry"]).equals(POLYGON)
    assert third["properties"]["amenities"] == []


def test_what_is_asked_for_again_is_the_same_whatever_the_order() -> None:
    writer = FeatureJson(FEATURES)
    once = writer.write(rows(2, 0))
    assert writer.write(rows(0, 1, 2))[::2] == once[::-1]
    assert writer.write(rows(0, 1, 2))[0] is once[1]


def test_only_the_properties_that_are_asked_for_are_told() -> None:
    (told,) = read(FeatureJson(FEATURES).write(rows(0), names={"n", "open"}))
    assert told["properties"] == {"n": 3, "open": True}
    (told,) = read(FeatureJson(FEATURES).write(rows(0), names=()))
    assert told["properties"] == {}


@pytest.mark.parametrize("code", [4326, 4490])
def test_a_system_s_axes_are_its_own(code: int) -> None:
    (told, *_) = read(FeatureJson(FEATURES).write(rows(0), SYSTEMS[code]))
    assert told["geometry"]["coordinates"] == pytest.approx([32.04, 112.1234568], abs=1e-6)


def test_metres_are_told_to_a_centimetre_and_null_where_none_are() -> None:
    first, second, third = read(FeatureJson(FEATURES).write(rows(0, 1, 2), SYSTEMS[32649]))
    easting, northing = first["geometry"]["coordinates"]
    # Some 112 km east of the zone's middle, and 32.04 degrees north of the equator.
    assert 606_000 < easting < 607_000
    assert 3_545_000 < northing < 3_546_000
    assert round(easting, 2) == easting
    assert second["geometry"] is None
    assert third["geometry"]["type"] == "Polygon"


def test_what_stays_the_same_is_taken_over() -> None:
    before = FeatureJson(FEATURES)
    written = before.write(rows(0, 2))
    after = FeatureJson(Features.of(FIELDS, [("c", POLYGON, ("", 0, 1.0, False, MOMENT, ()))]))
    after.take_over(before, rows(0), rows(2))
    assert after.write(rows(0)) == [written[1]]


def test_no_shapes_are_no_geometries() -> None:
    assert list(geometries_json(np.array([], dtype=np.object_), WGS84)) == []
