"""Streets as analysts hold them."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import numpy as np

from geo_service.export import frames
from geo_service.ingest.streets import read as street_files
from geo_service.streets import prepared
from geo_service.streets.assemble import build_network
from geo_service.streets.profile import Profile


class Streets(prepared.Streets):
    """The streets one profile may use, ready to snap to and to search."""

    @cached_property
    def edges(self) -> gpd.GeoDataFrame:
        """One row an edge, lines: ``edge_id, name, highway, length_m``."""
        network = self.network
        return gpd.GeoDataFrame(
            {
                "edge_id": [network.edge_id(edge) for edge in range(network.edges)],
                "name": [network.names[index] for index in network.edge_name],
                "highway": [network.classes[index] for index in network.edge_class],
                "length_m": network.edge_length_mm / 1000,
            },
            geometry=frames.edge_lines(network, np.arange(network.edges)),
            crs=frames.WGS84,
        )


def read_streets(
    source: str | Path | object,
    profile: str = "ebike",
    *,
    columns: Mapping[str, str] | None = None,
) -> Streets:
    """Read streets and keep what a profile may use: its main component.

    Parameters
    ----------
    source : path or osmnx graph
        .osm, .osm.bz2, .osm.pbf, .graphml, a layer of lines, or a graph that osmnx made.
    profile : {"ebike", "walk"}
        How one moves.
    columns : mapping of str to str, optional
        Our name of a column of a line layer to theirs.

    Raises
    ------
    RefusedData
        If the file can't be read, or holds no street that the profile may use.
    """
    if isinstance(source, str | Path):
        ways = street_files.read_streets(Path(source), columns=columns or {})
    else:
        ways = street_files.ways_from_graph(source)
    network = build_network(ways, Profile(profile)).network
    return Streets.of(network)
