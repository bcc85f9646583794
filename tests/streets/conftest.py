"""Small street networks, drawn by hand or at random, for the tests of streets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest

from geo_service.errors import RefusedData
from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import (
    Reached,
    ReadyTable,
    find_nearest,
    find_nearest_of_one,
    find_straight,
)
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites
from geo_service.streets.snap import snap
from geo_service.streets.tables import make_table
from geo_service.streets.ways import Ways, WaysKind

Drawn: TypeAlias = tuple[Sequence[int], Mapping[str, str]]
"""The nodes of a way, by their ids, and its tags."""
DrawWays: TypeAlias = Callable[..., Ways]
RandomWays: TypeAlias = Callable[[int], Ways]
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
RowsOf: TypeAlias = Callable[[Reached, Sites, int], list[tuple[int, str, int, int]]]
"""Rank, id, millimetres and milliseconds of what was found for a position."""
Reach: TypeAlias = Callable[..., Reached]
Tangled: TypeAlias = Callable[..., Network]
RealNetwork: TypeAlias = Callable[[str, Profile], Network]


@dataclass(frozen=True)
class Frame:
    """Metres east and north of an origin as degrees."""

    lon: float
    lat: float

    def degrees(
        self, east_m: float | np.ndarray, north_m: float | np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        origin = np.asarray(self.lat)
        lon = self.lon + np.asarray(east_m) / metres_per_degree_east(origin)
        lat = self.lat + np.asarray(north_m) / metres_per_degree_north(origin)
        return (lon + 180.0) % 360.0 - 180.0, lat


ORIGINS = (Frame(112.14, 32.04), Frame(179.9999, 10.0), Frame(25.0, 70.0), Frame(-70.0, -41.0))


def _draw(
    places: Mapping[int, tuple[float, float]],
    *drawn: Drawn,
    way_ids: Sequence[int] = (),
    names: Sequence[str] = (),
    kind: WaysKind = WaysKind.OSM,
) -> Ways:
    ids = sorted(places)
    row = {node: number for number, node in enumerate(ids)}
    return Ways(
        way_id=np.array(way_ids or [100 + i for i in range(len(drawn))], dtype=np.int64),
        node_offsets=np.cumsum([0, *(len(nodes) for nodes, _ in drawn)]).astype(np.int64),
        node=np.array([row[n] for n in chain.from_iterable(nodes for nodes, _ in drawn)], np.int64),
        tags=np.arange(len(drawn), dtype=np.int64),
        tag_sets=tuple(dict(tags) for _, tags in drawn),
        name=np.arange(1, len(drawn) + 1) if names else np.zeros(len(drawn), dtype=np.int64),
        names=("", *names),
        names_en=("", *("" for _ in names)),
        node_id=np.array(ids if kind is WaysKind.OSM else [-1] * len(ids), dtype=np.int64),
        node_lon=np.array([places[node][0] for node in ids], dtype=np.float64),
        node_lat=np.array([places[node][1] for node in ids], dtype=np.float64),
        kind=kind,
    )


@pytest.fixture(scope="session")
def draw_ways() -> DrawWays:
    """Return a function that makes ways of node places (id to lon, lat) and drawn ways."""
    return _draw


_TAGS: tuple[dict[str, str], ...] = (
    {"highway": "residential"},
    {"highway": "residential"},
    {"highway": "service", "oneway": "yes"},
    {"highway": "primary", "oneway": "-1"},
    {"highway": "primary", "oneway": "yes", "oneway:bicycle": "no"},
    {"highway": "tertiary", "oneway": "yes", "cycleway": "opposite_lane"},
    {"highway": "footway"},
    {"highway": "steps"},
    {"highway": "cycleway"},
    {"highway": "motorway"},
)


def _random_ways(seed: int) -> Ways:
    """Streets of a few junctions 60 m apart, with one-way streets, rings, loops and islands."""
    random = np.random.default_rng(seed)
    frame = ORIGINS[seed % len(ORIGINS)]
    side = int(random.integers(3, 5))
    east, north = np.meshgrid(np.arange(side) * 60.0, np.arange(side) * 60.0)
    shift = 0.0 if seed % 3 == 0 else 25.0
    lon, lat = frame.degrees(
        east.ravel() + random.uniform(-shift, shift, side * side),
        north.ravel() + random.uniform(-shift, shift, side * side),
    )
    places = {node + 1: (lon[node], lat[node]) for node in range(side * side)}
    drawn: list[Drawn] = []
    for _ in range(int(random.integers(3, 9))):
        nodes = _walk(random, side)
        if random.random() < 0.25:
            nodes.append(nodes[0])
        drawn.append((nodes, _TAGS[random.integers(len(_TAGS))]))
    # A roundabout apart from the rest, sometimes joined to it.
    drawn.append(([1, 2, side + 1, 1], {"highway": "residential", "junction": "roundabout"}))
    return _draw(places, *drawn)


def _walk(random: np.random.Generator, side: int) -> list[int]:
    x, y = random.integers(side, size=2)
    nodes = [int(y * side + x + 1)]
    for _ in range(int(random.integers(1, 7))):
        dx, dy = random.integers(-1, 2, size=2)
        x, y = np.clip(x + dx, 0, side - 1), np.clip(y + dy, 0, side - 1)
        if int(y * side + x + 1) != nodes[-1]:
            nodes.append(int(y * side + x + 1))
    if len(nodes) == 1:
        nodes.append(nodes[0] + 1 if nodes[0] % side else nodes[0] - 1)
    return nodes


@pytest.fixture(scope="session")
def random_ways() -> RandomWays:
    """Return a function that draws random streets; the same for the same seed."""
    return _random_ways


@pytest.fixture(scope="session")
def random_network() -> RandomNetwork:
    """Return a function that builds a random network, from the next seed that gives one."""

    def _network(seed: int, profile: Profile) -> Network:
        while True:
            try:
                return build_network(_random_ways(seed), profile).network
            except RefusedData:
                seed += 1000

    return _network


@pytest.fixture(scope="session")
def tangled(random_network: RandomNetwork) -> Tangled:
    """Return a function that joins nodes by random edges: no map could be drawn of it.

    There are one-way streets, parallel edges, loops, dead ends, islands, and edges of no length.
    """
    drawn = random_network(0, Profile.WALK)

    def _tangled(seed: int, nodes: int, edges: int, longest_mm: int = 12) -> Network:
        random = np.random.default_rng(seed)
        oneway = random.random(edges) < random.choice([0.0, 0.3, 0.8])
        ahead = random.random(edges) < 0.5
        return replace(
            drawn,
            node_lon=np.zeros(nodes),
            node_lat=np.zeros(nodes),
            edge_from=random.integers(0, nodes, edges),
            edge_to=random.integers(0, nodes, edges),
            edge_forward=~oneway | ahead,
            edge_backward=~oneway | ~ahead,
            # Few different costs, so that many ways cost the same, or nothing.
            edge_length_mm=random.integers(0, longest_mm, edges),
            edge_time_ms=random.integers(0, random.choice([2, 4, 9, 30]), edges),
        )

    return _tangled


@pytest.fixture(scope="session")
def real_network(shared_data: Path) -> RealNetwork:
    """Return a function that reads a city's file, once, and builds a profile's network."""

    @cache
    def _built(file: str) -> dict[Profile, Network]:
        ways = read_streets(shared_data / "streets" / file)
        return {profile: build_network(ways, profile).network for profile in Profile}

    return lambda file, profile: _built(file)[profile]


@pytest.fixture(scope="session")
def rows_of() -> RowsOf:
    """Return a function that tells what was found for one position, as plain rows."""

    def _rows_of(reached: Reached, sites: Sites, query: int) -> list[tuple[int, str, int, int]]:
        return [
            (
                int(reached.rank[row]),
                sites.ids[reached.site[row]],
                int(reached.distance_mm[row]),
                int(reached.duration_ms[row]),
            )
            for row in np.flatnonzero(reached.query == query)
        ]

    return _rows_of


@pytest.fixture(scope="session")
def prepared() -> Callable[[Network], Streets]:
    """Return a function that makes a network ready for questions, once."""
    held: dict[int, tuple[Network, Streets]] = {}

    def _prepared(network: Network) -> Streets:
        if id(network) not in held:
            held[id(network)] = network, Streets.of(network)
        return held[id(network)][1]

    return _prepared


@pytest.fixture(scope="session")
def reach(prepared: Callable[[Network], Streets]) -> Reach:
    """Return a function that asks in every way there is, and sees that all agree.

    Out of a table, out of one too narrow (so by a search outward), and one position at a time.
    """

    def _reach(
        network: Network,
        sites: Sites,
        wanted: np.ndarray,
        lon: np.ndarray,
        lat: np.ndarray,
        *,
        k: int,
        measure: Measure,
        max_snap_m: float,
        max_distance_m: float | None = None,
    ) -> Reached:
        streets = prepared(network)
        if measure is Measure.STRAIGHT:
            off_mm = snap(network, streets.grid, lon, lat, max_snap_m).off_mm
            return find_straight(sites, wanted, lon, lat, off_mm, k)
        limits = {"k": k, "max_snap_m": max_snap_m, "max_distance_m": max_distance_m}
        by_width = []
        for width in (8, 2, max(1, k)):
            table = make_table(streets, sites, wanted, measure, width=width)
            reached = find_nearest(streets, sites, table, lon, lat, **limits)
            by_width.append(_plain(reached))
            choice = ReadyTable.of(streets, sites, table)
            one_by_one = [
                (query, rank, *row, off)
                for query, at in enumerate(zip(lon.tolist(), lat.tolist(), strict=True))
                for off, found in [find_nearest_of_one(choice, *at, **limits)]
                for rank, row in enumerate(found, start=1)
            ]
            assert one_by_one == by_width[-1]
        assert by_width[0] == by_width[1] == by_width[2]
        return reached

    return _reach


def _plain(reached: Reached) -> list[tuple[int, ...]]:
    columns = (
        reached.query,
        reached.rank,
        reached.site,
        reached.distance_mm,
        reached.duration_ms,
        reached.off_mm,
    )
    return list(zip(*(column.tolist() for column in columns), strict=True))
