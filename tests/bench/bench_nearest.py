"""Nearest on the streets of Porto, on foot, 1,000 facilities, k = 5; the peer is scipy."""

import numpy as np
from figures import porto, tell, timed_in_turn
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_service.streets.nearest import Measure, find_nearest, place_sites
from geo_service.streets.profile import Profile

FACILITIES, QUERIES, K = 1000, 200, 5
LIMIT_MM = 4_000_000


def main() -> None:
    """Print the figures."""
    network, grid = porto(Profile.WALK)
    random = np.random.default_rng(7)

    def places(count: int) -> tuple[np.ndarray, np.ndarray]:
        node = random.integers(0, network.nodes, count)
        jitter = random.normal(0.0, 0.0003, (2, count))
        return network.node_lon[node] + jitter[0], network.node_lat[node] + jitter[1]

    ids = [f"f{row:04}" for row in range(FACILITIES)]
    sites = place_sites(network, grid, ids, *places(FACILITIES), 500.0)
    wanted = np.ones(FACILITIES, np.bool_)
    lon, lat = places(QUERIES)

    def ours() -> None:
        for row in range(QUERIES):
            find_nearest(
                network, grid, sites, wanted, lon[row : row + 1], lat[row : row + 1],
                k=K, measure=Measure.DISTANCE, max_snap_m=500.0,
            )  # fmt: skip

    graph = csr_matrix(
        (
            np.tile(network.edge_length_mm, 2).astype(float),
            (
                np.concatenate([network.edge_from, network.edge_to]),
                np.concatenate([network.edge_to, network.edge_from]),
            ),
        ),
        shape=(network.nodes, network.nodes),
    )
    starts = random.integers(0, network.nodes, QUERIES)

    def scipy() -> None:
        for start in starts:
            dijkstra(graph, indices=start, limit=LIMIT_MM)

    seconds = timed_in_turn({"ours": ours, "scipy": scipy})
    tell("nearest, one query", seconds["ours"] / QUERIES * 1000, "ms")
    tell("scipy dijkstra, limit 4 km", seconds["scipy"] / QUERIES * 1000, "ms")
    tell("times faster", seconds["scipy"] / seconds["ours"], "ratio")


if __name__ == "__main__":
    main()
