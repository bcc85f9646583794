"""The riders of the demo district: which trips they make in five weeks, along which streets."""

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from itertools import pairwise

from demo_district.chance import chance
from demo_district.frame import Point, to_position
from demo_district.ride_graph import RideGraph
from demo_district.rides import record, ride
from demo_district.streets import Stretch

RIDERS = 60
DAYS = 35
FIRST_DAY = datetime(2026, 9, 28, tzinfo=timezone(timedelta(hours=8)))
"""Midnight in Shanghai; a Monday."""
MEALS = ((7.0, 8.5, 1.0), (11.0, 12.9, 4.2), (17.2, 19.5, 3.6), (21.0, 22.5, 1.2))
"""From and until which hour trips start, and how much that meal weighs."""
FEWEST_TRIPS, MOST_TRIPS = 6, 12
KITCHENS = 26
DOORS_APART_M = 80.0
TWO_DOORS = 0.55
"""How often a trip serves two doors."""
FOOD_STREETS = ("集市街", "北市巷", "豆香巷", "面坊巷", "汇云西街", "汇云东街", "槐荫街")
HOME_CLASSES = ("residential", "living_street", "service")


@dataclass(frozen=True)
class Trip:
    """One recorded trip: when, where recorded, and which stretches were truly ridden."""

    trip_id: str
    rider_id: str
    times: tuple[int, ...]
    """Unix seconds."""
    places: tuple[Point, ...]
    stretches: tuple[int, ...]


@dataclass(frozen=True)
class _District:
    """Where riders ride, and between which kitchens and doors."""

    graph: RideGraph
    kitchens: list[Point]
    doors: list[Point]
    stretches: int


def make_trips(stretches: Sequence[Stretch]) -> list[Trip]:
    """Return all trips in order of their start."""
    district = _district(stretches)
    planned = []
    for number in range(1, RIDERS + 1):
        rider_id = f"rider-{number:02d}"
        dice = chance(rider_id)
        pace_m_s = dice.uniform(15.5, 21.0) / 3.6
        planned += [(start, rider_id, pace_m_s) for start in _starts(dice)]
    return [
        _trip(f"trip-{number:04d}", start, rider_id, pace_m_s, district)
        for number, (start, rider_id, pace_m_s) in enumerate(sorted(planned), 1)
    ]


def _district(stretches: Sequence[Stretch]) -> _District:
    graph, dice = RideGraph(stretches), chance("kitchens and doors")
    streets = [stretch.street for stretch in stretches]
    food = [row for row, street in enumerate(streets) if street.name in FOOD_STREETS]
    homes = [row for row, street in enumerate(streets) if street.highway in HOME_CLASSES]
    return _District(
        graph=graph,
        kitchens=dice.sample(graph.points(food), KITCHENS),
        doors=_spread(graph.points(homes), dice),
        stretches=len(stretches),
    )


def _spread(points: list[Point], dice: random.Random) -> list[Point]:
    """Choose points all over the district, none close to another."""
    doors: list[Point] = []
    for point in dice.sample(points, len(points)):
        if all(math.dist(point, door) >= DOORS_APART_M for door in doors):
            doors.append(point)
    return doors


def _starts(dice: random.Random) -> list[int]:
    """Choose when a rider sets out, in Unix seconds: at most once a meal, mostly at peaks."""
    slots = [(day, meal) for day in range(DAYS) for meal in range(len(MEALS))]
    # The largest keys of u ** (1 / weight) are a weighted sample (Efraimidis and Spirakis, 2006).
    keyed = sorted(((dice.random() ** (1.0 / MEALS[meal][2]), day, meal) for day, meal in slots))
    starts = []
    for _, day, meal in keyed[-dice.randint(FEWEST_TRIPS, MOST_TRIPS) :]:
        first, last, _ = MEALS[meal]
        # The mean of two draws lies more often in the middle of the meal.
        hour = first + (last - first) * (dice.random() + dice.random()) / 2
        starts.append(int((FIRST_DAY + timedelta(days=day, hours=hour)).timestamp()))
    return starts


def _trip(trip_id: str, start: int, rider_id: str, pace_m_s: float, district: _District) -> Trip:
    """Ride from somewhere to a kitchen, and from there to one door or two."""
    dice = chance(trip_id)
    stops = [dice.choice(district.doors), dice.choice(district.kitchens)]
    stops += dice.sample(district.doors, 2 if dice.random() < TWO_DOORS else 1)
    waits = [dice.randint(50, 200), *(dice.randint(35, 110) for _ in stops[2:])]
    taste = {row: dice.uniform(0.8, 1.35) for row in range(district.stretches)}
    legs, ridden = [], []
    for (here, there), wait_s in zip(pairwise(stops), waits, strict=True):
        if here != there:
            leg, along = district.graph.way(here, there, taste, wait_s)
            legs.append(leg)
            ridden += along
    seconds, places = record(ride(legs, pace_m_s, dice), dice)
    return Trip(
        trip_id,
        rider_id,
        tuple(start + second for second in seconds),
        tuple(places),
        tuple(dict.fromkeys(ridden)),
    )


def count_traffic(trips: Sequence[Trip]) -> Counter[int]:
    """Count for each stretch the trips that ride it."""
    return Counter(row for trip in trips for row in trip.stretches)


def trip_features(trips: Sequence[Trip]) -> Iterator[dict[str, object]]:
    """Give each trip as a GeoJSON line with its times in Unix seconds."""
    for trip in trips:
        yield {
            "type": "Feature",
            "properties": {
                "trip_id": trip.trip_id,
                "rider_id": trip.rider_id,
                "times": trip.times,
            },
            "geometry": {
                "type": "LineString",
                "coordinates": [to_position(place, digits=6) for place in trip.places],
            },
        }
