"""The k nearest sites of a position by the streets, exactly, with integer costs.

A position and a site each meet the streets at their snapped point. What lies between is a
shortest way over directed arcs; among ways that cost the same the one with the lower other cost
(metres, if seconds count, and the reverse) is taken, so that an answer is always one answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.errors import WrongUsage
from geo_service.geometry.grid import group_rows
from geo_service.geometry.metric import geodesic_m
from geo_service.streets.arcs import Arcs, list_arcs
from geo_service.streets.network import Network
from geo_service.streets.outward_search import (
    Origin,
    Places,
    Roads,
    fresh_labels,
    off_street_ms,
    search_outward,
)
from geo_service.streets.snap import SnapGrid, snap

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_PAIRS_AT_ONCE = 1_000_000
"""So many geodesics are in memory at a time."""


class Measure(StrEnum):
    """What nearest means: fewest seconds, fewest metres by street, or the geodesic."""

    TIME = "time"
    DISTANCE = "distance"
    STRAIGHT = "straight"


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """s places that can be found, where they meet the streets of one network."""

    ids: tuple[str, ...]
    rank: Integers
    """Shape (s,): the place of each id among all, as text."""
    lon: Floats
    """Shape (s,): WGS-84, decimal degrees."""
    lat: Floats
    """Shape (s,)."""
    edge: Integers
    """Shape (s,): -1 where no street is near enough."""
    off_mm: Integers
    """Shape (s,): straight to the street; -1 with no edge."""
    arcs: Arcs
    places: Places

    def __len__(self) -> int:
        return len(self.ids)


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


def place_sites(
    network: Network,
    grid: SnapGrid,
    ids: Sequence[str],
    lon: Floats,
    lat: Floats,
    max_snap_m: float,
) -> Sites:
    """Place sites on the streets.

    Parameters
    ----------
    network, grid : Network, SnapGrid
        The streets.
    ids : sequence of str, length s
        Distinct; they decide ties.
    lon, lat : ndarray of float, shape (s,)
        WGS-84, decimal degrees.
    max_snap_m : float
        A site farther from any street, metres, is found only in a straight line.

    Returns
    -------
    Sites
        For ``find_nearest`` on the same network. Raises nothing of its own.
    """
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    snapped = snap(network, grid, lon, lat, max_snap_m)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[sorted(range(len(ids)), key=ids.__getitem__)] = np.arange(len(ids))
    at_node = np.flatnonzero(snapped.node >= 0)
    on_edge = np.flatnonzero((snapped.edge >= 0) & (snapped.node < 0))
    node_offsets, node_order = group_rows(snapped.node[at_node], network.nodes)
    edge_offsets, edge_order = group_rows(snapped.edge[on_edge], network.edges)
    places = Places(
        node_offsets=node_offsets,
        node_site=at_node[node_order],
        edge_offsets=edge_offsets,
        edge_site=on_edge[edge_order],
        offset_mm=snapped.offset_mm,
        off_mm=snapped.off_mm,
        rank=rank,
    )
    return Sites(
        tuple(ids), rank, lon, lat, snapped.edge, snapped.off_mm, list_arcs(network), places
    )


def find_nearest(
    network: Network,
    grid: SnapGrid,
    sites: Sites,
    wanted: Flags,
    lon: Floats,
    lat: Floats,
    *,
    k: int,
    measure: Measure,
    max_snap_m: float,
) -> Reached:
    """Find the k nearest wanted sites of each position.

    Parameters
    ----------
    network, grid : Network, SnapGrid
        The streets.
    sites : Sites
        Placed on the same network.
    wanted : ndarray of bool, shape (s,)
        The sites that the filters let through; k are chosen among these alone.
    lon, lat : ndarray of float, shape (q,)
        WGS-84, decimal degrees.
    k : int
        How many; where fewer are wanted, or within ``max_snap_m`` of a street, fewer are found.
    measure : Measure
        What nearest means. Sites equal to a millisecond or millimetre are in the order of their
        ids as text.
    max_snap_m : float
        A position farther than this from any street, metres, finds nothing by the streets.

    Returns
    -------
    Reached
        A row for each position and rank.

    Raises
    ------
    WrongUsage
        If k is below 1.
    """
    if k < 1:
        raise WrongUsage(f"k is {k}, but at least one facility must be asked for.", where="k")
    lon = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    lat = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    origin = snap(network, grid, lon, lat, max_snap_m)
    if measure is Measure.STRAIGHT:
        return _straight(sites, np.flatnonzero(wanted), lon, lat, origin.off_mm, k)
    wanted = np.asarray(wanted, dtype=np.bool_)
    most = min(k, int(np.count_nonzero(wanted & (sites.edge >= 0))))
    query, rank, site, distance_mm, duration_ms = search_outward(
        Roads(
            *sites.arcs,
            network.edge_from,
            network.edge_to,
            network.edge_forward,
            network.edge_backward,
            network.edge_length_mm,
            network.edge_time_ms,
        ),
        sites.places,
        wanted,
        fresh_labels(network.nodes),
        Origin(origin.edge, origin.offset_mm, origin.off_mm, origin.node),
        most,
        measure is Measure.TIME,
    )
    return Reached(query, rank, site, distance_mm, duration_ms, origin.off_mm[query])


def _straight(
    sites: Sites, wanted: Integers, lon: Floats, lat: Floats, off_mm: Integers, k: int
) -> Reached:
    """Rank the wanted sites by their geodesics."""
    most = min(k, len(wanted))
    site = np.zeros((len(lon), most), dtype=np.int64)
    distance_mm = np.zeros((len(lon), most), dtype=np.int64)
    step = max(1, _PAIRS_AT_ONCE // max(1, len(wanted)))
    for start in range(0, len(lon) if most else 0, step):
        rows = slice(start, start + step)
        metres = geodesic_m(
            lon[rows, None], lat[rows, None], sites.lon[wanted][None], sites.lat[wanted][None]
        )
        millimetres = np.rint(metres * 1000.0).astype(np.int64)
        ranks = np.broadcast_to(sites.rank[wanted], millimetres.shape)
        order = np.lexsort((ranks, millimetres), axis=1)[:, :most]
        site[rows] = wanted[order]
        distance_mm[rows] = np.take_along_axis(millimetres, order, axis=1)
    query = np.repeat(np.arange(len(lon), dtype=np.int64), most)
    rank = np.tile(np.arange(1, most + 1, dtype=np.int64), len(lon))
    length = distance_mm.ravel()
    return Reached(query, rank, site.ravel(), length, off_street_ms(length), off_mm[query])
