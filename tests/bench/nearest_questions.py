"""One question in process, with filters; the first of a new set; many at once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from statistics import median
from time import perf_counter
from typing import Any, TypeAlias

import numpy as np
from figures import RUNS, tell, timed_in_turn
from places import make_facilities, positions
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo_service.domain.facility import Facility
from geo_service.domain.facility_filter import FacilityFilter
from geo_service.domain.opening import Calendar
from geo_service.flows.find_nearest import NearestQuestion, answer_nearest, locate_nearest
from geo_service.flows.kept_tables import KeptTables
from geo_service.flows.placed_facilities import PlacedFacilities
from geo_service.settings import Settings
from geo_service.streets.measure import Measure
from geo_service.streets.nearest import find_nearest
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.snap import snap

Answer: TypeAlias = Callable[[PlacedFacilities, NearestQuestion, datetime], object]

FACILITIES, QUESTIONS, K = 1000, 2000, 5
SEARCHES = 100
BATCH = 100_000
LIMIT_MM = 4_000_000


def bench_questions(streets: Streets, now: datetime) -> None:
    """Tell what one question takes, Python to Python, beside scipy's Dijkstra."""
    placed = placed_on(streets, make_facilities(streets.network, FACILITIES))
    filters: dict[str, dict[str, Any]] = {
        "no filter": {},
        "2 filters": {"kinds": frozenset({"rest_station"}), "open_at": now},
        "4 filters": {
            "kinds": frozenset({"rest_station", "water_point"}),
            "amenities": frozenset({"fridge"}),
            "open_at": now,
            "usable": True,
        },
        "by time, not farther than 2 km": {"max_distance_m": 2000.0, "by": Measure.TIME},
    }
    found: dict[str, list[float]] = {}
    for name, more in filters.items():
        found[name] = ask(placed, now, locate_nearest, **more)
        described = ask(placed, now, answer_nearest, **more)
        tell(f"one question, {name}, p50", median(found[name]) * 1e6, "us")
        tell("the same with all that a rider is told, p50", median(described) * 1e6, "us")
    theirs = _ask_scipy(placed)
    tell("scipy: dijkstra to 4 km, then the 5 nearest, p50", median(theirs) * 1e6, "us")
    tell("times faster than scipy", median(theirs) / median(found["2 filters"]), "ratio")
    for facilities, more in ((100, {}), (10_000, {}), (10_000, {"amenities": RARE})):
        many = make_facilities(streets.network, facilities)
        if more:
            many = [
                replace(one, amenities=RARE) if row % 100 == 0 else one
                for row, one in enumerate(many)
            ]
        seconds = ask(placed_on(streets, many), now, locate_nearest, **more)
        said = f"{facilities} facilities" + (", a filter that matches 1 %" if more else "")
        tell(f"one question, {said}, p50", median(seconds) * 1e6, "us")
        tell(f"{said}, to 1000", median(seconds) / median(found["no filter"]), "ratio")


RARE = frozenset({"shower"})


def bench_new_sets(streets: Streets, now: datetime) -> None:
    """Tell what the first question of a set takes, when a filter or a facility is new."""
    facilities = make_facilities(streets.network, FACILITIES)
    lon, lat = positions(streets.network, RUNS, seed=3)
    seconds: dict[str, list[float]] = {"filter": [], "facility": []}
    for run in range(RUNS):
        placed = placed_on(streets, facilities)
        question = NearestQuestion(lat[run], lon[run], k=K, by=Measure.DISTANCE)
        answer_nearest(placed, question, now)
        rare = question._replace(open_at=now, amenities=frozenset({"toilet"}))
        begun = perf_counter()
        answered = answer_nearest(placed, rare, now)
        seconds["filter"].append(perf_counter() - begun)
        assert answered == answer_nearest(placed_on(streets, facilities), rare, now)
        more = [*facilities, replace(facilities[run], facility_id="new")]
        begun = perf_counter()
        answered = answer_nearest(placed_on(streets, more), question, now)
        seconds["facility"].append(perf_counter() - begun)
    tell("first question of a new filter", median(seconds["filter"]) * 1e3, "ms")
    tell("first question after a facility was added", median(seconds["facility"]) * 1e3, "ms")


def bench_batches(streets: Streets, now: datetime) -> None:
    """Tell how many questions a second a batch answers on one core."""
    placed = placed_on(streets, make_facilities(streets.network, FACILITIES))
    lon, lat = positions(streets.network, BATCH, seed=4)
    fitting = placed.fitting(FacilityFilter(), now)
    table = placed.ready_table(fitting, Measure.DISTANCE).table

    def batch() -> None:
        find_nearest(streets, placed.sites, table, lon, lat, k=K, max_snap_m=500.0)

    seconds = timed_in_turn({"batch": batch})["batch"]
    tell("batch of 100,000", BATCH / seconds, "questions/s")


def placed_on(streets: Streets, facilities: Sequence[Facility]) -> PlacedFacilities:
    """Place facilities as a process that serves does."""
    calendar = Calendar("Europe/Lisbon", "PT")
    return PlacedFacilities.of(facilities, streets, calendar, Settings(), KeptTables())


def ask(placed: PlacedFacilities, now: datetime, answer: Answer, **more: Any) -> list[float]:  # noqa: ANN401 - the question's own fields
    """Ask many questions of a set that was asked for before; return the seconds of each."""
    lon, lat = positions(placed.streets.network, QUESTIONS, seed=2)
    asked = {"k": K, "by": Measure.DISTANCE, "profile": Profile.WALK, **more}
    answer(placed, NearestQuestion(lat[0], lon[0], **asked), now)
    seconds = []
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        begun = perf_counter()
        answer(placed, NearestQuestion(y, x, **asked), now)
        seconds.append(perf_counter() - begun)
    return seconds


def _ask_scipy(placed: PlacedFacilities) -> list[float]:
    """Ask scipy the same, from the junction nearest to each position to those of facilities."""
    streets, places = placed.streets, placed.sites.places
    network = streets.network
    lon, lat = positions(network, QUESTIONS, seed=2)
    at = snap(network, streets.grid, lon[:SEARCHES], lat[:SEARCHES], 500.0)
    graph, facility = _graph(network), network.edge_from[places.edge]
    seconds = []
    for start in network.edge_from[at.edge]:
        begun = perf_counter()
        metres = dijkstra(graph, indices=start, limit=LIMIT_MM)[facility]
        nearest = np.argpartition(metres, K)[:K]
        nearest[np.argsort(metres[nearest])].tolist()
        seconds.append(perf_counter() - begun)
    return seconds


def directed_arcs(network: Network) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return tails, heads and millimetres of all arcs that may be taken, for the peers."""
    forward, backward = network.edge_forward, network.edge_backward
    tail = np.concatenate((network.edge_from[forward], network.edge_to[backward]))
    head = np.concatenate((network.edge_to[forward], network.edge_from[backward]))
    length = network.edge_length_mm
    return tail, head, np.concatenate((length[forward], length[backward]))


def _graph(network: Network) -> csr_matrix:
    tail, head, length = directed_arcs(network)
    shape = network.nodes, network.nodes
    return csr_matrix((length.astype(float), (tail, head)), shape=shape)
