"""Which areas lie in which, beside squares on a grid of whole numbers."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_service.domain.area import Area
from geo_service.domain.area_nest import SAME_BORDER, AreaNest

STEP = 1.0 / 64.0
"""Degrees: binary, so that borders are exact."""
Square = tuple[int, int, int, int]


def area(area_id: str, shape: shapely.Geometry) -> Area:
    return Area(area_id, area_id, "", shapely.to_wkb(shape))


def box(area_id: str, west: float, south: float, east: float, north: float) -> Area:
    return area(area_id, shapely.box(west, south, east, north))


@st.composite
def squares(draw: st.DrawFn) -> Square:
    west, south = draw(st.integers(0, 5)), draw(st.integers(0, 5))
    return west, south, draw(st.integers(west + 1, 6)), draw(st.integers(south + 1, 6))


def lies_in(inner: Square, outer: Square) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


@given(st.lists(squares(), min_size=1, max_size=8), st.data())
def test_what_lies_in_an_area_is_within_it(drawn: list[Square], data: st.DataObject) -> None:
    nest = AreaNest(
        [box(str(n), *(112.0 + STEP * side for side in one)) for n, one in enumerate(drawn)]
    )
    chosen = data.draw(st.frozensets(st.integers(0, len(drawn) - 1)))
    found = nest.within(frozenset(map(str, chosen)))
    assert found == {
        str(n) for n, one in enumerate(drawn) if any(lies_in(one, drawn[at]) for at in chosen)
    }
    lon, lat = data.draw(st.integers(0, 6)), data.draw(st.integers(0, 6))
    held = any(
        drawn[at][0] <= lon <= drawn[at][2] and drawn[at][1] <= lat <= drawn[at][3] for at in chosen
    )
    ids = [str(at) for at in chosen]
    assert nest.holds(ids, 112.0 + STEP * lon, 112.0 + STEP * lat) is held


def test_areas_that_are_not_there_hold_nothing() -> None:
    nest = AreaNest([box("a", 112, 32, 113, 33)])
    assert nest.within(frozenset({"b"})) == set()
    assert nest.within(frozenset({"a", "b"})) == {"a"}
    assert not nest.holds(["b"], 112.5, 32.5)
    assert AreaNest([]).within(frozenset({"a"})) == set()
    assert not AreaNest([]).holds(["a"], 112.5, 32.5)


@pytest.mark.parametrize(("beyond", "within"), [(0.9, True), (1.1, False)])
def test_a_border_may_be_drawn_twice(beyond: float, *, within: bool) -> None:
    east = 112.1 + beyond * SAME_BORDER
    nest = AreaNest(
        [box("outer", 112.0, 32.0, 112.1, 32.1), box("inner", 112.05, 32.0, east, 32.1)]
    )
    assert ("inner" in nest.within(frozenset({"outer"}))) is within


def test_rounding_to_the_fifth_decimal_parts_no_areas() -> None:
    # A border across the grid of decimals, with other corners on each of its sides.
    border = [(112.0 + n / 97, 32.0 + n / 89) for n in range(9)]
    rounded = [(round(lon, 5), round(lat, 5)) for lon, lat in border]
    outer = shapely.Polygon([*border[::2], (112.0, 32.2)])
    inner = shapely.Polygon([*rounded, (112.0, 32.2)])
    nest = AreaNest([area("outer", outer), area("inner", inner)])
    assert nest.within(frozenset({"outer"})) == {"outer", "inner"}


def test_a_neighbour_is_not_within_however_narrow() -> None:
    strip = box("strip", 112.1, 32.0, 112.1 + SAME_BORDER / 2, 32.1)
    nest = AreaNest([box("west", 112.0, 32.0, 112.1, 32.1), strip])
    assert nest.within(frozenset({"west"})) == {"west"}


def test_the_180th_meridian_is_no_border() -> None:
    both = shapely.union_all([shapely.box(179, -18, 180, -16), shapely.box(-180, -18, -179, -16)])
    nest = AreaNest(
        [
            area("both", both),
            box("east", -179.9, -17.5, -179.1, -17),
            box("far", -178, -18, -177, 0),
        ]
    )
    assert nest.within(frozenset({"both"})) == {"both", "east"}
    for lon in (179.5, 180.0, -180.0, -179.5):
        assert nest.holds(["both"], lon, -17.0)
    assert not nest.holds(["both"], -178.5, -17.0)
    assert not nest.holds(["both"], 178.5, -17.0)
