"""Snapping finds the same street point as looking at every segment by brute force."""

import os
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from pyproj import Geod, Transformer

from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import SnapGrid, build_grid, segments_near, snap
from geo_service.streets.snap_grid import frozen_grid
from geo_service.streets.ways import Ways

GEOD = Geod(ellps="WGS84")
HERE = shapely.Point(0.0, 0.0)
ROAD = {"highway": "residential"}
DrawWays = Callable[..., Ways]


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    return float(GEOD.inv(one[0], one[1], other[0], other[1])[2])


def place_on_edge(network: Network, edge: int, offset_mm: int) -> tuple[float, float]:
    rows = slice(network.edge_shape[edge], network.edge_shape[edge + 1])
    lon = np.unwrap(network.shape_lon[rows], period=360.0)
    along = network.shape_mm[rows]
    return (
        float(np.interp(offset_mm, along, lon)),
        float(np.interp(offset_mm, along, network.shape_lat[rows])),
    )


def seen_by_hand(network: Network, lon: float, lat: float) -> np.ndarray:
    """Metres to every edge, in an azimuthal projection around the position."""
    around_here = f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84"
    to_metres = Transformer.from_crs("EPSG:4326", around_here, always_xy=True)
    places = np.column_stack(to_metres.transform(network.shape_lon, network.shape_lat))
    edge = np.repeat(np.arange(network.edges), np.diff(network.edge_shape))
    lines = shapely.linestrings(places, indices=edge)
    return np.asarray(shapely.distance(lines, HERE))


def around(
    network: Network, random: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Positions on, beside, and some hundred metres from the streets."""
    row = random.integers(0, len(network.shape_lon), count)
    spread = random.choice([0.0, 1e-6, 2e-4, 2e-3], count)
    lon = network.shape_lon[row] + random.normal(0, 1, count) * spread
    lat = network.shape_lat[row] + random.normal(0, 1, count) * spread
    return (lon + 180.0) % 360.0 - 180.0, lat


def check_against_brute_force(
    network: Network, grid: SnapGrid, lon: np.ndarray, lat: np.ndarray, max_m: float
) -> int:
    snapped = snap(network, grid, lon, lat, max_m)
    on_streets = 0
    for i in range(len(lon)):
        by_hand = seen_by_hand(network, lon[i], lat[i])
        best = float(by_hand.min())
        if snapped.edge[i] < 0:
            assert best > max_m - 0.002
            assert np.isnan(snapped.lon[i])
            assert (snapped.off_mm[i], snapped.node[i]) == (-1, -1)
            continue
        on_streets += 1
        assert best <= max_m + 0.002
        assert snapped.off_mm[i] / 1000 == pytest.approx(best, abs=0.002)
        assert by_hand[snapped.edge[i]] == pytest.approx(best, abs=0.002)
        there = metres_between((lon[i], lat[i]), (snapped.lon[i], snapped.lat[i]))
        assert there == pytest.approx(best, abs=0.003)
        on_edge = place_on_edge(network, int(snapped.edge[i]), int(snapped.offset_mm[i]))
        assert metres_between(on_edge, (snapped.lon[i], snapped.lat[i])) < 0.003
        if snapped.node[i] >= 0:
            at = network.node_lon[snapped.node[i]], network.node_lat[snapped.node[i]]
            assert metres_between(at, (snapped.lon[i], snapped.lat[i])) < 0.001
    return on_streets


@pytest.mark.parametrize("seed", range(24))
def test_snap_agrees_with_brute_force(
    random_network: Callable[[int, Profile], Network], seed: int
) -> None:
    network = random_network(seed, Profile.WALK)
    lon, lat = around(network, np.random.default_rng(seed), 40)
    assert check_against_brute_force(network, build_grid(network), lon, lat, 150.0) > 10


@pytest.mark.real
@pytest.mark.parametrize("profile", list(Profile))
def test_snap_agrees_with_brute_force_in_a_real_city(
    real_network: Callable[[str, Profile], Network], profile: Profile
) -> None:
    network = real_network("west-oakland_osmnx.osm.bz2", profile)
    lon, lat = around(network, np.random.default_rng(1), 40)
    assert check_against_brute_force(network, build_grid(network), lon, lat, 500.0) == 40


def cross(draw_ways: DrawWays, lon: float = 0.0, lat: float = 0.0) -> Network:
    """Two streets that cross at node 1."""
    places = {
        1: (lon, lat), 2: (lon - 0.001, lat), 3: (lon + 0.001, lat),
        4: (lon, lat - 0.001), 5: (lon, lat + 0.001),
    }  # fmt: skip
    places = {node: ((x + 180.0) % 360.0 - 180.0, y) for node, (x, y) in places.items()}
    return build_network(
        draw_ways(places, ([2, 1, 3], ROAD), ([4, 1, 5], ROAD)), Profile.WALK
    ).network


def one(
    network: Network, lon: float, lat: float, max_m: float = 500.0
) -> tuple[str, int, int, int]:
    snapped = snap(network, build_grid(network), np.array([lon]), np.array([lat]), max_m)
    name = network.edge_id(int(snapped.edge[0])) if snapped.edge[0] >= 0 else ""
    return name, int(snapped.offset_mm[0]), int(snapped.off_mm[0]), int(snapped.node[0])


def test_position_beside_a_street_snaps_to_its_side_not_to_a_junction(draw_ways: DrawWays) -> None:
    network = cross(draw_ways)
    name, offset_mm, off_mm, node = one(network, 0.0004, 0.0001)
    assert name == "100/1/3"
    assert offset_mm == pytest.approx(44_528, abs=2)
    assert off_mm == pytest.approx(11_057, abs=2)
    assert node == -1


def test_position_at_a_junction_snaps_to_the_junction(draw_ways: DrawWays) -> None:
    network = cross(draw_ways)
    name, _, off_mm, node = one(network, 0.0, 0.0)
    assert (name, off_mm) == ("100/1/3", 0)
    assert (network.node_lon[node], network.node_lat[node]) == (0.0, 0.0)


def test_position_beyond_a_dead_end_snaps_to_the_end(draw_ways: DrawWays) -> None:
    network = cross(draw_ways)
    name, offset_mm, off_mm, node = one(network, 0.002, 0.0)
    assert name == "100/1/3"
    assert offset_mm == network.edge_length_mm[1]
    assert off_mm == pytest.approx(111_319, abs=2)
    assert network.node_lon[node] == pytest.approx(0.001)


def test_shape_point_is_no_junction(draw_ways: DrawWays) -> None:
    places = {1: (0.0, 0.0), 2: (0.001, 0.001), 3: (0.002, 0.0)}
    network = build_network(draw_ways(places, ([1, 2, 3], ROAD)), Profile.WALK).network
    assert one(network, 0.001, 0.0015)[3] == -1


@pytest.mark.parametrize(
    ("first_id", "second_id", "nearest"), [(9, 10, "10/3/4"), (10, 9, "10/1/2")]
)
def test_of_two_streets_equally_near_the_smaller_id_as_text_wins(
    draw_ways: DrawWays, first_id: int, second_id: int, nearest: str
) -> None:
    places = {1: (0.0, 0.0001), 2: (0.001, 0.0001), 3: (0.0, -0.0001), 4: (0.001, -0.0001)}
    places |= {5: (-0.0005, 0.0)}
    ways = draw_ways(
        places, ([1, 2], ROAD), ([3, 4], ROAD), ([1, 5, 3], ROAD),
        way_ids=(first_id, second_id, 77),
    )  # fmt: skip
    network = build_network(ways, Profile.WALK).network
    assert one(network, 0.0007, 0.0)[0] == nearest


def test_nearer_street_wins_over_smaller_id(draw_ways: DrawWays) -> None:
    places = {1: (0.0, 0.0001), 2: (0.001, 0.0001), 3: (0.0, -0.0001), 4: (0.001, -0.0001)}
    places |= {5: (-0.0005, 0.0)}
    ways = draw_ways(
        places, ([1, 2], ROAD), ([3, 4], ROAD), ([1, 5, 3], ROAD), way_ids=(10, 11, 77)
    )
    network = build_network(ways, Profile.WALK).network
    assert one(network, 0.0007, -0.00000002)[0] == "11/3/4"


def test_what_lies_farther_than_the_limit_snaps_to_nothing(draw_ways: DrawWays) -> None:
    network = cross(draw_ways)
    assert one(network, 0.0008, 0.0005, max_m=56.0)[0] == "100/1/3"
    assert one(network, 0.0008, 0.0005, max_m=55.0)[0] == ""


def test_far_position_finds_the_streets_if_it_may(draw_ways: DrawWays) -> None:
    network = cross(draw_ways)
    name, _, off_mm, _ = one(network, 1.0, 0.0, max_m=200_000.0)
    assert name == "100/1/3"
    assert off_mm / 1000 == pytest.approx(111_319 * 0.999, rel=1e-4)


@pytest.mark.parametrize("lon", [180.0, -180.0, 179.9996, -179.9996])
def test_streets_across_the_180th_meridian_are_met_from_both_sides(
    draw_ways: DrawWays, lon: float
) -> None:
    network = cross(draw_ways, 180.0, 52.0)
    name, _, off_mm, _ = one(network, lon, 52.0001)
    assert off_mm == pytest.approx(11_127 if abs(lon) < 180 else 0, abs=5)
    assert name.startswith("100/" if abs(lon) < 180 else "101/")


@pytest.mark.parametrize("lon", [179.9996, 179.9999, -179.9999, -179.9996])
def test_the_place_on_a_street_across_the_180th_meridian_is_a_longitude(
    draw_ways: DrawWays, lon: float
) -> None:
    over = build_network(
        draw_ways({1: (179.999, 10.0), 2: (-179.999, 10.0)}, ([1, 2], ROAD)), Profile.WALK
    ).network
    snapped = snap(over, build_grid(over), np.array([lon]), np.array([10.0001]), 500.0)
    assert snapped.lon[0] == pytest.approx(lon, abs=1e-6)
    assert snapped.lat[0] == pytest.approx(10.0, abs=1e-6)


@pytest.mark.skipif(
    os.environ.get("NUMBA_DISABLE_JIT") == "1", reason="plain Python refuses such numbers itself"
)
def test_nothing_snaps_from_no_position(draw_ways: DrawWays) -> None:
    network = cross(draw_ways)
    assert one(network, float("nan"), 0.0)[0] == ""
    assert one(network, 0.0, float("inf"))[0] == ""
    rows = tuple(np.zeros(8, dtype=np.int64) for _ in range(3))
    for nowhere in (float("nan"), float("inf"), -float("inf")):
        assert segments_near(build_grid(network), nowhere, 0.0, 60.0, *rows) == 0
        assert segments_near(build_grid(network), 0.0, nowhere, 60.0, *rows) == 0


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("radius_m", [5.0, 60.0, 250.0])
def test_edges_near_are_those_of_brute_force_each_once_nearest_first(
    random_network: Callable[[int, Profile], Network], seed: int, radius_m: float
) -> None:
    network = random_network(seed, Profile.EBIKE)
    grid = build_grid(network)
    lon, lat = around(network, np.random.default_rng(seed), 10)
    edge, offset_mm, off_mm = (np.zeros(64, dtype=np.int64) for _ in range(3))
    for i in range(len(lon)):
        found = segments_near(grid, lon[i], lat[i], radius_m, edge, offset_mm, off_mm)
        by_hand = seen_by_hand(network, lon[i], lat[i])
        sure = set(np.flatnonzero(by_hand < radius_m - 0.002).tolist())
        possible = set(np.flatnonzero(by_hand < radius_m + 0.002).tolist())
        assert sure <= set(edge[:found].tolist()) <= possible
        assert len(set(edge[:found].tolist())) == found
        order = [(int(off_mm[j]), network.edge_id(int(edge[j]))) for j in range(found)]
        assert order == sorted(order)
        for j in range(found):
            assert off_mm[j] / 1000 == pytest.approx(by_hand[edge[j]], abs=0.002)


@pytest.mark.parametrize("seed", range(4))
def test_the_farthest_that_snaps_is_told_to_the_millimetre(
    random_network: Callable[[int, Profile], Network], seed: int
) -> None:
    network = random_network(seed, Profile.WALK)
    grid = build_grid(network)
    lon, lat = around(network, np.random.default_rng(seed), 60)
    far = snap(network, grid, lon, lat, 5_000.0)
    for i in np.flatnonzero(far.edge >= 0):
        at = lon[i : i + 1], lat[i : i + 1]
        off_m = far.off_mm[i] / 1000.0 + 1e-6
        assert snap(network, grid, *at, off_m).edge[0] == far.edge[i]
        assert snap(network, grid, *at, off_m - 0.001).edge[0] == -1


@pytest.mark.parametrize("east", [1.0, 60.0, -1.0, -60.0])
def test_nothing_is_near_beside_the_grid_and_no_cell_of_it_is_read(
    random_network: Callable[[int, Profile], Network], east: float
) -> None:
    network = random_network(9, Profile.WALK)
    grid = build_grid(network)
    rows = tuple(np.zeros(8, dtype=np.int64) for _ in range(3))
    # Plain Python, which checks bounds.
    plain = getattr(segments_near, "py_func", segments_near)
    for lat in (network.node_lat.min(), network.node_lat.max()):
        assert plain(grid, network.node_lon.max() + east, lat, 60.0, *rows) == 0


def test_edges_near_are_the_nearest_where_there_is_no_room_for_all(
    random_network: Callable[[int, Profile], Network],
) -> None:
    network = random_network(5, Profile.WALK)
    grid = build_grid(network)
    lon, lat = float(network.node_lon[0]), float(network.node_lat[0])
    many, few = (tuple(np.zeros(room, dtype=np.int64) for _ in range(3)) for room in (99, 3))
    assert segments_near(grid, lon, lat, 400.0, *many) > 3
    assert segments_near(grid, lon, lat, 400.0, *few) == 3
    for all_of_them, first_three in zip(many, few, strict=True):
        assert first_three.tolist() == all_of_them[:3].tolist()


# The middle of nowhere, the 180th meridian, far north and south, and where meridians meet.
PLACES = [(0.0, 0.0), (180.0, 52.0), (-71.0, -41.0), (25.0, 70.0), (-100.0, -88.0)]
PLACES += [(10.0, 89.0), (-179.9, 89.99), (60.0, -89.99)]


def wandering(
    draw_ways: DrawWays, random: np.random.Generator, place: tuple[float, float]
) -> Network:
    """A street that wanders about a place, with a shorter one that lies on it."""
    metres_east = GEOD.inv(place[0], place[1], place[0] + 0.001, place[1])[2] * 1000.0
    steps = random.normal(0.0, 60.0, (60, 2)) / (metres_east, 111_000.0)
    steps[random.integers(0, 60, 10)] *= (1.0, 0.0)
    lon, lat = (np.cumsum(steps, axis=0) + place).T
    places = dict(enumerate(zip((lon + 180) % 360 - 180, np.clip(lat, -90, 90), strict=True), 1))
    ways = draw_ways(places, (range(1, 61), ROAD), ([*range(20, 40), 1], ROAD), way_ids=(9, 10))
    return build_network(ways, Profile.WALK).network


def in_one_cell(grid: SnapGrid) -> SnapGrid:
    """A grid that leaves every segment to be looked at."""
    segments = np.unique(grid.segment)
    return frozen_grid(
        grid._replace(
            west=-180.0, south=-90.0, cell_lon=360.0, cell_lat=180.0, columns=1, rows=1,
            offsets=np.array([0, len(segments)]), segment=segments,
        )
    )  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("seed", range(4))
def test_no_cell_is_left_out_that_holds_the_nearest(
    draw_ways: DrawWays, place: tuple[float, float], seed: int
) -> None:
    random = np.random.default_rng(seed)
    network = wandering(draw_ways, random, place)
    grid = build_grid(network)
    lon, lat = around(network, random, 60)
    for far in (0.003, 0.02):
        lon[:30] += random.normal(0, far, 30) / max(np.cos(np.radians(place[1])), 1e-3)
        lat[:30] += random.normal(0, far, 30)
        at = (lon + 180.0) % 360.0 - 180.0, np.clip(lat, -90.0, 90.0)
        for max_m in (40.0, 500.0, 20_000.0):
            by_cells = snap(network, grid, *at, max_m)
            by_all = snap(network, in_one_cell(grid), *at, max_m)
            assert by_cells.off_mm.tolist() == by_all.off_mm.tolist()
            assert by_cells.edge.tolist() == by_all.edge.tolist()
            assert by_cells.offset_mm.tolist() == by_all.offset_mm.tolist()


@pytest.mark.parametrize("place", PLACES)
def test_no_cell_is_left_out_that_holds_an_edge_nearby(
    draw_ways: DrawWays, place: tuple[float, float]
) -> None:
    random = np.random.default_rng(7)
    network = wandering(draw_ways, random, place)
    grid = build_grid(network)
    lon, lat = around(network, random, 40)
    lat[:20] = np.clip(lat[:20] + random.normal(0, 0.005, 20), -90.0, 90.0)
    by_cells, by_all = (tuple(np.zeros(64, dtype=np.int64) for _ in range(3)) for _ in range(2))
    for radius_m in (20.0, 300.0, 3_000.0):
        for x, y in zip(lon, lat, strict=True):
            found = segments_near(grid, x, y, radius_m, *by_cells)
            assert segments_near(in_one_cell(grid), x, y, radius_m, *by_all) == found
            for some, every in zip(by_cells, by_all, strict=True):
                assert some[:found].tolist() == every[:found].tolist()
