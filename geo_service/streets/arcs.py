"""The ways out of each node, so that a search can walk the network.

An *arc* is an edge taken in one direction: arc 2e is edge e forward, arc 2e + 1 backward.
"""

from typing import NamedTuple

import numpy as np

from geo_service.arrays import Integers
from geo_service.geometry.grid import group_rows
from geo_service.streets.network import Network


class Arcs(NamedTuple):
    """The arcs of a network of n nodes and m edges; compiled functions take it as it is."""

    leaving_offsets: Integers
    """Shape (n + 1,)."""
    leaving: Integers
    """The open arcs that leave node v: rows leaving_offsets[v] to leaving_offsets[v + 1]."""
    head: Integers
    """Shape (2m,): the node at the arc's end."""


def list_arcs(network: Network) -> Arcs:
    """List the arcs out of each node, in the order of the edges.

    Parameters
    ----------
    network : Network
        The streets.

    Returns
    -------
    Arcs
        An arc for each direction in which an edge may be taken. Raises nothing.
    """
    is_open = np.column_stack((network.edge_forward, network.edge_backward)).ravel()
    tail = np.column_stack((network.edge_from, network.edge_to)).ravel()
    head = np.column_stack((network.edge_to, network.edge_from)).ravel()
    arc = np.flatnonzero(is_open)
    offsets, order = group_rows(tail[arc], network.nodes)
    return Arcs(offsets, arc[order], head)
