"""The network of a profile has the streets, lengths and ways through that the tags say."""

from collections.abc import Callable
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from pyproj import Geod

from geo_service.errors import RefusedData
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile, directions, speed_m_s
from geo_service.streets.ways import Ways, WaysKind

GEOD = Geod(ellps="WGS84")
ROAD = {"highway": "residential"}
ONEWAY = {"highway": "residential", "oneway": "yes"}
# Six places on a line and beside it, about 111 m apart along the equator.
PLACES = {node: (0.001 * node, 0.0) for node in range(1, 7)} | {
    node: (0.001 * (node - 10), 0.001) for node in range(11, 17)
}
DrawWays = Callable[..., Ways]


def edge_ids(network: Network) -> set[str]:
    return {network.edge_id(edge) for edge in range(network.edges)}


def raw_graph(ways: Ways, profile: Profile) -> nx.MultiDiGraph:
    """Every stretch of every way as directed edges; metres by pyproj."""
    graph = nx.MultiDiGraph()
    for way in range(len(ways)):
        tags = ways.tag_sets[ways.tags[way]]
        forward, backward = directions(tags, profile)
        nodes = ways.node[ways.node_offsets[way] : ways.node_offsets[way + 1]].tolist()
        for a, b in pairwise(nodes):
            metres = GEOD.inv(
                ways.node_lon[a], ways.node_lat[a], ways.node_lon[b], ways.node_lat[b]
            )[2]
            for start, end, allowed in ((a, b, forward), (b, a, backward)):
                if allowed and a != b:
                    key = (way, min(a, b), max(a, b))
                    seconds = metres / speed_m_s(tags, profile)
                    graph.add_edge(start, end, metres=metres, seconds=seconds, stretch=key)
    return graph


def length_m(graph: nx.MultiDiGraph) -> float:
    """Metres of street, each stretch once."""
    stretches = {said["stretch"]: said["metres"] for _, _, said in graph.edges(data=True)}
    return float(sum(stretches.values()))


def components(graph: nx.MultiDiGraph) -> list[nx.MultiDiGraph]:
    """The strongly connected components that have any street."""
    parts = [graph.subgraph(nodes) for nodes in nx.strongly_connected_components(graph)]
    return [part for part in parts if part.number_of_edges() > 0]


def as_graph(network: Network) -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    for edge in range(network.edges):
        a, b = int(network.edge_from_id[edge]), int(network.edge_to_id[edge])
        said = {
            "metres": network.edge_length_mm[edge] / 1000,
            "seconds": network.edge_time_ms[edge] / 1000,
        }
        if network.edge_forward[edge]:
            graph.add_edge(a, b, **said)
        if network.edge_backward[edge]:
            graph.add_edge(b, a, **said)
    return graph


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(60))
def test_network_is_the_longest_component_with_every_way_through_kept(
    random_ways: Callable[[int], Ways], seed: int, profile: Profile
) -> None:
    ways = random_ways(seed)
    whole = raw_graph(ways, profile)
    try:
        built = build_network(ways, profile)
    except RefusedData:
        assert whole.number_of_edges() == 0 or nx.is_directed_acyclic_graph(whole)
        return
    parts = components(whole)
    network = built.network
    contracted = as_graph(network)
    row = {int(node): number for number, node in enumerate(ways.node_id)}
    assert built.pieces == len(parts)
    (main,) = (part for part in parts if {row[node] for node in contracted} <= set(part))
    assert length_m(main) >= max(length_m(part) for part in parts) - 0.001
    assert network.edge_length_mm.sum() / 1000 == pytest.approx(length_m(main), abs=0.05)
    assert built.left_out_m == pytest.approx(length_m(whole) - length_m(main), abs=0.05)

    for measure in ("metres", "seconds"):
        there = dict(nx.all_pairs_dijkstra_path_length(main, weight=measure))
        here = dict(nx.all_pairs_dijkstra_path_length(contracted, weight=measure))
        for a in contracted:
            for b in contracted:
                assert here[a][b] == pytest.approx(there[row[a]][row[b]], rel=1e-5, abs=0.02)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(60))
def test_edges_of_random_networks_hang_together(
    random_network: Callable[[int, Profile], Network], seed: int, profile: Profile
) -> None:
    network = random_network(seed, profile)
    starts, ends = network.edge_shape[:-1], network.edge_shape[1:] - 1
    np.testing.assert_array_equal(network.shape_lon[starts], network.node_lon[network.edge_from])
    np.testing.assert_array_equal(network.shape_lat[ends], network.node_lat[network.edge_to])
    assert (network.shape_mm[starts] == 0).all()
    np.testing.assert_array_equal(network.shape_mm[ends], network.edge_length_mm)
    assert (network.edge_forward | network.edge_backward).all()
    assert set(np.concatenate((network.edge_from, network.edge_to)).tolist()) == set(
        range(network.nodes)
    )
    assert len(edge_ids(network)) == network.edges
    both = [
        {network.edge_id(edge), network.edge_id(edge, backward=True)}
        for edge in range(network.edges)
    ]
    assert len(set.union(*both)) == sum(len(names) for names in both)


def test_edge_runs_from_junction_to_junction(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2, 3, 4], ROAD), ([3, 13], ROAD))
    network = build_network(ways, Profile.EBIKE).network
    assert edge_ids(network) == {"100/1/3", "100/3/4", "101/3/13"}
    assert network.edge_id(0, backward=True) == "100/3/1"
    assert network.shape_lon[:3].tolist() == [0.001, 0.002, 0.003]


def test_two_ways_that_follow_each_other_stay_two_edges(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2, 3], ROAD), ([3, 4, 5], ROAD))
    assert edge_ids(build_network(ways, Profile.EBIKE).network) == {"100/1/3", "101/3/5"}


def test_lengths_are_those_of_the_ellipsoid(draw_ways: DrawWays) -> None:
    ways = draw_ways({1: (25.0, 70.0), 2: (25.1, 70.0), 3: (25.1, 70.05)}, ([1, 2, 3], ROAD))
    network = build_network(ways, Profile.WALK).network
    metres = GEOD.inv(25.0, 70.0, 25.1, 70.0)[2] + GEOD.inv(25.1, 70.0, 25.1, 70.05)[2]
    assert network.edge_length_mm[0] == pytest.approx(metres * 1000, rel=1e-5)
    assert network.edge_time_ms[0] == round(network.edge_length_mm[0] / 1.2)


def test_streets_across_the_180th_meridian_are_short(draw_ways: DrawWays) -> None:
    ways = draw_ways({1: (179.9995, 10.0), 2: (-179.9995, 10.0)}, ([1, 2], ROAD))
    network = build_network(ways, Profile.WALK).network
    assert network.edge_length_mm[0] / 1000 == pytest.approx(109.6, abs=0.1)
    west, _, east, _ = network.extent
    assert (west, east) == (179.9995, -179.9995)


def test_ring_whose_way_begins_between_junctions_is_one_edge(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2, 12, 11, 1], ROAD), ([12, 13], ROAD))
    network = build_network(ways, Profile.EBIKE).network
    assert edge_ids(network) == {"100/12/12", "101/12/13"}
    assert len(network.shape_lon) == 5 + 2


def test_ring_that_nothing_touches_keeps_the_place_where_its_way_begins(
    draw_ways: DrawWays,
) -> None:
    ways = draw_ways(PLACES, ([1, 2, 12, 11, 1], ONEWAY))
    network = build_network(ways, Profile.EBIKE).network
    assert edge_ids(network) == {"100/1/1"}
    assert network.nodes == 1


def test_two_stretches_of_a_way_between_the_same_junctions_get_names_of_their_own(
    draw_ways: DrawWays,
) -> None:
    ring = [1, 2, 3, 13, 12, 11, 1]
    ways = draw_ways(PLACES, (ring, ROAD), ([1, 4], ROAD), ([3, 4], ROAD))
    network = build_network(ways, Profile.EBIKE).network
    names = edge_ids(network) | {network.edge_id(e, backward=True) for e in range(network.edges)}
    assert len(names) == 2 * network.edges
    # The shorter keeps its name; the longer is cut in its middle.
    assert edge_ids(network) == {"100/1/3", "100/3/12", "100/12/1", "101/1/4", "102/3/4"}


def test_pieces_of_a_way_that_are_the_same_stretch_are_not_cut_for_ever(
    draw_ways: DrawWays,
) -> None:
    ways = draw_ways(
        PLACES, ([3, 4], ROAD), ([1, 2], ROAD), ([1, 2], ROAD), ([2, 3], ROAD),
        way_ids=(7, 8, 8, 9),
    )  # fmt: skip
    network = build_network(ways, Profile.EBIKE).network
    assert network.edges == 4


def test_way_that_passes_a_stretch_twice_has_it_once(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2, 3, 2, 12], ONEWAY), ([12, 1], ONEWAY))
    network = build_network(ways, Profile.EBIKE).network
    assert network.edges == len(edge_ids(network)) == 4
    spur = [network.edge_id(edge) for edge in range(network.edges)].index("100/2/3")
    assert network.edge_forward[spur]
    assert network.edge_backward[spur]


def test_way_that_comes_back_on_a_stretch_at_last_has_it_both_ways(draw_ways: DrawWays) -> None:
    network = build_network(draw_ways(PLACES, ([2, 3, 13, 2, 3, 2], ONEWAY)), Profile.EBIKE).network
    both = network.edge_forward & network.edge_backward
    assert [network.edge_id(int(edge)) for edge in np.flatnonzero(both)] == ["100/2/3"]


def test_edge_ends_where_the_way_begins_to_go_both_ways(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2, 3, 2], ONEWAY), ([3, 13, 1], ONEWAY))
    network = build_network(ways, Profile.EBIKE).network
    flags = {
        network.edge_id(edge): (bool(network.edge_forward[edge]), bool(network.edge_backward[edge]))
        for edge in range(network.edges)
    }
    assert flags == {"100/1/2": (True, False), "100/2/3": (True, True), "101/3/1": (True, False)}


def test_edge_ends_where_a_way_against_its_direction_begins_to_go_both_ways(
    draw_ways: DrawWays,
) -> None:
    against = {"highway": "residential", "oneway": "-1"}
    ways = draw_ways(PLACES, ([1, 2, 3, 2], against), ([1, 13, 3], ONEWAY))
    network = build_network(ways, Profile.EBIKE).network
    flags = {
        network.edge_id(edge): (bool(network.edge_forward[edge]), bool(network.edge_backward[edge]))
        for edge in range(network.edges)
    }
    assert flags == {"100/1/2": (False, True), "100/2/3": (True, True), "101/1/3": (True, False)}


def test_one_way_dead_end_is_left_out_and_counted(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2], ROAD), ([2, 12], ONEWAY), ([5, 6], ROAD))
    built = build_network(ways, Profile.EBIKE)
    assert edge_ids(built.network) == {"100/1/2"}
    assert built.pieces == 2
    assert built.left_out_m == pytest.approx(110.57 + 111.32, abs=0.1)


def test_longest_piece_wins_not_that_with_most_streets(draw_ways: DrawWays) -> None:
    short = {node: (1.0 + 0.0001 * node, 1.0) for node in range(21, 26)}
    ways = draw_ways(PLACES | short, *(([n, n + 1], ROAD) for n in range(21, 25)), ([1, 6], ROAD))
    assert edge_ids(build_network(ways, Profile.EBIKE).network) == {"104/1/6"}


def test_walkers_have_streets_that_ebikes_do_not(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2], ROAD), ([2, 3], {"highway": "steps"}))
    assert edge_ids(build_network(ways, Profile.EBIKE).network) == {"100/1/2"}
    assert edge_ids(build_network(ways, Profile.WALK).network) == {"100/1/2", "101/2/3"}


def test_edges_keep_name_and_class(draw_ways: DrawWays) -> None:
    ways = draw_ways(PLACES, ([1, 2], ROAD), ([2, 3], {"highway": "service"}), names=("长虹路", ""))
    network = build_network(ways, Profile.EBIKE).network
    assert [network.names[name] for name in network.edge_name] == ["长虹路", ""]
    assert [network.classes[kind] for kind in network.edge_class] == ["residential", "service"]


def test_line_is_named_by_row_and_direction(draw_ways: DrawWays) -> None:
    ways = draw_ways(
        PLACES, ([1, 2], ROAD), ([2, 3, 4], ROAD), ([3, 13], ROAD),
        way_ids=(0, 1, 2), kind=WaysKind.LINES,
    )  # fmt: skip
    network = build_network(ways, Profile.EBIKE).network
    assert edge_ids(network) == {"0/forward", "1.1/forward", "1.2/forward", "2/forward"}
    assert network.edge_id(0, backward=True) == "0/backward"


def test_network_can_not_be_changed(draw_ways: DrawWays) -> None:
    network = build_network(draw_ways(PLACES, ([1, 2], ROAD)), Profile.EBIKE).network
    with pytest.raises(ValueError, match="read-only"):
        network.node_lon[0] = 0.0


def test_no_street_for_the_profile_says_what_was_found(draw_ways: DrawWays) -> None:
    ways = draw_ways(
        PLACES, ([1, 2], {"highway": "steps"}), ([2, 3], {"highway": "motorway"}),
        ([3, 4], {"highway": "steps"}),
    )  # fmt: skip
    with pytest.raises(RefusedData) as refused:
        build_network(ways, Profile.EBIKE)
    assert "No street is open to the profile ebike" in str(refused.value)
    assert "Found 3 ways: steps (2), motorway (1)." in str(refused.value)


def test_no_way_at_all_says_so(draw_ways: DrawWays) -> None:
    with pytest.raises(RefusedData, match="Found no way at all"):
        build_network(draw_ways(PLACES), Profile.WALK)


def test_ways_of_a_single_point_are_refused(draw_ways: DrawWays) -> None:
    with pytest.raises(RefusedData, match="has two different points"):
        build_network(draw_ways(PLACES, ([1], ROAD), ([2, 2], ROAD)), Profile.WALK)


def test_one_way_streets_that_lead_nowhere_are_refused(draw_ways: DrawWays) -> None:
    with pytest.raises(RefusedData, match="used there and back"):
        build_network(draw_ways(PLACES, ([1, 2, 3], ONEWAY)), Profile.EBIKE)
