"""Where the names of streets may stand on the background."""

import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Floats, Integers
from geo_service.maps.packing import take_lines
from geo_service.streets.network import Network

_MOST = 2_000
"""No more places than this, the best first."""
_APART = 1_000.0
"""A street carries its name about every so many pixels of zoom 18 (half a kilometre)."""
_REACHES = (60.0, 120.0, 240.0, 480.0, 960.0)
"""A name may take this much of the street to each side, as far as the street is straight."""
_BEND = 0.08
"""Straight: the middle lies off the chord by at most this share of the reach."""


def place_names(network: Network, x: Integers, y: Integers, group: Integers) -> list[list[object]]:
    """Find straight stretches for names.

    Parameters
    ----------
    network : Network
    x, y : ndarray of int, shape (p,)
        Its shape points, in pixels at zoom 18.
    group : ndarray of int, shape (m,)
        How strongly each edge is drawn.

    Returns
    -------
    list of [x, y, angle, room, text]
        Best first: the middle in pixels at zoom 18, the angle in degrees clockwise from east,
        the straight length there in pixels at zoom 18, and the name as plain text.
    """
    named = np.flatnonzero(network.edge_name > 0)
    if len(named) == 0:
        return []
    rows, offsets = take_lines(network.edge_shape, named)
    of_point = np.repeat(np.arange(len(named)), np.diff(offsets))
    points = np.column_stack((x[rows], y[rows])).astype(np.float64)
    lines = np.asarray(shapely.linestrings(points, indices=of_point))
    names, name_of_edge = np.unique(network.edge_name[named], return_inverse=True)
    by_name = np.argsort(name_of_edge, kind="stable")
    merged = shapely.line_merge(
        shapely.multilinestrings(lines[by_name], indices=name_of_edge[by_name])
    )
    stretches, name_of_stretch = shapely.get_parts(merged, return_index=True)
    strength = np.zeros(len(names), dtype=np.int64)
    np.maximum.at(strength, name_of_edge, group[named])

    places, stretch = _along(stretches)
    angle, room = _straightness(stretches[stretch], places)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(stretches[stretch], places))
    name = name_of_stretch[stretch]
    best = np.lexsort((-room, -strength[name]))
    best = best[room[best] > 0][:_MOST]
    return [
        [
            round(middle[i, 0]),
            round(middle[i, 1]),
            round(float(angle[i])),
            round(float(room[i])),
            _text(network, int(names[name[i]])),
        ]
        for i in best
    ]


def _along(stretches: NDArray[np.object_]) -> tuple[Floats, Integers]:
    """Spread places along each stretch: how far from its start, and on which stretch."""
    lengths = shapely.length(stretches)
    count = np.maximum(1, np.rint(lengths / _APART)).astype(np.int64)
    stretch = np.repeat(np.arange(len(stretches)), count)
    place = np.arange(len(stretch)) - np.repeat(np.cumsum(count) - count, count)
    return (place + 0.5) / count[stretch] * lengths[stretch], stretch


def _straightness(lines: NDArray[np.object_], places: Floats) -> tuple[Floats, Floats]:
    """Measure the direction at each place, in degrees, and how far the line keeps it (0: bent)."""
    angle, room = np.zeros(len(lines)), np.zeros(len(lines))
    lengths = shapely.length(lines)
    middle = shapely.get_coordinates(shapely.line_interpolate_point(lines, places))
    straight = np.ones(len(lines), dtype=np.bool_)
    for reach in _REACHES:
        start = shapely.get_coordinates(
            shapely.line_interpolate_point(lines, np.maximum(places - reach, 0.0))
        )
        end = shapely.get_coordinates(
            shapely.line_interpolate_point(lines, np.minimum(places + reach, lengths))
        )
        off = np.hypot(*((start + end) / 2.0 - middle).T)
        fits = (places >= reach) & (places + reach <= lengths)
        straight &= fits & (off <= _BEND * reach)
        along = end - start
        turned = np.degrees(np.arctan2(along[:, 1], along[:, 0]))
        # Names read from left to right.
        turned = (turned + 90.0) % 180.0 - 90.0
        angle, room = np.where(straight, turned, angle), np.where(straight, 2.0 * reach, room)
    return angle, room


def _text(network: Network, name: int) -> str:
    local, english = network.names[name], network.names_en[name]
    return local if english in ("", local) else f"{local} {english}".strip()
