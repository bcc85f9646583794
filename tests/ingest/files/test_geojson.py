import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import shapely

from geo_service.errors import UnreadableFile
from geo_service.ingest.files.geojson import parse_geojson, read_geojson
from geo_service.ingest.files.rows import Rows

POINT = {"type": "Point", "coordinates": [112, 32, 70]}


def parse(document: object) -> Rows:
    return parse_geojson(json.dumps(document).encode(), file="a.geojson")


def test_properties_and_shapes_arrive(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    rows = read_geojson(
        write("a.geojson", collection([feature("Point", [112, 32], a=1), feature(None, b=[2])]))
    )
    assert rows.frame["a"].tolist()[0] == 1
    assert rows.frame["b"].tolist()[1] == [2]
    assert rows.shapes.tolist() == [shapely.Point(112, 32), None]


def test_a_long_number_keeps_its_digits(
    collection: Callable[[Sequence[object]], str], feature: Callable[..., dict[str, object]]
) -> None:
    features = [feature(None, id=1399392858620000523), feature(None, x=1)]
    rows = parse_geojson(collection(features).encode(), file="a")
    assert rows.frame["id"][0] == 1399392858620000523


def test_a_feature_and_a_bare_geometry_are_files_too() -> None:
    assert parse({"type": "Feature", "geometry": POINT, "properties": {"a": 1}}).frame["a"][0] == 1
    assert parse(POINT).shapes[0] == shapely.Point(112, 32)


def test_the_features_own_id_stands_in_where_the_properties_have_none() -> None:
    features = [
        {"type": "Feature", "id": 7, "geometry": POINT, "properties": None},
        {"type": "Feature", "id": 8, "geometry": POINT, "properties": {"id": "x"}},
    ]
    rows = parse({"type": "FeatureCollection", "features": features})
    assert rows.frame["id"].tolist() == [7, "x"]


def test_a_feature_without_sense_is_a_fault_of_its_own() -> None:
    rows = parse(
        {
            "type": "FeatureCollection",
            "features": [
                3,
                {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[1, 2]]}},
                {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": "x"}},
                {"type": "Feature", "geometry": "x"},
                {"type": "Feature", "geometry": POINT},
            ],
        }
    )
    assert rows.faults == {
        0: "It is not a GeoJSON Feature.",
        1: "Its coordinates make no LineString: [[1, 2]].",
        2: "Its coordinates make no Polygon: 'x'.",
        3: "Its geometry is of no kind that GeoJSON knows (None).",
    }
    assert rows.shapes[4] == shapely.Point(112, 32)


def test_a_collection_of_geometries_is_a_shape() -> None:
    inner = {"type": "GeometryCollection", "geometries": [POINT]}
    assert parse(inner).shapes[0].geom_type == "GeometryCollection"
    assert parse({**inner, "geometries": 3}).faults == {
        0: "Its coordinates make no GeometryCollection: None."
    }


def test_the_height_is_left_out(
    feature: Callable[..., dict[str, object]], collection: Callable[[Sequence[object]], str]
) -> None:
    content = collection([feature("LineString", [[1, 2, 3], [4, 5]])]).encode()
    (shape,) = parse_geojson(content, file="a").shapes
    assert list(shape.coords) == [(1, 2), (4, 5)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"type": "FeatureCollection", "features": [{"ty', "a.geojson: The file is cut off at"),
        ('{"type": "FeatureCollection", "features": [', "The file is cut off at line 1, column 44"),
        ("{'type': 1}", "The file is not JSON at line 1, column 2"),
        ("<html></html>", "The file is not JSON at line 1, column 1"),
        ("[1]", "The file is JSON, but not GeoJSON."),
        ('{"type": "Topology"}', r"The file is JSON, but not GeoJSON \(its type is 'Topology'\)"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' + "9" * 5000 + "}", "a number too long"),
        ('{"type": "FeatureCollection", "features": ["\\ud800"]}', "half a character"),
    ],
)
def test_what_is_not_geojson_is_refused(
    write: Callable[[str, str | bytes], Path], content: str, message: str
) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_geojson(write("a.geojson", content))


def test_an_escaped_character_outside_the_first_plane_is_whole(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    content = collection([feature(None, name="🔋")])
    assert "\\ud83d" in content
    assert read_geojson(write("a.geojson", content)).frame["name"][0] == "🔋"


def test_a_named_reference_system_is_honoured(
    feature: Callable[..., dict[str, object]], collection: Callable[[Sequence[object]], str]
) -> None:
    document = json.loads(collection([feature("Point", [12467782.9, 3763310.6])]))
    document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    (shape,) = parse(document).shapes
    assert (shape.x, shape.y) == pytest.approx((112.0, 32.0), abs=1e-3)
    document["crs"]["properties"]["name"] = "urn:ogc:def:crs:OGC:1.3:CRS84"
    assert parse(document).shapes[0].x == 12467782.9
    document["crs"]["properties"]["name"] = "EPSG:99999999"
    with pytest.raises(UnreadableFile, match="reference system that is not known: 'EPSG:99999999'"):
        parse(document)


HUGE = 10**400


def nested(depth: int) -> str:
    return "[" * depth + "1" + "]" * depth


@pytest.mark.parametrize(
    ("kind", "coordinates", "reason"),
    [
        ("Point", str([HUGE, 32]), "Its coordinates make no Point: [1000"),
        ("LineString", str([[HUGE, 32], [112, 32]]), "Its coordinates make no LineString: [[1000"),
        *(
            (kind, nested(depth), f"Its coordinates make no {kind}: [[[[")
            for kind in ("LineString", "Polygon", "MultiPolygon")
            for depth in (6, 500, 900)
        ),
        ("Point", f"[{nested(900)}, 1]", "Its coordinates are not numbers: [[[["),
    ],
)
def test_coordinates_beyond_reason_are_a_fault_of_their_feature(
    kind: str, coordinates: str, reason: str
) -> None:
    content = f'{{"type": "{kind}", "coordinates": {coordinates}}}'
    fault = parse_geojson(content.encode(), file="a").faults[0]
    assert fault.startswith(reason)
    assert len(fault) < 200


def test_a_property_nested_beyond_reason_is_a_fault_of_its_feature() -> None:
    for depth, faults in ((50, {}), (51, {0: "Its properties are nested too deeply."})):
        content = f'{{"type": "Feature", "geometry": null, "properties": {{"a": {nested(depth)}}}}}'
        assert parse_geojson(content.encode(), file="a").faults == faults


def test_a_kind_that_is_no_word_is_none() -> None:
    assert "of no kind" in parse({"type": "Feature", "geometry": {"type": ["Point"]}}).faults[0]
    with pytest.raises(UnreadableFile, match=r"its type is \['Point'\]"):
        parse({"type": ["Point"]})
