"""The streets one profile may use, as directed arrays: its main component only.

An *edge* is a stretch of one street between two *nodes* (junctions, dead ends, or places where
the way changes), with flags that say in which directions it may be taken. Costs are integers,
millimetres and milliseconds, so that every search agrees bit for bit and ties are defined.
"""

from dataclasses import dataclass, fields

import numpy as np

from geo_service.arrays import Flags, Floats, Integers
from geo_service.streets.profile import Profile


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """n nodes, m edges, p shape points; positions are WGS-84, decimal degrees."""

    profile: Profile
    node_lon: Floats
    """Shape (n,)."""
    node_lat: Floats
    """Shape (n,)."""
    edge_from: Integers
    """Shape (m,): the node at which the edge's shape starts."""
    edge_to: Integers
    """Shape (m,): the node at which the edge's shape ends."""
    edge_forward: Flags
    """Shape (m,): whether it may be taken from start to end."""
    edge_backward: Flags
    """Shape (m,): whether it may be taken from end to start."""
    edge_length_mm: Integers
    """Shape (m,)."""
    edge_time_ms: Integers
    """Shape (m,): the same in both directions."""
    edge_shape: Integers
    """Shape (m + 1,): edge e's shape points are the rows edge_shape[e] to edge_shape[e + 1]."""
    shape_lon: Floats
    """Shape (p,): both end points included."""
    shape_lat: Floats
    """Shape (p,)."""
    shape_mm: Integers
    """Shape (p,): millimetres along the edge from its start; ends at edge_length_mm."""
    edge_way: Integers
    """Shape (m,): OSM way id, or row of a line layer."""
    edge_from_id: Integers
    """Shape (m,): OSM id of the node at the start; in a line layer -1, or -1 - i for part i of a
    row that other lines cut into several edges, counted from 1."""
    edge_to_id: Integers
    """Shape (m,): OSM id of the node at the end; in a line layer as ``edge_from_id``."""
    edge_name: Integers
    """Shape (m,): index into ``names`` and ``names_en``; 0 is no name."""
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    edge_class: Integers
    """Shape (m,): index into ``classes``."""
    classes: tuple[str, ...]
    """Values of the ``highway`` tag."""

    def frozen(self) -> "Network":
        """Return this network, its arrays made read-only: many readers share them."""
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        return self

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.node_lon)

    @property
    def edges(self) -> int:
        """How many edges there are."""
        return len(self.edge_from)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, south, east, north of the shapes, decimal degrees.

        Where the streets cross the 180th meridian, east is less than west, as in GeoJSON.
        """
        west, east = float(self.shape_lon.min()), float(self.shape_lon.max())
        if east - west > 180.0:
            west = float(self.shape_lon[self.shape_lon > 0.0].min())
            east = float(self.shape_lon[self.shape_lon <= 0.0].max())
        return west, float(self.shape_lat.min()), east, float(self.shape_lat.max())

    def edge_id(self, edge: int, *, backward: bool = False) -> str:
        """Name an edge taken in one direction: OSM way/from-node/to-node, or row/direction.

        A row that is several edges is named row.part/direction.

        Parameters
        ----------
        edge : int
            From 0 to ``edges`` - 1.
        backward : bool
            Whether it is taken against its shape.
        """
        way = int(self.edge_way[edge])
        start, end = int(self.edge_from_id[edge]), int(self.edge_to_id[edge])
        if start < 0:
            row = f"{way}" if start == -1 else f"{way}.{-1 - start}"
            return f"{row}/{'backward' if backward else 'forward'}"
        return f"{way}/{end}/{start}" if backward else f"{way}/{start}/{end}"


def part_cost(whole: int, offset_mm: int, length_mm: int) -> int:
    """Share out an edge's integer cost: what its first ``offset_mm`` millimetres cost.

    The rest of the edge costs ``whole`` minus this, so that two parts always sum to the whole.
    Works inside compiled kernels.
    """
    if length_mm == 0:
        return 0
    return (whole * offset_mm + length_mm // 2) // length_mm
