"""The k nearest are those that a graph with the snapped points inserted says, to the millimetre."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import floor
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from geo_service.streets.measure import Measure
from geo_service.streets.nearest import Reached
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import SnapGrid, build_grid, snap

GEOD = Geod(ellps="WGS84")
MAX_SNAP_M = 150.0
BY_STREET = (Measure.TIME, Measure.DISTANCE)
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Row: TypeAlias = tuple[int, str, int, int]
"""Rank, id, millimetres, milliseconds."""
Reach: TypeAlias = Callable[..., Reached]
RowsOf: TypeAlias = Callable[[Reached, Sites, int], list[Row]]


@dataclass(frozen=True)
class StreetPoint:
    """Where a place meets the streets, in millimetres; on a junction, its node."""

    edge: int
    offset: float
    off: float
    node: int


@dataclass(frozen=True)
class Oracle:
    """A graph with all snapped points as nodes of their own, searched by networkx."""

    graph: nx.MultiDiGraph
    ids: list[str]

    def nearest(
        self, query: int, wanted: np.ndarray, k: int, measure: Measure, limit_m: float | None
    ) -> list[Row]:
        """The nearest, where costs are whole numbers: the first outweighs any of the second."""
        first, second = ("ms", "mm") if measure is Measure.TIME else ("mm", "ms")
        totals = self._totals(
            query, wanted, lambda arc: int(arc[first]) * 10**12 + int(arc[second])
        )
        found = sorted((*divmod(int(total), 10**12), name) for name, total in totals)
        found.sort(key=lambda row: (row[0], row[2]))
        if measure is Measure.TIME:
            found = [(mm, ms, name) for ms, mm, name in found]
        if limit_m is not None:
            found = [row for row in found if row[0] <= limit_m * 1000]
        return [(rank, name, mm, ms) for rank, (mm, ms, name) in enumerate(found[:k], start=1)]

    def least(self, query: int, k: int, measure: Measure) -> list[float]:
        """The k least costs."""
        first = "ms" if measure is Measure.TIME else "mm"
        totals = self._totals(query, np.ones(len(self.ids), dtype=bool), lambda arc: arc[first])
        return sorted(total for _, total in totals)[:k]

    def _totals(
        self, query: int, wanted: np.ndarray, cost: Callable[[dict[str, float]], float]
    ) -> list[tuple[str, float]]:
        def cheapest(_start: object, _end: object, arcs: dict[int, dict[str, float]]) -> float:
            return min(cost(arc) for arc in arcs.values())

        lengths = nx.single_source_dijkstra_path_length(
            self.graph, ("query", query), weight=cheapest
        )
        return [
            (name, lengths["site", row])
            for row, name in enumerate(self.ids)
            if wanted[row] and ("site", row) in lengths
        ]


def part(network: Network, edge: int, end: float, *, whole_numbers: bool) -> tuple[float, float]:
    """Millimetres and milliseconds of an edge's first part."""
    length, whole = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
    if not whole_numbers:
        return end, whole * end / length if length else 0.0
    return end, floor(Fraction(whole * int(end), length) + Fraction(1, 2)) if length else 0


def off_street_ms(off: float, *, whole_numbers: bool) -> float:
    return floor(Fraction(int(off) * 10, 12) + Fraction(1, 2)) if whole_numbers else off / 1.2


def build_oracle(
    network: Network,
    sites: list[StreetPoint | None],
    ids: list[str],
    queries: list[StreetPoint | None],
    *,
    whole_numbers: bool = True,
) -> Oracle:
    graph: nx.MultiDiGraph = nx.MultiDiGraph()
    inserted: dict[int, set[float]] = {edge: set() for edge in range(network.edges)}
    for point in (*sites, *queries):
        if point is not None and point.node < 0:
            inserted[point.edge].add(point.offset)
    for edge in range(network.edges):
        length = int(network.edge_length_mm[edge])
        stops = sorted({0, length} | inserted[edge]) if length else [0, 0]
        names: list[object] = [("inside", edge, stop) for stop in stops]
        names[0], names[-1] = int(network.edge_from[edge]), int(network.edge_to[edge])
        for (a, b), (start, end) in zip(pairwise(names), pairwise(stops), strict=True):
            before = part(network, edge, start, whole_numbers=whole_numbers)
            after = part(network, edge, end, whole_numbers=whole_numbers)
            costs = {"mm": after[0] - before[0], "ms": after[1] - before[1]}
            if network.edge_forward[edge]:
                graph.add_edge(a, b, **costs)
            if network.edge_backward[edge]:
                graph.add_edge(b, a, **costs)
    for kind, points in (("site", sites), ("query", queries)):
        for row, point in enumerate(points):
            if point is None:
                continue
            name = point.node if point.node >= 0 else ("inside", point.edge, point.offset)
            costs = {
                "mm": point.off,
                "ms": off_street_ms(point.off, whole_numbers=whole_numbers),
            }
            pair = (name, (kind, row)) if kind == "site" else ((kind, row), name)
            graph.add_edge(*pair, **costs)
    return Oracle(graph, ids)


def as_the_program_snaps(
    network: Network, grid: SnapGrid, lon: np.ndarray, lat: np.ndarray
) -> list[StreetPoint | None]:
    snapped = snap(network, grid, lon, lat, MAX_SNAP_M)
    columns = (snapped.edge, snapped.offset_mm, snapped.off_mm, snapped.node)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [StreetPoint(*row) if row[0] >= 0 else None for row in rows]


def as_brute_force_snaps(network: Network, lon: float, lat: float) -> StreetPoint | None:
    """Measure every edge in a projection around the position."""
    around = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84"
    to_metres = Transformer.from_crs("EPSG:4326", around, always_xy=True)
    places = np.column_stack(to_metres.transform(network.shape_lon, network.shape_lat))
    rows = np.repeat(np.arange(network.edges), np.diff(network.edge_shape))
    lines = np.asarray(shapely.linestrings(places, indices=rows))
    here = shapely.Point(0.0, 0.0)
    off_m = np.asarray(shapely.distance(lines, here))
    if off_m.min() > MAX_SNAP_M:
        return None
    tied = np.flatnonzero(off_m < off_m.min() + 0.0005)
    edge = min(tied.tolist(), key=network.edge_id)
    share = shapely.line_locate_point(lines[edge], here) / lines[edge].length
    along = float(share * network.edge_length_mm[edge])
    node = -1
    if along < 0.5:
        node = int(network.edge_from[edge])
    elif along > network.edge_length_mm[edge] - 0.5:
        node = int(network.edge_to[edge])
    return StreetPoint(edge, along, float(off_m[edge] * 1000), node)


def scatter(
    network: Network, random: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions at junctions, on one edge, at one place, beside the streets, and far away."""
    row = random.integers(0, len(network.shape_lon), count)
    row[: count // 4] = row[0]
    spread = random.choice([0.0, 5e-5, 3e-4, 1.5e-3], count)
    lon = network.shape_lon[row] + random.normal(0, 1, count) * spread
    lat = network.shape_lat[row] + random.normal(0, 1, count) * spread
    lon[count // 2], lat[count // 2] = lon[1], lat[1]
    return (lon + 180.0) % 360.0 - 180.0, lat


def check_exactly(
    rows_of: RowsOf,
    reach: Reach,
    network: Network,
    seed: int,
    places: int,
    k: int,
) -> int:
    random = np.random.default_rng(seed)
    grid = build_grid(network)
    lon, lat = scatter(network, random, places)
    query_lon, query_lat = scatter(network, random, 12)
    ids = [f"s{number}" for number in random.permutation(places)]
    sites = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
    oracle = build_oracle(
        network,
        as_the_program_snaps(network, grid, lon, lat),
        ids,
        snapped := as_the_program_snaps(network, grid, query_lon, query_lat),
    )
    wanted = random.random(places) < random.choice([1.0, 0.7, 0.4])
    compared = 0
    for measure, limit_m in product(BY_STREET, (None, random.uniform(0, 400))):
        reached = reach(network, sites, wanted, query_lon, query_lat,
            k=k, measure=measure, max_snap_m=MAX_SNAP_M, max_distance_m=limit_m,
        )  # fmt: skip
        for query, point in enumerate(snapped):
            rows = rows_of(reached, sites, query)
            if point is None:
                assert rows == []
                continue
            assert rows == oracle.nearest(query, wanted, k, measure, limit_m)
            assert (reached.off_mm[reached.query == query] == point.off).all()
            compared += len(rows)
    return compared


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(60))
def test_nearest_on_random_streets_is_the_oracles_to_the_millimetre_and_millisecond(
    rows_of: RowsOf, reach: Reach, random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    k = (1, 3, 12, 30)[seed % 4]
    assert check_exactly(rows_of, reach, random_network(seed, profile), seed, 14, k) > 0


def check_from_scratch(
    rows_of: RowsOf, reach: Reach, network: Network, seed: int, places: int
) -> int:
    """Compare with own snapping and costs that are not rounded."""
    random = np.random.default_rng(seed)
    grid = build_grid(network)
    lon, lat = scatter(network, random, places)
    query_lon, query_lat = scatter(network, random, 6)
    ids = [f"s{number}" for number in range(places)]
    sites = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
    queries = [as_brute_force_snaps(network, *at) for at in zip(query_lon, query_lat, strict=True)]
    own = [as_brute_force_snaps(network, *at) for at in zip(lon, lat, strict=True)]
    oracle = build_oracle(network, own, ids, queries, whole_numbers=False)
    wanted, compared = np.ones(places, dtype=bool), 0
    for measure in BY_STREET:
        reached = reach(network, sites, wanted, query_lon, query_lat,
            k=4, measure=measure, max_snap_m=MAX_SNAP_M,
        )  # fmt: skip
        for query, point in enumerate(queries):
            rows = rows_of(reached, sites, query)
            by_hand = [] if point is None else oracle.least(query, 4, measure)
            place = 3 if measure is Measure.TIME else 2
            assert [row[place] for row in rows] == pytest.approx(by_hand, abs=15)
            compared += len(rows)
    return compared


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(12))
def test_nearest_agrees_with_brute_force_from_scratch(
    rows_of: RowsOf, reach: Reach, random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    assert check_from_scratch(rows_of, reach, random_network(seed, profile), seed, 10) > 0


def test_straight_agrees_with_geodesics_also_around_the_180th_meridian(
    rows_of: RowsOf,
    reach: Reach,
    random_network: RandomNetwork,
) -> None:
    network = random_network(1, Profile.WALK)
    grid, random = build_grid(network), np.random.default_rng(2)
    lon, lat = scatter(network, random, 50)
    ids = [f"s{number}" for number in range(50)]
    sites = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
    at = np.array([-179.99]), np.array([10.01])
    reached = reach(network, sites, np.ones(50, dtype=bool), *at,
        k=50, measure=Measure.STRAIGHT, max_snap_m=MAX_SNAP_M,
    )  # fmt: skip
    metres = GEOD.inv(np.full(50, at[0][0]), np.full(50, at[1][0]), lon, lat)[2]
    by_hand = sorted((round(float(m) * 1000), name) for m, name in zip(metres, ids, strict=True))
    rows = rows_of(reached, sites, 0)
    assert [(row[2], row[1]) for row in rows] == by_hand
    assert all(row[3] == pytest.approx(row[2] / 1.2, abs=0.51) for row in rows)
