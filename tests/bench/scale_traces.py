"""Passes by issue in a country's cities: in process and by Dask, by the number of fixes."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from time import perf_counter
from typing import NamedTuple

import pandas as pd
from country import FACILITIES, FIXES_A_DAY, ISSUES, Country
from figures import begin_section, tell
from http_load import resident_mb
from overlay_lakes import lake_files
from overlay_passes import Table

from geo_service.domain.issue import Issue
from geo_service.flows.dask_workers import LOCAL, dask_workers
from geo_service.flows.start_workspace import start_workspace
from geo_service.flows.wiring import Workspace
from geo_service.settings import Settings
from geo_service.streets.network import Network

CITIES, DAYS = 10, 2
"""A tenth of the country meant, so that each city is as large and as full as there."""
OF_ALL = 100
SIZES = (10**6, 10**7, 10**8)
RUNS = 3


class Cost(NamedTuple):
    """What one count took."""

    seconds: float
    memory_mb: float
    """The most that this process and those it started held together."""
    wire_mb: float
    """What went over loopback, there and back, heads of packets included."""


def bench_traces(network: Network) -> None:
    """Tell what passes cost by size, in turn in process and by two workers of Dask."""
    for fixes in SIZES:
        country = Country(network, CITIES, fixes // DAYS)
        issues = country.issues(ISSUES * CITIES // OF_ALL)
        with TemporaryDirectory() as folder, _filled(country, Path(folder)) as workspace:
            _bench_size(workspace, issues)
    begin_section("The country that is meant")
    tell("facilities", FACILITIES, "")
    tell("issues", ISSUES, "")
    tell("fixes a day", FIXES_A_DAY, "")


def _filled(country: Country, folder: Path) -> Workspace:
    settings = Settings(workspace=folder / "city", rider_key_file=folder / "rider.key")
    workspace = start_workspace(settings)
    for day in range(DAYS):
        for city in range(country.cities):
            workspace.lake.add(country.day(city, day))
    return workspace


def _bench_size(workspace: Workspace, issues: list[Issue]) -> None:
    known = workspace.lake.fixes()
    begin_section(f"{known:,} fixes, {len(issues):,} issues in {CITIES} cities")
    size = sum(path.stat().st_size for path in lake_files(workspace))
    tell("disk", size / 1e6, "MB")
    with dask_workers(LOCAL) as workers:
        here, there = (
            Table(one, issues) for one in (workspace, replace(workspace, workers=workers))
        )
        pd.testing.assert_frame_equal(here.make_anew(), there.make_anew())
        costs: dict[str, list[Cost]] = {}
        for _ in range(RUNS):
            for name, table in (("in process", here), ("Dask, 2 workers", there)):
                costs.setdefault(name, []).append(_cost(table.make_anew))
    for name, seen in costs.items():
        tell(name, known / median(one.seconds for one in seen), "fixes/s")
        tell(f"{name}, time", median(one.seconds for one in seen), "s")
        tell(f"{name}, memory", max(one.memory_mb for one in seen), "MB")
        tell(f"{name}, over the wire", median(one.wire_mb for one in seen), "MB")
    ours, theirs = (median(one.seconds for one in seen) for seen in costs.values())
    tell("Dask's share of the rate in process", ours / theirs, "ratio")


def _cost(work: Callable[[], object]) -> Cost:
    seen, done = [0.0], Event()

    def watch() -> None:
        while not done.wait(0.05):
            seen.append(sum(map(resident_mb, _family())))

    watcher = Thread(target=watch)
    watcher.start()
    before, begun = _wire_bytes(), perf_counter()
    try:
        work()
    finally:
        seconds, wire = perf_counter() - begun, _wire_bytes() - before
        done.set()
        watcher.join()
    return Cost(seconds, max(seen), wire / 1e6)


def _family() -> list[int]:
    """Return this process and those it started, which stay as long as it measures."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return [os.getpid(), *found]


def _wire_bytes() -> int:
    for line in Path("/proc/net/dev").read_text().splitlines():
        name, _, counts = line.partition(":")
        if name.strip() == "lo":
            return int(counts.split()[0])
    raise RuntimeError("there is no loopback")
