"""A hundred thousand facilities on Porto beside a thousand: one question, and what it costs."""

import gc
from datetime import datetime
from statistics import median
from time import perf_counter

from figures import RUNS, begin_section, tell
from nearest_questions import ask, placed_on
from places import make_facilities

from geo_service.flows.find_nearest import answer_nearest, locate_nearest
from geo_service.streets.prepared import Streets

FEW, MANY = 1_000, 100_000


def bench_facilities(streets: Streets, now: datetime) -> None:
    """Tell what one question takes with each, in turn."""
    begin_section("Facilities on Porto")
    kept_facilities = {}
    for count in (FEW, MANY):
        begun = perf_counter()
        kept_facilities[count] = placed_on(streets, make_facilities(streets.network, count))
        tell("facilities placed on the streets", perf_counter() - begun, "s", facilities=count)
        begun = perf_counter()
        ask(kept_facilities[count], now, locate_nearest)
        tell("first table and 2,000 questions", perf_counter() - begun, "s", facilities=count)
    gc.collect()
    seconds: dict[tuple[str, int], list[float]] = {}
    for _ in range(RUNS):
        for count, placed in kept_facilities.items():
            for name, answer in (("found", locate_nearest), ("told", answer_nearest)):
                seconds.setdefault((name, count), []).extend(ask(placed, now, answer))
    for (name, count), took in seconds.items():
        tell(f"one question, {name}, p50", median(took) * 1e6, "us", facilities=count)
    for name in ("found", "told"):
        ratio = median(seconds[name, MANY]) / median(seconds[name, FEW])
        tell(f"{MANY:,} facilities to {FEW:,}, {name}", ratio, "ratio")
