"""Within a limit are the nearest of all whose way is no longer, however narrow the table."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest
from pyproj import Geod

from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable, find_nearest_of_one
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import build_grid, snap
from geo_service.streets.tables import Table, make_table
from geo_service.streets.ways import Ways
from geo_service.streets.within import all_near_listed, list_within, no_nearer

GEOD = Geod(ellps="WGS84")
BY_STREET = (Measure.TIME, Measure.DISTANCE)
MAX_SNAP_M = 60.0
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
DrawWays: TypeAlias = Callable[..., Ways]
Row: TypeAlias = tuple[int, int, str]
"""Millimetres, milliseconds, and an id."""


def slow_here_and_fast_there(network: Network, random: np.random.Generator) -> Network:
    """Change directions and speeds, so that what is quick to reach is often far, or the reverse.

    Speeds are those of an e-bike and of a walk up steps, and everything between.
    """
    oneway = random.random(network.edges) < 0.3
    ahead = random.random(network.edges) < 0.5
    speed_m_s = random.choice([0.6, 1.2, 7.0], network.edges)
    return replace(
        network,
        edge_forward=~oneway | ahead,
        edge_backward=~oneway | ~ahead,
        edge_time_ms=np.rint(network.edge_length_mm / speed_m_s).astype(np.int64),
    )


def around(
    network: Network, random: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions at junctions and beside the streets, a few far away."""
    row = random.integers(0, len(network.shape_lon), count)
    beside = random.choice([0.0, 1e-4, 3e-4], count)
    lon = network.shape_lon[row] + random.normal(0, 1, count) * beside
    lat = network.shape_lat[row] + random.normal(0, 1, count) * beside
    return (lon + 180.0) % 360.0 - 180.0, lat


def named(key: np.ndarray, second: np.ndarray, sites: Sites, measure: Measure) -> list[list[Row]]:
    """What short lists hold, as plain rows."""
    lists = []
    for keys, others in zip(key.tolist(), second.tolist(), strict=True):
        rows = []
        for entry, other in zip(keys, others, strict=True):
            if entry < NEVER:
                mm, ms = (other, entry >> SHIFT)
                if measure is Measure.DISTANCE:
                    mm, ms = ms, mm
                rows.append((mm, ms, sites.ids[sites.places.by_rank[entry & LOWER]]))
        lists.append(rows)
    return lists


def check(
    network: Network,
    all_rows: Callable[[Streets, Sites, np.ndarray, np.ndarray, Measure], list[list[Row]]],
    places: tuple[np.ndarray, np.ndarray],
    queries: tuple[np.ndarray, np.ndarray],
    random: np.random.Generator,
) -> int:
    """Compare with all there is, filtered and cut; count where a narrow table falls short."""
    streets, count = Streets.of(network), len(places[0])
    ids = [str(number) for number in random.permutation(count)]
    sites = place_sites(network, streets.grid, ids, *places, MAX_SNAP_M)
    wanted = random.random(count) < 0.8
    at = snap(network, streets.grid, *queries, MAX_SNAP_M)
    short = 0
    for measure in BY_STREET:
        lists = all_rows(streets, sites, wanted, queries, measure)
        for width in (1, 2, 5, count):
            table = make_table(streets, sites, wanted, measure, width=width)
            choice = ReadyTable.of(streets, sites, table)
            for k in (1, 2, 4, count + 2):
                # Now and then just as long as some way is.
                exact = [mm / 1000 for mm, _, _ in (*lists[0], *lists[-1])]
                limits = [0.5, 30.0, 80.0, 200.0, 5000.0, 1e6, *exact[:6]]
                limit_m = float(random.choice(limits))
                near = [[row for row in rows if row[0] <= limit_m * 1000] for rows in lists]
                found = list_within(streets, sites, table, at, queries, k, limit_m)
                assert found[0].shape == found[1].shape == (len(at.edge), min(k, table.sites))
                assert named(*found, sites, measure) == [rows[:k] for rows in near]
                short += sum(
                    rows[:k] != [row for row in full[:width] if row in rows][:k]
                    for rows, full in zip(near, lists, strict=True)
                )
                for query, rows in enumerate(near):
                    here = float(queries[0][query]), float(queries[1][query])
                    _, one = find_nearest_of_one(choice, *here, k, MAX_SNAP_M, limit_m)
                    assert [(mm, ms, sites.ids[site]) for site, mm, ms in one] == rows[:k]
    return short


def everything(
    streets: Streets,
    sites: Sites,
    wanted: np.ndarray,
    queries: tuple[np.ndarray, np.ndarray],
    measure: Measure,
) -> list[list[Row]]:
    """List all sites by a table that holds all of them."""
    table = make_table(streets, sites, wanted, measure, width=len(sites))
    choice = ReadyTable.of(streets, sites, table)
    return [
        [
            (mm, ms, sites.ids[site])
            for site, mm, ms in find_nearest_of_one(choice, *here, len(sites), MAX_SNAP_M)[1]
        ]
        for here in zip(*(column.tolist() for column in queries), strict=True)
    ]


@pytest.mark.parametrize("seed", range(24))
def test_those_within_are_all_there_is_filtered_and_cut(
    random_network: RandomNetwork, seed: int
) -> None:
    random = np.random.default_rng(seed)
    network = slow_here_and_fast_there(random_network(seed, Profile.WALK), random)
    places, queries = (around(network, random, count) for count in (14 + 20 * (seed % 2), 6))
    assert check(network, everything, places, queries, random) > 0


def from_junction_to_junction(
    streets: Streets,
    sites: Sites,
    wanted: np.ndarray,
    queries: tuple[np.ndarray, np.ndarray],
    measure: Measure,
) -> list[list[Row]]:
    """List all sites by networkx, where they and the positions are at nodes."""
    network, graph = streets.network, nx.MultiDiGraph()
    for edge in range(network.edges):
        mm, ms = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
        first, second = (ms, mm) if measure is Measure.TIME else (mm, ms)
        ends = int(network.edge_from[edge]), int(network.edge_to[edge])
        graph.add_nodes_from(ends)
        if network.edge_forward[edge]:
            graph.add_edge(*ends, cost=first * 10**12 + second)
        if network.edge_backward[edge]:
            graph.add_edge(*reversed(ends), cost=first * 10**12 + second)
    lists = []
    for node in snap(network, streets.grid, *queries, MAX_SNAP_M).node.tolist():
        lengths = nx.single_source_dijkstra_path_length(graph, node, weight="cost")
        rows = []
        for site in np.flatnonzero(wanted):
            if int(sites.places.node[site]) in lengths:
                first, second = divmod(lengths[int(sites.places.node[site])], 10**12)
                rows.append((first, second, sites.ids[site]))
        rows.sort(key=lambda row: (row[0], row[2]))
        if measure is Measure.TIME:
            rows = [(mm, ms, name) for ms, mm, name in rows]
        lists.append(rows)
    return lists


@pytest.mark.parametrize("seed", range(12))
def test_those_within_from_junction_to_junction_are_the_oracles(
    random_network: RandomNetwork, seed: int
) -> None:
    random = np.random.default_rng(seed)
    network = slow_here_and_fast_there(random_network(seed, Profile.WALK), random)
    lon, lat = network.node_lon, network.node_lat
    # A node that another edge passes over may be no node to a snap.
    node = np.flatnonzero(snap(network, build_grid(network), lon, lat, MAX_SNAP_M).node >= 0)
    places, queries = ((lon[at], lat[at]) for at in (random.choice(node, n) for n in (12, 5)))
    check(network, from_junction_to_junction, places, queries, random)


@pytest.fixture
def quick_and_slow(draw_ways: DrawWays) -> Network:
    """West of the corner 145 m of a quick street, east of it 111 m of a slow one."""
    places = {1: (0.0, 0.0), 2: (-0.0013, 0.0), 3: (0.001, 0.0)}
    ways = draw_ways(
        places, ([1, 2], {"highway": "primary"}), ([1, 3], {"highway": "living_street"})
    )
    return build_network(ways, Profile.EBIKE).network


@pytest.mark.parametrize("width", [1, 2, 4])
@pytest.mark.parametrize(
    ("limit_m", "k", "within"),
    [
        (120.0, 1, ["slow"]),
        (120.0, 4, ["slow"]),
        (140.0, 2, ["quick", "slow"]),
        (140.0, 1, ["quick"]),
        (150.0, 4, ["quick", "next", "slow"]),
        (100.0, 4, []),
    ],
)
def test_slower_but_shorter_way_is_found_where_the_quicker_is_too_long(
    quick_and_slow: Network, width: int, limit_m: float, k: int, within: list[str]
) -> None:
    streets = Streets.of(quick_and_slow)
    lon = np.array([-0.00121, -0.00126, 0.001, 0.0])
    # By time, millimetres from the corner: 134,700 and 140,300 west, 111,319 east.
    sites = place_sites(
        quick_and_slow, streets.grid, ["quick", "next", "slow", "unwanted"], lon, lon * 0, 60.0
    )
    wanted = np.array([True, True, True, False])
    table = make_table(streets, sites, wanted, Measure.TIME, width=width)
    here = np.zeros(1), np.zeros(1)
    at = snap(quick_and_slow, streets.grid, *here, MAX_SNAP_M)
    found = list_within(streets, sites, table, at, here, k, limit_m)
    (rows,) = named(*found, sites, Measure.TIME)
    assert [name for _, _, name in rows] == within


@pytest.mark.parametrize("measure", BY_STREET)
def test_way_just_as_long_as_the_limit_is_within_and_the_walk_to_the_street_counts(
    quick_and_slow: Network, measure: Measure
) -> None:
    streets = Streets.of(quick_and_slow)
    sites = place_sites(
        quick_and_slow, streets.grid, ["a"], np.array([0.0005]), np.array([0.0003]), 60.0
    )
    table = make_table(streets, sites, np.ones(1, dtype=bool), measure)
    here = np.array([-0.0003]), np.array([-0.0002])
    at = snap(quick_and_slow, streets.grid, *here, MAX_SNAP_M)
    whole = int(at.off_mm[0] + sites.places.off_mm[0]) + 33_396 + 55_660
    for more, found in ((2, 1), (-2, 0)):
        key, _ = list_within(streets, sites, table, at, here, 3, (whole + more) / 1000)
        assert (key < NEVER).sum() == found


def some_table(sites: int, *, by_time: bool, wanted: np.ndarray | None = None) -> Table:
    return Table(
        key=np.full((1, 1), NEVER),
        second=np.zeros((1, 1), dtype=np.uint32),
        place=np.zeros(1, dtype=np.int64),
        wanted=np.ones(sites, dtype=bool) if wanted is None else wanted,
        by_time=by_time,
        sites=sites,
    )


def test_cost_above_which_nothing_is_near_holds_for_the_slowest() -> None:
    assert no_nearer(some_table(1, by_time=False), 250.0) == 250_000
    slowest_ms = 250_000 / 0.6
    assert slowest_ms < no_nearer(some_table(1, by_time=True), 250.0) < 2 * slowest_ms


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize("lat", [0.0, 32.0, -70.0, 89.9995, -90.0])
def test_list_is_trusted_only_where_it_holds_all_within_a_straight_line(
    draw_ways: DrawWays, seed: int, lat: float
) -> None:
    random = np.random.default_rng(seed)
    limit_m = float(random.choice([40.0, 3000.0]))
    lon = float(random.choice([10.0, 179.9999, -180.0]))
    azimuth, metres = random.uniform(0, 360, 12), random.uniform(0, 3 * limit_m, 12)
    metres[0] = limit_m * 0.9999
    site_lon, site_lat, _ = GEOD.fwd(np.full(12, lon), np.full(12, lat), azimuth, metres)
    ways = draw_ways({1: (0.0, 0.0), 2: (0.001, 0.0)}, ([1, 2], {"highway": "residential"}))
    streets = Streets.of(build_network(ways, Profile.WALK).network)
    sites = place_sites(
        streets.network, streets.grid, list("lkjihgfedcba"), site_lon, site_lat, 1.0
    )
    table = some_table(12, by_time=True, wanted=random.random(12) < 0.7)
    near = np.flatnonzero(table.wanted & (metres < limit_m))
    # The box around a position holds nothing that is farther than its corner.
    maybe_near = np.flatnonzero(table.wanted & (metres < 1.5 * limit_m))
    here = np.array([lon]), np.array([lat])
    for listed in (near, near[1:], maybe_near, random.permutation(maybe_near)[1:]):
        ranks = sites.places.rank[listed][None]
        said = bool(all_near_listed(sites, table, *here, ranks, limit_m)[0])
        holds_all = set(near.tolist()) <= set(listed.tolist())
        assert holds_all or not said
        if set(maybe_near.tolist()) <= set(listed.tolist()) and abs(lat) < 80:
            assert said


def test_each_position_is_judged_by_its_own_list(quick_and_slow: Network) -> None:
    streets = Streets.of(quick_and_slow)
    lon = np.array([0.0, 0.001])
    sites = place_sites(quick_and_slow, streets.grid, ["b", "a"], lon, lon * 0, 60.0)
    table = some_table(2, by_time=False)
    listed = np.array([[1], [1], [0], [0]])
    here = np.array([0.0, 0.001, 0.0, 0.001])
    said = all_near_listed(sites, table, here, here * 0, listed, 50.0)
    assert said.tolist() == [True, False, False, True]
