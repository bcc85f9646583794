"""From ways to the directed network of one profile: its main component, contracted."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo_service.arrays import Flags, Floats, Integers
from geo_service.errors import RefusedData
from geo_service.geometry.metric import segment_lengths_m
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile, directions, speed_m_s
from geo_service.streets.ways import Ways, WaysKind


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """A network, and what was left out of it."""

    network: Network
    pieces: int
    """How many pieces there are in which one can go anywhere and back, the network included."""
    left_out_m: float
    """Metres of usable street outside the network."""


@dataclass(frozen=True, slots=True, eq=False)
class _Segments:
    """Straight stretches between neighbouring nodes of a way, in the order of the ways."""

    way: Integers
    start: Integers
    end: Integers
    forward: Flags
    backward: Flags
    length_m: Floats

    def take(self, rows: Integers | Flags) -> "_Segments":
        return _Segments(
            self.way[rows],
            self.start[rows],
            self.end[rows],
            self.forward[rows],
            self.backward[rows],
            self.length_m[rows],
        )

    def __len__(self) -> int:
        return len(self.way)


def build_network(ways: Ways, profile: Profile) -> Assembled:
    """Build the network that one profile may use.

    The main component is the strongly connected component with the greatest length. Nodes at
    which only the two neighbouring stretches of one way meet become shape points, so an edge
    runs from junction to junction of one way.

    Parameters
    ----------
    ways : Ways
        What the file says.
    profile : Profile
        Whose network.

    Returns
    -------
    Assembled
        The network, and how much was left out.

    Raises
    ------
    RefusedData
        If no street is open to the profile, or nowhere can one go and come back.
    """
    usable = _without_repeats(_usable_segments(ways, profile))
    component = _components(usable, len(ways.node_lon))
    inside = component[usable.start] == component[usable.end]
    lengths = np.bincount(
        component[usable.start[inside]], weights=usable.length_m[inside], minlength=1
    )
    if not inside.any():
        raise RefusedData(
            f"No street can be used there and back by the profile {profile}: "
            f"all {len(usable)} stretches are one-way and lead nowhere.",
            remedy="Check the oneway column or tag.",
        )
    main = int(np.argmax(lengths))
    kept = usable.take(inside & (component[usable.start] == main))
    pieces = len(np.unique(component[usable.start[inside]]))
    left_out_m = float(usable.length_m.sum() - lengths[main])
    return Assembled(_contracted(ways, kept, profile), pieces, left_out_m)


def _usable_segments(ways: Ways, profile: Profile) -> _Segments:
    """Cut the ways open to a profile into segments."""
    open_to = np.array([directions(tags, profile) for tags in ways.tag_sets], dtype=np.bool_)
    open_to = open_to.reshape(-1, 2)
    if not open_to.any():
        raise RefusedData(
            f"No street is open to the profile {profile}. {_found(ways)}",
            remedy="Load streets whose highway tags or access tags open some way to it.",
        )
    way_of_node = np.repeat(np.arange(len(ways)), np.diff(ways.node_offsets))
    rows = np.flatnonzero(way_of_node[1:] == way_of_node[:-1])
    way, start, end = way_of_node[rows], ways.node[rows], ways.node[rows + 1]
    forward, backward = open_to[ways.tags[way], 0], open_to[ways.tags[way], 1]
    rows = np.flatnonzero((forward | backward) & (start != end))
    if not len(rows):
        raise RefusedData(
            f"No way open to the profile {profile} has two different points. {_found(ways)}",
            remedy="Load a file whose streets have a shape.",
        )
    way, start, end = way[rows], start[rows], end[rows]
    lon, lat = ways.node_lon, ways.node_lat
    length_m = segment_lengths_m(lon[start], lat[start], lon[end], lat[end])
    return _Segments(way, start, end, forward[rows], backward[rows], length_m)


def _found(ways: Ways) -> str:
    """Tell which classes of street there are, the commonest first."""
    count = np.bincount(ways.tags, minlength=len(ways.tag_sets))
    classes: dict[str, int] = {}
    for tags, number in zip(ways.tag_sets, count, strict=True):
        highway = tags.get("highway", "no highway tag")
        classes[highway] = classes.get(highway, 0) + int(number)
    commonest = sorted(classes.items(), key=lambda item: (-item[1], item[0]))[:8]
    listed = ", ".join(f"{highway} ({number})" for highway, number in commonest)
    return f"Found {len(ways)} ways: {listed}." if len(ways) else "Found no way at all."


def _components(segments: _Segments, nodes: int) -> Integers:
    """Give each node the number of its strongly connected component."""
    tails = np.concatenate((segments.start[segments.forward], segments.end[segments.backward]))
    heads = np.concatenate((segments.end[segments.forward], segments.start[segments.backward]))
    graph = coo_array((np.ones(len(tails), dtype=np.int32), (tails, heads)), shape=(nodes, nodes))
    _, labels = connected_components(graph.tocsr(), directed=True, connection="strong")
    return np.asarray(labels, dtype=np.int64)


def _without_repeats(segments: _Segments) -> _Segments:
    """Join stretches that one way passes twice, so that an edge's name stays its own."""
    low = np.minimum(segments.start, segments.end)
    high = np.maximum(segments.start, segments.end)
    order = np.lexsort((high, low, segments.way))
    same = (np.diff(segments.way[order]) == 0) & (np.diff(low[order]) == 0)
    same &= np.diff(high[order]) == 0
    if not same.any():
        return segments
    forward, backward = segments.forward.copy(), segments.backward.copy()
    keep = np.ones(len(segments), dtype=np.bool_)
    for position in np.flatnonzero(same):
        if keep[order[position]]:
            first = order[position]
        again = order[position + 1]
        turned = segments.start[again] != segments.start[first]
        forward[first] |= segments.backward[again] if turned else segments.forward[again]
        backward[first] |= segments.forward[again] if turned else segments.backward[again]
        keep[again] = False
    merged = _Segments(
        segments.way, segments.start, segments.end, forward, backward, segments.length_m
    )
    return merged.take(keep)


def _contracted(ways: Ways, segments: _Segments, profile: Profile) -> Network:
    """Join the segments between junctions into edges."""
    junction = _junctions(segments, len(ways.node_lon))
    while True:
        ordered = _from_junctions(segments, junction)
        starts = _edge_starts(ordered, junction)
        more = _nodes_that_tell_apart(ways, ordered, starts)
        if not len(more):
            return _as_network(ways, ordered, starts, profile)
        junction[more] = True


def _junctions(segments: _Segments, nodes: int) -> Flags:
    """Find the nodes that are more than a shape point between two stretches of one way."""
    out = np.bincount(segments.start, minlength=nodes)
    into = np.bincount(segments.end, minlength=nodes)
    junction: Flags = (out != 1) | (into != 1)
    leaving = np.zeros(nodes, dtype=np.int64)
    arriving = np.zeros(nodes, dtype=np.int64)
    leaving[segments.start] = np.arange(len(segments))
    arriving[segments.end] = np.arange(len(segments))
    junction |= segments.way[leaving] != segments.way[arriving]
    junction |= segments.forward[leaving] != segments.forward[arriving]
    junction |= segments.backward[leaving] != segments.backward[arriving]
    return junction


def _from_junctions(segments: _Segments, junction: Flags) -> _Segments:
    """Turn rings whose way begins at a shape point, so that they begin at a junction."""
    first = np.flatnonzero(np.diff(segments.way, prepend=-1))
    begins_inside = ~junction[segments.start[first]]
    if not begins_inside.any():
        return segments
    number = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(segments))))
    after_junction = np.cumsum(junction[segments.start])
    before = after_junction == np.repeat(
        after_junction[first] - junction[segments.start[first]],
        np.diff(np.append(first, len(segments))),
    )
    moved = before & begins_inside[number]
    return segments.take(np.lexsort((moved, number)))


def _edge_starts(segments: _Segments, junction: Flags) -> Integers:
    """Return the rows at which an edge starts."""
    starts = junction[segments.start].copy()
    # A ring that nothing else touches is all there is; its edge starts where its way does.
    starts[0] = True
    starts[1:] |= segments.way[1:] != segments.way[:-1]
    return np.flatnonzero(starts)


def _nodes_that_tell_apart(ways: Ways, segments: _Segments, starts: Integers) -> Integers:
    """Find inner nodes to keep where two edges of one way join the same two nodes."""
    if ways.kind is WaysKind.LINES:
        return np.zeros(0, dtype=np.int64)
    ends = np.append(starts[1:], len(segments)) - 1
    way = ways.way_id[segments.way[starts]]
    head, tail = segments.start[starts], segments.end[ends]
    low, high = np.minimum(head, tail), np.maximum(head, tail)
    size = ends - starts
    order = np.lexsort((size, high, low, way))
    same = (np.diff(way[order]) == 0) & (np.diff(low[order]) == 0) & (np.diff(high[order]) == 0)
    later = order[1:][same]
    later = later[size[later] > 0]
    middle = segments.end[starts[later] + (size[later] - 1) // 2]
    named: Integers = middle[ways.node_id[middle] >= 0]
    return named


def _as_network(ways: Ways, segments: _Segments, starts: Integers, profile: Profile) -> Network:
    """Write the arrays of a network; edges keep the order of the ways."""
    edges = len(starts)
    ends = np.append(starts[1:], len(segments)) - 1
    head, tail = segments.start[starts], segments.end[ends]
    kept = np.unique(np.concatenate((head, tail)))
    row = np.full(len(ways.node_lon), -1, dtype=np.int64)
    row[kept] = np.arange(len(kept))

    shape_offsets = np.append(starts, len(segments)) + np.arange(edges + 1)
    edge_of_segment = np.repeat(np.arange(edges), ends - starts + 1)
    point = np.empty(len(segments) + edges, dtype=np.int64)
    point[np.arange(len(segments)) + edge_of_segment] = segments.start
    point[shape_offsets[1:] - 1] = tail
    along_m = np.cumsum(segments.length_m)
    along_m -= np.repeat(along_m[starts] - segments.length_m[starts], ends - starts + 1)
    shape_mm = np.zeros(len(point), dtype=np.int64)
    shape_mm[np.arange(len(segments)) + edge_of_segment + 1] = np.rint(along_m * 1000.0)

    way = segments.way[starts]
    length_mm = shape_mm[shape_offsets[1:] - 1]
    speed = np.array([speed_m_s(tags, profile) for tags in ways.tag_sets])[ways.tags[way]]
    highways = np.array([tags.get("highway", "") for tags in ways.tag_sets], dtype=np.object_)
    classes, class_of_tags = np.unique(highways.astype(np.str_), return_inverse=True)
    from_id, to_id = _end_ids(ways, way, head, tail)
    network = Network(
        profile=profile,
        node_lon=ways.node_lon[kept],
        node_lat=ways.node_lat[kept],
        edge_from=row[head],
        edge_to=row[tail],
        edge_forward=segments.forward[starts],
        edge_backward=segments.backward[starts],
        edge_length_mm=length_mm,
        edge_time_ms=np.rint(length_mm / speed).astype(np.int64),
        edge_shape=shape_offsets.astype(np.int64),
        shape_lon=ways.node_lon[point],
        shape_lat=ways.node_lat[point],
        shape_mm=shape_mm,
        edge_way=ways.way_id[way],
        edge_from_id=from_id,
        edge_to_id=to_id,
        edge_name=ways.name[way],
        names=ways.names,
        names_en=ways.names_en,
        edge_class=class_of_tags[ways.tags[way]].astype(np.int64),
        classes=tuple(str(highway) for highway in classes),
    )
    return network.frozen()


def _end_ids(
    ways: Ways, way: Integers, head: Integers, tail: Integers
) -> tuple[Integers, Integers]:
    """Return what names an edge beside its way: end nodes, or the part of a line layer's row."""
    if ways.kind is WaysKind.OSM:
        return ways.node_id[head], ways.node_id[tail]
    row = ways.way_id[way]
    order = np.argsort(row, kind="stable")
    first = np.flatnonzero(np.diff(row[order], prepend=-1))
    count = np.diff(np.append(first, len(row)))
    part = np.empty(len(row), dtype=np.int64)
    part[order] = np.arange(len(row)) - np.repeat(first, count) + 1
    part[order] = np.where(np.repeat(count, count) > 1, part[order], 0)
    return -1 - part, -1 - part
