"""In the sea, on another continent, at a pole: straight and in geodesic order, never by street."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import pytest
from pyproj import Geod

from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import ReadyTable, find_nearest_of_one
from geo_service.streets.nearest_or_straight import Answered, nearest_or_straight
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.sites import Sites, place_sites
from geo_service.streets.snap import snap
from geo_service.streets.tables import make_table
from geo_service.streets.way import find_way
from geo_service.streets.ways import Ways

GEOD = Geod(ellps="WGS84")
MAX_SNAP_M = 500.0
TOWNS = {
    "xiangyang": (112.14, 32.04),
    "greenwich": (0.0, 51.48),
    "taveuni, on the 180th meridian": (180.0, -16.8),
    "just west of it": (179.9975, -16.8),
    "tromso": (18.95, 69.65),
    "ushuaia": (-68.3, -54.8),
    "equator": (-78.5, 0.0),
    "alert, far north": (-62.3, 82.5),
}
FAR = {
    "gulf of guinea": (0.0, 0.0),
    "pacific": (-140.0, -45.0),
    "on the 180th meridian, from the east": (-180.0, 40.0),
    "on the 180th meridian, from the west": (180.0, 40.0),
    "north pole": (0.0, 90.0),
    "north pole, on another meridian": (-180.0, 90.0),
    "south pole": (57.0, -90.0),
    "next to the south pole": (-120.0, -89.9999),
}
Town: TypeAlias = tuple[Streets, Sites]
DrawWays: TypeAlias = Callable[..., Ways]


def degrees(
    place: tuple[float, float], east_m: np.ndarray, north_m: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    lat = place[1] + north_m / metres_per_degree_north(np.array(place[1]))
    lon = place[0] + east_m / metres_per_degree_east(np.array(place[1]))
    return (lon + 180.0) % 360.0 - 180.0, lat


def build_town(draw_ways: DrawWays, place: tuple[float, float]) -> Town:
    """Six by six streets 100 m apart, and sites on them, beside them and kilometres off."""
    random = np.random.default_rng(int(abs(place[0]) * 10))
    across, along = np.meshgrid(np.arange(6) * 100.0 - 250.0, np.arange(6) * 100.0 - 250.0)
    lon, lat = degrees(place, across.ravel(), along.ravel())
    places = {node: (lon[node], lat[node]) for node in range(36)}
    rows = [list(range(start, start + 6)) for start in range(0, 36, 6)]
    columns = [list(range(start, 36, 6)) for start in range(6)]
    drawn = [(nodes, {"highway": "residential"}) for nodes in rows + columns]
    streets = Streets.of(build_network(draw_ways(places, *drawn), Profile.EBIKE).network)
    spread = np.where(np.arange(30) < 25, 300.0, 9000.0)
    at = degrees(place, random.uniform(-1, 1, 30) * spread, random.uniform(-1, 1, 30) * spread)
    ids = [f"s{number}" for number in random.permutation(30)]
    return streets, place_sites(streets.network, streets.grid, ids, *at, MAX_SNAP_M)


@pytest.fixture(scope="module", params=list(TOWNS))
def town(request: pytest.FixtureRequest, draw_ways: DrawWays) -> Town:
    return build_town(draw_ways, TOWNS[request.param])


def ask(town: Town, lon: np.ndarray, lat: np.ndarray, k: int, wanted: np.ndarray) -> Answered:
    table = make_table(*town, wanted, Measure.TIME)
    return nearest_or_straight(*town, table, lon, lat, k=k, max_snap_m=MAX_SNAP_M)


def metres_off(network: Network, lon: float, lat: float) -> float:
    """Geodesic metres from a position to the nearest of points a few metres apart on streets."""
    shares = np.linspace(0.0, 1.0, 21)
    row = np.arange(len(network.shape_lon) - 1)
    row = row[~np.isin(row + 1, network.edge_shape)][:, None]
    east = (network.shape_lon[row + 1] - network.shape_lon[row] + 180.0) % 360.0 - 180.0
    street_lon = network.shape_lon[row] + shares * east
    north = network.shape_lat[row + 1] - network.shape_lat[row]
    street_lat = network.shape_lat[row] + shares * north
    here = np.full(street_lon.shape, lon), np.full(street_lon.shape, lat)
    return float(np.min(GEOD.inv(*here, street_lon, street_lat)[2]))


def by_geodesic(sites: Sites, wanted: np.ndarray, lon: float, lat: float) -> list[tuple[int, str]]:
    """Return millimetres and ids of the wanted sites, nearest first."""
    return sorted(
        (round(float(GEOD.inv(lon, lat, sites.lon[site], sites.lat[site])[2]) * 1000), name)
        for site, name in enumerate(sites.ids)
        if wanted[site]
    )


@pytest.mark.parametrize("k", [1, 7, 40])
def test_far_position_is_answered_straight_in_the_order_of_geodesics(town: Town, k: int) -> None:
    wanted = np.random.default_rng(k).random(30) < 0.6
    lon, lat = (np.array(column) for column in zip(*FAR.values(), strict=True))
    answered = ask(town, lon, lat, k, wanted)
    assert answered.straight.all()
    reached = answered.reached
    assert (reached.off_mm == -1).all()
    for query, place in enumerate(FAR.values()):
        mine = reached.query == query
        found = reached.distance_mm[mine].tolist(), [town[1].ids[s] for s in reached.site[mine]]
        assert list(zip(*found, strict=True)) == by_geodesic(town[1], wanted, *place)[:k]
        assert reached.duration_ms[mine] == pytest.approx(reached.distance_mm[mine] / 1.2, abs=0.51)


@pytest.mark.parametrize("measure", [Measure.TIME, Measure.DISTANCE])
def test_far_position_has_no_snap_no_single_answer_and_no_way(town: Town, measure: Measure) -> None:
    streets, sites = town
    table = make_table(streets, sites, np.ones(30, dtype=np.bool_), measure)
    choice = ReadyTable.of(streets, sites, table)
    for lon, lat in FAR.values():
        at = snap(streets.network, streets.grid, np.array([lon]), np.array([lat]), MAX_SNAP_M)
        assert (at.edge[0], at.off_mm[0], at.node[0]) == (-1, -1, -1)
        assert find_nearest_of_one(choice, lon, lat, 3, MAX_SNAP_M) == (-1, [])
        assert find_nearest_of_one(choice, lon, lat, 3, MAX_SNAP_M, 1e9) == (-1, [])
        assert find_way(streets, sites, table, lon, lat, 0, max_snap_m=MAX_SNAP_M) is None


def test_random_positions_all_over_the_earth_are_on_the_street_or_straight(town: Town) -> None:
    streets, sites = town
    network, random = streets.network, np.random.default_rng(8)
    middle = float(network.node_lon[0]), float(network.node_lat[0])
    spread = random.choice([200.0, 900.0, 1200.0, 5e3, 5e4], 120)
    near = degrees(middle, *(random.normal(0, 1, (2, 120)) * spread))
    whole = random.uniform(-180, 180, 80), np.degrees(np.arcsin(random.uniform(-1, 1, 80)))
    lon, lat = (np.concatenate(pair) for pair in zip(near, whole, strict=True))
    wanted = np.ones(30, dtype=np.bool_)
    answered = ask(town, lon, lat, 4, wanted)
    for query, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        off_m = metres_off(network, *place)
        mine = answered.reached.query == query
        if answered.straight[query]:
            # Points on the streets are 5 m apart, so the nearest is at most a hair farther.
            assert off_m > MAX_SNAP_M - 0.01
            costs = answered.reached.distance_mm[mine].tolist()
            assert costs == [mm for mm, _ in by_geodesic(sites, wanted, *place)[:4]]
        else:
            assert off_m < MAX_SNAP_M + 0.01
            assert answered.reached.off_mm[mine] / 1000 == pytest.approx(off_m, abs=0.5)
    assert 20 < answered.straight.sum() < 180


def test_both_sides_of_the_180th_meridian_are_one_town(draw_ways: DrawWays) -> None:
    """The same town on another meridian gives the same answers from the same metres."""
    answers = []
    for lon in (180.0, 37.0):
        streets, _ = build_town(draw_ways, (lon, -16.8))
        random = np.random.default_rng(9)
        east, north = random.uniform(-700, 700, (2, 60))
        at = degrees((lon, -16.8), east, north)
        home = degrees((lon, -16.8), *np.random.default_rng(1).uniform(-300, 300, (2, 30)))
        ids = [f"s{number}" for number in range(30)]
        sites = place_sites(streets.network, streets.grid, ids, *home, MAX_SNAP_M)
        reached = ask((streets, sites), *at, 5, np.ones(30, dtype=np.bool_)).reached
        answers.append(reached)
        assert (np.abs(streets.network.node_lon) <= 180.0).all()
    one, other = answers
    assert one.query.tolist() == other.query.tolist()
    # Degrees hold a few nanometres, so a millimetre may be rounded to its neighbour.
    assert one.distance_mm == pytest.approx(other.distance_mm, abs=10)
    assert (one.site == other.site).mean() > 0.98
