"""The district's own plane: metres east and north of its centre, turned to longitude and latitude.

The plan of the district is drawn on squared paper and then turned by a few degrees, as streets
seldom run due north.
"""

import math
from collections.abc import Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""Metres to the right and up on the plan."""
Position: TypeAlias = tuple[float, float]
"""Longitude and latitude in decimal degrees on WGS-84."""

CENTRE_LON, CENTRE_LAT = 112.145, 32.042
TURN_DEGREES = 4.0

# Lengths of a degree on the WGS-84 ellipsoid at the centre, from its radii of curvature.
_EQUATOR_M, _ECCENTRICITY_2 = 6_378_137.0, 0.00669437999014
_FLATTENED = 1.0 - _ECCENTRICITY_2 * math.sin(math.radians(CENTRE_LAT)) ** 2
_NORTH_M = math.radians(1.0) * _EQUATOR_M * (1.0 - _ECCENTRICITY_2) / _FLATTENED**1.5
_EAST_M = (
    math.radians(1.0) * _EQUATOR_M / math.sqrt(_FLATTENED) * math.cos(math.radians(CENTRE_LAT))
)
_COS, _SIN = math.cos(math.radians(TURN_DEGREES)), math.sin(math.radians(TURN_DEGREES))


def to_position(point: Point, digits: int = 7) -> Position:
    """Turn a point of the plan into longitude and latitude, rounded (7 digits: a centimetre)."""
    right, up = point
    east, north = right * _COS - up * _SIN, right * _SIN + up * _COS
    return (
        round(CENTRE_LON + east / _EAST_M, digits),
        round(CENTRE_LAT + north / _NORTH_M, digits),
    )


def read_points(text: str) -> list[Point]:
    """Read points written as ``"right,up right,up"`` in metres."""
    pairs = (pair.split(",") for pair in text.split())
    return [(float(right), float(up)) for right, up in pairs]


def curve_through(points: Sequence[Point], steps: int = 8) -> list[Point]:
    """Draw a smooth curve through points: a uniform Catmull-Rom spline."""
    if len(points) < 3:
        return list(points)
    first = (2 * points[0][0] - points[1][0], 2 * points[0][1] - points[1][1])
    last = (2 * points[-1][0] - points[-2][0], 2 * points[-1][1] - points[-2][1])
    padded = [first, *points, last]
    drawn = [points[0]]
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(1, steps + 1):
            t = step / steps
            drawn.append((_spline(a[0], b[0], c[0], d[0], t), _spline(a[1], b[1], c[1], d[1], t)))
    return drawn


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def round_corners(points: Sequence[Point], radius: float = 12.0, steps: int = 4) -> list[Point]:
    """Replace each inner corner by a quadratic curve that starts and ends ``radius`` m from it."""
    drawn = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        start = towards(corner, before, min(radius, math.dist(corner, before) / 2))
        end = towards(corner, after, min(radius, math.dist(corner, after) / 2))
        for step in range(steps + 1):
            t = step / steps
            drawn.append(
                (
                    (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * corner[0] + t**2 * end[0],
                    (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * corner[1] + t**2 * end[1],
                )
            )
    drawn.append(points[-1])
    return drawn


def towards(start: Point, end: Point, metres: float) -> Point:
    """Return the point that lies so many metres from one point in the direction of another."""
    share = metres / math.dist(start, end)
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
