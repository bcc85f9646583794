"""The streets as riders may ride them, and the way from one place to another."""

import math
from collections.abc import Sequence
from itertools import pairwise

import networkx as nx

from demo_district.frame import Point
from demo_district.rides import Leg
from demo_district.streets import Stretch

STEP_M = 22.0
CLASS_COST = {"primary": 0.95, "secondary": 0.95, "living_street": 1.1, "service": 1.25}
"""How riders weigh a metre of a class of street; 1 where it isn't named."""
WITH_LIGHTS = ("primary", "secondary")


def may_ride(stretch: Stretch) -> bool:
    """Say whether a rider may ride a stretch on the bike."""
    if stretch.tags.get("access") == "private" or stretch.tags.get("bicycle") == "no":
        return False
    walking = ("footway", "corridor", "pedestrian", "steps")
    return stretch.street.highway not in walking or stretch.tags.get("bicycle") == "yes"


class RideGraph:
    """The streets as a directed graph of short steps: the largest part where all is reachable."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        graph = nx.DiGraph()
        for row, stretch in enumerate(stretches):
            if may_ride(stretch):
                _add_stretch(graph, row, stretch)
        largest = max(nx.strongly_connected_components(graph), key=len)
        self.graph: nx.DiGraph = graph.subgraph(largest).copy()

    def points(self, stretches: Sequence[int]) -> list[Point]:
        """Return the graph's points on some stretches, in an order that never changes."""
        wanted = set(stretches)
        steps = self.graph.edges(data="stretch")
        return sorted({start for start, _, stretch in steps if stretch in wanted})

    def way(
        self, start: Point, end: Point, taste: dict[int, float], wait_s: int
    ) -> tuple[Leg, list[int]]:
        """Return the way a rider of a certain taste takes, and its stretches."""

        def cost(_from: Point, _to: Point, step: dict[str, float]) -> float:
            return step["cost"] * taste[int(step["stretch"])]

        nodes = nx.dijkstra_path(self.graph, start, end, weight=cost)
        steps = [self.graph.edges[pair] for pair in pairwise(nodes)]
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
        return len(names) > 1 and any(step["highway"] in WITH_LIGHTS for step in steps)


def _add_stretch(graph: nx.DiGraph, row: int, stretch: Stretch) -> None:
    for start, end in pairwise(stretch.line):
        parts = max(1, math.ceil(math.dist(start, end) / STEP_M))
        inner = [
            (start[0] + (end[0] - start[0]) * k / parts, start[1] + (end[1] - start[1]) * k / parts)
            for k in range(1, parts)
        ]
        nodes = [start, *inner, end]
        for a, b in pairwise(nodes):
            step = {
                "stretch": row,
                "highway": stretch.street.highway,
                "name": stretch.street.name,
                "cost": math.dist(a, b) * CLASS_COST.get(stretch.street.highway, 1.0),
            }
            graph.add_edge(a, b, **step)
            if stretch.tags.get("oneway") != "yes":
                graph.add_edge(b, a, **step)
