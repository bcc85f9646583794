"""The same work on many things, on all cores, with few of them in memory at a time.

Who calls says who works: the threads of this process, or workers that are other processes, maybe
on other machines.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

Common = TypeVar("Common")
Given = TypeVar("Given")
Made = TypeVar("Made")


class Workers(Protocol):
    """Who works on many things."""

    @property
    def are_here(self) -> bool:
        """Whether they are of this process, with the database at hand."""

    def each(
        self, work: Callable[[Common, Given], Made], things: Iterable[tuple[Common, Given]]
    ) -> Iterator[Made]:
        """Yield what the work makes of each thing, in order, with few under way at a time.

        Parameters
        ----------
        work : callable
            Takes what a thing has in common with those before and after it, and the thing. Where
            workers are not here, all three go to them as bytes: the work once, what is common
            once for all things in a row that have the same object, and the thing.
        things : iterable of (common, thing)
            Taken by the thread that asks.

        Raises
        ------
        Exception
            What the work raises, at the thing that raised it.
        NotReady
            If workers elsewhere can't go on.
        """


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_parallel(work: Callable[[Given], Made], things: Iterable[Given]) -> Iterator[Made]:
    """Yield what the work makes of each thing, in order.

    As many things are worked on at once as there are cores, and one more lies ready. The work
    must let other threads go on, as compiled functions and readers of files do. Whoever stops
    listening, or presses Ctrl-C, waits only for what is being worked on.

    Raises
    ------
    Exception
        What the work raises, at the thing that raised it.
    """
    workers = cores()
    under_way: deque[Future[Made]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="overlay") as pool:
        try:
            for thing in things:
                under_way.append(pool.submit(work, thing))
                if len(under_way) > workers:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for one in under_way:
                one.cancel()


class Threads:
    """Threads of this process, one a core."""

    are_here = True

    def each(
        self, work: Callable[[Common, Given], Made], things: Iterable[tuple[Common, Given]]
    ) -> Iterator[Made]:
        """Yield what the work makes of each thing, as ``Workers`` has it."""
        return in_parallel(lambda thing: work(*thing), things)
