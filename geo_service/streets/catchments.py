"""Catchments: to which site each stretch of street is nearest, and where all are too far.

Along an edge the cost of the nearest site is the lesser of two parts: one that falls, where one
goes on forward, and one that rises, where one goes back. The lists at the edge's ends and the
sites inside it decide both exactly, so an edge is cut where the lesser one changes, where a site
lies, and where a limit is crossed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Flags, Integers
from geo_service.compiled import compiled
from geo_service.geometry.grid import group_rows
from geo_service.streets.network import part_cost
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.part_of_way import off_street_cost
from geo_service.streets.prepared import Roads, Streets
from geo_service.streets.sites import Places, Sites
from geo_service.streets.tables import Table

NOTHING = 1 << 62
"""Above every key and every cost: nothing lies that way."""

_part_cost = compiled(part_cost)


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """p pieces of edges that cover all edges once, in order; along each the cost runs straight."""

    edge: Integers
    """Shape (p,)."""
    start_mm: Integers
    """Shape (p,): offset along the edge."""
    end_mm: Integers
    """Shape (p,): greater than ``start_mm``."""
    site: Integers
    """Shape (p,): the nearest all along the piece; -1 where none can be reached."""
    cost_start: Integers
    """Shape (p,): what the way to it costs from the piece's start, in milliseconds or
    millimetres; -1 with no site. Where a one-way street begins, this is the cost for those who
    have just entered it."""
    cost_end: Integers
    """Shape (p,): likewise from the piece's end."""
    beyond: Flags
    """Shape (p,): whether the piece is farther than the limit all along."""
    by_time: bool
    """Whether costs are milliseconds, or millimetres."""

    @property
    def length_mm(self) -> Integers:
        """Shape (p,)."""
        return self.end_mm - self.start_mm


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """The farthest position of each of g groups of pieces."""

    edge: Integers
    """Shape (g,): -1 where no piece of the group reaches a site."""
    offset_mm: Integers
    """Shape (g,): along the edge."""
    cost: Integers
    """Shape (g,): milliseconds or millimetres to its nearest site."""
    site: Integers
    """Shape (g,): that site."""


class _Written(NamedTuple):
    """The arrays that pieces are written into."""

    edge: Integers
    start_mm: Integers
    end_mm: Integers
    site: Integers
    cost_start: Integers
    cost_end: Integers


def find_catchments(
    streets: Streets, sites: Sites, table: Table, *, limit: int | None
) -> Catchments:
    """Cut all streets into pieces by the nearest site of each position on them.

    Parameters
    ----------
    streets, sites, table : Streets, Sites, Table
        The table is of the set of sites that count, and of the measure.
    limit : int, optional
        Milliseconds or millimetres, as the table's measure counts; None: nothing is too far.

    Returns
    -------
    Catchments
        Positions are on the street itself. Of sites equally near to a millisecond or millimetre,
        the one with the smaller id as text. An edge of no length has no piece. Where no site can
        be reached, any limit is passed. Raises nothing.
    """
    places, edges = sites.places, streets.network.edges
    inside = np.flatnonzero(table.wanted & (places.edge >= 0) & (places.node < 0))
    inside = inside[np.argsort(places.offset_mm[inside], kind="stable")]
    offsets, order = group_rows(places.edge[inside], edges)
    # Between two sites the cost may rise and fall, and cross the limit each time.
    most = 4 * (edges + len(inside))
    written = _Written(*(np.empty(most, dtype=np.int64) for _ in _Written._fields))
    count = _cut_edges(
        streets.roads,
        places,
        table,
        offsets,
        inside[order],
        NOTHING if limit is None else limit,
        written,
    )
    edge, start_mm, end_mm, site, cost_start, cost_end = (
        column[:count].copy() for column in written
    )
    beyond = np.zeros(count, dtype=np.bool_)
    if limit is not None:
        beyond = (site < 0) | (np.maximum(cost_start, cost_end) > limit)
    return Catchments(
        edge, start_mm, end_mm, site, cost_start, cost_end, beyond, by_time=table.by_time
    )


def farthest_spots(catchments: Catchments, group: Integers, groups: int) -> Spots:
    """Find the farthest position of each group of pieces.

    Parameters
    ----------
    catchments : Catchments
        The pieces.
    group : ndarray of int, shape (p,)
        The group of each, from 0 to ``groups`` - 1; a piece of another number takes no part.
    groups : int
        How many there are.

    Returns
    -------
    Spots
        Of positions equally far, the first along the edges. Raises nothing.
    """
    cost = np.maximum(catchments.cost_start, catchments.cost_end)
    rows = np.flatnonzero((catchments.site >= 0) & (group >= 0) & (group < groups))
    rows = rows[np.lexsort((rows, -cost[rows], group[rows]))]
    found, first = np.unique(group[rows], return_index=True)
    at = rows[first]
    at_start = catchments.cost_start[at] >= catchments.cost_end[at]
    spots = Spots(*(np.full(groups, -1) for _ in range(4)))
    spots.edge[found], spots.cost[found] = catchments.edge[at], cost[at]
    spots.site[found] = catchments.site[at]
    spots.offset_mm[found] = np.where(at_start, catchments.start_mm[at], catchments.end_mm[at])
    return spots


@compiled
def _cut_edges(
    roads: Roads,
    places: Places,
    table: Table,
    offsets: Integers,
    inside: Integers,
    limit: int,
    written: _Written,
) -> int:
    """Cut each edge at the sites inside it, and what lies between further; return the count.

    What lies ahead and behind is held as keys, a cost above a rank as in ``shortlist``; the cost
    is as if asked from the edge's start, so behind it may be below 0.
    """
    count, most = 0, 0
    for edge in range(len(offsets) - 1):
        most = max(most, offsets[edge + 1] - offsets[edge])
    ahead = np.empty(most + 1, dtype=np.int64)
    for edge in range(len(offsets) - 1):
        length = roads.edge_length_mm[edge]
        whole = roads.edge_time_ms[edge] if table.by_time else length
        forward, backward = roads.edge_forward[edge], roads.edge_backward[edge]
        here = inside[offsets[edge] : offsets[edge + 1]]
        ahead[len(here)] = _first_of(table, roads.edge_to[edge], whole) if forward else NOTHING
        for row in range(len(here) - 1, -1, -1):
            ahead[row] = ahead[row + 1]
            if forward:
                key = _key_of(places, table, here[row], whole, length, 1)
                ahead[row] = min(ahead[row], key)
        behind = _first_of(table, roads.edge_from[edge], 0) if backward else NOTHING
        start = 0
        for row in range(len(here) + 1):
            end = places.offset_mm[here[row]] if row < len(here) else length
            if end > start:
                count = _cut_stretch(
                    (edge, start, end),
                    (whole, length),
                    ahead[row],
                    behind,
                    limit,
                    places,
                    written,
                    count,
                )
            start = end
            if backward and row < len(here):
                behind = min(behind, _key_of(places, table, here[row], whole, length, -1))
    return count


@compiled
def _first_of(table: Table, node: int, further: int) -> int:
    """Return the key of the site nearest to a node, from so much further away."""
    held = table.key[table.place[node], 0]
    return NOTHING if held >= NEVER else held + (further << SHIFT)


@compiled
def _key_of(places: Places, table: Table, site: int, whole: int, length: int, sign: int) -> int:
    """Return the key of a site inside an edge, ahead (1) or behind (-1) of who asks."""
    along = _part_cost(whole, places.offset_mm[site], length)
    off = off_street_cost(places.off_mm[site], table.by_time) >> SHIFT
    return int(((off + sign * along) << SHIFT) + places.rank[site])


@compiled
def _cut_stretch(
    stretch: tuple[int, int, int],
    road: tuple[int, int],
    ahead: int,
    behind: int,
    limit: int,
    places: Places,
    written: _Written,
    count: int,
) -> int:
    """Cut a stretch with no site inside it; return how many pieces there are now."""
    edge, start, end = stretch
    whole, length = road
    if ahead == NOTHING and behind == NOTHING:
        return _write(written, count, edge, start, end, -1, -1, -1)
    turn = start if behind == NOTHING else end
    if ahead < NOTHING and behind < NOTHING:
        turn = _turn(start, end, whole, length, ahead, behind)
    if turn > start:
        site, cost = places.by_rank[behind & LOWER], behind >> SHIFT
        far = _last_within(whole, length, limit - cost)
        for begin, stop in ((start, min(turn, far)), (max(start, far), turn)):
            if stop > begin:
                first = cost + _part_cost(whole, begin, length)
                last = cost + _part_cost(whole, stop, length)
                count = _write(written, count, edge, begin, stop, site, first, last)
    if end > turn:
        site, cost = places.by_rank[ahead & LOWER], ahead >> SHIFT
        near = _last_within(whole, length, cost - limit - 1) + 1
        for begin, stop in ((turn, min(end, near)), (max(turn, near), end)):
            if stop > begin:
                first = cost - _part_cost(whole, begin, length)
                last = cost - _part_cost(whole, stop, length)
                count = _write(written, count, edge, begin, stop, site, first, last)
    return count


@compiled
def _turn(start: int, end: int, whole: int, length: int, ahead: int, behind: int) -> int:
    """Return where on a stretch it gets nearer to go on forward than to go back.

    That is where twice the part gone is the difference; rounded, it is so for some millimetres.
    """
    difference = (ahead >> SHIFT) - (behind >> SHIFT)
    first = _last_within(whole, length, (difference - 1) // 2)
    last = _last_within(whole, length, difference // 2)
    back_first = behind & LOWER < ahead & LOWER
    if first <= start and last >= end:
        return end if back_first else start
    # No sliver at an end of the stretch for the sake of a tie.
    if first <= start:
        return start
    if last >= end:
        return end
    return last if back_first else first


@compiled
def _last_within(whole: int, length: int, cost: int) -> int:
    """Return the last offset up to which an edge's part costs no more; -1 if there is none."""
    if cost < 0:
        return -1
    if cost >= whole:
        return length
    # The greatest offset whose part_cost, rounded as it is, does not pass the cost.
    return ((cost + 1) * length - length // 2 - 1) // whole


@compiled
def _write(
    written: _Written,
    count: int,
    edge: int,
    start_mm: int,
    end_mm: int,
    site: int,
    cost_start: int,
    cost_end: int,
) -> int:
    written.edge[count], written.start_mm[count], written.end_mm[count] = edge, start_mm, end_mm
    written.site[count] = site
    written.cost_start[count], written.cost_end[count] = cost_start, cost_end
    return count + 1
