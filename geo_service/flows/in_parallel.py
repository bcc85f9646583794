"""The same work on many things, on all cores, with few of them in memory at a time."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


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
