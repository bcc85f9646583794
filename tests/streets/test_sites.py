"""Sites are on an edge, at a junction, or far from any street, and one list holds each."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import build_grid, snap
from geo_service.streets.ways import Ways

ROAD = {"highway": "residential"}
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
DrawWays: TypeAlias = Callable[..., Ways]


@pytest.fixture
def cross(draw_ways: DrawWays) -> Network:
    """Two streets of 222 m that cross at 0, 0."""
    places = {1: (0.0, 0.0), 2: (-0.001, 0.0), 3: (0.001, 0.0), 4: (0.0, -0.001), 5: (0.0, 0.001)}
    ways = draw_ways(places, ([2, 1, 3], ROAD), ([4, 1, 5], ROAD))
    return build_network(ways, Profile.WALK).network


def put(network: Network, places: dict[str, tuple[float, float]], max_snap_m: float) -> Sites:
    lon, lat = np.array(list(places.values()), dtype=np.float64).reshape(-1, 2).T
    return place_sites(network, build_grid(network), list(places), lon, lat, max_snap_m)


def test_site_is_at_a_junction_inside_an_edge_or_on_no_street(cross: Network) -> None:
    sites = put(
        cross, {"corner": (0.0, 0.0), "side": (0.0004, 0.0001), "field": (0.0008, 0.0009)}, 50.0
    )
    places = sites.places
    assert (sites.ids, len(sites)) == (("corner", "side", "field"), 3)
    corner, inside, nowhere = range(3)
    at = places.node[corner]
    assert (cross.node_lon[at], cross.node_lat[at]) == (0.0, 0.0)
    assert places.off_mm[corner] == 0
    assert places.node[inside] == -1
    assert cross.edge_id(int(places.edge[inside])) == "100/1/3"
    assert places.offset_mm[inside] == pytest.approx(44_528, abs=2)
    assert places.off_mm[inside] == pytest.approx(11_057, abs=2)
    assert (places.edge[nowhere], places.node[nowhere], places.off_mm[nowhere]) == (-1, -1, -1)
    assert places.edge_site.tolist() == [inside]
    assert places.node_site.tolist() == [corner]


def test_limit_decides_what_is_far_from_any_street(cross: Network) -> None:
    # 55.287 m north of the street.
    for max_snap_m, edge_known in ((55.29, True), (55.28, False)):
        places = put(cross, {"a": (0.0006, 0.0005)}, max_snap_m).places
        assert (places.edge[0] >= 0) == edge_known
        assert (len(places.edge_site) == 1) == edge_known


def test_ranks_are_the_order_of_ids_as_text(cross: Network) -> None:
    ids = ["b", "10", "9", "é", "B", "a", "100", ""]
    sites = put(cross, dict.fromkeys(ids, (0.0, 0.0)), 50.0)
    assert [ids[site] for site in sites.places.by_rank] == sorted(ids)
    assert sites.places.rank.tolist() == [sorted(ids).index(name) for name in ids]


def test_no_sites_are_placed_too(cross: Network) -> None:
    sites = put(cross, {}, 50.0)
    assert len(sites) == len(sites.places.rank) == len(sites.places.edge) == 0
    assert sites.places.edge_offsets.tolist() == [0] * (cross.edges + 1)
    assert sites.places.node_offsets.tolist() == [0] * (cross.nodes + 1)


@pytest.mark.parametrize("seed", range(20))
def test_each_site_is_listed_once_where_it_is(random_network: RandomNetwork, seed: int) -> None:
    network, random = random_network(seed, Profile.EBIKE), np.random.default_rng(seed)
    row = random.integers(0, len(network.shape_lon), 30)
    beside = random.choice([0.0, 1e-4, 2e-3], 30)
    lon = network.shape_lon[row] + random.normal(0, 1, 30) * beside
    lon = (lon + 180.0) % 360.0 - 180.0
    lat = network.shape_lat[row] + random.normal(0, 1, 30) * beside
    grid = build_grid(network)
    sites = place_sites(network, grid, [f"s{i}" for i in range(30)], lon, lat, 40.0)
    places, snapped = sites.places, snap(network, grid, lon, lat, 40.0)
    for column in ("edge", "offset_mm", "off_mm", "node"):
        assert getattr(places, column).tolist() == getattr(snapped, column).tolist()
    on_edges, at_nodes = (
        {
            number: listed[offsets[number] : offsets[number + 1]].tolist()
            for number in range(len(offsets) - 1)
        }
        for offsets, listed in (
            (places.edge_offsets, places.edge_site),
            (places.node_offsets, places.node_site),
        )
    )
    for edge in range(network.edges):
        inside = np.flatnonzero((snapped.edge == edge) & (snapped.node < 0)).tolist()
        assert on_edges.pop(edge) == inside
    for node in range(network.nodes):
        assert at_nodes.pop(node) == np.flatnonzero(snapped.node == node).tolist()
    assert (on_edges, at_nodes) == ({}, {})
    assert (places.edge < 0).any(), "some are far from any street"
    assert sites.lon.tolist() == lon.tolist()
    assert sites.lat.tolist() == lat.tolist()


def test_many_readers_share_what_nobody_can_write(cross: Network) -> None:
    sites = put(cross, {"a": (0.0, 0.0), "b": (0.0005, 0.0)}, 50.0)
    for array in sites.places:
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0
