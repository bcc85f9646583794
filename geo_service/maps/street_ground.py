"""The workspace's own streets as a quiet background, in place of a tile server."""

import numpy as np
import shapely

from geo_service.arrays import Integers
from geo_service.maps.packing import pack_lines, take_lines, to_pixels
from geo_service.maps.street_names import place_names
from geo_service.maps.view import View
from geo_service.streets.long_lines import join_pieces
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
_FINE, _COARSE = 1.0, 8.0
"""How far a simplified shape may leave the street: pixels at zoom 18, about half a metre each."""
_GRAIN = 4
"""Positions of many edges are rounded to so many pixels: they are a background."""


def draw_background(network: Network, view: View) -> dict[str, object]:
    """Prepare a network for the page's script.

    Parameters
    ----------
    network : Network
        Any size; 100,000 edges give about half a megabyte, folded.
    view : View
        Brings longitudes to the page's frame.

    Returns
    -------
    dict
        ``groups``: for each group that occurs its name, the zoom it is drawn from, and its lines,
        packed; ``names``: where street names may stand.
    """
    many = network.edges > _MANY_EDGES
    group = group_of_edges(network)
    whole = np.zeros(network.edges, dtype=np.int64), network.edge_length_mm
    lines = join_pieces(network, np.arange(network.edges), *whole, group)
    x, y = to_pixels(view.unwrapped(lines.lon), lines.lat)
    x, y, offsets = simplified(x, y, lines.offsets, _COARSE if many else _FINE)
    # Whatever is the strongest there is must be visible from afar.
    strongest = int(group.max(initial=0))
    groups = []
    for rank, name in enumerate(GROUPS):
        chosen = np.flatnonzero(lines.group == rank)
        if len(chosen) == 0:
            continue
        rows, begins = take_lines(offsets, _swept(chosen, x[offsets[chosen]], y[offsets[chosen]]))
        packed = pack_lines(x[rows], y[rows], begins, _GRAIN if many else 1)
        from_zoom = _FROM_ZOOM[name] if many and rank < strongest else 0
        groups.append({"name": name, "from_zoom": from_zoom, "lines": packed.as_values()})
    places = to_pixels(view.unwrapped(network.shape_lon), network.shape_lat)
    return {"groups": groups, "names": place_names(network, *places, group)}


def group_of_edges(network: Network) -> Integers:
    """Say each edge's group, as an index into ``GROUPS``; a link road goes with its road."""
    of_class = [
        GROUPS.index(_GROUP_OF_CLASS.get(name.removesuffix("_link"), "lane"))
        for name in network.classes
    ]
    return np.array([*of_class, GROUPS.index("lane")], dtype=np.int64)[network.edge_class]


def _swept(lines: Integers, x: Integers, y: Integers) -> Integers:
    """Order lines by their first points so that neighbours follow each other, in small steps."""
    row = y >> 10
    column = np.where(row % 2 == 0, x, -x)
    return np.asarray(lines[np.lexsort((column, row))], dtype=np.int64)


def simplified(
    x: Integers, y: Integers, offsets: Integers, tolerance: float
) -> tuple[Integers, Integers, Integers]:
    """Leave out shape points that matter little.

    Parameters
    ----------
    x, y : ndarray of int, shape (p,)
        Points, line after line, as ``to_pixels`` gives them.
    offsets : ndarray of int, shape (lines + 1,)
        Line l is the rows ``offsets[l]`` to ``offsets[l + 1]``.
    tolerance : float
        How far a line may then leave its street, pixels.

    Returns
    -------
    x, y, offsets : ndarray of int
        As those given. Raises nothing.
    """
    of_point = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    whole_lines = np.column_stack((x, y)).astype(np.float64)
    lines = np.asarray(shapely.linestrings(whole_lines, indices=of_point))
    simple = shapely.simplify(lines, tolerance, preserve_topology=False)
    points, of_line = shapely.get_coordinates(simple, return_index=True)
    starts = np.zeros(len(lines) + 1, dtype=np.int64)
    np.cumsum(np.bincount(of_line, minlength=len(lines)), out=starts[1:])
    whole = np.rint(points).astype(np.int64)
    return whole[:, 0], whole[:, 1], starts
