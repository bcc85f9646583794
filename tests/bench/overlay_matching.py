"""Map matching: its error on known routes and on simulated rides, and fixes a second on one core.

Error as Newson and Krumm have it: length wrongly added and length missed, over the true length.
"""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from figures import SHARED, tell
from known_routes import drawn_network, longest_common_m, one_trip
from numpy.typing import NDArray
from rides import DAYS, FIXES_A_TRIP, TRIPS_A_DAY, Rides, Tape

from geo_service.streets.matching.match import Matched, match
from geo_service.streets.network import Network
from geo_service.streets.snap_grid import SnapGrid, build_grid

Integers: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Way: TypeAlias = tuple[Integers, Floats]

CITIES = ("00000013", "00000086")
STEPS_S = (1, 5, 15, 30)
RIDES_STEPS_S = (1, 5, 15)
RIDERS = 20
FIXES = RIDERS * DAYS * TRIPS_A_DAY * FIXES_A_TRIP


def bench_known_routes() -> None:
    """Tell the error on two cities whose true routes are known."""
    for city in CITIES:
        network, true, track = drawn_network(SHARED / "matching" / "gmm" / city / city)
        grid, length_m = build_grid(network), network.edge_length_mm / 1000.0
        for step_s in STEPS_S:
            matched = match(network, grid, one_trip(track[::step_s]))
            ridden = 2 * matched.edge + matched.backward
            common_m = longest_common_m(true, length_m[true >> 1], ridden, length_m[matched.edge])
            true_m, ridden_m = length_m[true >> 1].sum(), length_m[matched.edge].sum()
            error = (true_m + ridden_m - 2.0 * common_m) / true_m
            tell(f"known route {city}, every {step_s} s, error", 100.0 * error, "%")


def bench_simulated_rides(network: Network, grid: SnapGrid) -> None:
    """Tell the error on simulated deliveries, and how fast they are matched."""
    for step_s in RIDES_STEPS_S:
        rides = Rides(network, FIXES, step_s=step_s)
        day, truly = rides.day(0), rides.ridden(0)
        match(network, grid, day)
        start = time.perf_counter()
        matched = match(network, grid, day)
        seconds = time.perf_counter() - start
        tell(f"rides every {step_s} s, matched", len(day) / seconds, "fixes/s", core=1)
        ways = [_true_way(rides.tape, *(rows[trip] for rows in truly)) for trip in range(day.trips)]
        error = _error(ways, matched)
        tell(f"rides every {step_s} s, error", 100.0 * error, "%")


def _error(ways: Sequence[Way], matched: Matched) -> float:
    wrong_m = true_m = 0.0
    for trip, (arcs, metres) in enumerate(ways):
        rows = matched.trip == trip
        ridden = 2 * matched.edge[rows] + matched.backward[rows]
        common_m = longest_common_m(arcs, metres, ridden, matched.metres[rows])
        true_m += metres.sum()
        wrong_m += metres.sum() + matched.metres[rows].sum() - 2.0 * common_m
    return wrong_m / true_m


def _true_way(tape: Tape, number: Integers, one: Integers, at_mm: Floats) -> Way:
    """Return the arcs of a trip and how much of each was ridden, in riding order."""
    firsts = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(number)]
    arcs, metres = [], []
    for first, end in pairwise(firsts):
        # A round that is not the first was ridden from its start, one not the last to its end.
        begin_mm = tape.begins[one[first]] if first else at_mm[first]
        end_mm = tape.begins[one[first] + 1] if end < len(number) else at_mm[end - 1]
        low = int(np.searchsorted(tape.arc_begins, begin_mm, side="right")) - 1
        high = int(np.searchsorted(tape.arc_begins, end_mm, side="left"))
        edges_mm = np.clip(tape.arc_begins[low : high + 1], begin_mm, end_mm)
        arcs.append(tape.arcs[low:high])
        metres.append(np.diff(edges_mm) / 1000.0)
    return np.concatenate(arcs), np.concatenate(metres)
