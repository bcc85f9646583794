from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.columns import Column, Field, Kind
from geo_service.maps.tiles.coded import coded
from geo_service.maps.tiles.cut import Cut, Shape
from geo_service.maps.tiles.encode import encode, geometry

PLACE = st.tuples(st.integers(-64, 4159), st.integers(-64, 4159))
VALUES = {
    Kind.FLAG: st.booleans(),
    Kind.INTEGER: st.integers(-(2**53), 2**53),
    Kind.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    Kind.TEXT: st.text(max_size=9),
}
COLUMN = st.sampled_from(list(VALUES)).flatmap(
    lambda kind: st.lists(st.none() | VALUES[kind], min_size=8, max_size=8).map(
        lambda values: (kind, values)
    )
)


def cut_of(
    shape: Shape, features: list[list[list[tuple[int, int]]]], **told: tuple[Kind, list[Any]]
) -> Cut:
    parts = [part for feature in features for part in feature]
    points = np.array([place for part in parts for place in part], dtype=np.int64).reshape(-1, 2)
    return Cut(
        shape,
        points[:, 0],
        points[:, 1],
        parts=np.cumsum([0, *map(len, parts)]),
        features=np.cumsum([0, *map(len, features)]),
        fields=tuple(coded(Field(name, one[0], ""), Column.of(*one)) for name, one in told.items()),
    )


def read(cut: Cut) -> list[tuple[str, Any, dict[str, Any]]]:
    tile = mapbox_vector_tile.decode(encode("a", cut), default_options={"y_coord_down": True})
    return [
        (one["geometry"]["type"], one["geometry"]["coordinates"], one["properties"])
        for one in tile["a"]["features"]
    ]


def test_the_numbers_are_those_of_the_formats_own_examples() -> None:
    # https://github.com/mapbox/vector-tile-spec/tree/master/2.1, section 4.3.5.
    assert geometry(cut_of(Shape.POINT, [[[(25, 17)]]]))[0] == [9, 50, 34]
    line = [[(2, 2), (2, 10), (10, 10)]]
    assert geometry(cut_of(Shape.LINE, [line]))[0] == [9, 4, 4, 18, 0, 16, 16, 0]
    lines = [[(2, 2), (2, 10), (10, 10)], [(1, 1), (3, 5)]]
    numbers = [9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]
    assert geometry(cut_of(Shape.LINE, [lines]))[0] == numbers
    ring = [[(3, 6), (8, 12), (20, 34)]]
    assert geometry(cut_of(Shape.POLYGON, [ring]))[0] == [9, 6, 12, 18, 10, 12, 24, 44, 15]


@given(st.lists(PLACE, min_size=1, max_size=8), COLUMN, COLUMN)
def test_points_and_values_come_back(
    places: list[tuple[int, int]], some: tuple[Kind, list[Any]], others: tuple[Kind, list[Any]]
) -> None:
    (kind, values), (other_kind, other_values) = some, others
    values, other_values = values[: len(places)], other_values[: len(places)]
    features = [[[place]] for place in places]
    cut = cut_of(Shape.POINT, features, v=(kind, values), w=(other_kind, other_values))
    for found, place, one, other in zip(read(cut), places, values, other_values, strict=True):
        told = {"v": one, "w": other}
        expected = {name: value for name, value in told.items() if value not in (None, "")}
        assert found == ("Point", list(place), expected)
        assert {name: type(value) for name, value in found[2].items()} == {
            name: type(value) for name, value in expected.items()
        }


@given(
    st.lists(
        st.lists(st.lists(PLACE, min_size=2, max_size=5, unique=True), min_size=1, max_size=3),
        min_size=1,
        max_size=4,
    )
)
def test_lines_of_several_parts_come_back(features: list[list[list[tuple[int, int]]]]) -> None:
    found = read(cut_of(Shape.LINE, features))
    for (kind, places, _), parts in zip(found, features, strict=True):
        expected = [[list(place) for place in part] for part in parts]
        assert (kind, places) == (
            ("LineString", expected[0]) if len(parts) == 1 else ("MultiLineString", expected)
        )


@pytest.mark.parametrize("count", [1, 2])
def test_polygons_come_back(count: int) -> None:
    rings = [[(0, 0), (10, 0), (10, 10), (0, 10)], [(20, 20), (30, 20), (30, 30)]][:count]
    ((kind, places, _),) = read(cut_of(Shape.POLYGON, [rings]))
    assert kind == ("Polygon" if count == 1 else "MultiPolygon")
    whole = shapely.geometry.shape({"type": kind, "coordinates": places})
    assert whole.equals(shapely.union_all([shapely.Polygon(ring) for ring in rings]))


def test_numbers_of_all_sorts_come_back() -> None:
    values = {Kind.INTEGER: [1, -5, 2**53], Kind.NUMBER: [1.0, 0.1, 0.0], Kind.FLAG: [True, False]}
    for kind, some in values.items():
        cut = cut_of(Shape.POINT, [[[(0, 0)]]] * len(some), v=(kind, some))
        told = [properties["v"] for _, _, properties in read(cut)]
        assert told == some
        assert list(map(type, told)) == list(map(type, some))


def test_a_tile_of_nothing_has_no_bytes() -> None:
    assert encode("a", cut_of(Shape.LINE, [], v=(Kind.TEXT, []))) == b""
