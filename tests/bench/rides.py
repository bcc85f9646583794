"""Riders made by a seed on a real street network: deliveries from shops to customers and back.

Each rider has a shop and a speed, and rides eight trips a day at noon and in the evening. A trip
is a chain of rounds: by the shortest way to a customer, a stop, by the shortest way back, a stop.
Fixes come at a steady step with an error that wanders, as those of real receivers do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from geo_service.domain.issue import Issue
from geo_service.domain.moments import to_microseconds
from geo_service.domain.trace import Fixes
from geo_service.geometry.metric import metres_per_degree_east, metres_per_degree_north
from geo_service.streets.arcs import list_arcs
from geo_service.streets.network import Network

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

FIRST_DAY = datetime(2026, 9, 1, tzinfo=UTC)
DAYS = 30
FIXES_A_TRIP = 500
TRIPS_A_DAY = 8
TRIP_BEGINS_S = 60.0 * np.array([600, 650, 700, 750, 1020, 1070, 1120, 1170])
SHOPS, CUSTOMERS_OF_A_SHOP = 60, 100
FARTHEST_MM = 4_000_000
STOP_AT_CUSTOMER_S, STOP_AT_SHOP_S = 60.0, 90.0
ROUNDS = 40
"""More than anybody rides in a trip."""
ERROR_M, ERROR_LASTS_S = 8.0, 60.0


@dataclass(frozen=True)
class Tape:
    """All rounds of all shops, one after the other, as one line with millimetres along it."""

    mm: Integers
    lon: Floats
    lat: Floats
    begins: Integers
    """Where each round begins, and where the last one ends, millimetres."""
    turns: Integers
    """Where each round's customer is."""
    arcs: Integers
    """The arcs of all rounds."""
    arc_begins: Integers
    """Where each arc begins, millimetres; ends with where the last one ends."""


def lay_tape(network: Network, random: np.random.Generator) -> Tape:
    """Find the ways from shops to customers and back."""
    arcs = list_arcs(network)
    tail = np.column_stack((network.edge_from, network.edge_to)).ravel()
    open_arcs = np.sort(arcs.leaving)
    length = np.repeat(network.edge_length_mm, 2)[open_arcs]
    # Of parallel arcs the shortest: a sparse matrix would add them up.
    pair = tail[open_arcs] * network.nodes + arcs.head[open_arcs]
    order = np.lexsort((length, pair))
    first = order[np.unique(pair[order], return_index=True)[1]]
    arc, pair, length = open_arcs[first], pair[first], length[first]
    matrix = csr_array(
        (np.maximum(length, 1).astype(float), (pair // network.nodes, pair % network.nodes)),
        shape=(network.nodes, network.nodes),
    )
    shops = random.choice(network.nodes, SHOPS, replace=False)
    options = {"indices": shops, "limit": FARTHEST_MM, "return_predecessors": True}
    out_mm, before = dijkstra(matrix, **options)
    back_mm, after = dijkstra(matrix.T.tocsr(), **options)
    rounds, turns = [], []
    for row, shop in enumerate(shops):
        reached = np.flatnonzero(np.isfinite(out_mm[row]) & np.isfinite(back_mm[row]))
        for customer in random.choice(reached[reached != shop], CUSTOMERS_OF_A_SHOP):
            out = _chain(before[row], customer)[::-1]
            back = _chain(after[row], customer)
            nodes = np.array([*out, *back[1:]])
            found = np.searchsorted(pair, nodes[:-1] * network.nodes + nodes[1:])
            rounds.append(arc[found])
            turns.append(len(out) - 1)
    return _tape(network, rounds, turns)


def _chain(step: NDArray[np.int32], node: int) -> list[int]:
    chain = [int(node)]
    while step[chain[-1]] >= 0:
        chain.append(int(step[chain[-1]]))
    return chain


def _tape(network: Network, rounds: list[Integers], turns: list[int]) -> Tape:
    arcs = np.concatenate(rounds)
    lengths = network.edge_length_mm[arcs >> 1]
    arc_begins = np.concatenate(([0], np.cumsum(lengths)))
    firsts = np.concatenate(([0], np.cumsum([len(one) for one in rounds])))
    mm, lon, lat = [], [], []
    for arc, begin, length in zip(arcs.tolist(), arc_begins.tolist(), lengths, strict=False):
        shape = slice(network.edge_shape[arc >> 1], network.edge_shape[(arc >> 1) + 1])
        step = -1 if arc & 1 else 1
        along = network.shape_mm[shape]
        mm.append(begin + (length - along[::-1] if arc & 1 else along))
        lon.append(network.shape_lon[shape][::step])
        lat.append(network.shape_lat[shape][::step])
    return Tape(
        np.concatenate(mm),
        np.concatenate(lon),
        np.concatenate(lat),
        arc_begins[firsts],
        arc_begins[firsts[:-1] + np.array(turns)],
        arcs,
        arc_begins,
    )


class Ridden(NamedTuple):
    """Where the fixes of a day truly are; shape (trips, fixes of a trip) each."""

    number: Integers
    """Which of the trip's rounds it is, from 0."""
    one: Integers
    """Which round of the tape that is."""
    mm: Floats
    """Where on the tape."""


class Rides:
    """The rides of some riders over a month, day by day.

    Parameters
    ----------
    network : Network
        Of the profile that rides.
    fixes : int
        How many fixes in all, roughly: riders are added until there are as many.
    seed : int
        The same rides for the same seed.
    step_s : float
        From one fix to the next.
    """

    def __init__(self, network: Network, fixes: int, *, seed: int = 7, step_s: float = 5.0) -> None:
        random = np.random.default_rng([seed, 1])
        self.tape = lay_tape(network, random)
        self.riders = max(1, round(fixes / (DAYS * TRIPS_A_DAY * FIXES_A_TRIP)))
        self._shop = random.integers(0, SHOPS, self.riders)
        self._speed = random.uniform(4.0, 7.0, self.riders)
        self._seed, self._step_s = seed, step_s
        self.names = tuple(random.bytes(16).hex() for _ in range(self.riders))

    def days(self) -> Iterator[Fixes]:
        """Yield each day's trips."""
        for day in range(DAYS):
            yield self.day(day)

    def day(self, day: int) -> Fixes:
        """Return one day's trips, with errors."""
        rider, begin_s = self._trips(day)
        at_mm = self.ridden(day).mm
        random = np.random.default_rng([self._seed, 3, day])
        keep = np.exp(-self._step_s / ERROR_LASTS_S)
        error_m = lfilter(
            [ERROR_M * np.sqrt(1.0 - keep * keep)],
            [1.0, -keep],
            random.normal(size=(2, at_mm.size)),
        )
        flat = at_mm.ravel()
        lon = np.interp(flat, self.tape.mm, self.tape.lon)
        lat = np.interp(flat, self.tape.mm, self.tape.lat)
        start_us = to_microseconds(FIRST_DAY + timedelta(days=day))
        t_s = begin_s[:, None] + np.arange(FIXES_A_TRIP) * self._step_s
        trips = len(rider)
        return Fixes(
            tuple(f"{day:02}-{number:06}" for number in range(trips)),
            self.names,
            rider,
            np.arange(trips + 1, dtype=np.int64) * FIXES_A_TRIP,
            start_us + np.rint(t_s.ravel() * 1e6).astype(np.int64),
            np.round(lon + error_m[0] / metres_per_degree_east(lat), 7),
            np.round(lat + error_m[1] / metres_per_degree_north(lat), 7),
        )

    def ridden(self, day: int) -> Ridden:
        """Return where each fix of a day truly is."""
        rider, _ = self._trips(day)
        random = np.random.default_rng([self._seed, 4, day])
        trips = len(rider)
        customer = random.integers(0, CUSTOMERS_OF_A_SHOP, (trips, ROUNDS))
        chosen = self._shop[rider][:, None] * CUSTOMERS_OF_A_SHOP + customer
        begin, turn = self.tape.begins[chosen], self.tape.turns[chosen]
        pace = 1.0 / (self._speed[rider][:, None] * 1000.0)
        out_s = (turn - begin) * pace
        back_s = (self.tape.begins[chosen + 1] - turn) * pace
        whole_s = out_s + STOP_AT_CUSTOMER_S + back_s + STOP_AT_SHOP_S
        starts_s = np.cumsum(whole_s, axis=1) - whole_s
        # One sorted line of all trips, each shifted behind the one before, to search them at once.
        shift = np.arange(trips)[:, None] * 1e7
        t_s = np.arange(FIXES_A_TRIP)[None, :] * self._step_s
        row = np.searchsorted((starts_s + shift).ravel(), (t_s + shift).ravel(), side="right") - 1
        since_s = np.broadcast_to(t_s, (trips, FIXES_A_TRIP)).ravel() - starts_s.ravel()[row]
        speed = np.repeat(1.0 / pace.ravel(), FIXES_A_TRIP)
        out_mm = np.minimum(since_s, out_s.ravel()[row]) * speed
        later_s = since_s - out_s.ravel()[row] - STOP_AT_CUSTOMER_S
        back_mm = np.clip(later_s, 0.0, back_s.ravel()[row]) * speed
        # A little before the end of the round, for there the next one of the tape begins.
        last_mm = np.nextafter(self.tape.begins[chosen + 1].astype(np.float64), 0.0)
        at_mm = np.minimum(begin.ravel()[row] + out_mm + back_mm, last_mm.ravel()[row])
        shape = trips, FIXES_A_TRIP
        return Ridden(
            (row % ROUNDS).reshape(shape), chosen.ravel()[row].reshape(shape), at_mm.reshape(shape)
        )

    def _trips(self, day: int) -> tuple[Integers, Floats]:
        """Return the rider of each trip, and when it begins, in seconds of the day."""
        random = np.random.default_rng([self._seed, 2, day])
        rider = np.repeat(np.arange(self.riders), TRIPS_A_DAY)
        late_s = np.round(random.uniform(0.0, 300.0, rider.size), 3)
        return rider, np.tile(TRIP_BEGINS_S, self.riders) + late_s


def make_issues(network: Network, count: int, *, seed: int = 11) -> list[Issue]:
    """Return issues beside streets, reported and closed over the month of the rides."""
    random = np.random.default_rng(seed)
    # Along edges by their length: a point of the one long line of all of them.
    begins = np.concatenate(([0], np.cumsum(network.edge_length_mm)))
    mm = network.shape_mm + np.repeat(begins[:-1], np.diff(network.edge_shape))
    at = np.sort(random.uniform(0, begins[-1], count))
    lon = np.interp(at, mm, network.shape_lon) + random.normal(0, 5e-5, count)
    lat = np.interp(at, mm, network.shape_lat) + random.normal(0, 4e-5, count)
    reported_s = random.uniform(-10 * 86_400, DAYS * 86_400, count)
    life_s = random.exponential(7 * 86_400, count)
    stays, again = random.random(count) < 0.1, random.random(count) < 0.03
    issues = []
    for row in range(count):
        reported = FIRST_DAY + timedelta(seconds=float(reported_s[row]))
        closed = None if stays[row] else reported + timedelta(seconds=float(life_s[row]))
        reopened = ()
        if again[row] and closed is not None:
            later = closed + timedelta(days=1)
            reopened = ((later, later + timedelta(days=3)),)
        issues.append(
            Issue(
                f"i{row:06}",
                "standing_water",
                float(lon[row]),
                float(lat[row]),
                reported,
                closed,
                reopened=reopened,
            )
        )
    return issues
