"""The only home of Dask: work done by its workers, other processes here or on other machines.

Works, things and what is made of them go over the wire as bytes that this file makes, so that
arrays arrive as they were. What many things have in common, if it is large, is the answer of a
task: Dask then carries it to each worker once, and has it made anew where all who held it are gone.
"""

import asyncio
import logging
import operator
import os
import pickle
import signal
import socket
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import resource_tracker
from threading import Event, current_thread, main_thread
from types import FrameType
from typing import Any, TypeVar

import dask
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed import wait as wait_for
from distributed.comm import connect

from geo_service.compiled import content_of_program
from geo_service.errors import NotReady
from geo_service.flows.in_parallel import cores

Common = TypeVar("Common")
Given = TypeVar("Given")
Made = TypeVar("Made")

LOCAL = "local"
"""No address of a scheduler: a cluster of processes on this machine, one a core."""
LOOPBACK = "127.0.0.1"
NAME = "geo_service"
"""Of its client, in the scheduler's log."""
CONNECT_S = 10.0
"""A scheduler that is there answers in less."""
START_S = 60.0
"""So does one that is started here, even if the machine has much else to do."""
LOOK_S = 2.0
"""So often it is looked whether there are workers, while an answer is waited for."""
LONELY_LOOKS = 30
"""So many times in a row without any worker are too many."""
FETCH_S = 300.0
"""No answer takes longer to come from its worker."""
AHEAD = 4
"""Things that each thread of a worker has before it: one in work, the others on their way, since
Dask sends only every ten milliseconds. With 2, days of 300,000 fixes took a third longer."""
COUNT_AGAIN = 8
"""After so many things it is looked how many workers there are now."""
SMALL = 1 << 16
"""So many bytes go along with each thing; more are carried once to each worker."""
KEPT = 4
"""A worker keeps the work, and what is common to the things of two or three days."""
NO_PAGES: dict[str, list[str]] = {
    f"distributed.{who}.http.routes": [] for who in ("scheduler", "worker")
}
"""Of what is started here."""
SAME_PROGRAM = "Install this version of geo_service on all machines, and start the workers again."
NOISY = ("distributed", "distributed.client", "tornado.application", "asyncio")
"""What Dask logs of lost connections is told by the errors here, once and in plain words."""


@contextmanager
def dask_workers(where: str) -> Iterator["DaskWorkers"]:
    """Have Dask's workers until the block ends.

    Parameters
    ----------
    where : str
        ``local``, or a scheduler's address, ``tcp://HOST:PORT``. It is trusted, as is whoever
        reaches it: workers run what they are given.

    Raises
    ------
    NotReady
        If no scheduler answers there, or none can be started here.
    """
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    with dask.config.set(NO_PAGES), _remembered_ctrl_c() as stopped, ExitStack() as stack:
        try:
            client = stack.enter_context(_client_of(where, stack))
        except Exception as problem:
            # Whatever listens there may have said anything.
            raise _no_scheduler(where, problem) from problem
        yield DaskWorkers(client, where, stopped)


def _client_of(where: str, stack: ExitStack) -> Client:
    """Connect to a scheduler, or to a cluster that ends with the stack."""
    if where == LOCAL:
        return Client(stack.enter_context(_local_cluster()), timeout=START_S, name=NAME)
    asyncio.run(_shake_hands(where))
    return Client(where, timeout=CONNECT_S, name=NAME)


def _no_scheduler(where: str, problem: Exception) -> NotReady:
    if where == LOCAL:
        return NotReady(
            f"Dask can't be started here ({type(problem).__name__}: {problem}).",
            where=where,
            remedy="Leave --dask out: threads do the same.",
        )
    return NotReady(
        "No scheduler of Dask answers there.",
        where=where,
        remedy="Start one with 'dask scheduler', or count on this machine: --dask local.",
    )


async def _shake_hands(address: str) -> None:
    """Look whether a scheduler answers; Dask's client would wait for ever for who says nothing."""
    async with asyncio.timeout(CONNECT_S):
        comm = await connect(address, timeout=CONNECT_S)
    await comm.close()


def _local_cluster() -> LocalCluster:
    with _deaf_to_ctrl_c():
        # Without a limit of memory, as threads have none: what is under way is bounded here.
        return LocalCluster(
            n_workers=cores(),
            threads_per_worker=1,
            processes=True,
            host=LOOPBACK,
            scheduler_kwargs={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
            memory_limit=0,
            silence_logs=logging.CRITICAL + 1,
        )


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Have threads that begin in the block, and processes begun by them, never hear Ctrl-C.

    A terminal tells it to all processes of a command; this thread hears it, and ends the others.
    """
    # It would have the thread hear again that begins the first process.
    resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _remembered_ctrl_c() -> Iterator[Event]:
    """Tell of Ctrl-C by an event; only the second raises, which may be lost in a finaliser."""
    stopped, before = Event(), signal.getsignal(signal.SIGINT)
    if current_thread() is not main_thread() or not callable(before):
        yield stopped
        return

    def hear(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            before(number, frame)
        stopped.set()

    signal.signal(signal.SIGINT, hear)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


class DaskWorkers:
    """Workers of a cluster.

    Parameters
    ----------
    client : Client
        Connected.
    where : str
        How errors name the cluster.
    stopped : Event
        Set once somebody has pressed Ctrl-C.
    """

    are_here = False

    def __init__(self, client: Client, where: str, stopped: Event) -> None:
        self._client, self._where, self._stopped = client, where, stopped

    def each(
        self, work: Callable[[Common, Given], Made], things: Iterable[tuple[Common, Given]]
    ) -> Iterator[Made]:
        """Yield what the work makes of each thing, as ``Workers`` has it.

        Raises
        ------
        NotReady
            If the scheduler is gone, there are no workers for a minute, several of them died of
            one thing, or they have another program than this.
        """
        under_way: deque[Future] = deque()
        works = self._submit(pickle.loads, _packed(_Work(content_of_program(), _packed(work))))
        last: object = under_way  # which no thing has in common with others
        for number, (common, thing) in enumerate(things):
            if common is not last:
                shared, last = self._carried(_packed(common)), common
            under_way.append(self._submit(operator.call, works, shared, _packed(thing)))
            if number % COUNT_AGAIN == 0:
                room = AHEAD * self._at_once()
            if len(under_way) >= room:
                yield self._answer(under_way.popleft())
        while under_way:
            yield self._answer(under_way.popleft())

    def _carried(self, packed: bytes) -> bytes | Future:
        """Return what has Dask carry something to each worker that needs it."""
        return packed if len(packed) <= SMALL else self._submit(bytes, packed)

    def _submit(self, work: Callable[..., object], *given: object) -> Future:
        with self._telling_of_the_scheduler():
            return self._client.submit(work, *given, pure=False)

    def _at_once(self) -> int:
        """Return how many things are worked on at once, as many workers as there may be now."""
        with self._telling_of_the_scheduler():
            threads: dict[str, int] = self._client.nthreads()
        return max(1, sum(threads.values()))

    def _answer(self, asked: Future) -> Any:  # noqa: ANN401 - whatever the work makes
        """Wait for an answer, and return it or raise what came instead."""
        self._wait(asked)
        if asked.status == "finished":
            with self._telling_of_the_scheduler():
                packed = asked.result(timeout=FETCH_S)
            made = pickle.loads(packed)  # noqa: S301 - of trusted workers
            if isinstance(made, _Raised):
                raise made.problem
            return made
        if asked.status != "error":
            raise self._scheduler_gone()
        problem = asked.exception()
        if isinstance(problem, KilledWorker):
            raise NotReady(
                f"{problem.allowed_failures + 1} workers of Dask died one after the other of the "
                "same part, so it was given up.",
                where=self._where,
                remedy="See in their logs what ended them: most often a machine had too little "
                "memory. Then ask again.",
            ) from problem
        if isinstance(problem, ImportError | AttributeError):
            raise NotReady(
                f"A worker of Dask has another program than this, or none ({problem}).",
                where=self._where,
                remedy=SAME_PROGRAM,
            ) from problem
        raise problem

    def _wait(self, asked: Future) -> None:
        """Return once an answer is there, or will never be; seconds after Ctrl-C raise its error.

        Raises
        ------
        NotReady
            If there have been no workers for long.
        """
        lonely = 0
        while not self._stopped.is_set():
            if asked.done():
                return
            with suppress(TimeoutError, CancelledError):
                wait_for(asked, timeout=LOOK_S)
                return
            with self._telling_of_the_scheduler():
                lonely = 0 if self._client.nthreads() else lonely + 1
            if lonely >= LONELY_LOOKS:
                raise NotReady(
                    f"The scheduler of Dask has had no workers for {lonely * LOOK_S:.0f} seconds.",
                    where=self._where,
                    remedy=f"Start some with 'dask worker {self._where}', and ask again.",
                )
        raise KeyboardInterrupt

    @contextmanager
    def _telling_of_the_scheduler(self) -> Iterator[None]:
        """Say in plain words that the scheduler can't be asked any more."""
        try:
            yield
        except (OSError, RuntimeError, CancelledError) as problem:
            raise self._scheduler_gone() from problem

    def _scheduler_gone(self) -> NotReady:
        return NotReady(
            "The scheduler of Dask has gone while it was at work for this; nothing was written.",
            where=self._where,
            remedy="See in its log why. Once it is there again, ask again.",
        )


@dataclass(frozen=True, slots=True)
class _Raised:
    """What a work raised.

    It comes as an answer: Dask's own way for errors was seen to leave who waits without any, where
    what lies around an error can't be sent.
    """

    problem: Exception


@dataclass(frozen=True, slots=True)
class _Work:
    """A work at a worker, still packed, so that nothing can go wrong while it arrives there."""

    program: str
    """What tells the program of who sends it from any other version."""
    packed: bytes

    def __call__(self, common: bytes, thing: bytes) -> bytes:
        """Do it, if this process would count as who sent it does."""
        try:
            if self.program != content_of_program():
                raise NotReady(  # noqa: TRY301 - told as all else is
                    "This worker of Dask has another version of the program.",
                    where=_this_process(),
                    remedy=SAME_PROGRAM,
                )
            work, shared = _unpacked(self.packed), _unpacked(common, self.packed)
            return _packed(work(shared, pickle.loads(thing)))  # noqa: S301 - sent by whom it serves
        except Exception as problem:  # noqa: BLE001 - handed on to who asked
            problem.add_note(f"At {_this_process()}:\n{traceback.format_exc()}")
            return _packed(_Raised(problem))


@lru_cache(maxsize=KEPT)
def _unpacked(packed: bytes, _work: bytes = b"") -> Any:  # noqa: ANN401 - a work, or what things have in common
    """Unpack something once for a work, with whatever the work makes of it."""
    return pickle.loads(packed)  # noqa: S301 - sent by whom it serves


def _this_process() -> str:
    return f"{socket.gethostname()}, process {os.getpid()}"


def _packed(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
