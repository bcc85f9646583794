"""Looked-up answers are those of a graph in which every place is a node of its own."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest

from geo_service.streets.assemble import build_network
from geo_service.streets.look_up import look_up_all, look_up_one, set_out
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable
from geo_service.streets.network import Network
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT, pack
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Places, Sites, place_sites
from geo_service.streets.snap import Snapped, snap
from geo_service.streets.tables import Table, make_table
from geo_service.streets.ways import Ways

BY_STREET = (Measure.TIME, Measure.DISTANCE)
MAX_SNAP_M = 60.0
ONEWAY = {"highway": "residential", "oneway": "yes"}
ROAD = {"highway": "residential"}
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
DrawWays: TypeAlias = Callable[..., Ways]
Row: TypeAlias = tuple[int, int, str]
"""What is minimised, the other part, and an id."""


def tangled(network: Network, random: np.random.Generator) -> Network:
    """Leave each edge its shape, but let it join any two nodes, and often in one direction.

    There are loops, parallel edges, dead ends and islands, and many ways take the same time.
    """
    oneway = random.random(network.edges) < random.choice([0.0, 0.3, 0.8])
    ahead = random.random(network.edges) < 0.5
    return replace(
        network,
        edge_from=random.integers(0, network.nodes, network.edges),
        edge_to=random.integers(0, network.nodes, network.edges),
        edge_forward=~oneway | ahead,
        edge_backward=~oneway | ~ahead,
        edge_time_ms=random.integers(0, 9, network.edges),
    )


def around(
    network: Network, random: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions along edges and beside them, several at one place, and some far away."""
    row = random.integers(0, len(network.shape_lon) - 1, count)
    share = random.choice([0.0, 0.25, 0.6, 1.0], count)
    beside = random.choice([0.0, 0.0, 1e-4, 3e-3], count)
    lon, lat = (
        column[row] + share * (column[row + 1] - column[row]) + random.normal(0, 1, count) * beside
        for column in (np.unwrap(network.shape_lon, period=360.0), network.shape_lat)
    )
    same = random.integers(0, count, count // 4)
    lon[: count // 4], lat[: count // 4] = lon[same], lat[same]
    return (lon + 180.0) % 360.0 - 180.0, lat


def stop(network: Network, edge: int, offset: int) -> object:
    """Name a point of an edge; its ends are nodes."""
    if offset == 0:
        return int(network.edge_from[edge])
    if offset == network.edge_length_mm[edge]:
        return int(network.edge_to[edge])
    return "inside", edge, offset


def cut_everywhere(
    network: Network, points: list[tuple[int, int]], measure: Measure
) -> nx.MultiDiGraph:
    """Cut edges at all points; the first part of a cost outweighs any of the second."""
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.nodes))
    for edge in range(network.edges):
        length, time = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
        stops = sorted({0, length} | {offset for at, offset in points if at == edge})
        for start, end in pairwise(stops):
            before, after = (
                floor(Fraction(time * mm, length) + Fraction(1, 2)) for mm in (start, end)
            )
            spent = after - before, end - start
            first, second = spent if measure is Measure.TIME else reversed(spent)
            ends = stop(network, edge, start), stop(network, edge, end)
            if network.edge_forward[edge]:
                graph.add_edge(*ends, cost=first * 10**12 + second)
            if network.edge_backward[edge]:
                graph.add_edge(*reversed(ends), cost=first * 10**12 + second)
    return graph


def by_hand(
    network: Network, sites: Sites, wanted: np.ndarray, at: Snapped, measure: Measure
) -> list[list[Row]]:
    """All that each position reaches, by the first part of the cost, then the id."""
    site_at = list(zip(sites.places.edge.tolist(), sites.places.offset_mm.tolist(), strict=True))
    query_at = list(zip(at.edge.tolist(), at.offset_mm.tolist(), strict=True))
    graph = cut_everywhere(network, site_at + query_at, measure)
    lists = []
    for (edge, offset), off in zip(query_at, at.off_mm.tolist(), strict=True):
        rows: list[Row] = []
        start = stop(network, edge, offset)
        lengths = nx.single_source_dijkstra_path_length(graph, start, weight="cost")
        for site in np.flatnonzero(wanted) if edge >= 0 else ():
            there = stop(network, *site_at[site]) if site_at[site][0] >= 0 else "nowhere"
            if there in lengths:
                first, second = divmod(lengths[there], 10**12)
                for walked in (off, int(sites.places.off_mm[site])):
                    walked_ms = floor(Fraction(walked * 10, 12) + Fraction(1, 2))
                    first += walked_ms if measure is Measure.TIME else walked
                    second += walked if measure is Measure.TIME else walked_ms
                rows.append((first, second, sites.ids[site]))
        lists.append(sorted(rows, key=lambda row: (row[0], row[2])))
    return lists


def named(key: np.ndarray, second: np.ndarray, sites: Sites) -> list[Row]:
    return [
        (entry >> SHIFT, other, sites.ids[sites.places.by_rank[entry & LOWER]])
        for entry, other in zip(key.tolist(), second.tolist(), strict=True)
        if entry < NEVER
    ]


def check(network: Network, seed: int, count: int, queries: int) -> None:
    random = np.random.default_rng(seed)
    streets = Streets.of(network)
    ids = [str(number) for number in random.permutation(count)]
    sites = place_sites(network, streets.grid, ids, *around(network, random, count), MAX_SNAP_M)
    wanted = random.random(count) < random.choice([0.3, 0.8, 1.0])
    lon, lat = around(network, random, queries)
    lon[-1], lat[-1] = sites.lon[0], sites.lat[0]
    at = snap(network, streets.grid, lon, lat, MAX_SNAP_M)
    for measure in BY_STREET:
        table = make_table(streets, sites, wanted, measure, width=count)
        ready = ReadyTable.of(streets, sites, table).bundle
        lists = by_hand(network, sites, wanted, at, measure)
        for most in (1, 2, 3, max(1, table.sites)):
            where = at.edge, at.offset_mm, at.off_mm
            key, second = look_up_all(streets.roads, sites.places, table, *where, most)
            assert key.shape == second.shape == (queries, most)
            for query, rows in enumerate(lists):
                assert named(key[query], second[query], sites) == rows[:most]
                off, found = look_up_one(ready, lon[query], lat[query], most, MAX_SNAP_M)
                assert off == at.off_mm[query]
                assert as_rows(found, sites, measure) == rows[:most]


def as_rows(found: np.ndarray, sites: Sites, measure: Measure) -> list[Row]:
    """Turn site, millimetres, milliseconds into what the oracle says."""
    return [
        (ms, mm, sites.ids[site]) if measure is Measure.TIME else (mm, ms, sites.ids[site])
        for site, mm, ms in found.tolist()
    ]


@pytest.mark.parametrize("seed", range(70))
def test_answers_on_tangled_streets_are_the_oracles(
    random_network: RandomNetwork, seed: int
) -> None:
    network = random_network(seed, Profile.WALK)
    check(tangled(network, np.random.default_rng(seed)), seed, 4 + seed % 12, 10)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(20))
def test_answers_on_random_streets_are_the_oracles(
    random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    check(random_network(seed, profile), seed, 9, 10)


@pytest.fixture
def ring(draw_ways: DrawWays) -> Streets:
    """A one-way ring of about 444 m that is one edge, and a two-way street of 111 m to it."""
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ONEWAY), ([1, 5], ROAD))
    return Streets.of(build_network(ways, Profile.EBIKE).network)


def ahead_and_behind(streets: Streets) -> tuple[Sites, Table]:
    lon, lat = np.array([0.0008, 0.0002]), np.zeros(2)
    sites = place_sites(streets.network, streets.grid, ["ahead", "behind"], lon, lat, MAX_SNAP_M)
    return sites, make_table(streets, sites, np.ones(2, dtype=bool), Measure.DISTANCE)


def test_on_a_one_way_loop_what_is_behind_is_reached_around_it(ring: Streets) -> None:
    sites, table = ahead_and_behind(ring)
    ready = ReadyTable.of(ring, sites, table).bundle
    off, found = look_up_one(ready, 0.0005, 0.0, 2, MAX_SNAP_M)
    assert off == 0
    assert [sites.ids[site] for site in found[:, 0]] == ["ahead", "behind"]
    whole = int(ring.network.edge_length_mm[0])
    assert found[:, 1].tolist() == pytest.approx([33_396, whole - 33_396], abs=3)
    assert look_up_one(ready, 0.0008, 0.0, 2, MAX_SNAP_M)[1][0].tolist() == [0, 0, 0]


def test_position_too_far_from_any_street_finds_nothing_and_says_so(ring: Streets) -> None:
    sites, table = ahead_and_behind(ring)
    ready = ReadyTable.of(ring, sites, table).bundle
    for most in (0, 2):
        off, found = look_up_one(ready, -0.0008, 0.0006, most, MAX_SNAP_M)
        assert (off, found.shape) == (-1, (0, 3))
    off, found = look_up_one(ready, -0.0008, 0.0005, 0, MAX_SNAP_M)
    assert off == pytest.approx(55_287, abs=2)
    assert found.shape == (0, 3)
    nowhere, zero = np.array([-1]), np.array([0])
    key, _ = look_up_all(ring.roads, sites.places, table, nowhere, zero, nowhere, 2)
    assert key.tolist() == [[NEVER, NEVER]]


def leave(streets: Streets, edge: int, offset: int, off: int = 0) -> list[int]:
    """Set out with no site there; say what it costs to be at the ends."""
    none = place_sites(streets.network, streets.grid, [], np.zeros(0), np.zeros(0), MAX_SNAP_M)
    places: Places = none.places
    key, second = np.full(1, NEVER), np.zeros(1, dtype=np.uint32)
    origin, wanted = (edge, offset, off), np.zeros(0, dtype=bool)
    return list(set_out(streets.roads, places, wanted, origin, False, key, second))


def test_setting_out_keeps_to_the_direction_but_a_junction_is_free(ring: Streets) -> None:
    length, time = int(ring.network.edge_length_mm[0]), int(ring.network.edge_time_ms[0])
    half, half_ms = length // 2, floor(Fraction(time * (length // 2), length) + Fraction(1, 2))
    assert leave(ring, 0, half) == [NEVER, pack(length - half, time - half_ms)]
    assert leave(ring, 0, half, 1200) == [NEVER, pack(length - half + 1200, time - half_ms + 1000)]
    assert leave(ring, 0, 0) == [0, pack(length, time)]
    assert leave(ring, 0, length) == [NEVER, 0]
    across, across_ms = int(ring.network.edge_length_mm[1]), int(ring.network.edge_time_ms[1])
    assert leave(ring, 1, 0) == [0, pack(across, across_ms)]
    assert leave(ring, 1, across) == [pack(across, across_ms), 0]


def test_setting_out_against_the_shape_is_the_mirror_image(ring: Streets) -> None:
    against = replace(ring.network, edge_forward=~np.ones(2, bool), edge_backward=np.ones(2, bool))
    streets = Streets.of(against)
    length, time = int(against.edge_length_mm[0]), int(against.edge_time_ms[0])
    assert leave(streets, 0, 0) == [0, NEVER]
    assert leave(streets, 0, length) == [pack(length, time), 0]
    assert leave(streets, 0, 1)[1] == NEVER
