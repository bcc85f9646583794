"""Passes of a million simulated fixes in Porto at 5,000 issues; the peer is GeoPandas."""

import geopandas as gpd
import numpy as np
from figures import porto, tell, timed_in_turn

from geo_service.domain.issue import Issue
from geo_service.domain.passage import PassRule
from geo_service.domain.trace import Fixes
from geo_service.export.frames import moments
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import count_passes
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

FIXES_A_TRIP, TRIPS, ISSUES = 500, 2000, 5000
STEP_S, SPEED_M_S = 5, 5.0
START_US = 1_790_000_000_000_000
PORTO_UTM = 32629


def ridden(network: Network, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Ride one trip along random streets and fix the position every five seconds."""
    order = np.argsort(network.edge_from, kind="stable")
    starts = np.searchsorted(network.edge_from[order], np.arange(network.nodes + 1))
    wanted_mm = FIXES_A_TRIP * STEP_S * SPEED_M_S * 1000
    node, length = int(random.integers(network.nodes)), 0
    lon, lat, along = [], [], []
    while length < wanted_mm:
        leaving = order[starts[node] : starts[node + 1]]
        if not len(leaving):
            node = int(random.integers(network.nodes))
            continue
        edge = int(random.choice(leaving))
        shape = slice(network.edge_shape[edge], network.edge_shape[edge + 1])
        lon.append(network.shape_lon[shape])
        lat.append(network.shape_lat[shape])
        along.append(network.shape_mm[shape] + length)
        length += int(network.edge_length_mm[edge])
        node = int(network.edge_to[edge])
    at = np.arange(FIXES_A_TRIP) * STEP_S * SPEED_M_S * 1000
    mm = np.concatenate(along)
    return np.interp(at, mm, np.concatenate(lon)), np.interp(at, mm, np.concatenate(lat))


def main() -> None:
    """Print the figures."""
    network, _ = porto(Profile.EBIKE)
    random = np.random.default_rng(7)
    trips = [ridden(network, random) for _ in range(TRIPS)]
    lon = np.concatenate([trip[0] for trip in trips])
    lat = np.concatenate([trip[1] for trip in trips])
    begin = START_US + np.sort(random.integers(0, 86_400, TRIPS)) * 1_000_000
    t = (begin[:, None] + np.arange(FIXES_A_TRIP) * STEP_S * 1_000_000).ravel()
    names = tuple(f"t{row}" for row in range(TRIPS))
    fixes = Fixes(names, names, np.arange(TRIPS), np.arange(TRIPS + 1) * FIXES_A_TRIP, t, lon, lat)
    node = random.integers(0, network.nodes, ISSUES)
    opened = moments(np.array([START_US - 86_400_000_000]))[0].to_pydatetime()
    issues = [
        Issue(str(row), "standing_water", network.node_lon[at], network.node_lat[at], opened)
        for row, at in enumerate(node)
    ]
    points = issue_points(issues)
    near_fix = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs=4326).to_crs(PORTO_UTM)
    near_issue = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(points.lon, points.lat), crs=4326
    ).to_crs(PORTO_UTM)

    def ours() -> None:
        count_passes([fixes], points, PassRule())

    def geopandas() -> None:
        # Fixes near an issue: less than a pass, yet what an analyst would write first.
        near_fix.sjoin(near_issue, predicate="dwithin", distance=25.0)

    seconds = timed_in_turn({"ours": ours, "geopandas": geopandas})
    tell("passes, one core", len(fixes) / seconds["ours"], "fixes/s", issues=ISSUES)
    tell("geopandas sjoin dwithin", len(fixes) / seconds["geopandas"], "fixes/s", issues=ISSUES)
    tell("times faster", seconds["geopandas"] / seconds["ours"], "ratio")


if __name__ == "__main__":
    main()
