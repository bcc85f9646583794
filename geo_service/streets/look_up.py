"""Answers out of a table: a position's street, what lies ahead on it, and the lists at its ends."""

from typing import NamedTuple, Protocol

import numpy as np

from geo_service.arrays import Flags, Integers, Seconds
from geo_service.compiled import compiled
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.part_of_way import off_street_cost, stretch_cost
from geo_service.streets.prepared import Roads
from geo_service.streets.shortlist import offer
from geo_service.streets.sites import Places
from geo_service.streets.snap import nearest_point
from geo_service.streets.snap_grid import SnapGrid
from geo_service.streets.tables import Table


@compiled
def set_out(
    roads: Roads,
    places: Places,
    wanted: Flags,
    origin: tuple[int, int, int],
    by_time: bool,  # noqa: FBT001 - compiled code takes no keywords alone
    key: Integers,
    second: Seconds,
) -> tuple[int, int]:
    """Go from a position to its street and along its edge, as far as both ends.

    Parameters
    ----------
    roads, places : Roads, Places
        The network and the sites on it.
    wanted : ndarray of bool, shape (s,)
        Which sites count.
    origin : tuple of int
        The edge, the offset along it, and millimetres straight to it. Where the offset is an end
        of the edge, the position is that junction.
    by_time : bool
        Whether seconds are minimised, or metres.
    key, second : ndarray
        The short list of what has been found; written.

    Returns
    -------
    start, end : int
        What it costs to be at the edge's start and at its end, packed; NEVER where the edge may
        not be taken that way. Raises nothing.
    """
    edge, offset, off = origin
    length, time = roads.edge_length_mm[edge], roads.edge_time_ms[edge]
    forward, backward = roads.edge_forward[edge], roads.edge_backward[edge]
    first = off_street_cost(off, by_time)
    start = end = NEVER
    if backward or offset == 0:
        start = first + stretch_cost(length, time, offset, 0, by_time)
    if forward or (offset == length and length > 0):
        end = first + stretch_cost(length, time, offset, length, by_time)
    for row in range(places.edge_offsets[edge], places.edge_offsets[edge + 1]):
        site = places.edge_site[row]
        there = places.offset_mm[site]
        if wanted[site] and ((forward and there >= offset) or (backward and there <= offset)):
            cost = first + stretch_cost(length, time, offset, there, by_time)
            cost += off_street_cost(places.off_mm[site], by_time)
            offer(key, second, 0, len(key), cost, places.rank[site])
    return start, end


@compiled
def _take_list(table: Table, node: int, cost: int, key: Integers, second: Seconds) -> None:
    """Offer all that a place's list holds, from a position that it costs so much to come from."""
    place = table.place[node]
    for row in range(table.key.shape[1] if cost < NEVER else 0):
        held = table.key[place, row]
        if held == NEVER:
            return
        further = (held >> SHIFT << SHIFT) + table.second[place, row]
        offer(key, second, 0, len(key), cost + further, held & LOWER)


@compiled
def _nearest_of(
    roads: Roads,
    places: Places,
    table: Table,
    origin: tuple[int, int, int],
    key: Integers,
    second: Seconds,
) -> None:
    """Fill a short list from what is ahead on the edge and the lists at its ends."""
    key[:] = NEVER
    start, end = set_out(roads, places, table.wanted, origin, table.by_time, key, second)
    _take_list(table, roads.edge_from[origin[0]], start, key, second)
    _take_list(table, roads.edge_to[origin[0]], end, key, second)


class Ready(NamedTuple):
    """All that a question reads."""

    grid: SnapGrid
    roads: Roads
    places: Places
    table: Table


class ReadyBundle(Protocol):
    """A ``Ready``, bundled."""

    held: Ready


@compiled
def look_up_one(
    ready: ReadyBundle,
    lon: float,
    lat: float,
    most: int,
    max_snap_m: float,
) -> tuple[int, Integers]:
    """Find the nearest sites of one position.

    Parameters
    ----------
    ready : bundle of Ready
        The streets, the sites, and the table of a set of them.
    lon, lat : float
        WGS-84, decimal degrees.
    most : int
        How many; no more than the table is wide.
    max_snap_m : float
        A position farther than this from any street, metres, finds nothing.

    Returns
    -------
    off_mm : int
        Straight to the street; -1 where none is near enough.
    found : ndarray of int, shape (k, 3)
        Site, millimetres, milliseconds, nearest first. Raises nothing.
    """
    grid, roads, places, table = ready.held
    edge, offset, off, _, _ = nearest_point(grid, lon, lat, max_snap_m)
    if edge < 0 or most < 1:
        return (-1 if edge < 0 else off), np.empty((0, 3), dtype=np.int64)
    key, second = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.uint32)
    _nearest_of(roads, places, table, (edge, offset, off), key, second)
    count = 0
    while count < most and key[count] < NEVER:
        count += 1
    found = np.empty((count, 3), dtype=np.int64)
    for row in range(count):
        found[row, 0] = places.by_rank[key[row] & LOWER]
        found[row, 2 if table.by_time else 1] = key[row] >> SHIFT
        found[row, 1 if table.by_time else 2] = second[row]
    return off, found


@compiled
def look_up_all(
    roads: Roads,
    places: Places,
    table: Table,
    edge: Integers,
    offset_mm: Integers,
    off_mm: Integers,
    most: int,
) -> tuple[Integers, Seconds]:
    """Find the nearest sites of many positions that have been snapped.

    Parameters
    ----------
    roads, places, table : Roads, Places, Table
        The streets, the sites, and the table of a set of them.
    most : int
        How many; no more than the table is wide.
    edge, offset_mm, off_mm : ndarray of int, shape (q,)
        Where the positions meet the streets; one on no edge finds nothing.

    Returns
    -------
    key, second : ndarray, shape (q, most)
        A short list for each position. Raises nothing.
    """
    key = np.full((len(edge), most), NEVER)
    second = np.zeros((len(edge), most), dtype=np.uint32)
    for i in range(len(edge)):
        if edge[i] >= 0 and most > 0:
            origin = (edge[i], offset_mm[i], off_mm[i])
            _nearest_of(roads, places, table, origin, key[i], second[i])
    return key, second
