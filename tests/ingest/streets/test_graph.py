"""Graphs as osmnx makes them, read as the ways they were made of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import osmnx
import pytest
from shapely import LineString

from geo_service.errors import RefusedData
from geo_service.ingest.streets.osm import read_osm
from geo_service.ingest.streets.read import read_streets, ways_from_graph
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways, WaysKind

PLACES = {1: (112.14, 32.04), 2: (112.141, 32.04), 3: (112.142, 32.04), 4: (112.142, 32.041)}
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def graph() -> nx.MultiDiGraph:
    """Return a graph with nodes and, as yet, no edges."""
    empty = nx.MultiDiGraph(crs="epsg:4326")
    for node, (x, y) in PLACES.items():
        empty.add_node(node, x=x, y=y)
    return empty


def add_both_ways(graph: nx.MultiDiGraph, start: int, end: int, **said: Any) -> None:  # noqa: ANN401 - whatever an edge may say
    graph.add_edge(start, end, oneway=False, reversed=False, **said)
    if "geometry" in said:
        said["geometry"] = said["geometry"].reverse()
    graph.add_edge(end, start, oneway=False, reversed=True, **said)


def streets_of(ways: Ways) -> list[tuple[int, list[int], dict[str, str]]]:
    streets = []
    for way in range(len(ways)):
        rows = ways.node[ways.node_offsets[way] : ways.node_offsets[way + 1]]
        ids = [int(node) for node in ways.node_id[rows]]
        streets.append((int(ways.way_id[way]), ids, dict(ways.tag_sets[ways.tags[way]])))
    return sorted(streets, key=lambda street: street[:2])


def edges_of(network: Network) -> dict[str, tuple[bool, bool, int]]:
    return {
        network.edge_id(edge): (
            bool(network.edge_forward[edge]),
            bool(network.edge_backward[edge]),
            int(network.edge_length_mm[edge]),
        )
        for edge in range(network.edges)
    }


def test_twins_become_one_two_way_street_and_a_lone_edge_is_one_way(
    graph: nx.MultiDiGraph,
) -> None:
    add_both_ways(graph, 1, 2, osmid=10, highway="residential", name="长虹路")
    graph.add_edge(2, 3, osmid=11, highway="service", oneway=True, reversed=False)
    ways = ways_from_graph(graph)
    assert ways.kind is WaysKind.OSM
    assert streets_of(ways) == [
        (10, [1, 2], {"highway": "residential", "oneway": "no"}),
        (11, [2, 3], {"highway": "service", "oneway": "yes"}),
    ]
    assert ways.names[ways.name[ways.way_id.tolist().index(10)]] == "长虹路"


def test_twin_that_runs_as_the_way_does_gives_the_direction(graph: nx.MultiDiGraph) -> None:
    graph.add_edge(1, 2, osmid=10, highway="service", oneway=False, reversed=True)
    graph.add_edge(2, 1, osmid=10, highway="service", oneway=False, reversed=False)
    assert [street[:2] for street in streets_of(ways_from_graph(graph))] == [(10, [2, 1])]


def test_shape_of_an_edge_is_kept_in_its_direction(graph: nx.MultiDiGraph) -> None:
    bend = LineString([PLACES[1], (112.1405, 32.0405), PLACES[2]])
    add_both_ways(graph, 1, 2, osmid=10, highway="service", geometry=bend)
    ways = ways_from_graph(graph)
    assert [street[1] for street in streets_of(ways)] == [[1, -1, 2]]
    assert ways.node_lon[ways.node].tolist() == [112.14, 112.1405, 112.141]


def test_shape_drawn_against_its_edge_is_turned(graph: nx.MultiDiGraph) -> None:
    drawn = LineString([PLACES[2], (112.1408, 32.041), (112.1402, 32.041), PLACES[1]])
    graph.add_edge(1, 2, osmid=10, highway="service", geometry=drawn)
    ways = ways_from_graph(graph)
    assert ways.node_lon[ways.node].tolist() == [112.14, 112.1402, 112.1408, 112.141]


def test_parallel_edges_and_loops_stay_apart(graph: nx.MultiDiGraph) -> None:
    round_trip = LineString([PLACES[1], (112.139, 32.04), (112.139, 32.041), PLACES[1]])
    add_both_ways(graph, 1, 2, osmid=[10, 12], highway="service")
    detour = LineString([PLACES[1], (112.1405, 32.0405), PLACES[2]])
    add_both_ways(graph, 1, 2, osmid=[10, 13], highway="service", geometry=detour)
    add_both_ways(graph, 1, 1, osmid=14, highway="service", geometry=round_trip)
    network = build_network(ways_from_graph(graph), Profile.EBIKE).network
    assert {name: flags[:2] for name, flags in edges_of(network).items()} == {
        "10/1/2": (True, True),
        "13/1/2": (True, True),
        "14/1/1": (True, True),
    }


def test_segments_of_an_unsimplified_graph_are_joined_to_ways(graph: nx.MultiDiGraph) -> None:
    for start, end in ((2, 3), (1, 2), (3, 4)):
        add_both_ways(graph, start, end, osmid=10, highway="service")
    assert [street[:2] for street in streets_of(ways_from_graph(graph))] == [(10, [1, 2, 3, 4])]


def test_ring_of_segments_is_joined(graph: nx.MultiDiGraph) -> None:
    for start, end in ((1, 2), (2, 4), (4, 1)):
        graph.add_edge(start, end, osmid=10, highway="service", oneway=True)
    ((_, nodes, _),) = streets_of(ways_from_graph(graph))
    assert (len(nodes), nodes[0], set(nodes)) == (4, nodes[-1], {1, 2, 4})


def test_edge_of_several_classes_is_as_open_as_the_least_open(graph: nx.MultiDiGraph) -> None:
    add_both_ways(graph, 1, 2, osmid=[10, 11], highway=["residential", "steps"], name=["a", "b"])
    ways = ways_from_graph(graph)
    assert ways.tag_sets[ways.tags[0]]["highway"] == "steps"
    assert ways.names[ways.name[0]] == "a"


def test_tags_of_osm_decide_where_the_graph_kept_them(graph: nx.MultiDiGraph) -> None:
    # osmnx turns an edge of -1 into the direction of travel: the way runs the other way.
    graph.add_edge(1, 2, osmid=10, highway="service", oneway="-1")
    graph.add_edge(2, 3, osmid=11, highway="service")
    assert streets_of(ways_from_graph(graph)) == [
        (10, [2, 1], {"highway": "service", "oneway": "-1"}),
        (11, [2, 3], {"highway": "service"}),
    ]


def test_undirected_graph_is_read_by_its_tags() -> None:
    graph = nx.MultiGraph(crs="epsg:4326")
    for node, (x, y) in PLACES.items():
        graph.add_node(node, x=x, y=y)
    graph.add_edge(1, 2, osmid=10, highway="service", oneway=True, **{"from": 2, "to": 1})
    graph.add_edge(2, 3, osmid=11, highway="service", oneway=False, **{"from": 2, "to": 3})
    assert streets_of(ways_from_graph(graph)) == [
        (10, [2, 1], {"highway": "service", "oneway": "yes"}),
        (11, [2, 3], {"highway": "service", "oneway": "no"}),
    ]


def test_projected_graph_is_brought_to_degrees(graph: nx.MultiDiGraph) -> None:
    add_both_ways(graph, 1, 2, osmid=10, highway="service", length=1.0)
    projected = osmnx.project_graph(graph)
    assert projected.graph["crs"] != graph.graph["crs"]
    ways = ways_from_graph(projected)
    assert ways.node_lon[:2].tolist() == pytest.approx([112.14, 112.141], abs=1e-7)
    assert ways.node_lat[:2].tolist() == pytest.approx([32.04, 32.04], abs=1e-7)


def test_nodes_that_are_no_numbers_are_numbered() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("north", x=0.0, y=0.001)
    graph.add_node("south", x=0.0, y=0.0)
    add_both_ways(graph, "north", "south")  # type: ignore[arg-type] # what is tested
    assert streets_of(ways_from_graph(graph)) == [(0, [0, 1], {"oneway": "no"})]


def test_graph_without_positions_is_refused(graph: nx.MultiDiGraph) -> None:
    graph.add_edge(1, 99)
    with pytest.raises(RefusedData, match="Node 99 has no position"):
        ways_from_graph(graph)


@pytest.mark.parametrize("far", ["inf", "-Infinity", "nan"])
def test_node_that_is_nowhere_on_earth_is_refused(graph: nx.MultiDiGraph, far: str) -> None:
    graph.add_edge(1, 2)
    graph.nodes[2]["y"] = far
    with pytest.raises(RefusedData, match=f"Node 2 is at .*{float(far)}"):
        ways_from_graph(graph)


def test_graph_without_edges_is_refused(graph: nx.MultiDiGraph) -> None:
    with pytest.raises(RefusedData, match="4 nodes but no edge"):
        ways_from_graph(graph)


def test_graph_in_metres_that_says_degrees_is_refused(graph: nx.MultiDiGraph) -> None:
    graph.add_edge(1, 2)
    graph.nodes[1]["x"] = 600_000.0
    with pytest.raises(RefusedData, match="no degrees"):
        ways_from_graph(graph)


def test_graph_in_an_unknown_system_is_refused(graph: nx.MultiDiGraph) -> None:
    graph.add_edge(1, 2)
    graph.graph["crs"] = "epsg:999999"
    with pytest.raises(RefusedData, match="epsg:999999"):
        ways_from_graph(graph)


OSM = """<?xml version="1.0"?><osm version="0.6" generator="test">
<node id="1" lat="32.0400" lon="112.1400" version="1"/>
<node id="2" lat="32.0402" lon="112.1410" version="1"/>
<node id="3" lat="32.0400" lon="112.1420" version="1"/>
<node id="4" lat="32.0410" lon="112.1420" version="1"/>
<node id="5" lat="32.0410" lon="112.1400" version="1"/>
<node id="6" lat="32.0420" lon="112.1420" version="1"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
  <tag k="highway" v="residential"/></way>
<way id="11" version="1"><nd ref="4"/><nd ref="3"/>
  <tag k="highway" v="service"/><tag k="oneway" v="-1"/></way>
<way id="13" version="1"><nd ref="4"/><nd ref="6"/><tag k="highway" v="service"/></way>
<way id="12" version="1"><nd ref="4"/><nd ref="5"/><nd ref="1"/>
  <tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/></way>
</osm>"""


@pytest.mark.parametrize("simplify", [True, False])
@pytest.mark.parametrize("through", ["memory", "graphml"])
def test_graph_that_osmnx_made_gives_the_network_of_its_file(
    write: Write, tmp_path: Path, *, simplify: bool, through: str
) -> None:
    source = write("a.osm", OSM)
    graph = osmnx.graph_from_xml(source, simplify=simplify, retain_all=True)
    if through == "graphml":
        osmnx.save_graphml(graph, tmp_path / "a.graphml")
        ways = read_streets(tmp_path / "a.graphml")
    else:
        ways = ways_from_graph(graph)
    network = build_network(ways, Profile.EBIKE).network
    expected = build_network(read_osm(source), Profile.EBIKE).network
    there = {frozenset(name.split("/")[1:]): said for name, said in edges_of(network).items()}
    here = {frozenset(name.split("/")[1:]): said for name, said in edges_of(expected).items()}
    assert {ends: said[2] for ends, said in there.items()} == {
        ends: pytest.approx(said[2], abs=1) for ends, said in here.items()
    }
    assert {ends: said[0] and said[1] for ends, said in there.items()} == {
        ends: said[0] and said[1] for ends, said in here.items()
    }
    assert {name.split("/")[0] for name in edges_of(network)} == {"10", "11", "12", "13"}
