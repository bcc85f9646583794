"""Cheapest ways between places on a network that lie near each other, for the map matcher.

The search runs over *arcs*, an edge taken in one direction: arc 2e is edge e forward, arc 2e + 1
the same edge backward, so that ``arc ^ 1`` is the way back. Labels on arcs rather than on nodes
know by which street a junction was reached, so a turn back costs what it should everywhere.
Costs are integer millimetres; a turn back adds a fixed number of them.

What the kernels know of an arc lies in one row of a table. Inner functions take the tables
themselves: taking an array out of a tuple counts its users, which in a loop costs more than the
search.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias, cast

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.geometry import metric
from geo_service.streets.arcs import list_arcs
from geo_service.streets.network import Network

HEAD, LENGTH, OPEN = 0, 1, 2
"""Columns of ``Streets.arcs``: node at the end, millimetres, whether (0, 1) it may be taken."""
SEARCH, COST, TURNS, BEFORE, PLACE, WANTED = 0, 1, 2, 3, 4, 5
"""Columns of ``Labels.table``: the search that wrote the row; cost to the arc's start; how many
turns back that cost holds; the arc before; where the arc stands in the heap; the set of targets
it last belonged to."""
STRAIGHT_ON = -1
"""In the column BEFORE: the arc is entered from the arc on which the search started."""
TURNED_AT_ONCE = -2
"""In the column BEFORE: the arc is entered from the starting arc's way back."""
_SHRUNK = 0.998
"""Distances in the goal's frame are this true, or nearer, within some kilometres."""

OfDegrees: TypeAlias = Callable[[float], float]

_east = cast("OfDegrees", compiled(metric.metres_per_degree_east))
_north = cast("OfDegrees", compiled(metric.metres_per_degree_north))


class Streets(NamedTuple):
    """A network of m edges and n nodes as 2m arcs; compiled functions take it as it is."""

    arcs: Integers
    """Shape (2m, 3): columns HEAD, LENGTH, OPEN."""
    leaving_offsets: Integers
    """Shape (n + 1,)."""
    leaving: Integers
    """The open arcs that leave node v: rows leaving_offsets[v] to leaving_offsets[v + 1]."""
    positions: Floats
    """Shape (n, 2): longitude and latitude of the nodes, WGS-84, decimal degrees."""


class Labels(NamedTuple):
    """What a search knows of each arc; reused by the next search without clearing."""

    table: Integers
    """Shape (2m, 8): columns SEARCH to WANTED."""
    heap: Integers
    """Shape (2m,): arcs reached and not yet settled, the cheapest first."""
    counter: Integers
    """Shape (1,): numbers given so far to searches and sets of targets."""


class Goal(NamedTuple):
    """Where a search is going: wanted places lie within a circle."""

    lon: float
    lat: float
    metres_east: float
    """In a degree of longitude at ``lat``."""
    metres_north: float
    """In a degree of latitude."""
    radius_m: float


def streets_of(network: Network) -> Streets:
    """Return a network's arcs as the matcher reads them.

    Parameters
    ----------
    network : Network
        m edges, n nodes.

    Returns
    -------
    Streets
        2m arcs. Raises nothing of its own.
    """
    arcs = list_arcs(network)
    is_open = np.column_stack((network.edge_forward, network.edge_backward)).ravel()
    length_mm = np.repeat(network.edge_length_mm, 2)
    return Streets(
        arcs=np.column_stack((arcs.head, length_mm, is_open.astype(np.int64))),
        leaving_offsets=arcs.leaving_offsets,
        leaving=arcs.leaving,
        positions=np.column_stack((network.node_lon, network.node_lat)),
    )


def blank_labels(streets: Streets) -> Labels:
    """Return labels for a first search over ``streets``; raises nothing."""
    many = len(streets.arcs)
    return Labels(
        table=np.zeros((many, 8), dtype=np.int64),
        heap=np.zeros(many, dtype=np.int64),
        counter=np.zeros(1, dtype=np.int64),
    )


@compiled
def goal_at(lon: float, lat: float, radius_m: float) -> Goal:
    """Return the circle around a position (WGS-84, decimal degrees) as a goal; raises nothing."""
    return Goal(lon, lat, _east(lat), _north(lat), radius_m)


@compiled
def _still_mm(positions: Floats, node: int, goal: Goal) -> int:
    """Return a length that every way from a node into the goal has at least."""
    degrees = abs(positions[node, 0] - goal.lon)
    x = min(degrees, 360.0 - degrees) * goal.metres_east
    y = (positions[node, 1] - goal.lat) * goal.metres_north
    return int(1000.0 * (_SHRUNK * np.sqrt(x * x + y * y) - goal.radius_m))


@compiled
def _rise(table: Integers, heap: Integers, place: int) -> None:
    """Move the arc at ``place`` of the heap towards the top until its parent is cheaper."""
    arc = heap[place]
    cost = table[arc, COST]
    while place > 0:
        parent = (place - 1) >> 1
        other = heap[parent]
        if table[other, COST] <= cost:
            break
        heap[place] = other
        table[other, PLACE] = place
        place = parent
    heap[place] = arc
    table[arc, PLACE] = place


@compiled
def _take_cheapest(table: Integers, heap: Integers, size: int) -> int:
    """Take the cheapest arc out of a heap of ``size`` arcs."""
    cheapest, last = heap[0], heap[size - 1]
    cost = table[last, COST]
    size -= 1
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and table[heap[child + 1], COST] < table[heap[child], COST]:
            child += 1
        arc = heap[child]
        if table[arc, COST] >= cost:
            break
        heap[place] = arc
        table[arc, PLACE] = place
        place = child
    heap[place] = last
    table[last, PLACE] = place
    return int(cheapest)


@compiled
def _reach(
    table: Integers,
    heap: Integers,
    size: int,
    number: int,
    arc: int,
    cost_mm: int,
    turns: int,
    before: int,
) -> int:
    """Label an arc if this way to it is cheaper than any known; return the heap's new size."""
    known = table[arc, SEARCH] == number
    if known and table[arc, COST] <= cost_mm:
        return size
    table[arc, COST], table[arc, TURNS], table[arc, BEFORE] = cost_mm, turns, before
    if known:
        _rise(table, heap, table[arc, PLACE])
        return size
    table[arc, SEARCH] = number
    heap[size] = arc
    _rise(table, heap, size)
    return size + 1


@compiled
def want(labels: Labels, targets: Integers) -> int:
    """Mark the arcs a search shall look for, and return the number of this set; raises nothing."""
    table = labels.table
    labels.counter[0] += 1
    number = labels.counter[0]
    for arc in targets:
        table[arc, WANTED] = number
    return int(number)


@compiled
def search(
    streets: Streets,
    labels: Labels,
    arc: int,
    offset_mm: int,
    targets: int,
    many: int,
    bound_mm: int,
    turn_mm: int,
    goal: Goal,
) -> int:
    """Find the cheapest ways from a place on an arc to the starts of the arcs wanted.

    The way goes to the end of the arc, or turns back at once where the street allows it.

    Parameters
    ----------
    streets, labels : Streets, Labels
        The network, and the labels to write.
    arc, offset_mm : int
        Where the search starts: so many millimetres along this arc.
    targets, many : int
        The number :func:`want` gave, and how many arcs were marked.
    bound_mm : int
        No way that costs more is followed.
    turn_mm : int
        What a turn back costs.
    goal : Goal
        The wanted places lie in it; no way is followed from which they are too far even straight.

    Returns
    -------
    int
        The number of this search: the label of a wanted arc is final and within the bound if its
        column SEARCH has it. Raises nothing.
    """
    arcs, positions, table, heap = streets.arcs, streets.positions, labels.table, labels.heap
    leaving, leaving_offsets = streets.leaving, streets.leaving_offsets
    labels.counter[0] += 1
    number = labels.counter[0]
    size = 0
    back_is_open = arcs[arc ^ 1, OPEN] == 1
    here, cost, turns, before = arc, arcs[arc, LENGTH] - offset_mm, 0, STRAIGHT_ON
    while True:
        node = arcs[here, HEAD]
        if cost + max(0, _still_mm(positions, node, goal)) <= bound_mm:
            for row in range(leaving_offsets[node], leaving_offsets[node + 1]):
                following = leaving[row]
                turned = 1 if following == here ^ 1 else 0
                reached = cost + turned * turn_mm
                if reached <= bound_mm:
                    size = _reach(
                        table, heap, size, number, following, reached, turns + turned, before
                    )
        if before == STRAIGHT_ON and back_is_open:
            here, cost, turns, before = arc ^ 1, offset_mm + turn_mm, 1, TURNED_AT_ONCE
            continue
        if size == 0 or many == 0:
            return int(number)
        here = _take_cheapest(table, heap, size)
        size -= 1
        many -= 1 if table[here, WANTED] == targets else 0
        cost, turns, before = table[here, COST] + arcs[here, LENGTH], table[here, TURNS], here
