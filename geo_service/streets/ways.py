"""What a file of streets says, before any profile: ways, their nodes and their tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from geo_service.arrays import Floats, Integers


class WaysKind(StrEnum):
    """Where ways come from, which decides how their edges are named."""

    OSM = "osm"
    LINES = "lines"


KEPT_TAGS = (
    "highway",
    "access",
    "vehicle",
    "bicycle",
    "foot",
    "motorroad",
    "oneway",
    "oneway:bicycle",
    "oneway:foot",
    "junction",
    "route",
    "maxspeed",
    "cycleway",
    "cycleway:left",
    "cycleway:right",
    "cycleway:both",
    "cycleway:left:oneway",
    "cycleway:right:oneway",
)
"""The keys that decide who may use a way, in which directions and how fast."""


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """w ways over n nodes; positions are WGS-84, decimal degrees.

    Ways that share a node meet there. Way i passes the nodes
    ``node[node_offsets[i]:node_offsets[i + 1]]`` in order.
    """

    way_id: Integers
    """Shape (w,): OSM way id, or row of a line layer, counted from 0."""
    node_offsets: Integers
    """Shape (w + 1,)."""
    node: Integers
    """Rows of the node arrays, way after way."""
    tags: Integers
    """Shape (w,): index into ``tag_sets``."""
    tag_sets: tuple[Mapping[str, str], ...]
    """The distinct sets of tags, with the keys of ``KEPT_TAGS`` alone."""
    name: Integers
    """Shape (w,): index into ``names`` and ``names_en``; 0 is no name."""
    names: tuple[str, ...]
    names_en: tuple[str, ...]
    node_id: Integers
    """Shape (n,): OSM id; -1 where a node has none."""
    node_lon: Floats
    """Shape (n,)."""
    node_lat: Floats
    """Shape (n,)."""
    kind: WaysKind

    def __len__(self) -> int:
        return len(self.way_id)
