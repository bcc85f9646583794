"""What every server of features is asked: boxes, all pages, the last page, and by ogrinfo."""

import json
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from feature_asking import asking, next_path
from feature_city import FEATURES, FeatureCity, boxes_of, ids_in
from feature_servers import FeatureServer
from figures import RUNS, begin_section, tell
from http_load import Load, ask_all

HELD = 20
"""Features in a box."""
LIMIT = 1_000
CHECKED = 30
SECONDS_A_ROUND = 2.0
FEWEST, MOST = 40, 8_000
SWEEPS = 2
PAIRS = 20
OGR_PATIENCE_S = 300


@dataclass(frozen=True, slots=True)
class Running:
    """A server that is up."""

    server: FeatureServer
    process: int

    @property
    def name(self) -> str:
        return self.server.name


def check_same(running: Sequence[Running], city: FeatureCity) -> None:
    """Refuse servers that don't tell the same features; their names are looked at too.

    Raises
    ------
    RuntimeError
        Naming the server and the box.
    """
    names = {one["id"]: one["properties"]["name"] for one in city.features}
    for box in boxes_of(city, CHECKED, HELD, seed=1):
        wanted = {key: names[key] for key in ids_in(city, box)}
        for one in running:
            with asking(one.server.port) as asker:
                page = asker.document(one.server.items(bbox=box, limit=100))
            told = {row["id"]: row["properties"]["name"] for row in page["features"]}
            if told != wanted or page["numberMatched"] != HELD:
                raise RuntimeError(f"{one.name} tells other features of {box}")


def bench_boxes(running: Sequence[Running], city: FeatureCity) -> None:
    """Ask for boxes over 8 connections, in rounds, each server in its turn."""
    begin_section(f"Boxes with {HELD} features, 8 connections, one worker (asked: 10 times)")
    boxes = boxes_of(city, MOST // 8, HELD, seed=2)
    paths = {one.name: [one.server.items(bbox=box, limit=100) for box in boxes] for one in running}
    counts: dict[str, int] = {}
    for one in running:
        warm = ask_all(one.server.port, paths[one.name][:FEWEST], one.process)
        wanted = warm.requests_per_second * SECONDS_A_ROUND
        counts[one.name] = max(FEWEST, min(MOST, int(wanted)))
    loads: dict[str, list[Load]] = {one.name: [] for one in running}
    for _ in range(RUNS):
        for one in running:
            mine = (paths[one.name] * 8)[: counts[one.name]]
            loads[one.name].append(ask_all(one.server.port, mine, one.process))
    rates: dict[str, float] = {}
    for name, seen in loads.items():
        rates[name] = median(load.requests_per_second for load in seen)
        length = round(median(load.length for load in seen))
        tell(name, rates[name], "requests/s", bytes=length)
        tell(f"{name}, p50", median(load.p50_ms for load in seen), "ms")
        tell(f"{name}, p99", median(load.p99_ms for load in seen), "ms")
        cpu = median(load.requests_per_cpu_second for load in seen)
        tell(f"{name}, its own process alone", cpu, "requests/CPU s")
    _tell_times("times the best peer", rates)


def bench_pages(running: Sequence[Running], city: FeatureCity) -> None:
    """Follow the links through the whole collection; the first time through ids are looked at."""
    begin_section(
        f"All {FEATURES:,} features, {LIMIT:,} a page (asked: 100,000 features/s, 10 times)"
    )
    rates: dict[str, list[float]] = {one.name: [] for one in running}
    for sweep in range(-1, SWEEPS):
        for one in running:
            with asking(one.server.port) as asker:
                start = time.perf_counter()
                pages = list(asker.pages(one.server.items(limit=LIMIT)))
                took = time.perf_counter() - start
            if sweep < 0:
                ids = [row["id"] for page in pages for row in json.loads(page)["features"]]
                if sorted(ids) != city.ids:
                    raise RuntimeError(f"{one.name} does not tell each feature once")
            else:
                rates[one.name].append(FEATURES / took)
    medians = {name: median(seen) for name, seen in rates.items()}
    for name, rate in medians.items():
        tell(name, rate, "features/s")
    _tell_times("times the best peer", medians)


def bench_depth(running: Sequence[Running]) -> None:
    """Ask for the first page and the one behind 99,000 features by turns."""
    begin_section(
        f"The page behind {FEATURES - LIMIT:,} features, and the first (asked: within 20 %)"
    )
    for one in running:
        first = one.server.items(limit=LIMIT)
        with asking(one.server.port) as asker:
            last = _last_path(one, first)
            pairs = [(asker.seconds(first), asker.seconds(last)) for _ in range(PAIRS + 1)][1:]
        near, far = (median(column) for column in zip(*pairs, strict=True))
        tell(f"{one.name}, first page", near * 1000, "ms")
        tell(f"{one.name}, last page", far * 1000, "ms")
        tell(f"{one.name}, last to first", median(b / a for a, b in pairs), "ratio")


def bench_ogrinfo(running: Sequence[Running]) -> None:
    """Let GDAL look at the collection as a whole."""
    if not (program := shutil.which("ogrinfo")):
        print("ogrinfo is not installed (Debian: gdal-bin); left out.")  # noqa: T201 - said to whoever measures
        return
    begin_section("ogrinfo -so of the collection (asked: at most 2 s)")
    for one in running:
        command = [program, "-ro", "-so", f"OAPIF:{one.server.base}", one.server.collection]
        seconds = []
        for _ in range(RUNS):
            start = time.perf_counter()
            told = subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=OGR_PATIENCE_S
            )
            seconds.append(time.perf_counter() - start)
        if f"Feature Count: {FEATURES}" not in told.stdout:
            raise RuntimeError(f"{one.name}: {told.stdout[:500]}")
        tell(one.name, median(seconds), "s")


def _last_path(one: Running, first: str) -> str:
    """Return the address of the last page, as the links lead there."""
    path = first
    with asking(one.server.port) as asker:
        while (following := next_path(asker.get(path))) is not None:
            path = following
    return path


def _tell_times(figure: str, rates: dict[str, float]) -> None:
    ours, *peers = rates.values()
    if peers:
        tell(figure, ours / max(peers), "ratio")
