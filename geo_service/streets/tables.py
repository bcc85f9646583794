"""Tables: for every node the nearest of one set of sites, made by a sweep up and a sweep down.

Whatever a filter lets through is a set, and each set has its own table; a changed site is a new
set. So there is one mechanism, and no filter costs more than another once its table is there.

Source: KNN-Index (arXiv 2408.05432), here for directed streets.
"""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Flags, Integers, Seconds
from geo_service.compiled import compiled
from geo_service.streets.measure import Measure
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.part_of_way import off_street_cost, stretch_cost
from geo_service.streets.prepared import Roads, Streets
from geo_service.streets.shortlist import offer
from geo_service.streets.sites import Places, Sites

WIDTH = 8
"""So many sites a table keeps for a node; who asks for more is answered by a search."""


class Table(NamedTuple):
    """The nearest sites of each place of an elimination; compiled functions take it as it is."""

    key: Integers
    """Shape (n, w): short lists (see ``shortlist``) of the sites nearest to each place."""
    second: Seconds
    """Shape (n, w): the other part of each cost."""
    place: Integers
    """Shape (n,): the place of each node."""
    wanted: Flags
    """Shape (s,): the sites of the set."""
    by_time: bool
    """Whether seconds count first, or metres."""
    sites: int
    """How many sites of the set are on the streets; lists that wide hold all of them."""


def make_table(
    streets: Streets, sites: Sites, wanted: Flags, measure: Measure, *, width: int = WIDTH
) -> Table:
    """Find the nearest sites of every node.

    Parameters
    ----------
    streets : Streets
        The network, ready for questions.
    sites : Sites
        Placed on the same network.
    wanted : ndarray of bool, shape (s,)
        The set.
    measure : Measure
        ``TIME`` or ``DISTANCE``.
    width : int
        How many sites to keep for a node; no more than the set has are kept.

    Returns
    -------
    Table
        Read-only. Raises nothing.
    """
    wanted = np.array(wanted, dtype=np.bool_)
    chosen = np.flatnonzero(wanted & (sites.places.edge >= 0))
    kept = max(1, min(width, len(chosen)))
    by_time, nodes = measure is Measure.TIME, streets.network.nodes
    order = streets.eliminations[measure]
    key = np.full(nodes * kept, NEVER)
    second = np.zeros(nodes * kept, dtype=np.uint32)
    _start(
        chosen,
        sites.places,
        streets.roads,
        order.place,
        by_time,
        key,
        second,
        kept,
    )
    met = np.zeros(len(sites), dtype=np.int64)
    merges = _sweep(*order.descend, key, second, kept, met, 0, upward=True)
    _sweep(*order.climb, key, second, kept, met, merges, upward=False)
    shape = nodes, kept
    table = Table(
        key.reshape(shape), second.reshape(shape), order.place, wanted, by_time, len(chosen)
    )
    for array in table[:4]:
        array.setflags(write=False)
    return table


@compiled
def _start(
    chosen: Integers,
    places: Places,
    roads: Roads,
    place: Integers,
    by_time: bool,  # noqa: FBT001 - compiled code takes no keywords alone
    key: Integers,
    second: Seconds,
    width: int,
) -> None:
    """Give each node the sites at it and inside the edges that leave it."""
    for site in chosen:
        off, rank = off_street_cost(places.off_mm[site], by_time), places.rank[site]
        edge, here = places.edge[site], places.offset_mm[site]
        if places.node[site] >= 0:
            offer(key, second, place[places.node[site]] * width, width, off, rank)
            continue
        length, time = roads.edge_length_mm[edge], roads.edge_time_ms[edge]
        if roads.edge_forward[edge]:
            cost = off + stretch_cost(length, time, 0, here, by_time)
            offer(key, second, place[roads.edge_from[edge]] * width, width, cost, rank)
        if roads.edge_backward[edge]:
            cost = off + stretch_cost(length, time, length, here, by_time)
            offer(key, second, place[roads.edge_to[edge]] * width, width, cost, rank)


@compiled
def _sweep(
    offsets: Integers,
    upper: Integers,
    cost: Integers,
    key: Integers,
    second: Seconds,
    width: int,
    met: Integers,
    merges: int,
    upward: bool,  # noqa: FBT001 - as above
) -> int:
    """Pass lists along all arcs, lowest place first and upward, or highest first and downward.

    Two ordered lists are merged into one, entry by entry. ``met`` holds, by rank, the number of
    the last merge that met a site, so that none is taken twice; the last number is returned.
    """
    # Calls that take arrays would cost more than all else here, so there are none.
    held, held_second = np.empty(width + 1, np.int64), np.empty(width + 1, np.uint32)
    places = len(offsets) - 1
    for step in range(places):
        low = step if upward else places - 1 - step
        for arc in range(offsets[low], offsets[low + 1]):
            into, source = (upper[arc], low) if upward else (low, upper[arc])
            row, end = into * width, into * width + width
            other, other_end = source * width, source * width + width
            further, further_second = cost[arc] >> SHIFT << SHIFT, cost[arc] & LOWER
            new = key[other] + further
            if new >= NEVER or new > key[end - 1]:
                continue
            merges += 1
            while key[row] < new:
                met[key[row] & LOWER] = merges
                row += 1
            count = 0
            while row + count < end and key[row + count] != NEVER:
                held[count], held_second[count] = key[row + count], second[row + count]
                count += 1
            held[count] = NEVER
            mine = 0
            while row < end and (held[mine] < NEVER or new < NEVER):
                if held[mine] < new:
                    best, best_second = held[mine], np.int64(held_second[mine])
                    mine += 1
                else:
                    best, best_second = new, second[other] + further_second
                    if held[mine] == new:
                        best_second = min(best_second, np.int64(held_second[mine]))
                        mine += 1
                    other += 1
                    new = key[other] + further if other < other_end else NEVER
                if met[best & LOWER] != merges:
                    met[best & LOWER] = merges
                    key[row], second[row] = best, best_second
                    row += 1
    return merges
