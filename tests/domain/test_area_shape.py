import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from geo_service.domain.area_shape import area_shapes, shifted, size_m2

GEOD = Geod(ellps="WGS84")
SQUARE = shapely.box(112.1, 32.0, 112.2, 32.1)


def decoded(shape: shapely.Geometry) -> shapely.Geometry:
    return area_shapes([shapely.to_wkb(shape)])[0]


def test_what_is_far_from_the_meridian_stays() -> None:
    assert decoded(SQUARE) == SQUARE
    assert area_shapes([]).shape == (0,)


def test_the_meridian_is_no_border() -> None:
    halves = [shapely.box(179.5, 0.0, 180.0, 1.0), shapely.box(-180.0, 0.0, -179.5, 1.0)]
    assert shapely.equals(decoded(shapely.MultiPolygon(halves)), shapely.box(179.5, 0, 180.5, 1))
    assert decoded(halves[0]) == halves[0]
    assert shapely.equals(decoded(halves[1]), shapely.box(180.0, 0.0, 180.5, 1.0))


def test_parts_of_the_east_stay_though_another_part_crosses_the_meridian() -> None:
    parts = shapely.MultiPolygon([shapely.box(-180, 0, -179, 1), shapely.box(0.2, 0, 0.8, 1)])
    assert decoded(parts).bounds == (0.2, 0.0, 181.0, 1.0)


def test_a_band_around_the_earth_stays_where_it_is() -> None:
    band = shapely.box(-180.0, 60.0, 180.0, 70.0)
    assert decoded(band) == band


def test_shifting_moves_eastward() -> None:
    assert shifted(shapely.box(0.0, 0.0, 1.0, 1.0), 360.0) == shapely.box(360.0, 0.0, 361.0, 1.0)


@given(
    corners=st.lists(
        st.tuples(st.floats(100.0, 100.5), st.floats(-60.0, -59.5)), min_size=3, max_size=3
    )
)
def test_a_size_is_that_of_the_ellipsoid(corners: list[tuple[float, float]]) -> None:
    triangle = shapely.Polygon(corners)
    assume(triangle.is_valid)
    area, _ = GEOD.geometry_area_perimeter(triangle)
    assert abs(size_m2(triangle) - abs(area)) <= 1.0


def test_a_size_leaves_holes_out_and_adds_parts() -> None:
    hole = shapely.box(112.12, 32.02, 112.18, 32.08)
    assert size_m2(SQUARE - hole) == pytest.approx(size_m2(SQUARE) - size_m2(hole), abs=2)
    twice = shapely.MultiPolygon([SQUARE, shifted(SQUARE, 1.0)])
    assert size_m2(twice) == pytest.approx(2 * size_m2(SQUARE), abs=2)


def test_a_size_is_the_same_whichever_corner_comes_first() -> None:
    corners = [(112.1, 32.0), (112.2, 32.0), (112.23, 32.07), (112.11, 32.1)]
    sizes = {
        size_m2(shapely.Polygon(order))
        for turn in range(4)
        for order in [[*corners[turn:], *corners[:turn]]]
    }
    assert len(sizes) == 1
    assert size_m2(shapely.Polygon(corners[::-1])) in sizes


def test_long_sides_follow_the_parallel() -> None:
    # A hemisphere: as a ring of four corners its sides would be anybody's guess.
    half = size_m2(shapely.box(-180.0, 0.0, 180.0, 90.0))
    assert half == pytest.approx(5.10065621724e14 / 2.0, rel=1e-4)
