"""Long lines out of pieces of streets: fewer points to keep, to send and to draw.

Where pieces of one group meet, at a junction or inside an edge, two and two are joined, so that
a line runs on through junctions until no other piece is left there.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Flags, Floats, Integers
from geo_service.compiled import compiled
from geo_service.streets.network import Network

Number = TypeVar("Number", np.float64, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """n lines of p points, in the order of their groups."""

    group: Integers
    """Shape (n,): ascending."""
    offsets: Integers
    """Shape (n + 1,): line i is the points offsets[i] to offsets[i + 1]."""
    lon: Floats
    """Shape (p,): WGS-84, decimal degrees; beyond the 180th meridian they go on past 180."""
    lat: Floats
    """Shape (p,)."""
    piece: Integers
    """Shape (p,): the piece that each point was taken from; where two meet, the one that ends."""
    offset_mm: Integers
    """Shape (p,): where on that piece's edge the point is."""


def join_pieces(
    network: Network, edge: Integers, start_mm: Integers, end_mm: Integers, group: Integers
) -> Lines:
    """Join pieces of edges into lines that cover each piece once.

    Parameters
    ----------
    network : Network
        The streets.
    edge, start_mm, end_mm : ndarray of int, shape (p,)
        Each piece's edge, and from where to where it reaches, millimetres along the edge; in the
        order of edges and offsets, none over another.
    group : ndarray of int, shape (p,)
        Only pieces of one group are joined.

    Returns
    -------
    Lines
        Raises nothing.
    """
    at_start, at_end = meeting_places(network, edge, start_mm, end_mm)
    partner = _pair_up(np.column_stack((at_start, at_end)).ravel(), np.repeat(group, 2))
    order = np.argsort(group, kind="stable")
    change = np.flatnonzero(np.diff(group[order])) + 1
    piece, backward, first = _follow(partner, order, np.concatenate(([0], change, [len(order)])))
    points, offsets = _cut_out(network, edge, start_mm, end_mm)
    count = np.diff(offsets)[piece]
    place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    begin, end = (np.repeat(side[piece], count) for side in (offsets[:-1], offsets[1:]))
    row = np.where(np.repeat(backward, count), end - 1 - place, begin + place)
    # Where a line goes on, the point it goes on from is there already.
    kept = np.repeat(first, count) | (place > 0)
    row = row[kept]
    line = np.repeat(np.cumsum(first) - 1, count)[kept]
    ends = np.cumsum(np.bincount(line, minlength=int(first.sum())))
    return Lines(
        group=group[piece[first]],
        offsets=np.concatenate(([0], ends)),
        lon=points.lon[row],
        lat=points.lat[row],
        piece=np.repeat(piece, count)[kept],
        offset_mm=points.offset_mm[row],
    )


def meeting_places(
    network: Network, edge: Integers, start_mm: Integers, end_mm: Integers
) -> tuple[Integers, Integers]:
    """Give each place where pieces start or end a number; pieces that meet there share it.

    Parameters
    ----------
    network, edge, start_mm, end_mm
        As in ``join_pieces``.

    Returns
    -------
    at_start, at_end : ndarray of int, shape (p,)
        A junction's number is its node's; cuts inside edges have numbers above. Raises nothing.
    """
    cut = network.nodes + np.arange(len(edge))
    at_start = np.where(start_mm == 0, network.edge_from[edge], cut)
    at_end = np.where(
        end_mm == network.edge_length_mm[edge], network.edge_to[edge], cut + len(edge)
    )
    goes_on = np.flatnonzero((edge[:-1] == edge[1:]) & (end_mm[:-1] == start_mm[1:]))
    at_end[goes_on] = at_start[goes_on + 1]
    return at_start, at_end


def points_along(network: Network, edge: Integers, offset_mm: Integers) -> tuple[Floats, Floats]:
    """Find positions on edges.

    Parameters
    ----------
    network : Network
        The streets.
    edge, offset_mm : ndarray of int, shape (q,)
        The edge, and millimetres along it.

    Returns
    -------
    lon, lat : ndarray of float, shape (q,)
        WGS-84, decimal degrees, as in ``Lines``. Raises nothing.
    """
    along, base, lon = _laid_out(network)
    at = base[edge] + offset_mm
    return np.interp(at, along, lon), np.interp(at, along, network.shape_lat)


def _laid_out(network: Network) -> tuple[Integers, Integers, Floats]:
    """Lay all edges along one axis, a millimetre apart.

    Returns where each shape point is on it, where each edge starts, and longitudes within 180
    degrees of the first one, so that there is no leap at the 180th meridian.
    """
    base = np.cumsum(network.edge_length_mm + 1) - network.edge_length_mm - 1
    along = network.shape_mm + np.repeat(base, np.diff(network.edge_shape))
    apart = network.shape_lon - network.shape_lon[:1]
    lon = network.shape_lon - 360.0 * (apart > 180.0) + 360.0 * (apart < -180.0)
    return along, base, lon


class _Points(NamedTuple):
    """The points of pieces, piece after piece."""

    lon: Floats
    lat: Floats
    offset_mm: Integers


def _cut_out(
    network: Network, edge: Integers, start_mm: Integers, end_mm: Integers
) -> tuple[_Points, Integers]:
    """Return the points of pieces, and where each piece's points begin."""
    along, base, lon = _laid_out(network)
    start, end = base[edge] + start_mm, base[edge] + end_mm
    low, high = np.searchsorted(along, start, "right"), np.searchsorted(along, end, "left")
    between = np.maximum(high - low, 0)
    offsets = np.concatenate(([0], np.cumsum(between + 2)))
    is_end = np.zeros(offsets[-1], dtype=np.bool_)
    is_end[offsets[:-1]] = is_end[offsets[1:] - 1] = True
    rows = np.arange(between.sum()) + np.repeat(low - np.cumsum(between) + between, between)

    def column(
        values: NDArray[Number], at_start: NDArray[Number], at_end: NDArray[Number]
    ) -> NDArray[Number]:
        filled = np.empty(offsets[-1], dtype=values.dtype)
        filled[~is_end] = values[rows]
        filled[offsets[:-1]], filled[offsets[1:] - 1] = at_start, at_end
        return filled

    lat = network.shape_lat
    points = _Points(
        column(lon, np.interp(start, along, lon), np.interp(end, along, lon)),
        column(lat, np.interp(start, along, lat), np.interp(end, along, lat)),
        column(network.shape_mm, start_mm, end_mm),
    )
    return points, offsets


def _pair_up(place: Integers, group: Integers) -> Integers:
    """Join ends of pieces at one place two and two; -1 is left alone.

    End 2i is piece i's start, 2i + 1 its end.
    """
    order = np.lexsort((place, group))
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = (np.diff(place[order]) != 0) | (np.diff(group[order]) != 0)
    row = np.arange(len(order))
    turn = row - np.maximum.accumulate(np.where(begins, row, 0))
    second = np.flatnonzero(turn % 2 == 1)
    partner = np.full(len(order), -1)
    partner[order[second]] = order[second - 1]
    partner[order[second - 1]] = order[second]
    return partner


@compiled
def _follow(partner: Integers, order: Integers, offsets: Integers) -> tuple[Integers, Flags, Flags]:
    """Walk along joined pieces, group by group; group g is the pieces order[offsets[g]] and on.

    Returns the pieces as they are walked, whether each is walked backward, and whether a line
    begins with it. Lines begin at ends left alone; what then remains of a group are rings.
    """
    count = len(order)
    piece, backward = np.empty(count, np.int64), np.zeros(count, np.bool_)
    first, taken = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    written = 0
    for group in range(len(offsets) - 1):
        for rings in (False, True):
            for side in range(2 * offsets[group], 2 * offsets[group + 1]):
                end = 2 * order[side // 2] + side % 2
                if taken[end // 2] or (partner[end] >= 0 and not rings):
                    continue
                first[written] = True
                while end >= 0 and not taken[end // 2]:
                    taken[end // 2] = True
                    piece[written], backward[written] = end // 2, end % 2 == 1
                    written += 1
                    end = partner[end ^ 1]
    return piece, backward, first
