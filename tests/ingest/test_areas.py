from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_service.domain.area import Level
from geo_service.errors import MissingColumn
from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent
from geo_service.ingest.areas import parse_areas, read_areas

SQUARE = [[[112, 32], [112.1, 32], [112.1, 32.1], [112, 32.1], [112, 32]]]
BOW_TIE = [[[112, 32], [112.1, 32.1], [112.1, 32], [112, 32.1], [112, 32]]]


def test_polygons_are_areas_and_records_without_shape_bodies(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    path = write(
        "areas.geojson",
        collection(
            [
                feature(
                    "Polygon", SQUARE, id="a1", name="天元街道", name_en="T", body_id="b1", code=4
                ),
                feature(
                    None,
                    record="body",
                    id="b1",
                    name="街道党工委",
                    level="street_committee",
                    categories=["standing_water"],
                ),
                feature(None, id="b2", name="社区", level="community", parent_id="b1"),
            ]
        ),
    )
    batch = read_areas(path)
    (area,) = batch.areas.records
    assert (area.area_id, area.name, area.name_en, area.body_id) == ("a1", "天元街道", "T", "b1")
    assert shapely.from_wkb(area.wkb).equals(shapely.box(112, 32, 112.1, 32.1))
    assert area.more == {"code": "4"}
    top, community = batch.bodies.records
    assert (top.level, top.categories) == (Level.STREET_COMMITTEE, {"standing_water"})
    assert (community.level, community.parent_id) == (Level.COMMUNITY, "b1")
    assert (batch.areas.read, batch.bodies.read) == (1, 2)


@pytest.mark.parametrize(
    ("kind", "coordinates", "reason"),
    [
        (None, None, "It has no polygon."),
        ("Point", [112, 32], "Its geometry is a Point, where a Polygon is needed."),
        ("Polygon", [], "Its geometry is empty."),
        ("Polygon", BOW_TIE, "Its polygon is not valid: Self-intersection[112.05 32.05]."),
        (
            "Polygon",
            [[[32, 112], [33, 112], [33, 113], [32, 112]]],
            (
                "A corner of its polygon has the latitude 113.0, beyond 90 degrees: latitude and "
                "longitude look swapped."
            ),
        ),
        (
            "Polygon",
            [[[112, 32], [181, 32], [112, 33], [112, 32]]],
            "A corner of its polygon is not on earth.",
        ),
        (
            "Polygon",
            [[[112, 32], [float("nan"), 32], [112, 33], [112, 32]]],
            "A corner of its polygon is NaN or infinite.",
        ),
        ("Polygon", [[[112, 32], [113, 32]]], None),
    ],
)
def test_a_polygon_that_is_none_is_refused(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
    kind: str | None,
    coordinates: object,
    reason: str | None,
) -> None:
    path = write("a.geojson", collection([feature(kind, coordinates, id="a", body_id="b")]))
    batch = read_areas(path)
    (refusal,) = batch.areas.refusals
    assert refusal.record_id == "a"
    if reason is None:
        assert refusal.reason.startswith(
            "Its coordinates make no Polygon: [[[112, 32], [113, 32]]]"
        )
    else:
        assert refusal.reason == reason


def test_corners_are_converted_from_the_declared_datum(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    path = write("a.geojson", collection([feature("Polygon", SQUARE, id="a", body_id="b")]))
    (area,) = read_areas(path, datum=Datum.GCJ02).areas.records
    corners = shapely.get_coordinates(shapely.from_wkb(area.wkb))
    told = np.array(SQUARE[0])
    lon, lat = convert(told[:, 0], told[:, 1], source=Datum.GCJ02, target=Datum.WGS84)
    assert np.array_equal(corners, np.column_stack((lon, lat)))


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"record": "body", "level": "community"}, "The body has no id."),
        (
            {"record": "body", "id": "b", "level": "county"},
            (
                "The level of the body is 'county'; the levels are street_committee, "
                "business_district_committee, community, company_branch, volunteer_body."
            ),
        ),
        (
            {"record": "body", "id": "b", "level": "community", "parent_id": "b"},
            "The body is its own parent; the top body has none.",
        ),
        ({"record": "zone", "id": "b"}, "Its record is 'zone'; write area or body."),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
    properties: dict[str, object],
    reason: str | None,
) -> None:
    batch = read_areas(write("a.geojson", collection([feature(None, **properties)])))
    refusals = (*batch.areas.refusals, *batch.bodies.refusals)
    assert [one.reason for one in refusals] == [reason]


def test_an_area_needs_an_id_and_a_body(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    features = [feature("Polygon", SQUARE, body_id="b"), feature("Polygon", SQUARE, id="a")]
    batch = read_areas(write("a.geojson", collection(features)))
    assert [one.reason for one in batch.areas.refusals] == [
        "The area has no id.",
        "The area has no body_id.",
    ]


def test_ids_are_told_apart_among_areas_and_among_bodies(
    write: Callable[[str, str | bytes], Path],
    collection: Callable[[Sequence[object]], str],
    feature: Callable[..., dict[str, object]],
) -> None:
    body = {"record": "body", "id": "x", "level": "community"}
    area = feature("Polygon", SQUARE, id="x", body_id="x")
    batch = read_areas(
        write("a.geojson", collection([area, feature(None, **body), feature(None, **body), area]))
    )
    assert (len(batch.areas.records), len(batch.bodies.records)) == (1, 1)
    reason = "Its id 'x' is already that of record {} in this file."
    assert batch.areas.refusals[0].reason == reason.format(1)
    assert batch.bodies.refusals[0].reason == reason.format(2)


def test_a_table_gives_polygons_as_well_known_text(
    write: Callable[[str, str | bytes], Path],
) -> None:
    wkt = "POLYGON ((112 32, 112.1 32, 112.1 32.1, 112 32))"
    path = write("a.csv", f'id,body_id,wkt\na,b,"{wkt}"\nc,b,POLYGON ((\n')
    batch = read_areas(path).areas
    assert shapely.from_wkb(batch.records[0].wkb).equals(shapely.from_wkt(wkt))
    assert [one.reason for one in batch.refusals] == [
        "Its polygon is no well-known text: 'POLYGON (('."
    ]


def test_a_table_without_polygons_is_refused(write: Callable[[str, str | bytes], Path]) -> None:
    path = write("a.csv", "id,body_id\na,b\n")
    with pytest.raises(MissingColumn, match=r"There are no polygons and no column 'wkt'\. There "):
        read_areas(path)


def test_a_frame_of_an_analyst_is_read_too() -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a"], "body_id": ["b"]}, geometry=[shapely.box(112, 32, 112.1, 32.1)], crs=4326
    )
    assert len(parse_areas(frame.to_crs(3857)).areas.records) == 1


def test_area_far_from_the_streets_is_refused_and_one_around_them_is_not() -> None:
    squares = {"far": (113.5, 0.01), "near": (112.6, 0.01), "around": (112.14, 3.0)}
    frame = gpd.GeoDataFrame(
        {"id": list(squares), "body_id": "b"},
        geometry=[shapely.Point(lon, 32.04).buffer(size) for lon, size in squares.values()],
        crs=4326,
    )
    near = Extent(112.13, 32.03, 112.15, 32.05)
    batch = parse_areas(frame, near=near).areas
    assert [area.area_id for area in batch.records] == ["near", "around"]
    assert "km from the streets; 75 km are allowed" in batch.refusals[0].reason


def test_only_a_polygon_may_be_long(write: Callable[[str, str | bytes], Path]) -> None:
    corners = ", ".join(f"{112 + step / 1e4:.4f} 32" for step in range(1000))
    polygon = f'"POLYGON(({corners}, 112 33, 112 32))"'
    path = write(
        "a.csv",
        f"id,name,body_id,level,record,wkt\na,{'x' * 10_000},b,,area,{polygon}\n"
        f"c,{'x' * 10_001},b,,area,{polygon}\nd,{'x' * 10_001},,city,body,\n",
    )
    batch = read_areas(path)
    assert [area.area_id for area in batch.areas.records] == ["a"]
    for part in (batch.areas, batch.bodies):
        assert [one.reason[:30] for one in part.refusals] == ["Its name has 10,001 characters"]
