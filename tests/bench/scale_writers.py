"""Four workers on one PostgreSQL: states and reports written, and how soon all of them know."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import httpx
import numpy as np
from figures import begin_section, tell
from mixed_traffic import Traffic, send_at_rate
from own_process import free_port, served
from private_postgis import find_programs, private_postgis

from geo_service.domain.role import Role
from geo_service.flows.build_demo import build_demo
from geo_service.flows.manage_keys import add_key
from geo_service.flows.wiring import open_workspace
from geo_service.settings import Settings
from geo_service.store import facilities as stored_facilities

WORKERS = 4
STATES_A_SECOND, REPORTS_A_SECOND = 200, 50
SECONDS, WARMING_S = 60, 10
CHANGES = 100
PATIENCE_S = 10.0


class Serving(NamedTuple):
    """A demo district, served by several workers."""

    process: int
    port: int
    key: str
    cabinets: Sequence[str]


def bench_writers() -> None:
    """Tell how long writes take at the rates aimed at, and how soon each worker tells of one."""
    with _served_demo() as serving:
        rate = STATES_A_SECOND + REPORTS_A_SECOND
        shares = {"state": STATES_A_SECOND / rate, "report": REPORTS_A_SECOND / rate}
        traffic = Traffic(serving.key, serving.cabinets, shares)
        begin_section(f"{WORKERS} workers on PostgreSQL, {SECONDS} s")
        asyncio.run(send_at_rate(serving.port, traffic, rate, WARMING_S))
        seen = asyncio.run(send_at_rate(serving.port, traffic, rate, SECONDS))
        for sort, share in shares.items():
            well = sum(
                one == sort and 200 <= status < 300
                for one, status in zip(seen.sorts, seen.statuses, strict=True)
            )
            tell(f"{sort}s written, of {share * rate:g} a second asked", well / SECONDS, "a second")
            tell(f"p99 of a {sort}", seen.p99_ms(sort), "ms")
        tell("p50 of both", float(np.median(seen.took_s)) * 1000, "ms")
        tell("sent away", seen.count(shed=True), "")
        tell("other errors", seen.count(wrong=True), "")
        took = [_until_all_tell(serving, number) for number in range(CHANGES)]
        begin_section(f"From a change's answer until each of {WORKERS} workers tells of it")
        tell(f"p50 of {CHANGES} changes", float(np.median(took)) * 1000, "ms")
        tell("longest", max(took) * 1000, "ms")


@contextmanager
def _served_demo() -> Iterator[Serving]:
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL with PostGIS is not installed.")
    with private_postgis(programs) as cluster, TemporaryDirectory() as folder:
        settings = Settings(
            workspace=Path(folder) / "city",
            rider_key_file=Path(folder) / "key",
            database_url=cluster.address_for("psycopg"),
        )
        build_demo(settings, datetime.now(UTC), say=lambda _: None)
        with open_workspace(settings) as workspace:
            _, key = add_key(workspace, Role.STAFF, None, datetime.now(UTC))
            with workspace.database.reading() as connection:
                cabinets = stored_facilities.read_kind(connection, "charging_cabinet")
        port = free_port()
        environ = {
            "GEO_SERVICE_WORKSPACE": str(settings.workspace),
            "GEO_SERVICE_RIDER_KEY_FILE": str(settings.rider_key_file),
            "GEO_SERVICE_DATABASE_URL": settings.database_url,
            "GEO_SERVICE_REPORTS_PER_HOUR": "0",
        }
        command = [sys.executable, "-m", "geo_service", "serve", "--port", str(port)]
        command += ["--workers", str(WORKERS)]
        with served(command, port, environ) as process:
            _wait_for_workers(process)
            yield Serving(process, port, key, [one.facility_id for one in cabinets])


def workers_of(process: int) -> list[int]:
    """Return the processes that a command had started to answer."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [
        int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]


def _wait_for_workers(process: int) -> None:
    end = time.monotonic() + 60
    while len(workers_of(process)) < WORKERS and time.monotonic() < end:
        time.sleep(0.1)


def _until_all_tell(serving: Serving, number: int) -> float:
    """Change a cabinet, and return after how many seconds the last worker told of it."""
    cabinet, charged = serving.cabinets[0], 1 + number % 7
    path = f"http://127.0.0.1:{serving.port}/facilities/{cabinet}"
    with _one_connection_each(serving) as connections:
        state = {"observed_at": datetime.now(UTC).isoformat(), "charged": charged, "empty": 1}
        told = httpx.put(
            f"{path}/state", json=state, headers={"Authorization": f"Bearer {serving.key}"}
        )
        told.raise_for_status()
        answered, last = time.perf_counter(), 0.0
        for connection in connections:
            while not _tells(connection, path, charged):
                if time.perf_counter() - answered > PATIENCE_S:
                    raise RuntimeError("a worker never told of a change")
            last = max(last, time.perf_counter() - answered)
    return last


def _tells(connection: httpx.Client, path: str, charged: int) -> bool:
    return bool(connection.get(path).json()["properties"]["state"]["charged"] == charged)


@contextmanager
def _one_connection_each(serving: Serving) -> Iterator[list[httpx.Client]]:
    """Open a connection to each worker, while the others stand still for a moment."""
    workers = workers_of(serving.process)
    connections: list[httpx.Client] = []
    try:
        for worker in workers:
            others = [one for one in workers if one != worker]
            for one in others:
                os.kill(one, signal.SIGSTOP)
            try:
                connection = httpx.Client(timeout=PATIENCE_S)
                connection.get(f"http://127.0.0.1:{serving.port}/health/live").raise_for_status()
                connections.append(connection)
            finally:
                for one in others:
                    os.kill(one, signal.SIGCONT)
        yield connections
    finally:
        for connection in connections:
            connection.close()
