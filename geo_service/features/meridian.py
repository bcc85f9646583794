"""Shapes that cross the 180th meridian, cut there so that each part lies within the degrees."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Shapes
from geo_service.geometry.metric import wrap_degrees

_FULL_TURN = 360.0
_EARTH = shapely.box(-180, -90, 180, 90)


def cut_at_meridian(shapes: Sequence[shapely.Geometry] | Shapes) -> Shapes:
    """Cut lines and polygons at the 180th meridian, as RFC 7946 (3.1.9) asks for.

    Parameters
    ----------
    shapes : sequence of shapely geometries, shape (n,)
        Lines, and polygons without holes, narrower than half the globe; WGS-84, longitude first.
        One that crosses goes on beyond 180 degrees, or leaps from there to -180.

    Returns
    -------
    ndarray of shapely geometries, shape (n,)
        Those that don't cross as they are; of others several parts, each within -180 to 180
        degrees. Raises nothing.
    """
    cut = np.empty(len(shapes), dtype=np.object_)
    cut[:] = shapes
    west, _, east, _ = shapely.bounds(cut).T if len(cut) else np.empty((4, 0))
    for place in np.flatnonzero((west < -180.0) | (east > 180.0) | (east - west > 180.0)):
        cut[place] = _parts_within(shapely.transform(cut[place], _without_leaps))
    return cut


def _without_leaps(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let longitudes go on where they leap by a full turn."""
    lon = corners[:, 0]
    steps = wrap_degrees(np.diff(lon))
    return np.column_stack((np.concatenate((lon[:1], lon[0] + np.cumsum(steps))), corners[:, 1]))


def _parts_within(shape: shapely.Geometry) -> shapely.Geometry:
    are_polygons = isinstance(shape, shapely.Polygon)
    found: list[shapely.Geometry] = [
        part
        for turn in (0.0, _FULL_TURN, -_FULL_TURN)
        for part in shapely.get_parts(shapely.intersection(_turned(shape, turn), _EARTH))
        # What only touches the meridian leaves nothing there, or less than a part.
        if (part.area if are_polygons else part.length) > 0.0
    ]
    if len(found) == 1:
        return found[0]
    together = shapely.multipolygons if are_polygons else shapely.multilinestrings
    joined = np.asarray(together(np.array(found))).item()
    assert isinstance(joined, shapely.Geometry)  # noqa: S101 - of parts one whole
    return joined


def _turned(shape: shapely.Geometry, degrees: float) -> shapely.Geometry:
    turned: shapely.Geometry = shapely.transform(
        shape, lambda corners: corners + np.array([degrees, 0.0])
    )
    return turned
