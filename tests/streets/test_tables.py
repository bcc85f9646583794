"""A table's rows are those of sorting all sites by Dijkstra's costs, for every node."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest

from geo_service.geometry.grid import group_rows
from geo_service.streets.elimination import eliminate
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Places, Sites
from geo_service.streets.snap import build_grid
from geo_service.streets.tables import Table, make_table

BY_STREET = (Measure.TIME, Measure.DISTANCE)
Cost: TypeAlias = tuple[int, int]
"""What is minimised, and the other part."""
Row: TypeAlias = tuple[int, int, str]
"""Both parts of a cost, and an id."""
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Tangled: TypeAlias = Callable[..., Streets]


@dataclass(frozen=True)
class At:
    """Where a site is: inside an edge, at a node, or (both -1) far from any street."""

    edge: int = -1
    node: int = -1
    offset_mm: int = 0
    off_mm: int = 0


@pytest.fixture
def tangled_streets(tangled: Callable[..., Network], random_network: RandomNetwork) -> Tangled:
    """Return a function that makes tangled streets ready for tables, which ask for no grid."""
    grid = build_grid(random_network(0, Profile.WALK))

    def _tangled_streets(*counts: int) -> Streets:
        network = tangled(*counts)
        return Streets(network, grid, eliminate(network))

    return _tangled_streets


def scattered(network: Network, random: np.random.Generator, count: int) -> list[At]:
    """Sites inside edges, at nodes, two at each of some places, and far from any street."""
    found = []
    for _ in range(count):
        edge, off = int(random.integers(network.edges)), int(random.integers(0, 5))
        length, kind = int(network.edge_length_mm[edge]), random.random()
        if found and kind < 0.25:
            found.append(found[random.integers(len(found))])
        elif kind < 0.35:
            found.append(At(off_mm=-1))
        elif kind < 0.6 or length < 2:
            found.append(At(edge, int(network.edge_from[edge]), 0, off))
        else:
            found.append(At(edge, -1, int(random.integers(1, length)), off))
    return found


def put(network: Network, where: list[At], ids: Iterable[str]) -> Sites:
    """Put sites where they shall be, without any snapping."""
    names = tuple(ids)
    columns = np.array(
        [(at.edge, at.node, at.offset_mm, at.off_mm) for at in where], dtype=np.int64
    ).reshape(-1, 4)
    edge, node, offset_mm, off_mm = (np.ascontiguousarray(column) for column in columns.T)
    by_rank = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    inside, at_node = np.flatnonzero((edge >= 0) & (node < 0)), np.flatnonzero(node >= 0)
    edge_offsets, edge_order = group_rows(edge[inside], network.edges)
    node_offsets, node_order = group_rows(node[at_node], network.nodes)
    places = Places(
        rank=np.argsort(by_rank),
        by_rank=by_rank,
        edge=edge,
        node=node,
        offset_mm=offset_mm,
        off_mm=off_mm,
        edge_offsets=edge_offsets,
        edge_site=inside[edge_order],
        node_offsets=node_offsets,
        node_site=at_node[node_order],
    )
    for array in places:
        array.setflags(write=False)
    return Sites(names, np.zeros(len(where)), np.zeros(len(where)), places)


def in_order(millimetres: int, milliseconds: int, measure: Measure) -> Cost:
    return (milliseconds, millimetres) if measure is Measure.TIME else (millimetres, milliseconds)


def rounded(share: Fraction) -> int:
    return floor(share + Fraction(1, 2))


def node_to_node(network: Network, measure: Measure) -> dict[int, dict[int, Cost]]:
    """Cheapest ways by networkx; the first part outweighs any of the second."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.nodes))
    for edge in range(network.edges):
        parts = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
        first, second = in_order(*parts, measure)
        ends = int(network.edge_from[edge]), int(network.edge_to[edge])
        if network.edge_forward[edge]:
            graph.add_edge(*ends, cost=first * 10**12 + second)
        if network.edge_backward[edge]:
            graph.add_edge(*reversed(ends), cost=first * 10**12 + second)
    lengths = nx.all_pairs_dijkstra_path_length(graph, weight="cost")
    return {
        start: {end: divmod(cost, 10**12) for end, cost in ends.items()} for start, ends in lengths
    }


def last_parts(network: Network, at: At, measure: Measure) -> list[tuple[int, Cost]]:
    """The nodes from which a site can be reached without another node, and what that costs."""
    off = in_order(at.off_mm, rounded(Fraction(at.off_mm * 10, 12)), measure)
    if at.node >= 0:
        return [(at.node, off)]
    if at.edge < 0:
        return []
    length, time = int(network.edge_length_mm[at.edge]), int(network.edge_time_ms[at.edge])
    before_ms = rounded(Fraction(time * at.offset_mm, length))
    parts = []
    if network.edge_forward[at.edge]:
        parts.append((network.edge_from[at.edge], at.offset_mm, before_ms))
    if network.edge_backward[at.edge]:
        parts.append((network.edge_to[at.edge], length - at.offset_mm, time - before_ms))
    return [
        (int(node), add(off, in_order(millimetres, milliseconds, measure)))
        for node, millimetres, milliseconds in parts
    ]


def add(one: Cost, other: Cost) -> Cost:
    return one[0] + other[0], one[1] + other[1]


def sorted_by_hand(
    network: Network, where: list[At], ids: list[str], wanted: np.ndarray, measure: Measure
) -> list[list[Row]]:
    """All sites that each node reaches, by the first part of their costs, then their ids."""
    ways = node_to_node(network, measure)
    chosen = [(where[site], ids[site]) for site in np.flatnonzero(wanted)]
    lists = []
    for reached in (ways[start] for start in range(network.nodes)):
        rows = []
        for at, name in chosen:
            parts = last_parts(network, at, measure)
            costs = [add(reached[node], last) for node, last in parts if node in reached]
            rows.extend((*cost, name) for cost in sorted(costs)[:1])
        lists.append(sorted(rows, key=lambda row: (row[0], row[2])))
    return lists


def rows_of_table(table: Table, sites: Sites) -> list[list[Row]]:
    """What a table holds for each node."""
    lists = []
    for place in table.place:
        keys, seconds = table.key[place], table.second[place]
        found = int((keys < NEVER).sum())
        assert (keys[found:] == NEVER).all(), "padding is at the end"
        lists.append(
            [
                (key >> SHIFT, second, sites.ids[sites.places.by_rank[key & LOWER]])
                for key, second in zip(keys[:found].tolist(), seconds[:found].tolist(), strict=True)
            ]
        )
    return lists


def check_tables(streets: Streets, seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    where = scattered(streets.network, random, count)
    # As text, "10" is before "9".
    ids = [str(number) for number in random.permutation(count)]
    sites = put(streets.network, where, ids)
    wanted = random.random(count) < random.choice([0.0, 0.4, 0.8, 1.0])
    on_streets = sum(at.edge >= 0 for at, chosen in zip(where, wanted, strict=True) if chosen)
    for measure in BY_STREET:
        by_hand = sorted_by_hand(streets.network, where, ids, wanted, measure)
        for width in (1, 2, 5, 8, count + 3):
            table = make_table(streets, sites, wanted, measure, width=width)
            assert rows_of_table(table, sites) == [rows[:width] for rows in by_hand]
            assert table.sites == on_streets
            assert table.key.shape == (streets.network.nodes, max(1, min(width, on_streets)))
            assert table.by_time == (measure is Measure.TIME)
            assert table.wanted.tolist() == wanted.tolist()


@pytest.mark.parametrize("seed", range(90))
def test_rows_on_tangled_streets_are_those_of_sorting(tangled_streets: Tangled, seed: int) -> None:
    nodes = 1 + seed % 11
    streets = tangled_streets(seed, nodes, 1 + (seed * 7) % (3 * nodes))
    check_tables(streets, seed, 1 + seed % 17)


@pytest.mark.parametrize("seed", range(3))
def test_rows_on_larger_streets_are_those_of_sorting(tangled_streets: Tangled, seed: int) -> None:
    check_tables(tangled_streets(seed, 50, 110), seed, 40)


@pytest.mark.parametrize("measure", BY_STREET)
@pytest.mark.parametrize("width", [1, 8])
def test_nothing_wanted_or_nothing_there_is_nothing_kept(
    tangled_streets: Tangled, measure: Measure, width: int
) -> None:
    streets = tangled_streets(7, 6, 12)
    for where, chosen in ([At(0, int(streets.network.edge_from[0]))], False), ([], True):
        sites = put(streets.network, where, ["a"][: len(where)])
        table = make_table(streets, sites, np.full(len(where), chosen), measure, width=width)
        assert table.sites == 0
        assert table.key.tolist() == [[NEVER]] * streets.network.nodes


@pytest.mark.parametrize("measure", BY_STREET)
def test_site_far_from_any_street_is_in_no_list(tangled_streets: Tangled, measure: Measure) -> None:
    streets = tangled_streets(7, 6, 12)
    where = [At(off_mm=-1), At(0, int(streets.network.edge_from[0])), At(off_mm=-1)]
    sites = put(streets.network, where, "abc")
    table = make_table(streets, sites, np.ones(3, dtype=bool), measure)
    assert table.sites == 1
    assert {name for rows in rows_of_table(table, sites) for _, _, name in rows} == {"b"}


@pytest.mark.parametrize("measure", BY_STREET)
@pytest.mark.parametrize("inside", [True, False])
def test_sites_at_one_place_are_in_the_order_of_their_ids_as_text(
    line: Streets, measure: Measure, inside: bool
) -> None:
    here = At(2, -1, 400_000) if inside else At(2, 2)
    ids = ["9", "b", "10", "a", "é", "B"]
    sites = put(line.network, [here] * 6, ids)
    wanted = np.array([name != "a" for name in ids])
    table = make_table(line, sites, wanted, measure, width=4)
    for rows in rows_of_table(table, sites):
        assert [name for _, _, name in rows] == ["10", "9", "B", "b"]
        assert len({row[:2] for row in rows}) == 1


@pytest.fixture
def line(tangled_streets: Tangled) -> Streets:
    """Streets of one kilometre in a row, five nodes; a minute each."""
    network = replace(
        tangled_streets(0, 5, 4).network,
        edge_from=np.arange(4),
        edge_to=np.arange(1, 5),
        edge_forward=np.ones(4, dtype=bool),
        edge_backward=np.ones(4, dtype=bool),
        edge_length_mm=np.full(4, 1_000_000),
        edge_time_ms=np.full(4, 60_000),
    )
    return replace(tangled_streets(0, 5, 4), network=network, eliminations=eliminate(network))


def test_lists_of_a_row_of_streets_are_plain_to_see(line: Streets) -> None:
    where = [At(3, -1, 250_000, 1200), At(0, 0), At(1, 2)]
    sites = put(line.network, where, ["far", "left", "mid"])
    table = make_table(line, sites, np.ones(3, dtype=bool), Measure.TIME, width=2)
    assert rows_of_table(table, sites) == [
        [(0, 0, "left"), (120_000, 2_000_000, "mid")],
        [(60_000, 1_000_000, "left"), (60_000, 1_000_000, "mid")],
        [(0, 0, "mid"), (76_000, 1_251_200, "far")],
        [(16_000, 251_200, "far"), (60_000, 1_000_000, "mid")],
        [(46_000, 751_200, "far"), (120_000, 2_000_000, "mid")],
    ]


def test_of_equals_met_over_different_streets_the_smaller_id_is_kept(line: Streets) -> None:
    for names in (["a", "b"], ["b", "a"]):
        sites = put(line.network, [At(0, 0), At(3, 4)], names)
        table = make_table(line, sites, np.ones(2, dtype=bool), Measure.DISTANCE, width=1)
        lists = rows_of_table(table, sites)
        assert lists[2] == [(2_000_000, 120_000, "a")]
        assert [lists[0][0][2], lists[4][0][2]] == names


@pytest.mark.parametrize("measure", BY_STREET)
def test_site_too_far_to_count_is_in_no_list(line: Streets, measure: Measure) -> None:
    third = np.full(4, (1 << 29) // 3)
    network = replace(line.network, edge_length_mm=third, edge_time_ms=third)
    streets = replace(line, network=network, eliminations=eliminate(network))
    sites = put(network, [At(0, 0), At(0, 0, 0, 3)], ["a", "b"])
    table = make_table(streets, sites, np.ones(2, dtype=bool), measure)
    lists = rows_of_table(table, sites)
    assert [len(rows) for rows in lists] == [2, 2, 2, 1, 0]
    assert lists[3] == [((1 << 29) - 2, (1 << 29) - 2, "a")]


def test_table_is_its_own_and_nobody_can_write_into_it(line: Streets) -> None:
    wanted = np.ones(1, dtype=bool)
    sites = put(line.network, [At(0, 0)], ["a"])
    table = make_table(line, sites, wanted, Measure.TIME)
    wanted[0] = False
    assert table.wanted.tolist() == [True]
    for array in (table.key, table.second, table.place, table.wanted):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


@pytest.mark.parametrize("seed", range(6))
def test_table_made_again_is_the_same(tangled_streets: Tangled, seed: int) -> None:
    tables = []
    for _ in range(2):
        streets = tangled_streets(seed, 20, 40)
        where = scattered(streets.network, np.random.default_rng(seed), 12)
        sites = put(streets.network, where, [f"s{site}" for site in range(12)])
        tables.append(make_table(streets, sites, np.ones(12, dtype=bool), Measure.TIME, width=5))
    one, other = tables
    assert one.key.tolist() == other.key.tolist()
    assert one.second.tolist() == other.second.tolist()
    assert one.place.tolist() == other.place.tolist()
