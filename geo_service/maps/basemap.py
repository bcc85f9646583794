"""The workspace's own streets as a quiet background, in place of a tile server."""

import numpy as np
import shapely

from geo_service.arrays import Integers
from geo_service.maps.packing import pack_lines, take_lines, to_pixels
from geo_service.maps.street_names import place_names
from geo_service.maps.view import View
from geo_service.streets.network import Network

GROUPS = ("path", "lane", "street", "main")
"""How streets are drawn, from the faintest to the strongest."""
_GROUP_OF_CLASS = {
    **dict.fromkeys(("motorway", "trunk", "primary", "secondary"), "main"),
    "tertiary": "street",
    **dict.fromkeys(
        ("footway", "path", "steps", "cycleway", "pedestrian", "track", "corridor", "bridleway"),
        "path",
    ),
}
"""All other classes are lanes."""
_MANY_EDGES = 15_000
"""From this many edges on, far zooms leave out lanes and paths, and shapes are coarser."""
_FROM_ZOOM = {"path": 15, "lane": 13, "street": 11, "main": 0}
_FINE, _COARSE = 1.0, 5.0
"""How far a simplified shape may leave the street: pixels at zoom 18, about half a metre each."""


def draw_background(network: Network, view: View) -> dict[str, object]:
    """Prepare a network for the page's script.

    Parameters
    ----------
    network : Network
        Any size; 300,000 edges give about 2 MB.
    view : View
        Brings longitudes to the page's frame.

    Returns
    -------
    dict
        ``groups``: for each group that occurs its name, the zoom it is drawn from, and its lines,
        packed; ``names``: where street names may stand.
    """
    many = network.edges > _MANY_EDGES
    x, y = to_pixels(view.unwrapped(network.shape_lon), network.shape_lat)
    group = _groups(network)
    # Whatever is the strongest there is must be visible from afar.
    strongest = int(group.max(initial=0))
    groups = []
    for rank, name in enumerate(GROUPS):
        edges = np.flatnonzero(group == rank)
        if len(edges) == 0:
            continue
        rows, offsets = take_lines(network.edge_shape, _swept(network, edges, x, y))
        lines = _simplified(x[rows], y[rows], offsets, _COARSE if many else _FINE)
        from_zoom = _FROM_ZOOM[name] if many and rank < strongest else 0
        groups.append(
            {"name": name, "from_zoom": from_zoom, "lines": pack_lines(*lines).as_values()}
        )
    return {"groups": groups, "names": place_names(network, x, y, group)}


def _groups(network: Network) -> Integers:
    """Say each edge's group, as an index into ``GROUPS``; a link road goes with its road."""
    of_class = [
        GROUPS.index(_GROUP_OF_CLASS.get(name.removesuffix("_link"), "lane"))
        for name in network.classes
    ]
    return np.array([*of_class, GROUPS.index("lane")], dtype=np.int64)[network.edge_class]


def _swept(network: Network, edges: Integers, x: Integers, y: Integers) -> Integers:
    """Order edges so that neighbours follow each other: their steps then pack into few bytes."""
    first = network.edge_shape[edges]
    row = y[first] >> 10
    column = np.where(row % 2 == 0, x[first], -x[first])
    return np.asarray(edges[np.lexsort((column, row))], dtype=np.int64)


def _simplified(
    x: Integers, y: Integers, offsets: Integers, tolerance: float
) -> tuple[Integers, Integers, Integers]:
    """Leave out shape points that matter less than ``tolerance`` pixels."""
    of_point = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    whole_lines = np.column_stack((x, y)).astype(np.float64)
    lines = np.asarray(shapely.linestrings(whole_lines, indices=of_point))
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    points, of_line = shapely.get_coordinates(simple, return_index=True)
    starts = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.bincount(of_line, minlength=len(lines)), out=starts[1:])
    whole = np.rint(points).astype(np.int64)
    return whole[:, 0], whole[:, 1], starts
