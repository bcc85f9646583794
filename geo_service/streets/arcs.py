"""The ways out of each node, so that a search can walk the network."""

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_service.geometry.grid import group_rows
from geo_service.streets.network import Network

Integers: TypeAlias = NDArray[np.int64]


class Arcs(NamedTuple):
    """The a directed arcs of a network; compiled functions take it as it is.

    The arcs out of node v are the rows ``offsets[v]`` to ``offsets[v + 1]``.
    """

    offsets: Integers
    """Shape (n + 1,)."""
    edge: Integers
    """Shape (a,): the edge taken."""
    backward: Integers
    """Shape (a,): 1 if it is taken against its shape, else 0."""
    head: Integers
    """Shape (a,): the node it leads to."""


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
    forward = np.flatnonzero(network.edge_forward)
    backward = np.flatnonzero(network.edge_backward)
    edge = np.concatenate((forward, backward)).astype(np.int64)
    against = np.repeat(np.array([0, 1], dtype=np.int64), (len(forward), len(backward)))
    tail = np.concatenate((network.edge_from[forward], network.edge_to[backward]))
    head = np.concatenate((network.edge_to[forward], network.edge_from[backward]))
    offsets, order = group_rows(tail, network.nodes)
    return Arcs(offsets, edge[order], against[order], head[order])
