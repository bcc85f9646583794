"""The streets of one profile with all that questions need made ready."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Self

from geo_service.arrays import Flags, Integers
from geo_service.streets.arcs import Arcs, list_arcs
from geo_service.streets.elimination import Elimination, eliminate
from geo_service.streets.measure import Measure
from geo_service.streets.network import Network
from geo_service.streets.snap_grid import SnapGrid, build_grid


class Roads(NamedTuple):
    """The arrays of a network that questions read; compiled functions take it as it is."""

    edge_from: Integers
    edge_to: Integers
    edge_forward: Flags
    edge_backward: Flags
    edge_length_mm: Integers
    edge_time_ms: Integers


@dataclass(frozen=True, eq=False)
class Streets:
    """A network, the grid to snap to it, and the order in which tables sweep it."""

    network: Network
    grid: SnapGrid
    eliminations: Mapping[Measure, Elimination]
    """One for each of ``TIME`` and ``DISTANCE``."""

    @classmethod
    def of(cls, network: Network) -> Self:
        """Make a network ready for questions; half a second for a large city.

        Parameters
        ----------
        network : Network
            At least one edge. Raises nothing of its own.
        """
        return cls(network, build_grid(network), eliminate(network))

    @cached_property
    def roads(self) -> Roads:
        """The network's arrays for compiled functions."""
        return Roads(*(getattr(self.network, name) for name in Roads._fields))

    @cached_property
    def arcs(self) -> Arcs:
        """The ways out of each node."""
        return list_arcs(self.network)
