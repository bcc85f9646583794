"""What the benchmarks share: the benchmark city, fair timing, and a line of JSON a figure."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap_grid import SnapGrid, build_grid

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
RUNS = 5


def porto(profile: Profile) -> tuple[Network, SnapGrid]:
    """Read the streets of Porto, about 300,000 nodes on foot."""
    network = build_network(
        read_streets(SHARED / "streets" / "porto_conveyal_r5.osm.pbf"), profile
    ).network
    return network, build_grid(network)


def timed_in_turn(tasks: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Time tasks in turn, A B A B, after one warm-up of each; return each one's median seconds."""
    for task in tasks.values():
        task()
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(RUNS):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def tell(figure: str, value: float, unit: str, **more: object) -> None:
    """Print one figure."""
    print(json.dumps({"figure": figure, "value": round(value, 4), "unit": unit, **more}))  # noqa: T201 - what a benchmark is for
