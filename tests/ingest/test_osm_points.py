"""The point lies inside or on what is drawn, whatever is drawn."""

import random
import time
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_service.ingest.osm_points import Line, Point, point_of_areas, point_of_line

SQUARE = [(112.0, 32.0), (112.1, 32.0), (112.1, 32.1), (112.0, 32.1), (112.0, 32.0)]
HOLE = [(112.01, 32.01), (112.09, 32.01), (112.09, 32.09), (112.01, 32.09), (112.01, 32.01)]
UNIT = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)]
CORNER = 1e-7
"""Points are rounded so far; a point on an edge may come to lie beside it by that much."""


def drawn(points: list[Point], *, whole: bool = True) -> Line:
    return Line(points, whole, closed=len(points) > 0 and points[0] == points[-1])


def test_closed_line_has_its_point_inside_even_if_its_middle_is_not() -> None:
    horseshoe = [(0.0, 0.0), (3.0, 0.0), (3.0, 3.0), (2.0, 3.0), (2.0, 1.0), (1.0, 1.0)]
    horseshoe += [(1.0, 3.0), (0.0, 3.0), (0.0, 0.0)]
    area = shapely.Polygon(horseshoe)
    assert not area.contains(area.centroid)
    assert area.contains(shapely.Point(point_of_line(drawn(horseshoe))))


def test_open_line_has_its_point_in_the_middle() -> None:
    assert point_of_line(drawn([(0.0, 0.0), (1.0, 0.0), (1.0, 3.0)])) == (1.0, 1.0)
    assert point_of_line(drawn([(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)])) == (1.0, 0.0)


def test_line_of_which_nodes_are_missing_gives_one_that_is_known() -> None:
    assert point_of_line(drawn(SQUARE[:3], whole=False)) == SQUARE[1]
    assert point_of_line(drawn(SQUARE, whole=False)) == SQUARE[2]
    assert point_of_line(drawn([])) is None
    assert point_of_line(drawn([(5.0, 6.0)])) == (5.0, 6.0)
    assert point_of_line(drawn([(5.0, 6.0)] * 5)) == (5.0, 6.0)


def test_figure_eight_has_a_point_in_one_of_its_loops() -> None:
    eight = [(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0), (0.0, 0.0)]
    assert shapely.make_valid(shapely.Polygon(eight)).contains(
        shapely.Point(point_of_line(drawn(eight)))
    )


def test_line_across_the_180th_meridian_has_its_point_there() -> None:
    square = [(179.9, 0.0), (-179.9, 0.0), (-179.9, 0.2), (179.9, 0.2), (179.9, 0.0)]
    for found in (point_of_line(drawn(square)), point_of_areas([drawn(square)], [])):
        assert found is not None
        assert abs(found[0]) > 179.9
        assert 0.0 < found[1] < 0.2
    assert point_of_line(drawn([(179.9, 0.0), (-179.7, 0.0)])) == (-179.9, 0.0)


def test_area_in_pieces_has_its_point_outside_the_hole() -> None:
    ring = shapely.Polygon(SQUARE, [HOLE])
    found = point_of_areas(
        [drawn(SQUARE[2:]), drawn(SQUARE[2::-1])], [drawn(HOLE[:2]), drawn(HOLE[1:])]
    )
    assert ring.contains(shapely.Point(found))
    assert not ring.contains(ring.centroid)


def test_hole_as_large_as_its_area_leaves_a_point_inside_the_outline() -> None:
    assert point_of_areas([drawn(SQUARE)], [drawn(SQUARE)]) == (112.05, 32.05)


@pytest.mark.parametrize(
    "outer", [[], [[]], [SQUARE[:4]], [SQUARE[:3], SQUARE[3:]], [[(1.0, 1.0)]], [[(1.0, 1.0)] * 5]]
)
def test_outlines_that_do_not_close_enclose_nothing(outer: list[list[Point]]) -> None:
    assert point_of_areas([drawn(points) for points in outer], []) is None


def test_pieces_with_missing_nodes_are_not_joined() -> None:
    assert point_of_areas([drawn(SQUARE, whole=False)], []) is None
    assert point_of_areas([drawn(SQUARE)], [drawn(HOLE, whole=False)]) == (112.05, 32.05)


STEPS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8)


@given(STEPS, st.booleans())
def test_any_line_has_a_point_on_it_or_inside(steps: list[tuple[int, int]], close: bool) -> None:
    points = [(float(x), float(y)) for x, y in steps]
    points += points[:1] if close else []
    found = point_of_line(drawn(points))
    if not points:
        assert found is None
        return
    outline = shapely.LineString(points if len(points) > 1 else points * 2)
    inside = shapely.get_parts(shapely.polygonize([shapely.node(outline)]))
    assert shapely.distance([outline, *inside], shapely.Point(found)).min() < CORNER


def cut(ring: list[Point], at: list[int], *, turned: bool) -> list[Line]:
    """Cut a ring into pieces behind some of its corners, and turn them round perhaps."""
    ends = sorted({0, len(ring) - 1, *(corner for corner in at if corner < len(ring))})
    pieces = [ring[begin : end + 1] for begin, end in pairwise(ends)]
    return [drawn(piece[::-1] if turned else piece) for piece in pieces]


@given(
    st.lists(st.integers(1, 3), max_size=3),
    st.lists(st.integers(1, 3), max_size=3),
    st.booleans(),
    st.floats(0.05, 0.95),
    st.randoms(use_true_random=False),
)
def test_any_pieces_of_an_area_with_a_hole_give_a_point_in_it(
    outer: list[int], inner: list[int], turned: bool, size: float, order: random.Random
) -> None:
    inset = (1.0 - size) / 2.0
    hole = [(inset + x * size, inset + y * size) for x, y in UNIT]
    lines = cut(UNIT, outer, turned=turned), cut(hole, inner, turned=not turned)
    for pieces in lines:
        order.shuffle(pieces)
    assert shapely.Polygon(UNIT, [hole]).contains(shapely.Point(point_of_areas(*lines)))


@given(st.lists(STEPS, max_size=4), st.lists(STEPS, max_size=3))
def test_any_outlines_are_borne(
    outer: list[list[tuple[int, int]]], inner: list[list[tuple[int, int]]]
) -> None:
    lines = [[drawn([(float(x), float(y)) for x, y in steps]) for steps in outer]]
    lines += [[drawn([(float(x), float(y)) for x, y in steps]) for steps in inner]]
    found = point_of_areas(*lines)
    if found is not None:
        assert all(0.0 <= degrees <= 3.0 for degrees in found)


def test_huge_outlines_and_scribbles_take_no_time() -> None:
    turn = np.linspace(0.0, 2 * np.pi, 100_000)
    circle = [(float(x), float(y)) for x, y in zip(np.cos(turn), np.sin(turn), strict=True)]
    circle[-1] = circle[0]
    pieces = [drawn(circle[start : start + 101]) for start in range(0, 100_000, 100)]
    scribble = [(float(x), float(y)) for x, y in np.random.default_rng(3).random((2000, 2))]
    scribble.append(scribble[0])
    begin = time.perf_counter()
    for found in (
        point_of_line(drawn(circle)),
        point_of_areas(pieces, []),
        point_of_line(drawn(scribble)),
        point_of_areas([drawn(scribble)], [drawn(SQUARE)]),
    ):
        assert found is not None
    assert time.perf_counter() - begin < 3.0
