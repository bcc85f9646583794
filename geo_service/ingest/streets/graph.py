"""Ways from a graph of streets as osmnx makes it."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo_service.arrays import Floats
from geo_service.errors import RefusedData
from geo_service.geometry.position import is_on_earth
from geo_service.ingest.streets.way_table import Street, WayTable, join_twins
from geo_service.streets.profile import Profile, directions
from geo_service.streets.ways import KEPT_TAGS, Ways, WaysKind

Attributes: TypeAlias = Mapping[str, Any]
Place: TypeAlias = tuple[float, float]
Drawn: TypeAlias = Street[int | Place]

WGS84 = "EPSG:4326"
_TEXTS = (*KEPT_TAGS, "name", "name:en")
_AGAINST = frozenset({"-1", "reverse"})
"""Where osmnx keeps these words, it has turned the edge around; the way runs against it."""
_DIGITS = 7
"""Decimals to which shape points of twins agree."""


@dataclass(frozen=True, slots=True)
class StreetGraph:
    """A graph of streets before its attributes are understood."""

    nodes: Mapping[Any, Attributes]
    """Each with ``x`` and ``y`` in the graph's reference system."""
    edges: Iterable[tuple[Any, Any, Attributes]]
    """From, to, and the attributes."""
    crs: str
    directed: bool


def ways_from_graph(graph: Any) -> Ways:  # noqa: ANN401 - networkx ships no types
    """Read a graph in memory; see `ways_of`.

    Parameters
    ----------
    graph : networkx.MultiDiGraph
        As osmnx makes it, simplified or not; an undirected one too.

    Raises
    ------
    RefusedData
        If its nodes have no positions, or it has no edge.
    """
    street_graph = StreetGraph(
        nodes=dict(graph.nodes(data=True)),
        edges=graph.edges(data=True),
        crs=str(graph.graph.get("crs", WGS84)),
        directed=bool(graph.is_directed()),
    )
    return ways_of(street_graph, where="graph")


def ways_of(graph: StreetGraph, *, where: str) -> Ways:
    """Read the ways out of a graph.

    The two directed edges of a two-way street become one way; a directed edge without its twin
    is one-way. In an undirected graph, and in one whose ``oneway`` holds OSM's own words (osmnx's
    ``all_oneway``), each edge is a way and its tags decide.

    Parameters
    ----------
    graph : StreetGraph
        With osmnx's attributes: ``x``, ``y`` at nodes; ``osmid``, ``geometry`` and OSM's tags at
        edges. An edge of several OSM ways bears the id of one of them.
    where : str
        How errors name it.

    Returns
    -------
    Ways
        Nodes have their OSM ids; shape points in between have none.

    Raises
    ------
    RefusedData
        If its nodes have no positions, or it has no edge.
    """
    places = [_place(name, said, where) for name, said in graph.nodes.items()]
    row_of = {name: row for row, name in enumerate(graph.nodes)}
    edges = sorted(graph.edges, key=lambda edge: edge[2].get("reversed") is True)
    if not edges:
        raise RefusedData(
            f"The graph has {len(places)} nodes but no edge.",
            where=where,
            remedy="Save it again with its streets.",
        )
    tags_decide = not graph.directed or any(_is_osm_word(said) for _, _, said in edges)
    streets = [
        _street(edge, row_of, places, oneway=None if tags_decide else "yes") for edge in edges
    ]
    if not tags_decide:
        streets = join_twins(streets, same_way=True)
    return _on_nodes(_chained(_named_apart(streets)), list(graph.nodes), places, graph.crs, where)


def _place(name: object, said: Attributes, where: str) -> Place:
    try:
        place = float(said["x"]), float(said["y"])
    except (KeyError, TypeError, ValueError) as problem:
        raise RefusedData(
            f"Node {name} has no position (x and y).",
            where=where,
            remedy="Save the graph with osmnx, which writes them.",
        ) from problem
    if not (math.isfinite(place[0]) and math.isfinite(place[1])):
        raise RefusedData(f"Node {name} is at {place[0]}, {place[1]}.", where=where)
    return place


def _is_osm_word(said: Attributes) -> bool:
    """Say whether ``oneway`` is a word of OSM's: osmnx turns it into a truth value."""
    return isinstance(said.get("oneway"), str)


def _street(
    edge: tuple[Any, Any, Attributes],
    row_of: Mapping[Any, int],
    places: Sequence[Place],
    *,
    oneway: str | None,
) -> Drawn:
    """Draw an edge: its end nodes by row, its shape points by place."""
    start, end, said = edge
    against = said.get("oneway") in _AGAINST if oneway is None else False
    if against or (str(said.get("from")), str(said.get("to"))) == (str(end), str(start)):
        start, end = end, start
    first, last = row_of[start], row_of[end]
    inner = _inner_points(said.get("geometry"), places[first], places[last])
    tags = {key: text for key in _TEXTS if (text := _text(key, said.get(key)))}
    if oneway is not None:
        tags["oneway"] = oneway
    return Street(_whole_numbers(said.get("osmid")), (first, *inner, last), tags)


def _inner_points(geometry: object, start: Place, end: Place) -> tuple[Place, ...]:
    """Return the shape points between an edge's ends, from its start."""
    line = shapely.from_wkt(geometry) if isinstance(geometry, str) else geometry
    if not isinstance(line, shapely.LineString):
        return ()
    points = shapely.get_coordinates(line)
    as_drawn = math.dist(points[0], start) + math.dist(points[-1], end)
    turned = math.dist(points[0], end) + math.dist(points[-1], start)
    rounded = np.round(points[1:-1], _DIGITS)[:: -1 if turned < as_drawn else 1]
    return tuple((float(x), float(y)) for x, y in rounded)


def _text(key: str, value: object) -> str:
    """Say a value as OSM would; of several values one, the least open of several classes."""
    if isinstance(value, (list, tuple, set)):
        texts = [str(entry) for entry in value]
        if key == "highway":
            return min(texts, key=_openness, default="")
        return texts[0] if texts else ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value)


def _openness(highway: str) -> int:
    return sum(sum(directions({"highway": highway}, profile)) for profile in Profile)


def _whole_numbers(value: object) -> tuple[int, ...]:
    entries = value if isinstance(value, (list, tuple, set)) else [value]
    try:
        return tuple(int(str(entry)) for entry in entries)
    except ValueError:
        return ()


def _named_apart(streets: Iterable[Drawn]) -> list[Drawn]:
    """Choose one of an edge's OSM ways, so that parallel edges get different names.

    An edge that names no way gets its number in the graph.
    """
    taken: set[tuple[int, frozenset[Hashable]]] = set()
    named = []
    for number, street in enumerate(streets):
        ends = frozenset((street.refs[0], street.refs[-1]))
        ways = street.way_ids or (number,)
        way = next((way for way in ways if (way, ends) not in taken), ways[0])
        taken.add((way, ends))
        named.append(street._replace(way_ids=(way,)))
    return named


def _chained(streets: Sequence[Drawn]) -> list[Drawn]:
    """Join the stretches of one OSM way that follow each other, as in an unsimplified graph."""
    alike: dict[Hashable, list[Drawn]] = {}
    for street in streets:
        alike.setdefault((street.way_ids, frozenset(street.tags.items())), []).append(street)
    chains: list[Drawn] = []
    for group in alike.values():
        waiting: dict[Hashable, list[Drawn]] = {}
        for street in group:
            waiting.setdefault(street.refs[0], []).append(street)
        entered = {street.refs[-1] for street in group}
        heads = [street for street in group if street.refs[0] not in entered]
        for head in (*heads, *group):
            if not waiting.get(head.refs[0]):
                continue
            refs = list(waiting[head.refs[0]].pop(0).refs)
            while waiting.get(refs[-1]):
                refs.extend(waiting[refs[-1]].pop(0).refs[1:])
            chains.append(head._replace(refs=tuple(refs)))
    return chains


def _on_nodes(
    streets: Iterable[Drawn], names: Sequence[object], places: list[Place], crs: str, where: str
) -> Ways:
    """Give the shape points numbers after the nodes, and bring all to degrees."""
    table, nodes = WayTable(), len(places)
    for street in streets:
        refs = []
        for ref in street.refs:
            if isinstance(ref, tuple):
                places.append(ref)
            refs.append(len(places) - 1 if isinstance(ref, tuple) else ref)
        table.add(street.way_ids[0], refs, street.tags)
    node_id = np.full(len(places), -1, dtype=np.int64)
    node_id[:nodes] = _node_ids(names)
    lon, lat = _in_degrees(np.array(places, dtype=np.float64), crs, where)
    return table.finish(table.refs(), node_id, lon, lat, WaysKind.OSM)


def _node_ids(names: Sequence[object]) -> list[int]:
    """Return OSM ids where the names are such, else numbers in the graph's order."""
    ids = _whole_numbers(list(names))
    return list(ids) if ids and min(ids) >= 0 else list(range(len(names)))


def _in_degrees(places: NDArray[np.float64], crs: str, where: str) -> tuple[Floats, Floats]:
    try:
        points = gpd.GeoSeries(gpd.points_from_xy(places[:, 0], places[:, 1]), crs=crs)
        if points.crs != WGS84:
            points = points.to_crs(WGS84)
    except RuntimeError as problem:  # the root of pyproj's errors
        raise RefusedData(
            f"Its reference system {crs!r} can't be brought to degrees ({problem}).",
            where=where,
            remedy="Save the graph in EPSG:4326.",
        ) from problem
    lon, lat = np.array(points.x), np.array(points.y)
    if not is_on_earth(lon, lat).all():
        raise RefusedData(
            "Its nodes have positions that are no degrees of longitude and latitude.",
            where=where,
            remedy="Save the graph with its crs, or in EPSG:4326.",
        )
    return lon, lat
