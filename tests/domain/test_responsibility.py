"""The map of areas against a plain search with exact fractions."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo_service.domain.area import Area, Body, Level
from geo_service.domain.responsibility import AreaMap, Responsible

GEOD = Geod(ellps="WGS84")
SIDE = 8
STEP = 1.0 / 64.0
"""Degrees between lines of the grid: binary, so that borders are exact."""
CITY = (112.0, 32.0)
AT_SEAM = (180.0 - 4 * STEP, -17.0)
SMALL, LARGE = (0, 0, 2, 2), (0, 0, 6, 6)

Corner = tuple[Fraction, Fraction]
Ring = tuple[Corner, ...]


@dataclass(frozen=True)
class Ground:
    """An area of convex parts on the grid, corners in turn, and who answers for it."""

    area_id: str
    body: Body | None
    parts: tuple[Ring, ...]


def rectangle(west: int, south: int, east: int, north: int) -> Ring:
    corners = ((west, south), (east, south), (east, north), (west, north))
    return tuple((Fraction(x), Fraction(y)) for x, y in corners)


def turning(a: Corner, b: Corner, c: Corner) -> Fraction:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def sides(ring: Ring) -> list[tuple[Corner, Corner]]:
    return list(zip(ring, (*ring[1:], ring[0]), strict=True))


def on_border(ring: Ring, spot: Corner) -> bool:
    return any(
        turning(a, b, spot) == 0
        and min(a[0], b[0]) <= spot[0] <= max(a[0], b[0])
        and min(a[1], b[1]) <= spot[1] <= max(a[1], b[1])
        for a, b in sides(ring)
    )


def inside(ring: Ring, spot: Corner) -> bool:
    """Cast a ray eastward."""
    if on_border(ring, spot):
        return False
    crossings = 0
    for a, b in sides(ring):
        if (a[1] > spot[1]) != (b[1] > spot[1]):
            x = a[0] + (spot[1] - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            crossings += x > spot[0]
    return crossings % 2 == 1


def touches(ground: Ground, spot: Corner) -> bool:
    return any(on_border(ring, spot) for ring in ground.parts)


def covers(ground: Ground, other: Ground) -> bool:
    return all(
        any(
            all(inside(whole, corner) or on_border(whole, corner) for corner in ring)
            for whole in ground.parts
        )
        for ring in other.parts
    )


def size(ground: Ground, origin: tuple[float, float]) -> float:
    total = 0.0
    for ring in ground.parts:
        lon, lat = zip(*(degrees(corner, origin) for corner in ring), strict=True)
        total += abs(GEOD.polygon_area_perimeter(lon, lat)[0])
    return total


def degrees(corner: Corner, origin: tuple[float, float]) -> tuple[float, float]:
    return origin[0] + float(corner[0]) * STEP, origin[1] + float(corner[1]) * STEP


def slowly(
    grounds: Sequence[Ground], spot: Corner, category: str, origin: tuple[float, float]
) -> Responsible | None:
    candidates = [
        ground
        for ground in grounds
        if any(inside(ring, spot) or on_border(ring, spot) for ring in ground.parts)
        and ground.body is not None
        and (not ground.body.categories or category in ground.body.categories)
    ]
    if not candidates:
        return None
    least = min(size(ground, origin) for ground in candidates)
    equal = [ground for ground in candidates if size(ground, origin) < least + 1.0]
    smallest = min(equal, key=lambda ground: ground.area_id)
    chosen = [smallest]
    if touches(smallest, spot):
        chosen += [
            ground
            for ground in candidates
            if touches(ground, spot) and not covers(ground, smallest)
        ]
    best = min(chosen, key=lambda ground: ground.area_id)
    return Responsible(best.area_id, best.body.body_id if best.body else "")


def as_area(ground: Ground, origin: tuple[float, float]) -> Area:
    """Cut at the 180th meridian, as GeoJSON wants it."""
    parts = []
    for ring in ground.parts:
        whole = shapely.Polygon([degrees(corner, origin) for corner in ring])
        west = shapely.intersection(whole, shapely.box(0.0, -90.0, 180.0, 90.0))
        east = shapely.intersection(whole, shapely.box(180.0, -90.0, 360.0, 90.0))
        moved = shapely.transform(east, lambda corners: corners - np.array([360.0, 0.0]))
        parts += [part for part in (west, moved) if isinstance(part, shapely.Polygon)]
    full = [part for part in parts if not part.is_empty]
    shape = full[0] if len(full) == 1 else shapely.MultiPolygon(full)
    body_id = ground.body.body_id if ground.body else "gone"
    return Area(ground.area_id, ground.area_id, body_id, shapely.to_wkb(shape))


BODIES = [
    Body("all", "all", Level.COMMUNITY),
    Body("pots", "pots", Level.COMMUNITY, categories=frozenset({"pothole"})),
    Body("both", "both", Level.COMMUNITY, categories=frozenset({"pothole", "fire"})),
]
LINES = st.integers(0, SIDE)


@st.composite
def rectangles(draw: st.DrawFn) -> tuple[Ring, ...]:
    west, east = sorted(draw(st.lists(LINES, min_size=2, max_size=2, unique=True)))
    south, north = sorted(draw(st.lists(LINES, min_size=2, max_size=2, unique=True)))
    return (rectangle(west, south, east, north),)


@st.composite
def pairs_of_rectangles(draw: st.DrawFn) -> tuple[Ring, ...]:
    """Draw two, apart or with a corner in common."""
    x = sorted(draw(st.lists(LINES, min_size=3, max_size=3, unique=True)))
    gap = draw(st.integers(0, 1))
    y = sorted(draw(st.lists(LINES, min_size=3, max_size=3, unique=True)))
    return rectangle(x[0], y[0], x[1], y[1]), rectangle(x[1], y[1], x[2], y[2] + gap)


@st.composite
def triangles(draw: st.DrawFn) -> tuple[Ring, ...]:
    spots = st.tuples(LINES, LINES)
    corners = draw(
        st.lists(spots, min_size=3, max_size=3, unique=True).filter(
            lambda three: turning(*((Fraction(x), Fraction(y)) for x, y in three)) != 0
        )
    )
    return (tuple((Fraction(x), Fraction(y)) for x, y in corners),)


@st.composite
def worlds(draw: st.DrawFn, kinds: st.SearchStrategy[tuple[Ring, ...]]) -> list[Ground]:
    shapes = draw(st.lists(kinds, max_size=7))
    ids = draw(st.permutations("abcdefg"))
    whose = st.sampled_from([*BODIES, BODIES[0], None])
    return [Ground(ids[n], draw(whose), parts) for n, parts in enumerate(shapes)]


HALVES = st.integers(0, 2 * SIDE).map(lambda halves: Fraction(halves, 2))
SPOTS = st.lists(
    st.tuples(HALVES, HALVES, st.sampled_from(["pothole", "fire", "water"])),
    min_size=1,
    max_size=30,
)


def compare(
    grounds: list[Ground],
    spots: list[tuple[Fraction, Fraction, str]],
    origin: tuple[float, float],
) -> None:
    area_map = AreaMap([as_area(ground, origin) for ground in grounds], BODIES)
    expected = [slowly(grounds, (x, y), category, origin) for x, y, category in spots]
    positions = [degrees((x, y), origin) for x, y, _ in spots]
    lon = np.array([at[0] for at in positions])
    lat = np.array([at[1] for at in positions])
    categories = [category for _, _, category in spots]
    lon = np.where(lon > 180.0, lon - 360.0, lon)
    assert area_map.responsible_for_all(lon, lat, categories) == expected
    other_name = np.where(lon == 180.0, -180.0, lon)
    assert area_map.responsible_for_all(other_name, lat, categories) == expected
    one = area_map.responsible_for(float(lon[0]), float(lat[0]), categories[0])
    assert one == expected[0]
    somewhere = any(
        inside(ring, spots[0][:2]) or on_border(ring, spots[0][:2])
        for ground in grounds
        for ring in ground.parts
    )
    assert area_map.holds(float(lon[0]), float(lat[0])) == somewhere


@given(
    grounds=worlds(st.one_of(rectangles(), rectangles(), triangles(), pairs_of_rectangles())),
    spots=SPOTS,
)
def test_the_map_answers_as_a_plain_search_does(
    grounds: list[Ground], spots: list[tuple[Fraction, Fraction, str]]
) -> None:
    compare(grounds, spots, CITY)


@given(grounds=worlds(st.one_of(rectangles(), pairs_of_rectangles())), spots=SPOTS)
def test_the_180th_meridian_is_like_any_other(
    grounds: list[Ground], spots: list[tuple[Fraction, Fraction, str]]
) -> None:
    compare(grounds, spots, AT_SEAM)


def area(area_id: str, *corners: int, body_id: str = "all") -> Area:
    west, south, east, north = corners
    return Area(area_id, area_id, body_id, shapely.to_wkb(shapely.box(west, south, east, north)))


@pytest.mark.parametrize(
    ("areas", "expected"),
    [
        ([area("a", *LARGE), area("z", *SMALL)], "z"),
        ([area("a", *LARGE), area("z", *SMALL), area("y", 2, 0, 6, 6)], "y"),
        ([area("z", *SMALL), area("y", *SMALL)], "y"),
    ],
    ids=["not what it is nested in", "but a neighbour", "twice the same"],
)
def test_on_a_border_the_smaller_id_of_neighbours_answers(areas: list[Area], expected: str) -> None:
    found = AreaMap(areas, BODIES).responsible_for(2.0, 1.0, "fire")
    assert found == Responsible(expected, "all")


def test_a_hole_is_not_held_and_its_border_is() -> None:
    ring = shapely.box(0, 0, 6, 6) - shapely.box(2, 2, 4, 4)
    area_map = AreaMap([Area("z", "z", "all", shapely.to_wkb(ring))], BODIES)
    assert area_map.responsible_for(3.0, 3.0, "fire") is None
    assert area_map.responsible_for(2.0, 3.0, "fire") == Responsible("z", "all")
    filled = [Area("z", "z", "all", shapely.to_wkb(ring)), area("y", 2, 2, 4, 4)]
    assert AreaMap(filled, BODIES).responsible_for(2.0, 3.0, "fire") == Responsible("y", "all")


def test_small_is_what_is_small_on_the_ground_not_in_degrees() -> None:
    # 200 square degrees around 75 degrees north, and 168 around 66.
    areas = [area("north", 0, 70, 20, 80), area("south", 5, 60, 19, 72)]
    found = AreaMap(areas, BODIES).responsible_for(10.0, 71.0, "fire")
    assert found == Responsible("north", "all")


def test_with_no_areas_nobody_answers() -> None:
    area_map = AreaMap([], BODIES)
    assert area_map.responsible_for_all(np.array([1.0]), np.array([2.0]), ["fire"]) == [None]
    assert area_map.responsible_for_all(np.empty(0), np.empty(0), []) == []
    assert not area_map.holds(1.0, 2.0)
