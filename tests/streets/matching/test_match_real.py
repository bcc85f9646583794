"""The matcher on real streets: against known routes, simulated rides, and trains.

Error as Newson and Krumm have it: length wrongly added and length missed, over the true length.
"""

import heapq
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from known_routes import drawn_network, longest_common_m, one_trip

from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import (
    metres_per_degree_east,
    metres_per_degree_north,
    segment_lengths_m,
)
from geo_service.streets.matching.match import match
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap import build_grid, snap

RealNetwork = Callable[[str, Profile], Network]
pytestmark = [pytest.mark.real, pytest.mark.slow]


def _fixes(trips: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Fixes:
    """Trips of time in microseconds, longitude, latitude."""
    t, lon, lat = (np.concatenate(column) for column in zip(*trips, strict=True))
    return Fixes(
        trip_ids=tuple(str(i) for i in range(len(trips))),
        rider_ids=("rider",),
        rider=np.zeros(len(trips), dtype=np.int64),
        offsets=np.cumsum([0, *(len(trip[0]) for trip in trips)]).astype(np.int64),
        t=t.astype(np.int64),
        lon=lon,
        lat=lat,
    )


@pytest.mark.parametrize("city", ["00000013", "00000086"])
def test_known_routes_of_two_cities(shared_data: Path, city: str) -> None:
    network, true, track = drawn_network(shared_data / "matching" / "gmm" / city / city)
    grid, length_m = build_grid(network), network.edge_length_mm / 1000.0
    true_m = length_m[true >> 1]
    for every in (1, 5, 15, 30):
        matched = match(network, grid, one_trip(track[::every]))
        got = 2 * matched.edge + matched.backward
        got_m = length_m[matched.edge]
        common_m = longest_common_m(true, true_m, got, got_m)
        error = (true_m.sum() + got_m.sum() - 2 * common_m) / true_m.sum()
        assert error <= 0.005, every
        assert np.all(matched.edge_of_fix >= 0)


def _ways_out(network: Network) -> list[list[int]]:
    out: list[list[int]] = [[] for _ in range(network.nodes)]
    for edge in range(network.edges):
        if network.edge_forward[edge]:
            out[network.edge_from[edge]].append(2 * edge)
        if network.edge_backward[edge]:
            out[network.edge_to[edge]].append(2 * edge + 1)
    return out


def _ride(network: Network, out: list[list[int]], random: np.random.Generator) -> np.ndarray:
    """The arcs of the best way from somewhere to a place at least 3 km on, for some taste."""
    heads = np.column_stack((network.edge_to, network.edge_from)).ravel()
    while True:
        taste = network.edge_length_mm * random.uniform(0.7, 1.5, network.edges)
        start = int(random.integers(network.nodes))
        came: dict[int, tuple[int, int]] = {}
        heap = [(0.0, 0, start, -1, -1)]
        while heap:
            cost, ridden, node, arc, before = heapq.heappop(heap)
            if node in came:
                continue
            came[node] = (arc, before)
            if ridden > 3_000_000:
                ride = []
                while node != start:
                    arc, node = came[node]
                    ride.append(arc)
                return np.array(ride[::-1])
            for leaving in out[node]:
                further = ridden + int(network.edge_length_mm[leaving >> 1])
                onward = (cost + taste[leaving >> 1], further, int(heads[leaving]), leaving, node)
                heapq.heappush(heap, onward)


def _record(
    network: Network, ride: np.ndarray, every_s: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fixes at 5.5 m/s with noise of 8 m in each direction that lasts about 20 s."""
    lon, lat = [], []
    for arc in ride:
        shape = np.arange(network.edge_shape[arc >> 1], network.edge_shape[(arc >> 1) + 1])
        shape = shape[::-1] if arc & 1 else shape
        lon.append(network.shape_lon[shape])
        lat.append(network.shape_lat[shape])
    x, y = np.concatenate(lon), np.concatenate(lat)
    along = np.append(0.0, np.cumsum(segment_lengths_m(x[:-1], y[:-1], x[1:], y[1:])))
    t = np.append(np.arange(0.0, along[-1] / 5.5, every_s), along[-1] / 5.5)
    noise = random.normal(0.0, 8.0, (len(t), 2))
    kept = np.exp(-every_s / 20.0)
    for i in range(1, len(t)):
        noise[i] = kept * noise[i - 1] + np.sqrt(1.0 - kept * kept) * noise[i]
    x, y = np.interp(5.5 * t, along, x), np.interp(5.5 * t, along, y)
    return (
        t * 1e6,
        x + noise[:, 0] / metres_per_degree_east(y),
        y + noise[:, 1] / metres_per_degree_north(y),
    )


@pytest.mark.parametrize("every_s", [1.0, 5.0])
def test_simulated_rides_through_porto(real_network: RealNetwork, every_s: float) -> None:
    network = real_network("porto_conveyal_r5.osm.pbf", Profile.EBIKE)
    random, out = np.random.default_rng(5), _ways_out(network)
    rides = [_ride(network, out, random) for _ in range(100)]
    fixes = _fixes([_record(network, ride, every_s, random) for ride in rides])
    matched = match(network, build_grid(network), fixes)
    true_m = wrong_m = 0.0
    for trip, ride in enumerate(rides):
        rows = matched.trip == trip
        length = network.edge_length_mm[ride >> 1] / 1000.0
        got, got_m = 2 * matched.edge[rows] + matched.backward[rows], matched.metres[rows]
        true_m += length.sum()
        wrong_m += length.sum() + got_m.sum() - 2 * longest_common_m(ride, length, got, got_m)
    assert wrong_m / true_m <= 0.03


def test_trains_through_jinan_are_refused(shared_data: Path, real_network: RealNetwork) -> None:
    network = real_network("jinan_roads_mtrajrec.gpkg", Profile.EBIKE)
    table = pd.read_parquet(shared_data / "traces" / "geolife_jinan.parquet")
    table = table.drop_duplicates(["traj", "t"]).sort_values(["traj", "t"])
    micros = table["t"].astype("datetime64[us]").astype("int64")
    trips = [
        (micros[rows].to_numpy(), table.lon[rows].to_numpy(), table.lat[rows].to_numpy())
        for rows in table.groupby("traj").groups.values()
    ]
    fixes = _fixes(trips)
    grid = build_grid(network)
    matched = match(network, grid, fixes)
    recorded_m = sum(segment_lengths_m(x[:-1], y[:-1], x[1:], y[1:]).sum() for _, x, y in trips)
    # Seen: 0.07 % of the metres, 54 of 12,245 fixes, all of two trips; 1,077 fixes lie within 50 m
    # of a street, where a matcher that takes the nearest would put them.
    near = snap(network, grid, fixes.lon, fixes.lat, max_m=50.0).edge >= 0
    assert near.sum() > 1000
    assert matched.metres.sum() <= 0.001 * recorded_m
    assert np.mean(matched.edge_of_fix >= 0) <= 0.006
    assert np.mean(matched.edge_of_fix[near] >= 0) <= 0.07
    assert len(np.unique(matched.trip)) <= 2
