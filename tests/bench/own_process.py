"""A server in a process of its own, given out once it listens."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event

PATIENCE_S = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(command: Sequence[str], port: int, environ: Mapping[str, str]) -> Iterator[int]:
    """Run a server until the block ends; give its process id once it listens."""
    process = subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for_port(port, lambda: process.poll() is None)
        yield process.pid
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def wait_for_port(port: int, alive: Callable[[], bool]) -> None:
    """Return once a process listens there.

    Raises
    ------
    RuntimeError
        If it ends before, or takes too long.
    """
    deadline, pause = time.monotonic() + PATIENCE_S, Event()
    while not _listens(port):
        if not alive() or time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on port {port}")
        pause.wait(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
