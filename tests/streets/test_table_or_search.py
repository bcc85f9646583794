"""A table answers what it is wide enough for; all else is searched for, with the same answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import Snapped, snap
from geo_service.streets.table_or_search import list_nearest
from geo_service.streets.tables import make_table

BY_STREET = (Measure.TIME, Measure.DISTANCE)
MAX_SNAP_M = 60.0
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Row: TypeAlias = tuple[int, int, str]
"""What is minimised, the other part, and an id."""


@dataclass(frozen=True)
class Asked:
    """Streets whose sites and positions are all at nodes, so that plain Dijkstra answers."""

    streets: Streets
    sites: Sites
    wanted: NDArray[np.bool_]
    at: Snapped


@pytest.fixture
def at_nodes(random_network: RandomNetwork) -> Callable[[int], Asked]:
    """Return a function that draws streets, many of them one-way, and puts all at their nodes."""

    def _at_nodes(seed: int) -> Asked:
        random = np.random.default_rng(seed)
        drawn = random_network(seed, Profile.WALK)
        oneway, ahead = random.random((2, drawn.edges)) < 0.4
        network = replace(
            drawn,
            edge_forward=~oneway | ahead,
            edge_backward=~oneway | ~ahead,
            edge_time_ms=random.integers(0, 5, drawn.edges),
        )
        streets, ids = Streets.of(network), [str(number) for number in random.permutation(11)]
        lon, lat = network.node_lon, network.node_lat
        # A node that another edge passes over may be no node to a snap.
        node = np.flatnonzero(snap(network, streets.grid, lon, lat, MAX_SNAP_M).node >= 0)
        row, asked_row = random.choice(node, 11), random.choice(node, 7)
        sites = place_sites(network, streets.grid, ids, lon[row], lat[row], MAX_SNAP_M)
        at = snap(network, streets.grid, lon[asked_row], lat[asked_row], MAX_SNAP_M)
        return Asked(streets, sites, random.random(11) < 0.8, at)

    return _at_nodes


def by_hand(asked: Asked, measure: Measure) -> list[list[Row]]:
    """All that each position reaches, by the first part of the cost, then the id."""
    network, graph = asked.streets.network, nx.MultiDiGraph()
    graph.add_nodes_from(range(network.nodes))
    for edge in range(network.edges):
        mm, ms = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
        first, second = (ms, mm) if measure is Measure.TIME else (mm, ms)
        ends = int(network.edge_from[edge]), int(network.edge_to[edge])
        if network.edge_forward[edge]:
            graph.add_edge(*ends, cost=first * 10**12 + second)
        if network.edge_backward[edge]:
            graph.add_edge(*reversed(ends), cost=first * 10**12 + second)
    lists = []
    for start in asked.at.node.tolist():
        lengths = nx.single_source_dijkstra_path_length(graph, start, weight="cost")
        rows = [
            (*divmod(lengths[node], 10**12), name)
            for node, name, wanted in zip(
                asked.sites.places.node.tolist(), asked.sites.ids, asked.wanted, strict=True
            )
            if wanted and node in lengths
        ]
        lists.append(sorted(rows, key=lambda row: (row[0], row[2])))
    return lists


def named(key: np.ndarray, second: np.ndarray, sites: Sites) -> list[Row]:
    return [
        (entry >> SHIFT, other, sites.ids[sites.places.by_rank[entry & LOWER]])
        for entry, other in zip(key.tolist(), second.tolist(), strict=True)
        if entry < NEVER
    ]


@pytest.mark.parametrize("measure", BY_STREET)
@pytest.mark.parametrize("seed", range(30))
def test_lists_are_the_oracles_whatever_the_table_is_wide(
    at_nodes: Callable[[int], Asked], seed: int, measure: Measure
) -> None:
    asked = at_nodes(seed)
    lists = by_hand(asked, measure)
    rows = np.random.default_rng(seed).permutation(7)[:5]
    for width in (1, 3, 11):
        table = make_table(asked.streets, asked.sites, asked.wanted, measure, width=width)
        for most in (1, 2, 3, 4, 15):
            key, second = list_nearest(asked.streets, asked.sites, table, asked.at, rows, most)
            assert key.shape == second.shape == (5, most)
            for i, row in enumerate(rows):
                assert named(key[i], second[i], asked.sites) == lists[row][:most]


@pytest.mark.parametrize(("most", "by_table"), [(1, True), (3, True), (4, False), (9, False)])
def test_table_is_read_up_to_its_width_and_no_further(
    at_nodes: Callable[[int], Asked], most: int, by_table: bool
) -> None:
    asked = at_nodes(4)
    table = make_table(asked.streets, asked.sites, asked.wanted, Measure.TIME, width=3)
    emptied = table._replace(key=np.full_like(table.key, NEVER))
    rows = np.arange(7)
    key, _ = list_nearest(asked.streets, asked.sites, emptied, asked.at, rows, most)
    # All are at nodes: what is not in the lists is found by a search alone.
    assert (key < NEVER).any() != by_table


def test_nobody_asks_or_nothing_is_wanted(at_nodes: Callable[[int], Asked]) -> None:
    asked = at_nodes(0)
    nobody, everybody = np.arange(0), np.arange(7)
    table = make_table(asked.streets, asked.sites, asked.wanted, Measure.TIME)
    for most in (3, 20):
        key, second = list_nearest(asked.streets, asked.sites, table, asked.at, nobody, most)
        assert key.shape == second.shape == (0, most)
    table = make_table(asked.streets, asked.sites, asked.wanted & False, Measure.TIME)
    for most in (0, 1, 20):
        key, second = list_nearest(asked.streets, asked.sites, table, asked.at, everybody, most)
        assert key.tolist() == [[NEVER] * most] * 7
        assert second.shape == (7, most)
