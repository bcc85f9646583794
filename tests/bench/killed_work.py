"""Work of the program in a process of its own, killed at a chosen moment.

The program is loaded once, by the server that all these processes are forked off, so each begins
to work at once. A moment is either the clock's, spread over as long as the work takes when nobody
disturbs it, or a step of the work: just before it writes, syncs, names or removes a file, or says
something to the database. The clock finds what lies within a step, and steps find what takes no
time.
"""

import os
import random
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection
from threading import Event
from time import monotonic
from typing import Any, NamedTuple

from own_process import wait_for_port
from sqlalchemy import event
from sqlalchemy.engine import Engine

from geo_service.settings import Settings
from geo_service.web.server import serve

PATIENCE_S = 120.0
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND
STEPS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate")
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["geo_service.web.server", "geo_service.store.migrating", "works"])


@cache
def have_server() -> None:
    """Start the server of processes, which finds what these tests share where they do."""
    usual = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        forkserver.ensure_running()
    finally:
        del os.environ["PYTHONPATH"]
        if usual is not None:
            os.environ["PYTHONPATH"] = usual


class Moment(NamedTuple):
    """When to kill: before a step, or so long after the work began."""

    step: int = 0
    seconds: float = 0.0


class Course(NamedTuple):
    """How work goes that nobody disturbs."""

    steps: int
    seconds: float


class Outcome(NamedTuple):
    """What came of work that was to be killed."""

    acknowledged: bool
    """Whether it was done, and somebody may have been told."""


def measure(work: Callable[..., object], *arguments: object) -> Course:
    """Let work come to its end, and say how long it takes.

    Code may be compiled the first time, so it is better done twice.
    """
    with _begun(work, arguments, 0) as (_, said):
        begun = monotonic()
        steps = _hear(said)
        assert isinstance(steps, int), steps
        return Course(steps, monotonic() - begun)


def kill(moment: Moment, work: Callable[..., object], *arguments: object) -> Outcome:
    """Begin work, and kill it then, unless it is done."""
    with _begun(work, arguments, moment.step) as (process, said):
        if moment.step == 0:
            Event().wait(moment.seconds)
            process.kill()
        process.join(PATIENCE_S)
        steps = _hear(said)
        assert steps is None or isinstance(steps, int), steps
        assert process.exitcode in (0, -signal.SIGKILL)
        return Outcome(acknowledged=steps is not None)


def moments(course: Course, count: int, seed: int) -> Iterator[Moment]:
    """Choose moments by turns of both kinds, each kind spread over all of the work."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at, no secrets
    steps, seconds = (count + 1) // 2, count // 2
    for number in range(count):
        kind = number // 2
        if number % 2 == 0:
            share = (kind + chance.random()) / steps
            yield Moment(step=1 + min(int(share * course.steps), course.steps - 1))
        else:
            share = (kind + chance.random()) / seconds
            yield Moment(seconds=share * course.seconds)


@contextmanager
def serving(settings: Settings, port: int) -> Iterator[int]:
    """Serve a workspace until the block ends; give the server's process id once it listens."""
    have_server()
    process = FORKED.Process(target=_serve, args=(settings, port), daemon=True)
    process.start()
    try:
        wait_for_port(port, process.is_alive)
        yield process.pid or 0
    finally:
        process.terminate()
        process.join(PATIENCE_S)
        process.close()


class _begun:  # noqa: N801 - reads as a word
    """A process at work while the block runs."""

    def __init__(
        self, work: Callable[..., object], arguments: tuple[object, ...], step: int
    ) -> None:
        have_server()
        self._said, saying = FORKED.Pipe(duplex=False)
        self._process = FORKED.Process(
            target=_work, args=(saying, step, work, arguments), daemon=True
        )
        self._process.start()
        saying.close()

    def __enter__(self) -> tuple[Any, Connection]:
        begun = _hear(self._said)
        assert begun == "begun", begun
        return self._process, self._said

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join(PATIENCE_S)
        self._process.close()
        self._said.close()


def _hear(said: Connection) -> object:
    """Return what the process says next; None if it is no more."""
    assert said.poll(PATIENCE_S)
    try:
        return said.recv()
    except EOFError:
        return None


def _work(
    saying: Connection, last: int, work: Callable[..., object], arguments: tuple[object, ...]
) -> None:
    """Work, saying that it begins, and in how many steps it was done, or what went wrong."""
    steps = _Steps(last)
    try:
        saying.send("begun")
        steps.count()
        work(*arguments)
        # To be killed here is to have done it all, and to have told nobody.
        steps.step()
        steps.stop()
        saying.send(steps.done)
    except BaseException:  # noqa: BLE001 - told to whoever waits
        saying.send(traceback.format_exc())


def _serve(settings: Settings, port: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    serve(settings, host="127.0.0.1", port=port, workers=1)


class _Steps:
    """Counts the steps of this process, and kills it before a certain one."""

    def __init__(self, last: int) -> None:
        self._last, self._counting = last, False
        self.done = 0

    def count(self) -> None:
        sync = os.fsync

        def counted(descriptor: int) -> None:
            self.step()
            sync(descriptor)

        os.fsync = counted
        sys.addaudithook(self._hear_of)
        for name in ("before_cursor_execute", "commit", "rollback"):
            event.listen(Engine, name, lambda *_: self.step())
        self._counting = True

    def stop(self) -> None:
        self._counting = False

    def step(self) -> None:
        if not self._counting:
            return
        self.done += 1
        if self.done == self._last:
            os.kill(os.getpid(), signal.SIGKILL)

    def _hear_of(self, name: str, told: tuple[object, ...]) -> None:
        if name in STEPS or (name == "open" and isinstance(told[2], int) and told[2] & WRITING):
            self.step()
