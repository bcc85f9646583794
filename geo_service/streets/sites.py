"""Sites: the places that can be found, where they meet the streets of one network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.geometry.grid import group_rows
from geo_service.streets.network import Network
from geo_service.streets.snap import SnapGrid, snap


class Places(NamedTuple):
    """Where s sites are on n nodes and m edges; compiled functions take it as it is."""

    rank: Integers
    """Shape (s,): the place of each id among all, as text; it decides ties."""
    by_rank: Integers
    """Shape (s,): the site of each rank."""
    edge: Integers
    """Shape (s,): -1 where no street is near enough."""
    node: Integers
    """Shape (s,): the junction it is at; -1 inside an edge, or with none."""
    offset_mm: Integers
    """Shape (s,): along the edge from its start."""
    off_mm: Integers
    """Shape (s,): straight to the street; -1 with no edge."""
    edge_offsets: Integers
    """Shape (m + 1,)."""
    edge_site: Integers
    """The sites inside edge e: rows edge_offsets[e] to edge_offsets[e + 1]."""
    node_offsets: Integers
    """Shape (n + 1,)."""
    node_site: Integers
    """The sites at node v, and at no edge: rows node_offsets[v] to node_offsets[v + 1]."""


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Sites:
    """s places that can be found, where they meet the streets of one network."""

    ids: tuple[str, ...]
    lon: Floats
    """Shape (s,): WGS-84, decimal degrees."""
    lat: Floats
    """Shape (s,)."""
    places: Places

    def __len__(self) -> int:
        return len(self.ids)


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
        For tables and searches on the same network. Raises nothing of its own.
    """
    lon, lat = np.array(lon, dtype=np.float64), np.array(lat, dtype=np.float64)
    snapped = snap(network, grid, lon, lat, max_snap_m)
    by_rank = np.array(sorted(range(len(ids)), key=ids.__getitem__), dtype=np.int64)
    rank = np.empty(len(ids), dtype=np.int64)
    rank[by_rank] = np.arange(len(ids))
    at_node = np.flatnonzero(snapped.node >= 0)
    on_edge = np.flatnonzero((snapped.edge >= 0) & (snapped.node < 0))
    node_offsets, node_order = group_rows(snapped.node[at_node], network.nodes)
    edge_offsets, edge_order = group_rows(snapped.edge[on_edge], network.edges)
    places = Places(
        rank=rank,
        by_rank=by_rank,
        edge=snapped.edge,
        node=snapped.node,
        offset_mm=snapped.offset_mm,
        off_mm=snapped.off_mm,
        edge_offsets=edge_offsets,
        edge_site=on_edge[edge_order],
        node_offsets=node_offsets,
        node_site=at_node[node_order],
    )
    for array in (lon, lat, *places):
        array.setflags(write=False)
    return Sites(tuple(ids), lon, lat, places)
