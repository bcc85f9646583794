"""How features lie to a geometry of a filter, as OGC's simple features have it."""

from collections.abc import Callable, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Flags, Shapes

_TURNED: Mapping[str, str] = {"s_contains": "within", "s_within": "contains"}
"""How a geometry lies to a shape if the shape lies so to it; all others are the same both ways."""


def relate(
    op: str,
    one: Shapes | shapely.Geometry,
    other: Shapes | shapely.Geometry,
    tree: shapely.STRtree | None,
) -> Flags:
    """Say where a relation holds.

    Parameters
    ----------
    op : str
        ``s_intersects`` and the like.
    one, other : ndarray of shapely geometries, shape (n,), or one of them
        Those that come as arrays are the features' shapes.
    tree : STRtree or None
        Of the features' shapes.

    Returns
    -------
    ndarray of bool, shape (n,), or of no dimension
    """
    if op == "s_disjoint":
        return ~relate("s_intersects", one, other, tree)
    name = op.removeprefix("s_")
    if isinstance(one, shapely.Geometry) and isinstance(other, np.ndarray):
        return _of_all(name, one, other, tree)
    if isinstance(one, np.ndarray) and isinstance(other, shapely.Geometry):
        return _of_all(_TURNED.get(op, name), other, one, tree)
    return np.asarray(_RELATIONS[name](one, other))


def _of_all(
    name: str, shape: shapely.Geometry, shapes: Shapes, tree: shapely.STRtree | None
) -> Flags:
    """Say to which shapes a prepared geometry lies so: only those near it are looked at closely."""
    near = _near(shape, shapes, tree)
    found = np.zeros(len(shapes), np.bool_)
    found[near] = _RELATIONS[name](shape, shapes[near])
    return found


def _near(
    shape: shapely.Geometry, shapes: Shapes, tree: shapely.STRtree | None
) -> NDArray[np.intp]:
    """Return the rows of the shapes whose boxes touch the geometry's."""
    if tree is not None:
        return np.asarray(tree.query(shape), np.intp)
    west, south, east, north = shapely.bounds(shape)
    bounds = shapely.bounds(shapes)
    return np.flatnonzero(
        (bounds[:, 0] <= east)
        & (bounds[:, 2] >= west)
        & (bounds[:, 1] <= north)
        & (bounds[:, 3] >= south)
    )


_RELATIONS: Mapping[str, Callable[..., Flags]] = {
    "contains": shapely.contains,
    "crosses": shapely.crosses,
    "equals": shapely.equals,
    "intersects": shapely.intersects,
    "overlaps": shapely.overlaps,
    "touches": shapely.touches,
    "within": shapely.within,
}
