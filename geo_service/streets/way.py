"""The way to one site: which streets to ride, and the line over them.

A table knows the way already. Where a node's list holds a site at some cost, a leaving arc begins
a cheapest way exactly if the list at its head holds the site at that cost less the arc's own.
Costs are whole numbers, so nothing is nearly equal; and whoever is nearer than the site at the
head is nearer at the tail too, so along a cheapest way no list is too narrow to hold it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.compiled import compiled
from geo_service.streets.arcs import Arcs
from geo_service.streets.look_up import set_out
from geo_service.streets.measure import Measure
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.part_of_way import off_street_cost, stretch_cost
from geo_service.streets.prepared import Roads, Streets
from geo_service.streets.sites import Places, Sites
from geo_service.streets.snap import nearest_point
from geo_service.streets.snap_grid import SnapGrid
from geo_service.streets.tables import Table, make_table
from geo_service.streets.way_line import draw_line


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way from a position to a site: r stretches of edges, and a line of p points."""

    lon: Floats
    """Shape (p,): from the position to the site's own position, the straight parts to and from
    the street included; WGS-84, decimal degrees. A point follows itself only where position and
    site are one place, for a line has two points at least."""
    lat: Floats
    """Shape (p,)."""
    edge: Integers
    """Shape (r,): the edges, in riding order; those without length are left out."""
    start_mm: Integers
    """Shape (r,): where along the edge the stretch starts."""
    end_mm: Integers
    """Shape (r,): where it ends; below the start: the edge is ridden backward."""
    distance_mm: int
    """Of the whole way, the straight parts included."""
    duration_ms: int
    """Of the same."""
    off_start_mm: int
    """Straight from the position to the street."""
    off_end_mm: int
    """Straight from the street to the site."""


def find_way(
    streets: Streets,
    sites: Sites,
    table: Table,
    lon: float,
    lat: float,
    site: int,
    *,
    max_snap_m: float,
) -> Way | None:
    """Find the way from a position to a site that ``find_nearest`` answered with.

    Parameters
    ----------
    streets, sites, table : Streets, Sites, Table
        Those that were asked; the table's measure says what is minimised. A table that does not
        say enough about the site is not used: one of the site alone is made, in 10 to 20 ms.
    lon, lat : float
        The position; WGS-84, decimal degrees.
    site : int
        The row of the site.
    max_snap_m : float
        A position farther than this from any street, metres, has no way.

    Returns
    -------
    Way or None
        None if no street is near enough to the position, or the site can't be reached. Of ways
        that cost the same, always the same one. Raises nothing of its own.
    """
    if sites.places.edge[site] < 0:
        return None
    for known in _tables(streets, sites, table, site):
        off_mm, cost, stretches, line_lon, line_lat = _find(
            streets.grid, streets.network.edge_shape, streets.arcs, streets.roads,
            sites.places, sites.lon, sites.lat, known, lon, lat, site, max_snap_m,
        )  # fmt: skip
        if off_mm < 0:
            return None
        if cost < NEVER:
            first, other = cost >> SHIFT, cost & LOWER
            return Way(
                lon=line_lon,
                lat=line_lat,
                edge=stretches[0],
                start_mm=stretches[1],
                end_mm=stretches[2],
                distance_mm=other if known.by_time else first,
                duration_ms=first if known.by_time else other,
                off_start_mm=off_mm,
                off_end_mm=int(sites.places.off_mm[site]),
            )
    return None


def _tables(streets: Streets, sites: Sites, table: Table, site: int) -> Iterator[Table]:
    """Give the tables to look in: the one at hand, then one that knows every way to the site."""
    if table.wanted[site]:
        yield table
    alone = np.zeros(len(sites), dtype=np.bool_)
    alone[site] = True
    measure = Measure.TIME if table.by_time else Measure.DISTANCE
    yield make_table(streets, sites, alone, measure, width=1)


@compiled
def _find(
    grid: SnapGrid,
    edge_shape: Integers,
    arcs: Arcs,
    roads: Roads,
    places: Places,
    site_lon: Floats,
    site_lat: Floats,
    table: Table,
    lon: float,
    lat: float,
    site: int,
    max_snap_m: float,
) -> tuple[int, int, Integers, Floats, Floats]:
    """Return millimetres to the street, the packed cost, the stretches (3, r), and the line.

    The millimetres are -1 with no street near; the cost is NEVER if the table can't tell it.
    """
    edge, offset, off, _, _ = nearest_point(grid, lon, lat, max_snap_m)
    stretches, line = np.empty((3, 0), dtype=np.int64), np.empty((2, 0), dtype=np.float64)
    cost = NEVER
    if edge < 0:
        return -1, cost, stretches, line[0], line[1]
    origin = (edge, offset, off)
    cost, node, stop = _first_stretch(roads, places, table, origin, site)
    if cost < NEVER:
        taken = np.empty(0, dtype=np.int64)
        if node >= 0:
            taken = _arcs_to(arcs, roads, places, table, node, site)
        stretches = _stretches(roads, places, origin, stop, taken, site)
        ends = (lon, lat, site_lon[site], site_lat[site])
        last = (places.edge[site], places.offset_mm[site], places.off_mm[site])
        line = draw_line(grid, edge_shape, stretches, origin, last, ends)
    return off, cost, stretches, line[0], line[1]


@compiled
def _held_cost(table: Table, node: int, rank: int) -> int:
    """Return the packed cost at which a node's list holds a site; NEVER if it does not."""
    place = table.place[node]
    for row in range(table.key.shape[1]):
        held = table.key[place, row]
        if held < NEVER and held & LOWER == rank:
            return int((held >> SHIFT << SHIFT) + table.second[place, row])
    return NEVER


@compiled
def _cost_over(table: Table, node: int, cost: int, rank: int) -> tuple[int, int]:
    """Return what a site costs over a node, and below which key it can't be, if it is not held."""
    if cost >= NEVER:
        return NEVER, NEVER
    held = _held_cost(table, node, rank)
    if held < NEVER:
        return cost + held, NEVER
    return NEVER, (cost >> SHIFT << SHIFT) + table.key[table.place[node], -1]


@compiled
def _first_stretch(
    roads: Roads, places: Places, table: Table, origin: tuple[int, int, int], site: int
) -> tuple[int, int, int]:
    """Choose how to leave the edge: for the site on it, over its end, or over its start.

    Returns
    -------
    cost, node, stop : int
        Of the whole way, packed, NEVER where a list is too narrow to be sure; the node to go on
        from, -1 if the site is reached before one; the offset at which the stretch ends.
    """
    edge, rank = origin[0], places.rank[site]
    only = np.zeros(len(places.rank), dtype=np.bool_)
    only[site] = True
    key, second = np.full(1, NEVER), np.zeros(1, dtype=np.uint32)
    start, end = set_out(roads, places, only, origin, table.by_time, key, second)
    by_end, unsure_end = _cost_over(table, roads.edge_to[edge], end, rank)
    by_start, unsure_start = _cost_over(table, roads.edge_from[edge], start, rank)
    best, node, stop = NEVER, -1, places.offset_mm[site]
    if key[0] < NEVER:
        best = (key[0] >> SHIFT << SHIFT) + second[0]
    if by_end < best:
        best, node, stop = by_end, roads.edge_to[edge], roads.edge_length_mm[edge]
    if by_start < best:
        best, node, stop = by_start, roads.edge_from[edge], 0
    if (best >> SHIFT << SHIFT) + rank > min(unsure_end, unsure_start):
        best = NEVER
    return best, node, stop


@compiled
def _arcs_to(
    arcs: Arcs, roads: Roads, places: Places, table: Table, node: int, site: int
) -> Integers:
    """Return the arcs of a cheapest way from a node to a site, the one with the site inside last.

    Arcs that cost nothing may lead in a circle or back, so no node is entered twice, and a walk
    that can't go on takes its last arc back. Only such arcs are taken back: what is left to pay
    stays the same.
    """
    rank, inside = places.rank[site], places.node[site] < 0
    off = off_street_cost(places.off_mm[site], table.by_time)
    entered = np.zeros(len(table.place), dtype=np.bool_)
    entered[node] = True
    # The arc taken from a node on the way is the one before the row to be tried next there.
    nodes, rows = [node], [arcs.leaving_offsets[node]]
    left = _held_cost(table, node, rank)
    arrived = places.node[site] == node
    while len(nodes) > 0 and not arrived:
        row = rows[-1]
        if row == arcs.leaving_offsets[nodes[-1] + 1]:
            nodes.pop()
            rows.pop()
            continue
        rows[-1] = row + 1
        arc = arcs.leaving[row]
        edge, head = arc >> 1, arcs.head[arc]
        length, time = roads.edge_length_mm[edge], roads.edge_time_ms[edge]
        if inside and edge == places.edge[site]:
            begin = length if arc & 1 else 0
            part = stretch_cost(length, time, begin, places.offset_mm[site], table.by_time)
            arrived = part + off == left
        if arrived or entered[head]:
            continue
        further = _held_cost(table, head, rank)
        if stretch_cost(length, time, 0, length, table.by_time) + further == left:
            entered[head] = True
            left = further
            nodes.append(head)
            rows.append(arcs.leaving_offsets[head])
            arrived = places.node[site] == head
    count = len(rows) if inside else max(0, len(rows) - 1)
    taken = np.empty(count, dtype=np.int64)
    for number in range(count):
        taken[number] = arcs.leaving[rows[number] - 1]
    return taken


@compiled
def _stretches(
    roads: Roads,
    places: Places,
    origin: tuple[int, int, int],
    stop: int,
    taken: Integers,
    site: int,
) -> Integers:
    """Return edge, start and end of each stretch that has a length, shape (3, r)."""
    stretches = np.empty((3, len(taken) + 1), dtype=np.int64)
    edge, offset, _ = origin
    stretches[:, 0] = edge, offset, stop
    count = 0 if stop == offset else 1
    for arc in taken:
        length = roads.edge_length_mm[arc >> 1]
        if length > 0:
            begin = length if arc & 1 else 0
            stretches[:, count] = arc >> 1, begin, length - begin
            count += 1
    if len(taken) > 0 and places.node[site] < 0:
        stretches[2, count - 1] = places.offset_mm[site]
    return stretches[:, :count]
