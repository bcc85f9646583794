"""Draw the plan of the streets: carriageways set apart, ends joined, lines split at junctions."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import shapely
from shapely import LineString

from demo_district.frame import Point, to_position, towards
from demo_district.planned import Planned
from demo_district.street_plan import PLAN

JOIN_WITHIN_M = 32.0
"""An end this close to another street is joined to it."""
TAPER_M = 70.0
"""Over how many metres two carriageways come together where the plan ends."""
OVERSHOOT_M = 0.5
GRID_M = 0.01
SHORTEST_M = 5.0
"""Junctions closer than this along a street become one."""


@dataclass(frozen=True)
class Stretch:
    """A street from one junction to the next, in metres on the plan."""

    street: Planned
    tags: dict[str, str]
    line: tuple[Point, ...]

    @property
    def length_m(self) -> float:
        """Its length on the plan."""
        return sum(math.dist(a, b) for a, b in pairwise(self.line))


@dataclass(frozen=True)
class _Drawn:
    street: Planned
    tags: dict[str, str]
    line: LineString


def draw_streets(plan: Sequence[Planned] = PLAN) -> list[Stretch]:
    """Return all stretches, street after street, each in the direction its plan was drawn.

    Stretches that meet share the very same end point.
    """
    drawn = [part for street in plan for part in _carriageways(street)]
    joined = _join_ends(drawn)
    pieces = shapely.get_parts(
        shapely.unary_union([part.line for part in joined], grid_size=GRID_M)
    )
    tree = shapely.STRtree([part.line for part in joined])
    found: list[tuple[int, float, Stretch]] = []
    for piece in pieces:
        middle = piece.interpolate(0.5, normalized=True)
        source = int(tree.nearest(middle))
        part = joined[source]
        points = [(float(x), float(y)) for x, y in piece.coords]
        if _along(part.line, points[0]) > _along(part.line, points[-1]) and not part.line.is_closed:
            points.reverse()
        stretch = Stretch(part.street, part.tags, tuple(points))
        found.append((source, part.line.project(middle), stretch))
    found.sort(key=lambda entry: entry[:2])
    return _with_close_junctions_joined(_without_stubs([stretch for _, _, stretch in found]))


def street_features(stretches: Sequence[Stretch]) -> Iterator[dict[str, object]]:
    """Give each stretch as a GeoJSON feature."""
    for stretch in stretches:
        names = {"name": stretch.street.name, "name_en": stretch.street.name_en}
        yield {
            "type": "Feature",
            "properties": {
                "highway": stretch.street.highway,
                **{key: value for key, value in names.items() if value},
                "oneway": "no",
                **stretch.tags,
            },
            "geometry": {
                "type": "LineString",
                "coordinates": [to_position(point) for point in stretch.line],
            },
        }


def _carriageways(street: Planned) -> Iterator[_Drawn]:
    """Draw a street as one line, or as two one-way lines that keep to the right."""
    if not street.apart:
        yield _Drawn(street, street.tags, _tidy(street.line))
        return
    middle = LineString(street.line).segmentize(12.0)
    right = [(float(x), float(y)) for x, y in middle.coords]
    for centre_line in (right, right[::-1]):
        line = _shifted_right(centre_line, street.apart / 2)
        yield _Drawn(street, {**street.tags, "oneway": "yes"}, _tidy(line))


def _shifted_right(line: Sequence[Point], metres: float) -> list[Point]:
    """Shift a line to the right of its direction, tapering to nothing at the ends."""
    along = [0.0]
    for a, b in pairwise(line):
        along.append(along[-1] + math.dist(a, b))
    shifted = []
    for row, point in enumerate(line):
        before, after = line[max(row - 1, 0)], line[min(row + 1, len(line) - 1)]
        share = min(1.0, along[row] / TAPER_M, (along[-1] - along[row]) / TAPER_M)
        eased = share * share * (3.0 - 2.0 * share)
        step = metres * eased / math.dist(before, after)
        shifted.append(
            (point[0] + (after[1] - before[1]) * step, point[1] - (after[0] - before[0]) * step)
        )
    return shifted


def _tidy(line: Sequence[Point]) -> LineString:
    return LineString(shapely.simplify(LineString(line), 0.25).coords)


def _join_ends(drawn: Sequence[_Drawn]) -> list[_Drawn]:
    """Lead each end that is close to another street just across it."""
    lines = [part.line for part in drawn]
    tree = shapely.STRtree(lines)
    joined = []
    for part in drawn:
        points = [(float(x), float(y)) for x, y in part.line.coords]
        if points[0] != points[-1]:
            around = tree.query(part.line.buffer(JOIN_WITHIN_M))
            near = [lines[row] for row in around if drawn[row].street is not part.street]
            for row in (0, -1):
                points[row] = _led_across(points[row], part.line, near)
        joined.append(_Drawn(part.street, part.tags, LineString(points)))
    return joined


def _led_across(end: Point, own: LineString, others: Sequence[LineString]) -> Point:
    spot = shapely.Point(end)
    near = [line for line in others if line.distance(spot) <= JOIN_WITHIN_M]
    if not near:
        return end
    nearest = min(near, key=lambda line: (_ends_there(line, spot), line.distance(spot), line.wkt))
    if nearest.intersects(own.intersection(spot.buffer(JOIN_WITHIN_M))):
        return end
    target = nearest.interpolate(nearest.project(spot))
    gap = spot.distance(target)
    return towards(end, (target.x, target.y), gap + OVERSHOOT_M) if gap else end


def _ends_there(line: LineString, spot: shapely.Point) -> bool:
    """Say whether a line merely ends beside a spot; one that goes on is better to join."""
    return not 1.0 < line.project(spot) < line.length - 1.0


def _along(line: LineString, point: Point) -> float:
    return float(line.project(shapely.Point(point)))


def _without_stubs(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Leave out the short ends that stick out beyond a junction."""
    uses: dict[Point, int] = {}
    for stretch in stretches:
        for end in (stretch.line[0], stretch.line[-1]):
            uses[end] = uses.get(end, 0) + 1
    return [
        stretch
        for stretch in stretches
        if stretch.length_m > JOIN_WITHIN_M
        or min(uses[stretch.line[0]], uses[stretch.line[-1]]) > 1
    ]


def _with_close_junctions_joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Leave out very short stretches: the end on the lesser streets moves to the other end."""
    moved: dict[Point, Point] = {}

    def settled(point: Point) -> Point:
        while point in moved:
            point = moved[point]
        return point

    for stretch in stretches:
        ends = [settled(stretch.line[0]), settled(stretch.line[-1])]
        if stretch.length_m < SHORTEST_M and ends[0] != ends[1]:
            kept, lost = sorted(ends, key=lambda end: _rank(end, stretch, stretches))
            moved[lost] = kept
    return [
        replace(stretch, line=(settled(first), *between, settled(last)))
        for stretch in stretches
        for first, *between, last in [stretch.line]
        if stretch.length_m >= SHORTEST_M and (between or settled(first) != settled(last))
    ]


def _rank(end: Point, without: Stretch, stretches: Sequence[Stretch]) -> int:
    """Return the place in the plan of the first street that meets others at a point."""
    return min(
        (
            row
            for row, stretch in enumerate(stretches)
            if stretch.street is not without.street and end in (stretch.line[0], stretch.line[-1])
        ),
        default=len(stretches),
    )
