"""Nearest over HTTP: requests a CPU second beside the smallest endpoint, latency, and memory."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from figures import RUNS, SHARED, tell
from http_load import Load, ask_all, resident_mb
from own_process import free_port, served
from places import FACILITY_KINDS, make_facilities, positions

from geo_service.flows.load_streets import load_streets
from geo_service.flows.start_workspace import start_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored
from geo_service.streets.profile import Profile

REQUESTS = 8_000
HERE = Path(__file__).parent


def bench_http(facilities: int) -> None:
    """Print the figures of one worker on Porto."""
    with TemporaryDirectory() as folder:
        settings = Settings(workspace=Path(folder))
        with start_workspace(settings) as workspace:
            load_streets(workspace, [SHARED / "streets" / "porto_conveyal_r5.osm.pbf"])
            network = workspace.streets(Profile.WALK).network
            with workspace.database.writing() as connection:
                stored.write(connection, make_facilities(network, facilities))
        lon, lat = positions(network, REQUESTS, seed=11)
        where = [f"lat={y:.6f}&lon={x:.6f}" for x, y in zip(lon, lat, strict=True)]
        environ = {"GEO_SERVICE_WORKSPACE": folder}
        port, small_port = free_port(), free_port()
        python = sys.executable
        ours = [python, "-m", "geo_service", "serve", "--port", str(port)]
        with served(ours, port, environ) as process:
            path = "/facilities/nearest?profile=walk&k=5&kind=rest_station&open_at=now&"
            asked = [path + place for place in where]
            length = int(ask_all(port, asked[:200], process).length)
            small = [python, "-m", "uvicorn", "--app-dir", str(HERE), "smallest_app:app"]
            small += ["--no-access-log", "--port", str(small_port)]
            with served(small, small_port, {"SMALLEST_BYTES": str(length)}) as peer:
                smallest = [f"/smallest?{place}" for place in where]
                ask_all(small_port, smallest[:200], peer)
                runs = [
                    (ask_all(port, asked, process), ask_all(small_port, smallest, peer))
                    for _ in range(RUNS)
                ]
            _tell_runs(runs, length)
            _ask_many_sets(port, process)
            tell("memory, both profiles, 32 tables", resident_mb(process), "MB")


def _tell_runs(runs: Sequence[tuple[Load, Load]], length: int) -> None:
    ours = median(load.requests_per_cpu_second for load, _ in runs)
    peer = median(load.requests_per_cpu_second for _, load in runs)
    tell("nearest over HTTP", ours, "requests/CPU s", bytes=length)
    tell("smallest validated endpoint", peer, "requests/CPU s", bytes=length)
    tell("share of the smallest endpoint", ours / peer, "ratio")
    tell("nearest over HTTP, 8 connections, p50", median(load.p50_ms for load, _ in runs), "ms")
    tell("nearest over HTTP, 8 connections, p99", median(load.p99_ms for load, _ in runs), "ms")


def _ask_many_sets(port: int, process: int) -> None:
    """Ask for 32 different sets, so that as many tables are kept."""
    rng = np.random.default_rng(5)
    kinds = [f"kind={kind}" for kind in FACILITY_KINDS]
    paths = []
    for number in range(1, 17):
        chosen = [kind for bit, kind in enumerate(kinds) if number >> bit & 1]
        chosen += [] if number < 16 else ["amenity=fridge"]
        where = f"lat={41.15 + rng.normal() / 100:.6f}&lon={-8.61 + rng.normal() / 100:.6f}"
        paths += [
            "/facilities/nearest?" + "&".join([where, f"profile={profile}", *chosen])
            for profile in Profile
        ]
    ask_all(port, paths, process)
