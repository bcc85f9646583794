"""How a server bears mixed traffic: a quarter of an hour at 70 % of what it can, then 300 %.

Run it with ``scripts/faults load``; writes ``load.md`` beside this file. ``MINUTES`` shortens it.
"""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from threading import Event, Thread

import numpy as np
from figures import begin_section, keep_table, tell
from http_load import cpu_seconds, resident_mb
from mixed_traffic import SHARES, SHED, Seen, Traffic, send_at_once, send_at_rate
from served_demo import served_demo

MINUTES = float(os.environ.get("MINUTES", "15"))
CONNECTIONS = 16
STEADY, TOO_MUCH = 0.7, 3.0
OVERLOADED_S = 30.0
SETTLED_S = 5.0
"""So soon after too much has been asked all must be as before."""
MEMORY_SHARE = 0.05
"""By so much memory may change from the first third of the time to the last tenth."""


@dataclass(frozen=True)
class Watched:
    """What a process had and had spent, second by second."""

    memory_mb: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)

    def cores_by_minute(self) -> list[float]:
        """How many cores were busy on average in each minute.

        The same work comes every minute, so that what differs is the machine's doing.
        """
        each = self.cpu_s[::60] if len(self.cpu_s) > 60 else [self.cpu_s[0], self.cpu_s[-1]]
        seconds = 60 if len(self.cpu_s) > 60 else len(self.cpu_s) - 1
        return [float(spent) / seconds for spent in np.diff(each)]


@contextmanager
def watched(process: int) -> Iterator[Watched]:
    """Look at a process every second."""
    seen = Watched()
    done = Event()

    def watch() -> None:
        while not done.wait(1.0):
            seen.memory_mb.append(resident_mb(process))
            seen.cpu_s.append(cpu_seconds(process))

    watcher = Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def most_at_once(port: int, traffic: Traffic) -> float:
    """Measure how many a second are answered well if the next are asked at once."""
    seen = [asyncio.run(send_at_once(port, traffic, CONNECTIONS, 20)) for _ in range(3)]
    return median(one.count(well=True) / 20 for one in seen)


def shed_by_minute(seen: Seen) -> list[int]:
    """Count what was sent away of the requests that were due in each minute."""
    minutes = [int((due - seen.due_s[0]) // 60) for due in seen.due_s]
    shed = [status in SHED for status in seen.statuses]
    return np.bincount(minutes, weights=shed).astype(int).tolist()


def settled_after(seen: Seen, before: Seen) -> float:
    """Return after how many seconds nothing was sent away or late any more.

    Late is what took over a second, and over twice what one in a hundred of its sort took before:
    a map takes longer than a nearest place.
    """
    late_s = {sort: max(2 * before.p99_ms(sort) / 1000, 1.0) for sort in SHARES}
    begun, last = seen.due_s[0], 0.0
    for sort, due, took, status in zip(
        seen.sorts, seen.due_s, seen.took_s, seen.statuses, strict=True
    ):
        if status in SHED or took > late_s[sort]:
            last = max(last, due - begun)
    return last


def check(*, held: bool, what: str) -> bool:
    """Say what did not hold."""
    if not held:
        print(f"NOT HELD: {what}", file=sys.stderr)  # noqa: T201 - what the command is for
    return held


def bear_load() -> bool:
    """Run all phases, tell the figures; say whether all bounds held."""
    with served_demo() as (process, port, key, cabinets):
        traffic = Traffic(key, cabinets)
        asyncio.run(send_at_once(port, traffic, CONNECTIONS, 20))
        most = most_at_once(port, traffic)
        tell(f"most, {CONNECTIONS} connections, each asking again at once", most, "requests/s")

        begin_section(f"{MINUTES:g} minutes at {STEADY:.0%} of that")
        with watched(process) as seen:
            steady = asyncio.run(send_at_rate(port, traffic, most * STEADY, MINUTES * 60))
        afterwards = most_at_once(port, traffic)
        memory, cores = seen.memory_mb, seen.cores_by_minute()
        third, tenth = len(memory) // 3, len(memory) // 10
        before, after = median(memory[third // 2 : third]), median(memory[-tenth:])
        tell("requests", len(steady.statuses), "")
        tell("sent away", steady.count(shed=True), "")
        tell("other errors", steady.count(wrong=True), "")
        tell("p50", float(np.median(steady.took_s)) * 1000, "ms")
        tell("p99", steady.p99_ms(), "ms")
        for sort, share in SHARES.items():
            tell(f"p99 of: {sort} ({share:.0%})", steady.p99_ms(sort), "ms")
        tell("cores busy in the server, quietest minute", min(cores), "")
        tell("cores busy in the server, busiest minute", max(cores), "")
        away = shed_by_minute(steady)[: len(cores)]
        tell("minutes in which any were sent away", sum(map(bool, away)), "")
        busy = [spent for spent, many in zip(cores, away, strict=True) if many]
        calm = [spent for spent, many in zip(cores, away, strict=True) if not many]
        if busy and calm:
            tell("cores busy in the quietest of these", min(busy), "")
            tell("cores busy in the busiest of the others", max(calm), "")
        tell("most, as above, measured again afterwards", afterwards, "requests/s")
        tell("memory after a third of the time", before, "MB")
        tell("memory at the end", after, "MB")

        begin_section(f"{OVERLOADED_S:g} seconds at {TOO_MUCH:.0%}, then as before")
        over = asyncio.run(send_at_rate(port, traffic, most * TOO_MUCH, OVERLOADED_S))
        again = asyncio.run(send_at_rate(port, traffic, most * STEADY, 20))
        settled = settled_after(again, steady)
        tell("answered well", over.count(well=True) / OVERLOADED_S, "requests/s")
        tell("sent away (429, 503)", 100 * over.count(shed=True) / len(over.statuses), "%")
        tell("other errors", over.count(wrong=True), "")
        tell("all as before after", settled, "s")
        tell("memory after that", resident_mb(process), "MB")
    return all(
        (
            check(held=not steady.count(wrong=True, shed=True), what="no error at a steady load"),
            check(held=abs(after / before - 1) <= MEMORY_SHARE, what="memory within 5 %"),
            check(held=not over.count(wrong=True), what="nothing but 429 and 503 when too busy"),
            check(held=over.count(shed=True) > 0, what="too much is sent away"),
            check(held=settled <= SETTLED_S, what="as before within 5 s"),
        )
    )


if __name__ == "__main__":
    held = bear_load()
    keep_table("load", "Mixed traffic on the demo district, one process, 2 cores with the sender")
    sys.exit(not held)
