"""Nearest on streets: one question, a new set, batches, all nodes, sizes, HTTP, and growth.

Peers in the same run: scipy's Dijkstra, pandana, and the smallest validated FastAPI endpoint.
"""

import os

# Peers are given one core, as we have one.
os.environ["OMP_NUM_THREADS"] = "1"

from datetime import UTC, datetime

from figures import PICTURE, keep_table, porto
from growth import bench_growth
from nearest_all_nodes import bench_all_nodes
from nearest_http import bench_http
from nearest_questions import bench_batches, bench_new_sets, bench_questions

from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def main() -> None:
    """Print the figures."""
    streets = Streets.of(porto(Profile.WALK)[0])
    bench_questions(streets, NOW)
    bench_new_sets(streets, NOW)
    bench_batches(streets, NOW)
    bench_all_nodes(streets.network)
    bench_growth(NOW)
    bench_http(1000)
    keep_table(
        "nearest",
        "Nearest on the streets of Porto: 71,000 nodes, 1,000 facilities, k = 5, two shared cores",
        picture=PICTURE.name,
    )


if __name__ == "__main__":
    main()
