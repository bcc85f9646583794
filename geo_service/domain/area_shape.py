"""An area's polygon ready for questions: in one piece across the 180th meridian, and its size."""

import numpy as np
import shapely

from geo_service.arrays import Shapes
from geo_service.geometry.polygon_area import polygon_area_m2

FULL_TURN = 360.0
_LONGEST_SIDE = 1.0
"""Degrees. Sides are straight in degrees, as the border is held, not geodesics: longer ones are
measured in pieces."""


def area_shapes(wkb: list[bytes]) -> Shapes:
    """Decode polygons.

    Parameters
    ----------
    wkb : list of bytes
        Well-known binary of polygons on WGS-84, cut at the 180th meridian where they cross it.

    Returns
    -------
    ndarray of shapely.Geometry, shape (n,)
        What begins at -180 degrees stands at 180, joined to what ends there, so that the meridian
        is no border. Raises nothing for what ingest let in.
    """
    shapes = shapely.from_wkb(np.array(wkb, dtype=np.object_))
    west, _, east, _ = shapely.bounds(shapes).T if len(wkb) else np.empty((4, 0))
    for place in np.flatnonzero((west <= -180.0) | (east >= 180.0)):
        shapes[place] = _in_one_piece(shapes[place])
    return shapes


def shifted(shape: shapely.Geometry, degrees: float) -> shapely.Geometry:
    """Move a polygon eastward by some degrees. Raises nothing."""
    return shapely.transform(shape, lambda corners: corners + np.array([degrees, 0.0]))


def size_m2(shape: shapely.Geometry) -> int:
    """Return an area in whole square metres on the ellipsoid.

    Parameters
    ----------
    shape : shapely.Geometry
        A polygon or several, in degrees.

    Returns
    -------
    int
        The same whichever corner or part comes first. Raises nothing.
    """
    pieces = shapely.segmentize(shapely.normalize(shape), _LONGEST_SIDE)
    return round(sum(_polygon_m2(part) for part in shapely.get_parts(pieces)))


def _polygon_m2(polygon: shapely.Polygon) -> float:
    rings = [shapely.get_coordinates(ring).T for ring in shapely.get_rings(polygon)]
    outer, *holes = [(lon, lat) for lon, lat in rings]
    return polygon_area_m2(outer, holes)


def _in_one_piece(shape: shapely.Geometry) -> shapely.Geometry:
    """Move the parts of the western hemisphere, but for what goes all around the earth."""
    parts = shapely.get_parts(shape)
    west, _, east, _ = shapely.bounds(parts).T
    begins = (west <= -180.0) & (east < 180.0)
    if not begins.any():
        return shape
    moved = [
        shifted(part, FULL_TURN) if behind else part
        for part, behind in zip(parts, begins | (east <= 0.0), strict=True)
    ]
    return shapely.union_all(moved)
