"""Streets made ready hold one network's arrays, and making them again changes no answer."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import snap
from geo_service.streets.tables import Table, make_table

BY_STREET = (Measure.TIME, Measure.DISTANCE)
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]


@pytest.fixture
def network(random_network: RandomNetwork) -> Network:
    return random_network(8, Profile.EBIKE)


def place_all(streets: Streets) -> Sites:
    """Put a site at each node, and one at the first point of each edge's shape but the end."""
    network = streets.network
    inner = network.edge_shape[:-1] + 1
    lon = np.concatenate((network.node_lon, network.shape_lon[inner]))
    lat = np.concatenate((network.node_lat, network.shape_lat[inner]))
    return place_sites(network, streets.grid, [f"{i}" for i in range(len(lon))], lon, lat, 50.0)


def table_of_all(streets: Streets, measure: Measure) -> Table:
    sites = place_all(streets)
    return make_table(streets, sites, np.ones(len(sites), dtype=bool), measure, width=len(sites))


def test_roads_are_the_networks_own_arrays(network: Network) -> None:
    streets = Streets.of(network)
    assert streets.network is network
    for name in streets.roads._fields:
        assert getattr(streets.roads, name) is getattr(network, name)
    assert streets.roads is streets.roads, "made once"


def test_arcs_are_the_open_directions_of_the_edges_made_once(network: Network) -> None:
    streets = Streets.of(network)
    arcs = streets.arcs
    assert arcs is streets.arcs
    listed = {
        (node, int(arc), int(arcs.head[arc]))
        for node in range(network.nodes)
        for arc in arcs.leaving[arcs.leaving_offsets[node] : arcs.leaving_offsets[node + 1]]
    }
    by_hand = set()
    for edge in range(network.edges):
        ends = int(network.edge_from[edge]), int(network.edge_to[edge])
        if network.edge_forward[edge]:
            by_hand.add((ends[0], 2 * edge, ends[1]))
        if network.edge_backward[edge]:
            by_hand.add((ends[1], 2 * edge + 1, ends[0]))
    assert listed == by_hand
    assert len(arcs.leaving) == len(by_hand)


def test_all_that_questions_need_is_there(network: Network) -> None:
    streets = Streets.of(network)
    assert set(streets.eliminations) == set(BY_STREET)
    at = snap(network, streets.grid, network.node_lon, network.node_lat, 1.0)
    assert at.node.tolist() == list(range(network.nodes))


@pytest.mark.parametrize("measure", BY_STREET)
@pytest.mark.parametrize("seed", range(8))
def test_streets_prepared_again_give_equal_tables_of_all_sites(
    random_network: RandomNetwork, seed: int, measure: Measure
) -> None:
    one, other = (
        table_of_all(Streets.of(random_network(seed, Profile.WALK)), measure) for _ in range(2)
    )
    assert one.sites == other.sites > 0
    for mine, theirs in zip(one[:4], other[:4], strict=True):
        assert mine.dtype == theirs.dtype
        assert mine.tolist() == theirs.tolist()


@pytest.mark.parametrize("measure", BY_STREET)
def test_table_of_one_network_stays_as_it_is_while_others_are_made(
    random_network: RandomNetwork, measure: Measure
) -> None:
    streets = Streets.of(random_network(2, Profile.WALK))
    table = table_of_all(streets, measure)
    before = table.key.copy(), table.second.copy()
    table_of_all(streets, measure)
    Streets.of(random_network(3, Profile.WALK))
    assert table.key.tolist() == before[0].tolist()
    assert table.second.tolist() == before[1].tolist()


@pytest.mark.parametrize("measure", BY_STREET)
def test_network_that_nobody_can_write_gives_the_same(
    random_network: RandomNetwork, measure: Measure
) -> None:
    frozen = Streets.of(random_network(5, Profile.WALK).frozen())
    assert not any(array.flags.writeable for array in frozen.roads)
    plain = Streets.of(random_network(5, Profile.WALK))
    assert table_of_all(frozen, measure).key.tolist() == table_of_all(plain, measure).key.tolist()
