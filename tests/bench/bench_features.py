"""OGC API - Features on 100,000 facilities, beside pygeoapi and tipg in the same run.

Run it with ``scripts/bench features``; writes ``features.md`` beside this file. Needs Debian's
postgresql-15-postgis-3 for the peers that ask PostGIS, and gdal-bin for ogrinfo; without them that
part is left out, saying so. All servers have one worker, keep connections open and zip nothing;
they are asked in turn, one at a time.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from feature_asking import asking
from feature_city import (
    NAME,
    FeatureCity,
    boxes_of,
    build_feature_city,
    fill_postgis,
    write_geojson,
    write_tinydb,
)
from feature_questions import (
    HELD,
    Running,
    bench_boxes,
    bench_depth,
    bench_ogrinfo,
    bench_pages,
    check_same,
)
from feature_servers import (
    FeatureServer,
    file_provider,
    our_server,
    postgis_provider,
    pygeoapi_server,
    tipg_server,
)
from figures import begin_section, keep_table, tell
from http_load import resident_mb
from own_features import bench_own
from own_process import served
from private_postgis import Cluster, find_programs, private_postgis


def main() -> None:
    """Print the figures."""
    # Whoever stops it with a signal leaves no server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    tell("processes that wanted a processor before it began", os.getloadavg()[0], "")
    with ExitStack() as stack:
        workspace, folder = (Path(stack.enter_context(TemporaryDirectory())) for _ in range(2))
        city = build_feature_city(workspace)
        servers, cluster = [our_server(workspace)], None
        if programs := find_programs():
            cluster = stack.enter_context(private_postgis(programs))
            fill_postgis(cluster, city)
            servers.append(tipg_server(cluster))
        else:
            print("PostGIS is not installed; tipg and pygeoapi's PostgreSQL are left out.")  # noqa: T201 - said to whoever measures
        servers.append(pygeoapi_server(folder, {NAME: _best_provider(folder, city, cluster)}))
        begin_section("From the start of the process to the first page of ten")
        running = [stack.enter_context(_started(server)) for server in servers]
        check_same(running, city)
        bench_boxes(running, city)
        bench_pages(running, city)
        bench_depth(running)
        bench_ogrinfo(running)
        bench_own(running[0], workspace, city)
        begin_section("Memory after that (PostgreSQL's own not counted)")
        for one in running:
            tell(one.name, resident_mb(one.process), "MB")
    keep_table("features", "OGC API - Features on 100,000 facilities of Porto, two cores")


@contextmanager
def _started(server: FeatureServer) -> Iterator[Running]:
    """Start a server; tell when it first answered."""
    start = time.perf_counter()
    with served([*server.command, str(server.port)], server.port, server.environ) as process:
        with asking(server.port) as asker:
            asker.get(server.items(limit=10))
        tell(server.name, time.perf_counter() - start, "s")
        yield Running(server, process)


def _best_provider(folder: Path, city: FeatureCity, cluster: Cluster | None) -> Mapping[str, Any]:
    """Ask each of pygeoapi's providers some boxes, and return the fastest.

    SQLiteGPKG is not among them: it needs SpatiaLite, which Python's sqlite3 opens only where it
    was built to; and it looks at every row of the table.
    """
    geojson, tinydb = folder / "facilities.geojson", folder / "facilities.tinydb"
    write_geojson(geojson, city.features)
    write_tinydb(tinydb, city.features)
    providers = {"GeoJSON": file_provider("GeoJSON", geojson),
                 "TinyDB": file_provider("TinyDB", tinydb)}  # fmt: skip
    if cluster is not None:
        providers["PostgreSQL"] = postgis_provider(cluster)
    begin_section("Which of pygeoapi's providers is the fastest: a box, one connection")
    seconds = {name: _box_seconds(folder, city, name, one) for name, one in providers.items()}
    for name, took in seconds.items():
        tell(f"pygeoapi, {name}", took * 1000, "ms")
    return providers[min(seconds, key=seconds.__getitem__)]


def _box_seconds(folder: Path, city: FeatureCity, name: str, provider: Mapping[str, Any]) -> float:
    server = pygeoapi_server(folder, {NAME: provider}, f"pygeoapi-{name}")
    paths = [server.items(bbox=box, limit=100) for box in boxes_of(city, 2, HELD, seed=6)]
    with (
        served([*server.command, str(server.port)], server.port, server.environ),
        asking(server.port) as asker,
    ):
        return min(asker.seconds(path) for path in paths)


if __name__ == "__main__":
    main()
