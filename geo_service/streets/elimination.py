"""The order in which a network's nodes are taken out, so that two sweeps answer for every node.

Taking out a node joins its remaining neighbours with each other; what it still touched when it
went are its *upper* neighbours. Every cheapest way then climbs from lower to upper nodes and
descends again, so a sweep up and a sweep down pass on all there is to know. Nodes of few
neighbours go first (minimum degree), which keeps the joined ones few.

Sources: Dibbelt, Strasser, Wagner, "Customizable Contraction Hierarchies" (2014), for an order
that costs do not change; KNN-Index (arXiv 2408.05432) for the sweeps in ``tables``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo_service.arrays import Flags, Integers
from geo_service.compiled import compiled
from geo_service.geometry.grid import group_rows
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import NEVER, pack


class Hops(NamedTuple):
    """What one sweep passes lists along: an arc a row, those of place p in a slice."""

    offsets: Integers
    """Shape (n + 1,): the arcs of place p are rows offsets[p] to offsets[p + 1]."""
    upper: Integers
    """Shape (a,): the upper neighbour, as a place."""
    cost: Integers
    """Shape (a,): packed, through lower places only."""


class Elimination(NamedTuple):
    """How the n nodes of a network went; a *place* is a node's number in that order."""

    place: Integers
    """Shape (n,): the place of each node."""
    climb: Hops
    """From a place to its upper neighbours."""
    descend: Hops
    """From the upper neighbours to the place."""


def eliminate(network: Network) -> dict[Measure, Elimination]:
    """Take out a network's nodes, those of few neighbours first.

    Parameters
    ----------
    network : Network
        The streets; a few seconds for a million nodes.

    Returns
    -------
    dict of Measure to Elimination
        For ``TIME`` and for ``DISTANCE``, in the same order; read-only. Raises nothing.
    """
    offsets, neighbour = _neighbours(network)
    place, upper_offsets, upper = _take_out(offsets, neighbour)
    first, second = network.edge_length_mm, network.edge_time_ms
    return {
        Measure.DISTANCE: _with_costs(network, place, upper_offsets, upper, pack(first, second)),
        Measure.TIME: _with_costs(network, place, upper_offsets, upper, pack(second, first)),
    }


def _with_costs(
    network: Network, place: Integers, upper_offsets: Integers, upper: Integers, cost: Integers
) -> Elimination:
    """Lay the costs of edges on an order, and keep the arcs that cheapest ways need."""
    climb, descend = np.full(len(upper), NEVER), np.full(len(upper), NEVER)
    _lay_arcs(
        place,
        upper_offsets,
        upper,
        network.edge_from,
        network.edge_to,
        network.edge_forward,
        network.edge_backward,
        cost,
        climb,
        descend,
    )
    _join_through_lower(upper_offsets, upper, climb, descend)
    place.setflags(write=False)
    needless_climb, needless_descend = _needless(upper_offsets, upper, climb, descend)
    return Elimination(
        place,
        _hops(upper_offsets, upper, climb, ~needless_climb),
        _hops(upper_offsets, upper, descend, ~needless_descend),
    )


def _hops(upper_offsets: Integers, upper: Integers, cost: Integers, kept: Flags) -> Hops:
    count = np.zeros(len(kept) + 1, dtype=np.int64)
    np.cumsum(kept, out=count[1:])
    hops = Hops(count[upper_offsets], upper[kept], cost[kept])
    for array in hops:
        array.setflags(write=False)
    return hops


def _neighbours(network: Network) -> tuple[Integers, Integers]:
    """List the neighbours of each node, whatever the direction; each once, and never itself."""
    low = np.minimum(network.edge_from, network.edge_to)
    high = np.maximum(network.edge_from, network.edge_to)
    pairs = np.unique((low * network.nodes + high)[low != high])
    low, high = np.divmod(pairs, network.nodes)
    offsets, order = group_rows(np.concatenate((low, high)), network.nodes)
    return offsets, np.concatenate((high, low))[order]


@compiled
def _take_out(  # noqa: C901 - steps that share ten arrays read better in one piece
    offsets: Integers, neighbour: Integers
) -> tuple[Integers, Integers, Integers]:
    """Eliminate by minimum degree; return places, and upper neighbours by place, ascending."""
    nodes = len(offsets) - 1
    start, size = offsets[:-1].copy(), np.diff(offsets)
    room = size.copy()
    pool = np.empty(max(16, 4 * len(neighbour)), dtype=np.int64)
    pool[: len(neighbour)] = neighbour
    used = len(neighbour)
    after, before = _rings(size)
    place = np.full(nodes, -1, dtype=np.int64)
    order = np.empty(nodes, dtype=np.int64)
    seen = np.full(nodes, -1, dtype=np.int64)
    least = 0
    for number in range(nodes):
        while after[nodes + least] == nodes + least:
            least += 1
        node = after[nodes + least]
        _unlink(after, before, node)
        place[node], order[number] = number, node
        mine, count = start[node], size[node]
        for i in range(count):
            other = pool[mine + i]
            _unlink(after, before, other)
            theirs = start[other]
            for j in range(size[other]):
                if pool[theirs + j] == node:
                    size[other] -= 1
                    pool[theirs + j] = pool[theirs + size[other]]
                    break
            for j in range(size[other]):
                seen[pool[theirs + j]] = other
            seen[other] = other
            if size[other] + count > room[other]:
                room[other] = 2 * (size[other] + count)
                if used + room[other] > len(pool):
                    larger = np.empty(2 * (used + room[other]), dtype=np.int64)
                    larger[:used] = pool[:used]
                    pool = larger
                pool[used : used + size[other]] = pool[theirs : theirs + size[other]]
                start[other] = theirs = used
                used += room[other]
            for j in range(count):
                third = pool[mine + j]
                if seen[third] != other:
                    pool[theirs + size[other]] = third
                    size[other] += 1
        for i in range(count):
            other = pool[mine + i]
            seen[other] = -1
            _link(after, before, other, nodes + size[other])
            least = min(least, size[other])
    _close_together(place, order, pool, start, size)
    upper_offsets, upper = _list_upper(place, order, pool, start, size)
    return place, upper_offsets, upper


@compiled
def _list_upper(
    place: Integers, order: Integers, pool: Integers, start: Integers, size: Integers
) -> tuple[Integers, Integers]:
    """List what each node still touched when it went, by place, ascending."""
    nodes = len(place)
    upper_offsets = np.zeros(nodes + 1, dtype=np.int64)
    for number in range(nodes):
        upper_offsets[number + 1] = upper_offsets[number] + size[order[number]]
    upper = np.empty(upper_offsets[nodes], dtype=np.int64)
    for number in range(nodes):
        node, row = order[number], upper_offsets[number]
        for i in range(size[node]):
            upper[row + i] = place[pool[start[node] + i]]
        upper[row : row + size[node]].sort()
    return upper_offsets, upper


@compiled
def _close_together(
    place: Integers, order: Integers, pool: Integers, start: Integers, size: Integers
) -> None:
    """Change the order so that what a sweep reads next is near in memory.

    A node's *parent* is its lowest upper neighbour. Any order in which parents come after their
    children leaves the same upper neighbours; this one keeps each family together.
    """
    nodes = len(place)
    youngest, sibling = np.full(nodes + 1, -1), np.full(nodes, -1)
    for number in range(nodes):
        parent = nodes
        node = order[number]
        for i in range(size[node]):
            parent = min(parent, place[pool[start[node] + i]])
        sibling[number], youngest[parent] = youngest[parent], number
    waiting = np.empty(nodes + 1, dtype=np.int64)
    waiting[0], count, number = nodes, 1, nodes
    earlier = order.copy()
    # From the last place down: a parent, then its families one after the other.
    while count > 0:
        count -= 1
        at = waiting[count]
        if at < nodes:
            number -= 1
            order[number] = earlier[at]
        child = youngest[at]
        while child >= 0:
            waiting[count] = child
            count += 1
            child = sibling[child]
    for number in range(nodes):
        place[order[number]] = number


@compiled
def _rings(size: Integers) -> tuple[Integers, Integers]:
    """Link nodes of one degree into a ring; the last n entries are the rings' heads."""
    nodes = len(size)
    after, before = np.empty(2 * nodes, np.int64), np.empty(2 * nodes, np.int64)
    for head in range(nodes, 2 * nodes):
        after[head] = before[head] = head
    for node in range(nodes - 1, -1, -1):
        _link(after, before, node, nodes + size[node])
    return after, before


@compiled
def _link(after: Integers, before: Integers, node: int, head: int) -> None:
    """Put a node into a ring, behind its head."""
    after[node], before[node] = after[head], head
    before[after[head]] = node
    after[head] = node


@compiled
def _unlink(after: Integers, before: Integers, node: int) -> None:
    """Take a node out of its ring."""
    after[before[node]] = after[node]
    before[after[node]] = before[node]


@compiled
def _lay_arcs(
    place: Integers,
    upper_offsets: Integers,
    upper: Integers,
    edge_from: Integers,
    edge_to: Integers,
    forward: NDArray[np.bool_],
    backward: NDArray[np.bool_],
    cost: Integers,
    climb: Integers,
    descend: Integers,
) -> None:
    """Write the costs of the edges themselves, the cheapest of each pair."""
    for edge in range(len(cost)):
        a, b = place[edge_from[edge]], place[edge_to[edge]]
        if a == b:
            continue
        low, high = min(a, b), max(a, b)
        first = upper_offsets[low]
        row = first + np.searchsorted(upper[first : upper_offsets[low + 1]], high)
        if forward[edge] if a < b else backward[edge]:
            climb[row] = min(climb[row], cost[edge])
        if backward[edge] if a < b else forward[edge]:
            descend[row] = min(descend[row], cost[edge])


@compiled
def _join_through_lower(
    upper_offsets: Integers, upper: Integers, climb: Integers, descend: Integers
) -> None:
    """Let each place, lowest first, join its upper neighbours where that is cheaper."""
    for low in range(len(upper_offsets) - 1):
        end = upper_offsets[low + 1]
        for i in range(upper_offsets[low], end):
            into, out = descend[i], climb[i]
            # All upper neighbours of this place are each other's: walk both lists at once.
            row = upper_offsets[upper[i]]
            for j in range(i + 1, end):
                while upper[row] != upper[j]:
                    row += 1
                climb[row] = min(climb[row], into + climb[j])
                descend[row] = min(descend[row], out + descend[j])


@compiled
def _needless(
    upper_offsets: Integers, upper: Integers, climb: Integers, descend: Integers
) -> tuple[Flags, Flags]:
    """Find the arcs beside which another way over an upper neighbour is as cheap.

    Costs become those of cheapest ways over all places on the way, highest place first.
    """
    # An arc gives way only to arcs that are cheaper than itself, so never two to each other.
    no_climb, no_descend = climb >= NEVER, descend >= NEVER
    for low in range(len(upper_offsets) - 2, -1, -1):
        first, end = upper_offsets[low], upper_offsets[low + 1]
        for i in range(first, end):
            row = upper_offsets[upper[i]]
            for j in range(i + 1, end):
                while upper[row] != upper[j]:
                    row += 1
                between, back = climb[row], descend[row]
                if climb[i] + between <= climb[j]:
                    no_climb[j] |= between > 0
                    climb[j] = climb[i] + between
                if climb[j] + back <= climb[i]:
                    no_climb[i] |= back > 0
                    climb[i] = climb[j] + back
                if between + descend[j] <= descend[i]:
                    no_descend[i] |= between > 0
                    descend[i] = between + descend[j]
                if back + descend[i] <= descend[j]:
                    no_descend[j] |= back > 0
                    descend[j] = back + descend[i]
    return no_climb, no_descend
