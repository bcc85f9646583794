"""Shapes at the 180th meridian."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_service.features.meridian import cut_at_meridian


def test_what_does_not_cross_stays_as_it_is() -> None:
    line, square = shapely.LineString([(179, 1), (180, 1)]), shapely.box(-180, 0, -179, 1)
    cut = cut_at_meridian([line, square])
    assert [one is other for one, other in zip(cut, (line, square), strict=True)] == [True, True]
    assert len(cut_at_meridian([])) == 0


@pytest.mark.parametrize(
    "ring",
    [
        [(179, 0), (182, 0), (182, 1), (179, 1)],
        [(-181, 0), (-178, 0), (-178, 1), (-181, 1)],
        [(179, 0), (-178, 0), (-178, 1), (179, 1)],
    ],
)
def test_a_polygon_across_is_cut_in_two(ring: list[tuple[float, float]]) -> None:
    (cut,) = cut_at_meridian([shapely.Polygon(ring)])
    whole = shapely.MultiPolygon([shapely.box(179, 0, 180, 1), shapely.box(-180, 0, -178, 1)])
    assert shapely.equals(cut, whole)
    assert cut.geom_type == "MultiPolygon"


def test_a_line_that_ends_at_the_meridian_from_beyond_is_turned_whole() -> None:
    (cut,) = cut_at_meridian([shapely.LineString([(180, 1), (181, 2)])])
    assert shapely.equals(cut, shapely.LineString([(-180, 1), (-179, 2)]))
    assert cut.geom_type == "LineString"


@given(
    start=st.floats(170, 190),
    steps=st.lists(
        st.tuples(st.floats(0.01, 3), st.floats(-1, 1)),
        min_size=1,
        max_size=6,
    ),
    leaps=st.booleans(),
)
def test_lines_keep_their_length(
    start: float, steps: list[tuple[float, float]], leaps: bool
) -> None:
    corners = np.cumsum(np.array([(start, 0.0), *steps]), axis=0)
    straight = shapely.LineString(corners)
    if leaps:
        corners[:, 0] = (corners[:, 0] + 180) % 360 - 180
    (cut,) = cut_at_meridian([shapely.LineString(corners)])
    west, _, east, _ = cut.bounds
    assert west >= -180
    assert east <= 180
    assert cut.length == pytest.approx(straight.length, rel=1e-9)
