"""The riders of the demo district: which trips they make in five weeks, along which streets."""

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import networkx as nx

from demo_district.chance import chance
from demo_district.frame import Point, to_position
from demo_district.rides import Leg, record, ride
from demo_district.streets import Stretch

RIDERS = 60
DAYS = 35
FIRST_DAY = datetime(2026, 9, 28, tzinfo=timezone(timedelta(hours=8)))
"""Midnight in Shanghai; a Monday."""
MEALS = ((7.0, 8.5, 1.0), (11.0, 12.9, 4.2), (17.2, 19.5, 3.6), (21.0, 22.5, 1.2))
"""From and until which hour trips start, and how much that meal weighs."""
FEWEST_TRIPS, MOST_TRIPS = 6, 12
STEP_M = 22.0
KITCHENS, DOORS = 26, 150
FOOD_STREETS = ("集市街", "北市巷", "豆香巷", "面坊巷", "汇云西街", "汇云东街", "槐荫街")
HOME_CLASSES = ("residential", "living_street", "service")
CLASS_COST = {"primary": 0.95, "secondary": 0.95, "living_street": 1.1, "service": 1.25}
BUSY = ("primary", "secondary")


@dataclass(frozen=True)
class Trip:
    """One recorded trip: when, where recorded, and which stretches were truly ridden."""

    trip_id: str
    rider_id: str
    times: tuple[int, ...]
    """Unix seconds."""
    places: tuple[Point, ...]
    stretches: tuple[int, ...]


def may_ride(stretch: Stretch) -> bool:
    """Say whether a rider may ride a stretch on the bike."""
    if stretch.tags.get("access") == "private" or stretch.tags.get("bicycle") == "no":
        return False
    walking = ("footway", "corridor", "pedestrian", "steps")
    return stretch.street.highway not in walking or stretch.tags.get("bicycle") == "yes"


class Ridden:
    """The streets as a directed graph of short steps, with the places riders go to."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        graph = nx.DiGraph()
        for row, stretch in enumerate(stretches):
            if may_ride(stretch):
                _add_stretch(graph, row, stretch)
        largest = max(nx.strongly_connected_components(graph), key=len)
        self.graph: nx.DiGraph = graph.subgraph(largest).copy()
        picked = chance("places")
        food = [node for node in sorted(self.graph) if self._touches(node, FOOD_STREETS)]
        homes = [node for node in sorted(self.graph) if self._class_at(node) in HOME_CLASSES]
        self.kitchens = picked.sample(food, KITCHENS)
        self.doors = picked.sample(homes, DOORS)

    def _touches(self, node: Point, names: Sequence[str]) -> bool:
        return any(step["name"] in names for _, _, step in self.graph.out_edges(node, data=True))

    def _class_at(self, node: Point) -> str:
        return next(str(step["highway"]) for _, _, step in self.graph.out_edges(node, data=True))

    def way(
        self, start: Point, end: Point, taste: dict[int, float], wait_s: int
    ) -> tuple[Leg, list[int]]:
        """Return the way a rider of a certain taste takes, and its stretches."""

        def cost(_from: Point, _to: Point, step: dict[str, float]) -> float:
            return step["cost"] * taste[int(step["stretch"])]

        nodes = nx.dijkstra_path(self.graph, start, end, weight=cost)
        steps = [self.graph.edges[pair] for pair in zip(nodes, nodes[1:], strict=False)]
        leg = Leg(
            points=tuple(nodes),
            classes=tuple(step["highway"] for step in steps),
            lights=tuple(self._has_lights(node) for node in nodes),
            wait_s=wait_s,
        )
        return leg, [step["stretch"] for step in steps]

    def _has_lights(self, node: Point) -> bool:
        steps = [step for _, _, step in self.graph.out_edges(node, data=True)]
        names = {step["name"] for step in steps}
        return len(names) > 1 and any(step["highway"] in BUSY for step in steps)


def _add_stretch(graph: nx.DiGraph, row: int, stretch: Stretch) -> None:
    for start, end in zip(stretch.line, stretch.line[1:], strict=False):
        parts = max(1, math.ceil(math.dist(start, end) / STEP_M))
        inner = [
            (start[0] + (end[0] - start[0]) * k / parts, start[1] + (end[1] - start[1]) * k / parts)
            for k in range(1, parts)
        ]
        nodes = [start, *inner, end]
        for a, b in zip(nodes, nodes[1:], strict=False):
            step = {
                "stretch": row,
                "highway": stretch.street.highway,
                "name": stretch.street.name,
                "cost": math.dist(a, b) * CLASS_COST.get(stretch.street.highway, 1.0),
            }
            graph.add_edge(a, b, **step)
            if stretch.tags.get("oneway") != "yes":
                graph.add_edge(b, a, **step)


def make_trips(stretches: Sequence[Stretch]) -> list[Trip]:
    """Return all trips in order of their start."""
    ridden = Ridden(stretches)
    planned = []
    for number in range(1, RIDERS + 1):
        rider_id = f"rider-{number:02d}"
        dice = chance(rider_id)
        pace = dice.uniform(15.5, 21.0) / 3.6
        for start in _starts(dice):
            planned.append((start, rider_id, pace, dice.random()))
    planned.sort()
    return [
        _trip(f"trip-{number:04d}", start, rider_id, pace, ridden, len(stretches))
        for number, (start, rider_id, pace, _) in enumerate(planned, 1)
    ]


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


def _trip(
    trip_id: str, start: int, rider_id: str, pace: float, ridden: Ridden, stretches: int
) -> Trip:
    dice = chance(trip_id)
    stops = [dice.choice(ridden.doors), dice.choice(ridden.kitchens)]
    stops += dice.sample(ridden.doors, 2 if dice.random() < 0.55 else 1)
    waits = [dice.randint(50, 200), *(dice.randint(35, 110) for _ in stops[2:])]
    taste = {row: dice.uniform(0.8, 1.35) for row in range(stretches)}
    legs, ridden_stretches = [], []
    for here, there, wait_s in zip(stops, stops[1:], waits, strict=False):
        if here == there:
            continue
        leg, along = ridden.way(here, there, taste, wait_s)
        legs.append(leg)
        ridden_stretches += along
    seconds, places = record(ride(legs, pace, dice), dice)
    return Trip(
        trip_id,
        rider_id,
        tuple(start + second for second in seconds),
        tuple(places),
        tuple(dict.fromkeys(ridden_stretches)),
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
