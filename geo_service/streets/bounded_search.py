"""Cheapest ways between places on a network that lie near each other, for the map matcher.

The search runs over *arcs*, an edge taken in one direction: arc 2e is edge e forward, arc 2e + 1
the same edge backward, so that ``arc ^ 1`` is the way back. Labels on arcs rather than on nodes
know by which street a junction was reached, so a turn back costs what it should everywhere.
Costs are integer millimetres; a turn back adds a fixed number of them.
"""

from typing import NamedTuple

import numpy as np

from geo_service.compiled import compiled
from geo_service.geometry.grid import group_rows
from geo_service.streets.network import Flags, Integers, Network

STRAIGHT_ON = -1
"""In ``Labels.before``: the arc is entered from the arc on which the search started."""
TURNED_AT_ONCE = -2
"""In ``Labels.before``: the arc is entered from the starting arc's way back."""


class Arcs(NamedTuple):
    """A network of m edges and n nodes as 2m arcs."""

    is_open: Flags
    """Shape (2m,): whether the arc may be taken."""
    head: Integers
    """Shape (2m,): the node at the arc's end."""
    length_mm: Integers
    """Shape (2m,)."""
    leaving_offsets: Integers
    """Shape (n + 1,)."""
    leaving: Integers
    """The open arcs that leave node v: rows leaving_offsets[v] to leaving_offsets[v + 1]."""


class Labels(NamedTuple):
    """What a search knows of each arc; reused by the next search without clearing."""

    search: Integers
    """Shape (2m,): the number of the search that last wrote the arc's label."""
    cost_mm: Integers
    """Shape (2m,): cost from the search's start to the arc's start."""
    turns: Integers
    """Shape (2m,): how many turns back that cost holds."""
    before: Integers
    """Shape (2m,): the arc before, or STRAIGHT_ON, or TURNED_AT_ONCE."""
    place: Integers
    """Shape (2m,): where the arc stands in the heap."""
    heap: Integers
    """Shape (2m,): arcs reached and not yet settled, the cheapest first."""
    wanted: Integers
    """Shape (2m,): the number of the set of targets the arc last belonged to."""
    counter: Integers
    """Shape (1,): numbers given so far to searches and sets of targets."""


def arcs_of(network: Network) -> Arcs:
    """Return a network's arcs.

    Parameters
    ----------
    network : Network
        m edges, n nodes.

    Returns
    -------
    Arcs
        2m arcs. Raises nothing of its own.
    """
    is_open = np.column_stack([network.edge_forward, network.edge_backward]).ravel()
    head = np.column_stack([network.edge_to, network.edge_from]).ravel().astype(np.int64)
    tail = np.column_stack([network.edge_from, network.edge_to]).ravel().astype(np.int64)
    usable = np.flatnonzero(is_open)
    offsets, order = group_rows(tail[usable], network.nodes)
    return Arcs(
        is_open=is_open,
        head=head,
        length_mm=np.repeat(network.edge_length_mm, 2).astype(np.int64),
        leaving_offsets=offsets,
        leaving=usable[order].astype(np.int64),
    )


def blank_labels(arcs: Arcs) -> Labels:
    """Return labels for a first search over ``arcs``."""
    many = len(arcs.head)
    zeros = [np.zeros(many, dtype=np.int64) for _ in range(7)]
    return Labels(*zeros, counter=np.zeros(1, dtype=np.int64))


@compiled
def _rise(labels: Labels, place: int) -> None:
    """Move the arc at ``place`` of the heap towards the top until its parent is cheaper."""
    heap, cost = labels.heap, labels.cost_mm
    arc = heap[place]
    while place > 0:
        parent = (place - 1) >> 1
        other = heap[parent]
        if cost[other] <= cost[arc]:
            break
        heap[place] = other
        labels.place[other] = place
        place = parent
    heap[place] = arc
    labels.place[arc] = place


@compiled
def _take_cheapest(labels: Labels, size: int) -> int:
    """Take the cheapest arc out of a heap of ``size`` arcs."""
    heap, cost = labels.heap, labels.cost_mm
    cheapest, last = heap[0], heap[size - 1]
    size -= 1
    place = 0
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and cost[heap[child + 1]] < cost[heap[child]]:
            child += 1
        if cost[heap[child]] >= cost[last]:
            break
        heap[place] = heap[child]
        labels.place[heap[place]] = place
        place = child
    heap[place] = last
    labels.place[last] = place
    return int(cheapest)


@compiled
def _leave(
    arcs: Arcs,
    labels: Labels,
    size: int,
    arc: int,
    cost_mm: int,
    turns: int,
    before: int,
    bound_mm: int,
    turn_mm: int,
) -> int:
    """Label the arcs that may be entered at the end of ``arc``; return the heap's new size."""
    number = labels.counter[0]
    node = arcs.head[arc]
    for row in range(arcs.leaving_offsets[node], arcs.leaving_offsets[node + 1]):
        following = arcs.leaving[row]
        turned = 1 if following == arc ^ 1 else 0
        reached = cost_mm + turned * turn_mm
        if reached > bound_mm:
            continue
        known = labels.search[following] == number
        if known and labels.cost_mm[following] <= reached:
            continue
        labels.cost_mm[following] = reached
        labels.turns[following] = turns + turned
        labels.before[following] = before
        if known:
            _rise(labels, labels.place[following])
        else:
            labels.search[following] = number
            labels.heap[size] = following
            _rise(labels, size)
            size += 1
    return size


@compiled
def want(labels: Labels, targets: Integers) -> int:
    """Mark the arcs a search shall look for, and return the number of this set of targets."""
    labels.counter[0] += 1
    for arc in targets:
        labels.wanted[arc] = labels.counter[0]
    return int(labels.counter[0])


@compiled
def search(
    arcs: Arcs,
    labels: Labels,
    arc: int,
    offset_mm: int,
    targets: int,
    many: int,
    bound_mm: int,
    turn_mm: int,
) -> int:
    """Find the cheapest ways from a place on an arc to the starts of the arcs wanted.

    The way goes to the end of the arc, or turns back at once where the street allows it.

    Parameters
    ----------
    arcs, labels : Arcs, Labels
        The network, and the labels to write.
    arc, offset_mm : int
        Where the search starts: so many millimetres along this arc.
    targets, many : int
        The number :func:`want` gave, and how many arcs were marked.
    bound_mm : int
        No way that costs more is followed.
    turn_mm : int
        What a turn back costs.

    Returns
    -------
    int
        The number of this search: the label of a wanted arc is final and within the bound if
        ``labels.search`` has it. Raises nothing.
    """
    labels.counter[0] += 1
    length = arcs.length_mm[arc]
    size = 0
    if length - offset_mm <= bound_mm:
        ahead = length - offset_mm
        size = _leave(arcs, labels, size, arc, ahead, 0, STRAIGHT_ON, bound_mm, turn_mm)
    if arcs.is_open[arc ^ 1] and offset_mm + turn_mm <= bound_mm:
        back, away = arc ^ 1, offset_mm + turn_mm
        size = _leave(arcs, labels, size, back, away, 1, TURNED_AT_ONCE, bound_mm, turn_mm)
    while size > 0 and many > 0:
        nearest = _take_cheapest(labels, size)
        size -= 1
        if labels.wanted[nearest] == targets:
            many -= 1
        cost = labels.cost_mm[nearest] + arcs.length_mm[nearest]
        turns = labels.turns[nearest]
        size = _leave(arcs, labels, size, nearest, cost, turns, nearest, bound_mm, turn_mm)
    return int(labels.counter[0])
