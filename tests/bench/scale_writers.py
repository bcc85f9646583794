"""Four workers on one PostgreSQL: states and reports written, and how soon all of them know."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
from figures import begin_section, tell
from http_load import cpu_seconds
from mixed_traffic import Traffic, send_at_rate
from private_postgis import find_programs, private_postgis
from served_demo import ServedDemo, served_demo

WORKERS = 4
STATES_A_SECOND, REPORTS_A_SECOND = 200, 50
"""Of as many cabinets, each of which tells its state once a second."""
SHARES_OF_RATE = (0.2, 0.4, 0.6, 0.8, 1.0)
SECONDS, WARMING_S = 40, 10
CHANGES = 100
PATIENCE_S = 10.0


def bench_writers() -> None:
    """Tell how long writes take at the rates aimed at, and how soon each worker tells of one."""
    with _served_by_workers() as serving:
        for share in SHARES_OF_RATE:
            _write(serving, share)
        took = [_until_all_tell(serving, number) for number in range(CHANGES)]
        begin_section(f"From a change's answer until each of {WORKERS} workers tells of it")
        tell(f"p50 of {CHANGES} changes", float(np.median(took)) * 1000, "ms")
        tell("longest", max(took) * 1000, "ms")


def _write(serving: ServedDemo, share: float) -> None:
    """Tell how long writes take at a share of the rates aimed at, and what they cost."""
    rates = {"state": STATES_A_SECOND * share, "report": REPORTS_A_SECOND * share}
    rate = sum(rates.values())
    shares = {sort: each / rate for sort, each in rates.items()}
    traffic = Traffic(serving.key, serving.cabinets, shares)
    begin_section(f"{WORKERS} workers on PostgreSQL, {SECONDS} s at {rate:g} writes a second")
    asyncio.run(send_at_rate(serving.port, traffic, rate, WARMING_S))
    workers = workers_of(serving.process)
    spent = sum(map(cpu_seconds, workers))
    seen = asyncio.run(send_at_rate(serving.port, traffic, rate, SECONDS))
    spent = sum(map(cpu_seconds, workers)) - spent
    for sort, each in rates.items():
        well = sum(
            one == sort and 200 <= status < 300
            for one, status in zip(seen.sorts, seen.statuses, strict=True)
        )
        tell(f"{sort}s written, of {each:g} a second asked", well / SECONDS, "a second")
        tell(f"p99 of a {sort}", seen.p99_ms(sort), "ms")
    tell("p50 of both", float(np.median(seen.took_s)) * 1000, "ms")
    tell("sent away", seen.count(shed=True), "")
    tell("other errors", seen.count(wrong=True), "")
    tell("processor of the workers, for one answer", 1000 * spent / len(seen.statuses), "ms")


@contextmanager
def _served_by_workers() -> Iterator[ServedDemo]:
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL with PostGIS is not installed.")
    with (
        private_postgis(programs) as cluster,
        served_demo(
            "--workers",
            str(WORKERS),
            database_url=cluster.address_for("psycopg"),
            cabinets=STATES_A_SECOND,
        ) as serving,
    ):
        _wait_for_workers(serving.process)
        yield serving


def workers_of(process: int) -> list[int]:
    """Return the processes that a command had started to answer."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [
        int(one) for one in children if b"spawn_main" in Path(f"/proc/{one}/cmdline").read_bytes()
    ]


def _wait_for_workers(process: int) -> None:
    end = time.monotonic() + 60
    while len(workers_of(process)) < WORKERS:
        if time.monotonic() > end:
            raise RuntimeError("some workers were not started")
        time.sleep(0.1)


def _until_all_tell(serving: ServedDemo, number: int) -> float:
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
def _one_connection_each(serving: ServedDemo) -> Iterator[list[httpx.Client]]:
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
