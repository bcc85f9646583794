"""One point inside or on what a map draws as a line, as an area, or as areas with holes."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely

from geo_service.arrays import Floats
from geo_service.geometry.metric import wrap_degrees

Point: TypeAlias = tuple[float, float]
"""Longitude and latitude, WGS-84, decimal degrees."""

_CORNERS = 4
"""An area's outline has three corners and comes back to the first."""
_DECIMALS = 7


class Line(NamedTuple):
    """A way as far as its nodes are known."""

    points: Sequence[Point]
    whole: bool
    """Whether no node is missing."""
    closed: bool
    """Whether it ends in the node it begins with."""


def point_of_line(line: Line) -> Point | None:
    """Return a point inside a closed line, and about the middle of an open one, on it.

    Of a line that is not whole it is one of the points that are known, for nobody knows how it
    went on. Lines may cross themselves and the 180th meridian.

    Parameters
    ----------
    line : Line
        In any direction.

    Returns
    -------
    tuple of float or None
        Longitude, latitude; None if no point is known. Raises nothing.
    """
    points = line.points
    if not points:
        return None
    if not line.whole or len(set(points)) == 1:
        return points[len(points) // 2]
    drawn = _unrolled(points, points[0][0])
    if line.closed and len(points) >= _CORNERS:
        return _rolled(shapely.Polygon(drawn).representative_point())
    return _rolled(shapely.LineString(drawn).interpolate(0.5, normalized=True))


def point_of_areas(outer: Sequence[Line], inner: Sequence[Line]) -> Point | None:
    """Return a point inside areas whose outlines are drawn in pieces, and outside their holes.

    Parameters
    ----------
    outer, inner : sequence of Line
        The pieces of the outlines and of the holes' outlines, in any order and direction; those
        that are not whole are not looked at. Where an outline crosses itself holes are not heeded.

    Returns
    -------
    tuple of float or None
        Longitude, latitude; None if the outlines enclose nothing. Raises nothing.
    """
    first = next((line.points[0][0] for line in outer if line.points), 0.0)
    areas, holes = _enclosed(outer, first), _enclosed(inner, first)
    if not areas:
        return None
    # Mending a scribble of some thousand corners takes minutes; asking whether it is one, no time.
    if not shapely.is_valid([*areas, *holes]).all():
        return _rolled(areas[0].representative_point())
    left = shapely.union_all(areas).difference(shapely.union_all(holes))
    return _rolled((areas[0] if left.is_empty else left).representative_point())


def _enclosed(lines: Iterable[Line], first: float) -> list[shapely.Polygon]:
    """Return the areas that lines enclose, each by itself or several joined at their ends."""
    drawn = [
        shapely.LineString(_unrolled(line.points, first))
        for line in lines
        if line.whole and len(line.points) > 1
    ]
    rings = [line.coords for line in drawn if line.is_closed and len(line.coords) >= _CORNERS]
    joined = shapely.polygonize([line for line in drawn if not line.is_closed])
    areas = [*map(shapely.Polygon, rings), *shapely.get_parts(joined)]
    return [area for area in areas if area.area]


def _unrolled(points: Sequence[Point], first: float) -> Floats:
    """Lay points beside a longitude, so that the 180th meridian is no seam: shape (n, 2)."""
    places = np.array(points, dtype=np.float64)
    places[:, 0] = first + wrap_degrees(places[:, 0] - first)
    return places


def _rolled(point: shapely.Point) -> Point:
    """Return a point's place as OpenStreetMap writes it: to a centimetre, and no nonsense after."""
    lon, lat = wrap_degrees(np.array([point.x]))[0], point.y
    return round(float(lon), _DECIMALS), round(float(lat), _DECIMALS)
