"""What the benchmarks share: the benchmark city, fair timing, and a line of JSON a figure."""

import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from numpy.typing import NDArray

from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile
from geo_service.streets.snap_grid import SnapGrid, build_grid

mpl.use("Agg")

Curve: TypeAlias = NDArray[np.float64]

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
RUNS = 5
_TOLD: list[tuple[str, float, str]] = []
_SECTIONS: list[tuple[str, int]] = []
"""Each heading, and how many figures had been told before it."""
PICTURE = Path(__file__).parent / "nearest_growth.png"


def porto(profile: Profile) -> tuple[Network, SnapGrid]:
    """Read the streets of Porto, about 300,000 nodes on foot."""
    network = build_network(
        read_streets(SHARED / "streets" / "porto_conveyal_r5.osm.pbf"), profile
    ).network
    return network, build_grid(network)


def timed_in_turn(tasks: dict[str, Callable[[], object]], *, runs: int = RUNS) -> dict[str, float]:
    """Time tasks in turn, A B A B, after one warm-up of each; return each one's median seconds."""
    for task in tasks.values():
        task()
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(runs):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def tell(figure: str, value: float, unit: str, **more: object) -> None:
    """Print one figure, and remember it for the table."""
    print(json.dumps({"figure": figure, "value": round(value, 4), "unit": unit, **more}))  # noqa: T201 - what a benchmark is for
    told = [f"{size:,} {name}" for name, size in more.items() if isinstance(size, int) and size > 1]
    _TOLD.append((f"{figure} ({', '.join(told)})" if told else figure, value, unit))


def begin_section(heading: str) -> None:
    """Put what is told from now on under a heading of its own in the table."""
    _SECTIONS.append((heading, len(_TOLD)))


def keep_table(name: str, heading: str, *, picture: str = "") -> None:
    """Write what was told as a table that people can read, beside this file."""
    shown = [f"![{heading}]({picture})", ""] if picture else []
    text = ["# " + heading, "", *shown]
    starts = [("", 0), *_SECTIONS]
    for (title, start), (_, end) in zip(starts, [*starts[1:], ("", len(_TOLD))], strict=True):
        rows = [f"| {name} | {_short(value)} {unit} |" for name, value, unit in _TOLD[start:end]]
        if rows:
            head = [f"## {title}", ""] if title else []
            text += [*head, "| figure | seen |", "|---|---|", *rows, ""]
    (Path(__file__).parent / f"{name}.md").write_text("\n".join(text), encoding="utf-8")


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{round(value, 6):.4g}"


def draw_curves(by_nodes: Curve, by_facilities: Curve) -> None:
    """Draw how costs grow with nodes and with facilities; both axes by powers of ten."""
    with plt.rc_context({"font.size": 9, "axes.grid": True, "grid.alpha": 0.3}):
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.plot(by_nodes[:, 0], by_nodes[:, 3], "C2^-", label="preprocessing, once a network")
    for axis, rows, label in (
        (left, by_nodes, "nodes of the network (1,000 facilities)"),
        (right, by_facilities, "facilities (Porto)"),
    ):
        axis.plot(rows[:, 0], rows[:, 2], "C0s-", label="a table, once a set")
        axis.plot(rows[:, 0], rows[:, 1] / 1000, "C1o-", label="a question")
        axis.set(xscale="log", yscale="log", xlabel=label, ylabel="milliseconds")
        axis.legend(fontsize=8)
    figure.savefig(PICTURE, dpi=110)
    plt.close(figure)
