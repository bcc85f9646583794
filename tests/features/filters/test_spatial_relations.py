import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.filters.signatures import SPATIAL
from geo_service.features.filters.spatial_relations import relate

CORNER = st.tuples(st.integers(0, 4), st.integers(0, 4))
SHAPE = st.one_of(
    st.builds(shapely.Point, CORNER),
    st.builds(
        lambda one, other: shapely.LineString([one, (other[0] + 5, other[1])]), CORNER, CORNER
    ),
    st.builds(
        lambda at, size: shapely.box(*at, at[0] + size, at[1] + 1), CORNER, st.integers(1, 3)
    ),
    st.builds(
        lambda at: shapely.GeometryCollection([shapely.Point(at), shapely.box(3, 3, 4, 4)]), CORNER
    ),
)


@given(SHAPE, st.lists(SHAPE, max_size=6), st.sampled_from(SPATIAL))
def test_relations_are_those_of_each_pair(
    shape: shapely.Geometry, others: list[shapely.Geometry], op: str
) -> None:
    shapes = np.empty(len(others), np.object_)
    shapes[:] = others
    name = op.removeprefix("s_")
    tree = shapely.STRtree(shapes)
    shapely.prepare(shape)
    expected = [getattr(other, name)(shape) for other in others]
    turned = [getattr(shape, name)(other) for other in others]
    for by in (None, tree):
        assert relate(op, shapes, shape, by).tolist() == expected
        assert relate(op, shape, shapes, by).tolist() == turned
    assert relate(op, shapes, shapes, tree).tolist() == [getattr(s, name)(s) for s in others]


@pytest.mark.parametrize("op", SPATIAL)
def test_two_geometries_of_the_filter_are_compared_once(op: str) -> None:
    one, other = shapely.box(0, 0, 2, 2), shapely.box(1, 1, 3, 3)
    told = relate(op, one, other, None)
    assert told.shape == ()
    assert bool(told) == getattr(one, op.removeprefix("s_"))(other)
