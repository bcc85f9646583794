"""A search outward from a position over the streets, until the k nearest sites are certain.

Dijkstra's algorithm over directed arcs with costs of two parts: what is minimised, and the other
one of metres and seconds, which decides between ways of equal cost. Arrays bear the number of the
search that wrote them, so the next search needs no clearing.
"""

import heapq
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from geo_service.compiled import compiled
from geo_service.streets.network import part_cost
from geo_service.streets.profile import OFF_STREET_M_S

Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Cost: TypeAlias = tuple[int, int]
Whole = TypeVar("Whole", int, Integers)

OFF_STREET_MM_S = round(OFF_STREET_M_S * 1000)

_part_cost = compiled(part_cost)


class Roads(NamedTuple):
    """The arrays of a network that a search reads; see ``Arcs`` and ``Network``."""

    leaving_offsets: Integers
    leaving: Integers
    head: Integers
    edge_from: Integers
    edge_to: Integers
    edge_forward: Flags
    edge_backward: Flags
    edge_length_mm: Integers
    edge_time_ms: Integers


class Places(NamedTuple):
    """Where s sites are on n nodes and m edges; those on a junction are at its node alone."""

    node_offsets: Integers
    """Shape (n + 1,)."""
    node_site: Integers
    """The sites at node v: rows node_offsets[v] to node_offsets[v + 1]."""
    edge_offsets: Integers
    """Shape (m + 1,)."""
    edge_site: Integers
    """The sites inside edge e: rows edge_offsets[e] to edge_offsets[e + 1]."""
    offset_mm: Integers
    """Shape (s,): along the edge."""
    off_mm: Integers
    """Shape (s,): straight from the street."""
    rank: Integers
    """Shape (s,): the order that decides ties."""


class Origin(NamedTuple):
    """Where q positions meet the streets; see ``Snapped``."""

    edge: Integers
    offset_mm: Integers
    off_mm: Integers
    node: Integers


class NodeLabels(NamedTuple):
    """What a search knows of each node."""

    search: Integers
    """Shape (n,): the number of the search that wrote the label."""
    cost: Integers
    """Shape (n, 2): from the position's street point: what is minimised, and the other."""


class _Found(NamedTuple):
    """The nearest sites so far, nearest first."""

    site: Integers
    """Shape (k,)."""
    cost: Integers
    """Shape (k, 2): of the whole way."""
    filled: Integers
    """Shape (1,): how many rows."""


def fresh_labels(nodes: int) -> NodeLabels:
    """Return labels that no search has written."""
    return NodeLabels(np.full(nodes, -1, dtype=np.int64), np.zeros((nodes, 2), dtype=np.int64))


@compiled
def off_street_ms(off_mm: Whole) -> Whole:
    """Return the milliseconds that millimetres off the street take, to the nearest.

    Parameters
    ----------
    off_mm : int, or ndarray of int
        Not negative. Raises nothing.
    """
    return (off_mm * 1000 + OFF_STREET_MM_S // 2) // OFF_STREET_MM_S


@compiled
def _cost(millimetres: int, milliseconds: int, by_time: bool) -> Cost:  # noqa: FBT001 - compiled code takes no keywords alone
    """Put what is minimised first."""
    return (milliseconds, millimetres) if by_time else (millimetres, milliseconds)


@compiled
def _part(roads: Roads, edge: int, start_mm: int, end_mm: int, by_time: bool) -> Cost:  # noqa: FBT001 - as above
    """Return what the stretch of an edge between two offsets costs, in either direction."""
    length, whole = roads.edge_length_mm[edge], roads.edge_time_ms[edge]
    spent = _part_cost(whole, end_mm, length) - _part_cost(whole, start_mm, length)
    return _cost(abs(end_mm - start_mm), abs(spent), by_time)


@compiled
def _offer(places: Places, found: _Found, site: int, cost: Cost) -> None:
    """Put a way to a site into the list of the nearest, if it belongs there."""
    count = found.filled[0]
    place = count
    for i in range(count):
        if found.site[i] == site:
            if (found.cost[i, 0], found.cost[i, 1]) <= cost:
                return
            place = i
            break
    if place == count:
        if count == len(found.site):
            place -= 1
            if (found.cost[place, 0], places.rank[found.site[place]]) < (
                cost[0],
                places.rank[site],
            ):
                return
        else:
            found.filled[0] += 1
    key = (cost[0], places.rank[site])
    while place > 0 and (found.cost[place - 1, 0], places.rank[found.site[place - 1]]) > key:
        found.site[place] = found.site[place - 1]
        found.cost[place] = found.cost[place - 1]
        place -= 1
    found.site[place] = site
    found.cost[place, 0], found.cost[place, 1] = cost


@compiled
def _offer_inside(
    roads: Roads,
    places: Places,
    wanted: Flags,
    found: _Found,
    edge: int,
    before: Cost,
    from_mm: int,
    backward: int,
    by_time: bool,  # noqa: FBT001 - as above
) -> None:
    """Offer the sites inside an edge that lie ahead of a place on it."""
    for row in range(places.edge_offsets[edge], places.edge_offsets[edge + 1]):
        site = places.edge_site[row]
        ahead = places.offset_mm[site] - from_mm
        if not wanted[site] or (ahead > 0 if backward else ahead < 0):
            continue
        part = _part(roads, edge, from_mm, places.offset_mm[site], by_time)
        off = places.off_mm[site]
        last = _cost(off, off_street_ms(off), by_time)
        whole = (before[0] + part[0] + last[0], before[1] + part[1] + last[1])
        _offer(places, found, site, whole)


@compiled
def _reach(
    labels: NodeLabels, heap: list[tuple[int, int, int]], number: int, node: int, cost: Cost
) -> None:
    """Write a node's label if this way to it is the cheapest so far."""
    known = labels.search[node] == number
    if known and (labels.cost[node, 0], labels.cost[node, 1]) <= cost:
        return
    labels.search[node] = number
    labels.cost[node, 0], labels.cost[node, 1] = cost
    heapq.heappush(heap, (cost[0], cost[1], node))


@compiled
def _set_out(
    roads: Roads,
    places: Places,
    wanted: Flags,
    labels: NodeLabels,
    found: _Found,
    origin: tuple[int, int, int, int],
    number: int,
    by_time: bool,  # noqa: FBT001 - as above
) -> list[tuple[int, int, int]]:
    """Go from a position to the street, and along its edge; return the heap of reached nodes."""
    edge, offset, off, node = origin
    first = _cost(off, off_street_ms(off), by_time)
    heap = [(first[0], first[1], node)]
    heap.pop()
    if node >= 0:
        _reach(labels, heap, number, node, first)
        return heap
    if roads.edge_forward[edge]:
        _offer_inside(roads, places, wanted, found, edge, first, offset, 0, by_time)
        part = _part(roads, edge, offset, roads.edge_length_mm[edge], by_time)
        end = (first[0] + part[0], first[1] + part[1])
        _reach(labels, heap, number, roads.edge_to[edge], end)
    if roads.edge_backward[edge]:
        _offer_inside(roads, places, wanted, found, edge, first, offset, 1, by_time)
        part = _part(roads, edge, offset, 0, by_time)
        end = (first[0] + part[0], first[1] + part[1])
        _reach(labels, heap, number, roads.edge_from[edge], end)
    return heap


@compiled
def _search(
    roads: Roads,
    places: Places,
    wanted: Flags,
    labels: NodeLabels,
    found: _Found,
    origin: tuple[int, int, int, int],
    number: int,
    by_time: bool,  # noqa: FBT001 - as above
) -> None:
    """Settle nodes in order of cost until no site not yet found can be as near."""
    heap = _set_out(roads, places, wanted, labels, found, origin, number, by_time)
    most = len(found.site)
    while len(heap) > 0:
        cost_a, cost_b, node = heapq.heappop(heap)
        if found.filled[0] == most and cost_a > found.cost[most - 1, 0]:
            return
        if (labels.cost[node, 0], labels.cost[node, 1]) < (cost_a, cost_b):
            continue
        for row in range(places.node_offsets[node], places.node_offsets[node + 1]):
            site = places.node_site[row]
            if wanted[site]:
                off = places.off_mm[site]
                last = _cost(off, off_street_ms(off), by_time)
                _offer(places, found, site, (cost_a + last[0], cost_b + last[1]))
        for row in range(roads.leaving_offsets[node], roads.leaving_offsets[node + 1]):
            arc = roads.leaving[row]
            edge, backward = arc >> 1, arc & 1
            start = roads.edge_length_mm[edge] if backward else 0
            here = (cost_a, cost_b)
            _offer_inside(roads, places, wanted, found, edge, here, start, backward, by_time)
            whole = _cost(roads.edge_length_mm[edge], roads.edge_time_ms[edge], by_time)
            there = (cost_a + whole[0], cost_b + whole[1])
            _reach(labels, heap, number, roads.head[arc], there)


@compiled
def search_outward(
    roads: Roads,
    places: Places,
    wanted: Flags,
    labels: NodeLabels,
    origin: Origin,
    most: int,
    by_time: bool,  # noqa: FBT001 - as above
) -> tuple[Integers, Integers, Integers, Integers, Integers]:
    """Find the nearest wanted sites of each position by the streets.

    Parameters
    ----------
    roads, places : Roads, Places
        The network and the sites on it.
    wanted : ndarray of bool, shape (s,)
        Which sites count.
    labels : NodeLabels
        Fresh; written.
    origin : Origin
        The positions; one on no edge finds nothing.
    most : int
        How many sites a position finds; not more than are wanted and on the streets.
    by_time : bool
        Whether seconds are minimised, or metres.

    Returns
    -------
    query, rank, site, distance_mm, duration_ms : ndarray of int, shape (found,)
        A row for each position and rank (from 1). Raises nothing.
    """
    room = len(origin.edge) * most
    query, rank = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    site = np.empty(room, dtype=np.int64)
    distance_mm, duration_ms = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    found = _Found(
        np.empty(most, dtype=np.int64),
        np.empty((most, 2), dtype=np.int64),
        np.zeros(1, dtype=np.int64),
    )
    row = 0
    for i in range(len(origin.edge) if most > 0 else 0):
        if origin.edge[i] < 0:
            continue
        found.filled[0] = 0
        start = (origin.edge[i], origin.offset_mm[i], origin.off_mm[i], origin.node[i])
        _search(roads, places, wanted, labels, found, start, i, by_time)
        for place in range(found.filled[0]):
            query[row], rank[row], site[row] = i, place + 1, found.site[place]
            first, second = found.cost[place, 0], found.cost[place, 1]
            distance_mm[row] = second if by_time else first
            duration_ms[row] = first if by_time else second
            row += 1
    return query[:row], rank[:row], site[:row], distance_mm[:row], duration_ms[:row]
