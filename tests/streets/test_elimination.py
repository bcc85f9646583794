"""Climbing and descending again is as short as Dijkstra's ways, between all nodes."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from geo_service.streets.elimination import Elimination, Hops, eliminate
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import NEVER, SHIFT
from geo_service.streets.profile import Profile

BY_STREET = (Measure.TIME, Measure.DISTANCE)
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Tangled: TypeAlias = Callable[..., Network]


def dijkstra(network: Network, measure: Measure) -> NDArray[np.int64]:
    """Packed costs from node to node, without anything of the elimination."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.nodes))
    for edge in range(network.edges):
        length, time = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
        parts = (time, length) if measure is Measure.TIME else (length, time)
        cost = parts[0] * 2**SHIFT + parts[1]
        ends = int(network.edge_from[edge]), int(network.edge_to[edge])
        if network.edge_forward[edge]:
            graph.add_edge(*ends, cost=cost)
        if network.edge_backward[edge]:
            graph.add_edge(*reversed(ends), cost=cost)
    costs = np.full((network.nodes, network.nodes), NEVER)
    for start, lengths in nx.all_pairs_dijkstra_path_length(graph, weight="cost"):
        for end, cost in lengths.items():
            costs[start, end] = min(cost, NEVER)
    return costs


def costs_upward(hops: Hops, places: int) -> NDArray[np.int64]:
    """Costs of climbing alone, from each place to each."""
    costs = np.full((places, places), NEVER)
    np.fill_diagonal(costs, 0)
    for low in range(places):
        for arc in range(hops.offsets[low], hops.offsets[low + 1]):
            upper = hops.upper[arc]
            costs[:, upper] = np.minimum(costs[:, upper], costs[:, low] + hops.cost[arc])
    return costs


def climb_and_descend(elimination: Elimination) -> NDArray[np.int64]:
    """Costs from node to node over the highest place of each way."""
    places = len(elimination.place)
    up, down = (
        costs_upward(hops, places)[elimination.place]
        for hops in (elimination.climb, elimination.descend)
    )
    least: NDArray[np.int64] = np.minimum((up[:, None] + down[None]).min(axis=2), NEVER)
    return least


def check_ways(network: Network) -> None:
    eliminations = eliminate(network)
    assert set(eliminations) == set(BY_STREET)
    for measure, elimination in eliminations.items():
        by_hand = dijkstra(network, measure)
        assert climb_and_descend(elimination).tolist() == by_hand.tolist()


@pytest.mark.parametrize("seed", range(120))
def test_ways_between_all_nodes_of_tangled_streets_are_dijkstras(
    tangled: Tangled, seed: int
) -> None:
    nodes = 1 + seed % 13
    check_ways(tangled(seed, nodes, 1 + (seed * 7) % (3 * nodes)))


@pytest.mark.parametrize("seed", range(4))
def test_ways_of_larger_streets_are_dijkstras(tangled: Tangled, seed: int) -> None:
    check_ways(tangled(seed, 60, 130, longest_mm=5000))


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(12))
def test_ways_between_all_nodes_of_random_streets_are_dijkstras(
    random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    check_ways(random_network(seed, profile))


def test_streets_joined_everywhere_to_everywhere_are_no_exception(tangled: Tangled) -> None:
    network = tangled(1, 14, 91)
    low, high = np.triu_indices(14, 1)
    check_ways(replace(network, edge_from=low, edge_to=high))


@pytest.mark.parametrize("seed", range(20))
def test_order_is_one_for_both_measures_and_leads_upward(tangled: Tangled, seed: int) -> None:
    network = tangled(seed, 25, 45)
    eliminations = eliminate(network)
    by_time, by_distance = (eliminations[measure] for measure in BY_STREET)
    assert by_time.place.tolist() == by_distance.place.tolist()
    for elimination in (by_time, by_distance):
        assert sorted(elimination.place.tolist()) == list(range(network.nodes))
        for hops in (elimination.climb, elimination.descend):
            assert (len(hops.offsets), hops.offsets[0]) == (network.nodes + 1, 0)
            assert hops.offsets[-1] == len(hops.upper) == len(hops.cost)
            low = np.repeat(np.arange(network.nodes), np.diff(hops.offsets))
            assert (hops.upper > low).all()
            assert len(set(zip(low.tolist(), hops.upper.tolist(), strict=True))) == len(low)


@pytest.mark.parametrize("seed", range(20))
def test_no_arc_is_kept_that_is_not_a_shortest_way(tangled: Tangled, seed: int) -> None:
    network = tangled(seed, 25, 45)
    for measure, elimination in eliminate(network).items():
        node = np.argsort(elimination.place)
        by_hand = dijkstra(network, measure)
        for hops, way in ((elimination.climb, by_hand), (elimination.descend, by_hand.T)):
            low = np.repeat(np.arange(network.nodes), np.diff(hops.offsets))
            assert hops.cost.tolist() == way[node[low], node[hops.upper]].tolist()
            assert (hops.cost < NEVER).all()


@pytest.mark.parametrize("seed", range(20))
def test_no_arc_is_kept_beside_which_a_way_over_a_higher_place_is_as_cheap(
    tangled: Tangled, seed: int
) -> None:
    network = tangled(seed, 20, 40)
    # Where no way costs nothing, a way over another place is another way.
    network = replace(
        network, edge_length_mm=network.edge_length_mm + 1, edge_time_ms=network.edge_time_ms + 1
    )
    for measure, elimination in eliminate(network).items():
        node = np.argsort(elimination.place)
        by_place = dijkstra(network, measure)[np.ix_(node, node)]
        for hops, way in ((elimination.climb, by_place), (elimination.descend, by_place.T)):
            low = np.repeat(np.arange(network.nodes), np.diff(hops.offsets))
            for place, upper, cost in zip(low, hops.upper, hops.cost, strict=True):
                others = np.delete(np.arange(place + 1, network.nodes), upper - place - 1)
                assert (way[place, others] + way[others, upper] > cost).all()


def test_dead_end_goes_before_its_junction_and_a_chain_needs_no_more_arcs(
    tangled: Tangled,
) -> None:
    star = replace(
        tangled(0, 9, 8),
        edge_from=np.full(8, 4),
        edge_to=np.array([0, 1, 2, 3, 5, 6, 7, 8]),
        edge_forward=np.ones(8, dtype=bool),
        edge_backward=np.ones(8, dtype=bool),
    )
    chain = replace(star, edge_from=np.arange(8), edge_to=np.arange(1, 9))
    # Of the star's last two nodes each has one neighbour, and either may go first.
    assert eliminate(star)[Measure.TIME].place[4] >= 7
    for network in (star, chain):
        for elimination in eliminate(network).values():
            assert len(elimination.climb.upper) == len(elimination.descend.upper) == 8


@pytest.mark.parametrize("seed", range(20))
def test_each_family_of_a_tree_of_streets_stands_together(tangled: Tangled, seed: int) -> None:
    random, nodes = np.random.default_rng(seed), 30
    tree = replace(
        tangled(seed, nodes, nodes - 1),
        edge_from=np.array([random.integers(0, node) for node in range(1, nodes)]),
        edge_to=np.arange(1, nodes),
        edge_forward=np.ones(nodes - 1, dtype=bool),
        edge_backward=np.ones(nodes - 1, dtype=bool),
    )
    for elimination in eliminate(tree).values():
        parents = elimination.climb.upper.tolist()
        # In a tree every place but the last has one upper neighbour: its parent.
        assert np.diff(elimination.climb.offsets).tolist() == [1] * (nodes - 1) + [0]
        families = [{place} for place in range(nodes)]
        for place, parent in enumerate(parents):
            families[parent] |= families[place]
        for place, family in enumerate(families):
            assert family == set(range(place - len(family) + 1, place + 1))


@pytest.mark.parametrize("measure", BY_STREET)
def test_way_too_long_to_count_is_none(tangled: Tangled, measure: Measure) -> None:
    half = 1 << 28
    chain = replace(
        tangled(0, 4, 3),
        edge_from=np.arange(3),
        edge_to=np.arange(1, 4),
        edge_forward=np.ones(3, dtype=bool),
        edge_backward=np.ones(3, dtype=bool),
        edge_length_mm=np.array([half, half - 1, half]),
        edge_time_ms=np.array([half, half - 1, half]),
    )
    costs = climb_and_descend(eliminate(chain)[measure]) >> SHIFT
    assert costs[0].tolist() == [0, half, 2 * half - 1, NEVER >> SHIFT]
    assert costs[1].tolist() == [half, 0, half - 1, 2 * half - 1]


def test_many_readers_may_share_what_nobody_can_write(tangled: Tangled) -> None:
    for elimination in eliminate(tangled(3, 12, 20)).values():
        arrays = (elimination.place, *elimination.climb, *elimination.descend)
        assert [array.flags.writeable for array in arrays] == [False] * len(arrays)
