"""The k nearest sites of positions: by the streets, exactly, or in a straight line.

A position and a site each meet the streets at their snapped point. What lies between is a
shortest way over directed arcs; among ways that cost the same the one with the lower other cost
(metres, if seconds count, and the reverse) is taken, so that an answer is always one answer.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from geo_service.arrays import Flags, Floats, Integers
from geo_service.compiled import bundle
from geo_service.errors import WrongUsage
from geo_service.geometry.metric import geodesic_m
from geo_service.streets.look_up import Ready, ReadyBundle, look_up_one
from geo_service.streets.packed_cost import LOWER, NEVER, SHIFT
from geo_service.streets.part_of_way import off_street_ms
from geo_service.streets.prepared import Streets
from geo_service.streets.sites import Sites
from geo_service.streets.snap import snap
from geo_service.streets.table_or_search import list_nearest
from geo_service.streets.tables import Table
from geo_service.streets.within import all_near_listed, list_within, no_nearer

_PAIRS_AT_ONCE = 1_000_000
"""So many geodesics are in memory at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """What was found, a row for each position and rank, in that order."""

    query: Integers
    """The row of the position asked from."""
    rank: Integers
    """From 1."""
    site: Integers
    """The row of the site."""
    distance_mm: Integers
    """The whole way, the straight parts to and from the streets included."""
    duration_ms: Integers
    """Of the same way; of the geodesic at walking pace, if that is the measure."""
    off_mm: Integers
    """Straight from the position to the street; -1 if no street is near enough."""


@dataclass(frozen=True, slots=True, eq=False)
class ReadyTable:
    """The table of a set of sites, ready for single questions."""

    streets: Streets
    sites: Sites
    table: Table
    bundle: ReadyBundle

    @classmethod
    def of(cls, streets: Streets, sites: Sites, table: Table) -> Self:
        """Make a table ready for ``find_nearest_of_one``."""
        ready = Ready(streets.grid, streets.roads, sites.places, table)
        return cls(streets, sites, table, bundle(ready))


def find_nearest(
    streets: Streets,
    sites: Sites,
    table: Table,
    lon: Floats,
    lat: Floats,
    *,
    k: int,
    max_snap_m: float,
    max_distance_m: float | None = None,
) -> Reached:
    """Find the k nearest sites of each position by the streets.

    Parameters
    ----------
    streets, sites, table : Streets, Sites, Table
        The table is of the set of sites that the filters let through; k are chosen among these
        alone, and nearest is what the table's measure says.
    lon, lat : ndarray of float, shape (q,)
        WGS-84, decimal degrees.
    k : int
        How many; where fewer can be reached, fewer are found. Sites equal to a millisecond or
        millimetre are in the order of their ids as text.
    max_snap_m : float
        A position farther than this from any street, metres, finds nothing.
    max_distance_m : float, optional
        A site whose way is longer is not found.

    Returns
    -------
    Reached
        A row for each position and rank.

    Raises
    ------
    WrongUsage
        If k is below 1.
    """
    _check(k)
    lon, lat = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    at = snap(streets.network, streets.grid, lon, lat, max_snap_m)
    if max_distance_m is None:
        everyone, most = np.arange(len(lon)), min(k, table.sites)
        key, second = list_nearest(streets, sites, table, at, everyone, most)
    else:
        key, second = list_within(streets, sites, table, at, (lon, lat), k, max_distance_m)
    query, rank = np.nonzero(key < NEVER)
    first, other = key[query, rank] >> SHIFT, second[query, rank].astype(np.int64)
    return Reached(
        query=query,
        rank=rank + 1,
        site=sites.places.by_rank[key[query, rank] & LOWER],
        distance_mm=other if table.by_time else first,
        duration_ms=first if table.by_time else other,
        off_mm=at.off_mm[query],
    )


def find_nearest_of_one(
    ready: ReadyTable,
    lon: float,
    lat: float,
    k: int,
    max_snap_m: float,
    max_distance_m: float | None = None,
) -> tuple[int, list[list[int]]]:
    """Find the k nearest sites of one position, as ``find_nearest`` does, with less around it.

    Takes what ``find_nearest`` does.

    Returns
    -------
    off_mm : int
        Straight to the street; -1 where none is near enough.
    found : list of [site, distance_mm, duration_ms]
        Nearest first.

    Raises
    ------
    WrongUsage
        If k is below 1.
    """
    _check(k)
    table = ready.table
    width = table.key.shape[1]
    most = k if max_distance_m is None and k < width else width
    off_mm, rows = look_up_one(ready.bundle, lon, lat, most, max_snap_m)
    found: list[list[int]] = rows.tolist()
    if off_mm < 0:
        return off_mm, found
    if max_distance_m is not None:
        near = [row for row in found if row[1] <= max_distance_m * 1000]
        if len(near) >= k or _holds_all_within(ready, lon, lat, rows, max_distance_m):
            return off_mm, near[:k]
    elif k <= width or table.sites <= width:
        return off_mm, found
    reached = find_nearest(
        ready.streets, ready.sites, table, np.array([lon]), np.array([lat]),
        k=k, max_snap_m=max_snap_m, max_distance_m=max_distance_m,
    )  # fmt: skip
    columns = reached.site, reached.distance_mm, reached.duration_ms
    return off_mm, np.column_stack(columns).tolist()


def _holds_all_within(
    ready: ReadyTable, lon: float, lat: float, rows: Integers, limit_m: float
) -> bool:
    """Say whether a full list is certain to hold all sites whose way is within a limit."""
    table = ready.table
    if len(rows) < table.key.shape[1] or len(rows) == table.sites:
        return True
    if rows[-1, 2 if table.by_time else 1] > no_nearer(table, limit_m):
        return True
    ranks = ready.sites.places.rank[rows[:, 0]][None]
    here = np.array([lon]), np.array([lat])
    return bool(all_near_listed(ready.sites, table, *here, ranks, limit_m)[0])


def find_straight(
    sites: Sites, wanted: Flags, lon: Floats, lat: Floats, off_mm: Integers, k: int
) -> Reached:
    """Find the k nearest sites of each position in a straight line, walked.

    Parameters
    ----------
    sites : Sites
        On the streets or far from them.
    wanted : ndarray of bool, shape (s,)
        The sites that the filters let through.
    lon, lat : ndarray of float, shape (q,)
        WGS-84, decimal degrees.
    off_mm : ndarray of int, shape (q,)
        Straight from each position to the street, or -1; handed on.
    k : int
        How many.

    Returns
    -------
    Reached
        A row for each position and rank; equal to a millimetre, in the order of ids as text.

    Raises
    ------
    WrongUsage
        If k is below 1.
    """
    _check(k)
    chosen = np.flatnonzero(wanted)
    most = min(k, len(chosen))
    site = np.zeros((len(lon), most), dtype=np.int64)
    distance_mm = np.zeros((len(lon), most), dtype=np.int64)
    step = max(1, _PAIRS_AT_ONCE // max(1, len(chosen)))
    for start in range(0, len(lon) if most else 0, step):
        rows = slice(start, start + step)
        metres = geodesic_m(
            lon[rows, None], lat[rows, None], sites.lon[chosen][None], sites.lat[chosen][None]
        )
        millimetres = np.rint(metres * 1000.0).astype(np.int64)
        ranks = np.broadcast_to(sites.places.rank[chosen], millimetres.shape)
        order = np.lexsort((ranks, millimetres), axis=1)[:, :most]
        site[rows] = chosen[order]
        distance_mm[rows] = np.take_along_axis(millimetres, order, axis=1)
    query = np.repeat(np.arange(len(lon), dtype=np.int64), most)
    rank = np.tile(np.arange(1, most + 1, dtype=np.int64), len(lon))
    length = distance_mm.ravel()
    return Reached(query, rank, site.ravel(), length, off_street_ms(length), off_mm[query])


def _check(k: int) -> None:
    if k < 1:
        raise WrongUsage(f"k is {k}, but at least one facility must be asked for.", where="k")
