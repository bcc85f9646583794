"""A search outward from a position over the streets, until the k nearest sites are certain.

Dijkstra's algorithm over directed arcs, for questions that a table is too narrow for. Arrays
bear the number of the search that wrote them, so the next search needs no clearing.
"""

import heapq

import numpy as np

from geo_service.arrays import Flags, Integers, Seconds
from geo_service.compiled import compiled
from geo_service.streets.arcs import Arcs
from geo_service.streets.look_up import set_out
from geo_service.streets.packed_cost import NEVER, SHIFT
from geo_service.streets.part_of_way import off_street_cost, stretch_cost
from geo_service.streets.prepared import Roads
from geo_service.streets.shortlist import offer
from geo_service.streets.sites import Places


@compiled
def search_outward(  # noqa: C901, PLR0912 - one loop, whose parts share all its arrays
    arcs: Arcs,
    roads: Roads,
    places: Places,
    wanted: Flags,
    edge: Integers,
    offset_mm: Integers,
    off_mm: Integers,
    most: int,
    by_time: bool,  # noqa: FBT001 - compiled code takes no keywords alone
) -> tuple[Integers, Seconds]:
    """Find the nearest wanted sites of each position by the streets.

    Parameters
    ----------
    arcs, roads, places : Arcs, Roads, Places
        The network and the sites on it.
    wanted : ndarray of bool, shape (s,)
        Which sites count.
    edge, offset_mm, off_mm : ndarray of int, shape (q,)
        Where the positions meet the streets; one on no edge finds nothing.
    most : int
        How many sites a position finds at most.
    by_time : bool
        Whether seconds are minimised, or metres.

    Returns
    -------
    key, second : ndarray, shape (q, most)
        A short list for each position. Raises nothing.
    """
    key = np.full((len(edge), most), NEVER)
    second = np.zeros((len(edge), most), dtype=np.uint32)
    nodes = len(arcs.leaving_offsets) - 1
    searched, cost_of = np.full(nodes, -1, dtype=np.int64), np.zeros(nodes, dtype=np.int64)
    for i in range(len(edge) if most > 0 else 0):
        if edge[i] < 0:
            continue
        found, found_second = key[i], second[i]
        origin = (edge[i], offset_mm[i], off_mm[i])
        start, end = set_out(roads, places, wanted, origin, by_time, found, found_second)
        heap = [(start, roads.edge_from[edge[i]]), (end, roads.edge_to[edge[i]])]
        heapq.heapify(heap)
        for cost, node in heap:
            if searched[node] != i or cost < cost_of[node]:
                searched[node], cost_of[node] = i, cost
        while len(heap) > 0:
            cost, node = heapq.heappop(heap)
            if cost >= NEVER or cost >> SHIFT > found[most - 1] >> SHIFT:
                break
            if cost > cost_of[node]:
                continue
            for row in range(places.node_offsets[node], places.node_offsets[node + 1]):
                site = places.node_site[row]
                if wanted[site]:
                    there = cost + off_street_cost(places.off_mm[site], by_time)
                    offer(found, found_second, 0, most, there, places.rank[site])
            for row in range(arcs.leaving_offsets[node], arcs.leaving_offsets[node + 1]):
                arc = arcs.leaving[row]
                taken, backward = arc >> 1, arc & 1
                length, time = roads.edge_length_mm[taken], roads.edge_time_ms[taken]
                for listed in range(places.edge_offsets[taken], places.edge_offsets[taken + 1]):
                    site = places.edge_site[listed]
                    if wanted[site]:
                        begin = length if backward else 0
                        part = stretch_cost(length, time, begin, places.offset_mm[site], by_time)
                        there = cost + part + off_street_cost(places.off_mm[site], by_time)
                        offer(found, found_second, 0, most, there, places.rank[site])
                there = cost + stretch_cost(length, time, 0, length, by_time)
                head = arcs.head[arc]
                if searched[head] != i or there < cost_of[head]:
                    searched[head], cost_of[head] = i, there
                    heapq.heappush(heap, (there, head))
    return key, second
