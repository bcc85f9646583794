import json

import pytest
import shapely

from geo_service.errors import WrongUsage
from geo_service.features.filters.geometry import box_of, geometry_of
from geo_service.features.filters.written import WellKnownText


def as_it_is(shape: shapely.Geometry) -> shapely.Geometry:
    return shape


@pytest.mark.parametrize(
    "text",
    [
        "POINT (1 2)",
        "LINESTRING (0 0, 1 1)",
        "POLYGON ((0 0, 3 0, 3 3, 0 0), (2 1, 2.5 1, 2.5 2, 2 1))",
        "MULTIPOINT ((0 0), (1 1))",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
    ],
)
def test_wkt_and_geojson_are_the_same(text: str) -> None:
    wanted = shapely.from_wkt(text)
    assert shapely.equals_identical(geometry_of(WellKnownText(text), as_it_is), wanted)
    written = json.loads(shapely.to_geojson(wanted))
    assert shapely.equals_identical(geometry_of(written, as_it_is), wanted)


def test_heights_are_dropped() -> None:
    assert geometry_of(WellKnownText("POINT Z (1 2 3)"), as_it_is) == shapely.Point(1, 2)
    flat = geometry_of({"type": "Point", "coordinates": [1, 2, 3]}, as_it_is)
    assert flat == shapely.Point(1, 2)


def test_a_box_lies_between_its_corners() -> None:
    assert box_of([1, 2, 3, 4], as_it_is).equals(shapely.box(1, 2, 3, 4))
    assert box_of([1, 2, -9, 3, 4, 9.5], as_it_is).equals(shapely.box(1, 2, 3, 4))


def test_a_box_across_the_180th_meridian_is_two() -> None:
    crossing = box_of([170, -2, -160, 4], as_it_is)
    both = shapely.union(shapely.box(170, -2, 180, 4), shapely.box(-180, -2, -160, 4))
    assert crossing.equals(both)


def test_a_box_of_no_width_is_a_line_or_a_point() -> None:
    assert box_of([1, 2, 1, 2], as_it_is) == shapely.Point(1, 2)
    assert box_of([1, 2, 1, 4], as_it_is).equals(shapely.LineString([(1, 2), (1, 4)]))
    assert box_of([1, 2, 3, 2], as_it_is).equals(shapely.LineString([(1, 2), (3, 2)]))


@pytest.mark.parametrize(
    "corners",
    [
        None,
        "1,2,3,4",
        [1, 2, 3],
        [1, 2, 3, 4, 5],
        [1, 2, 3, True],
        [1, 2, 3, None],
        [3, 4, 1, 2],
        [-(10**400), 0, 0, 0],
    ],
)
def test_what_is_no_box_is_refused(corners: object) -> None:
    with pytest.raises(WrongUsage, match="A geometry in the filter is none"):
        box_of(corners, as_it_is)


def test_what_has_no_number_is_refused() -> None:
    with pytest.raises(WrongUsage, match="A geometry in the filter is none"):
        box_of([float("nan"), 0, 1, 1], as_it_is)
