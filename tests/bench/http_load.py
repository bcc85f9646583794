"""A bounded load on loopback, and what it costs the server in CPU seconds."""

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What a load saw."""

    requests_per_cpu_second: float
    requests_per_second: float
    """Over all connections together."""
    p50_ms: float
    p99_ms: float
    length: float
    """Bytes of an answer's body, on average."""


def ask_all(port: int, paths: Sequence[str], process: int, connections: int = 8) -> Load:
    """Send each request once, over so many connections that stay open."""
    before, start = cpu_seconds(process), time.perf_counter()
    latencies, lengths = asyncio.run(_ask_all(port, paths, connections))
    took, spent = time.perf_counter() - start, cpu_seconds(process) - before
    p50, p99 = np.percentile(np.array(latencies) * 1000, [50, 99])
    # A clock of a hundred ticks a second may not have moved.
    a_cpu_second = len(paths) / max(spent, 1 / TICKS)
    return Load(a_cpu_second, len(paths) / took, float(p50), float(p99), float(np.mean(lengths)))


async def _ask_all(
    port: int, paths: Sequence[str], connections: int
) -> tuple[list[float], list[int]]:
    latencies: list[float] = []
    lengths: list[int] = []

    async def connection(mine: Sequence[str]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in mine:
            start = time.perf_counter()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{path}: {head.decode()}")
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            await reader.readexactly(length)
            latencies.append(time.perf_counter() - start)
            lengths.append(length)
        writer.close()

    await asyncio.gather(*(connection(paths[row::connections]) for row in range(connections)))
    return latencies, lengths


def cpu_seconds(process: int) -> float:
    """Return what a process has spent, in user and system."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mb(process: int) -> float:
    """Return the memory a process holds, pages of mapped files included."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the process is gone")
