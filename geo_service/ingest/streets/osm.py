"""Ways from OpenStreetMap files, read by pyosmium; its only home."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import osmium

from geo_service.arrays import Floats, Integers
from geo_service.errors import RefusedData
from geo_service.ingest.osm_file import osm_file, unreadable_osm
from geo_service.ingest.streets.way_table import WayTable
from geo_service.streets.ways import Ways, WaysKind


def read_osm(path: Path) -> Ways:
    """Read the ways with a ``highway`` tag from an ``.osm``, ``.osm.bz2`` or ``.osm.pbf`` file.

    Nodes and ways may come in any order. A way that leaves the file (its nodes are missing) is
    cut there.

    Parameters
    ----------
    path : Path
        Exists and is not empty.

    Returns
    -------
    Ways
        May hold no way at all; whether that is an error is for the profile to say.

    Raises
    ------
    UnreadableFile
        If the file is cut off or is not what its ending says.
    RefusedData
        If it holds nodes that were never uploaded, whose ids are below zero.
    """
    table = WayTable()
    try:
        place_of = _Locations(osm_file(path))
        for way in _streets(osm_file(path), place_of):
            table.add(way.id, [node.ref for node in way.nodes], dict(way.tags))
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as problem:
        raise unreadable_osm(path, problem) from problem
    refs = table.refs()
    node_id = np.unique(refs)
    _check_ids(path, node_id)
    lon, lat = place_of.look_up(node_id)
    if len(node_id) and np.isnan(lon).all():
        raise RefusedData(
            f"The file holds streets with {len(node_id)} nodes, but no position of any of them.",
            where=path.name,
            remedy="Extract it again with the nodes of its ways.",
        )
    return table.finish(np.searchsorted(node_id, refs), node_id, lon, lat, WaysKind.OSM)


class _Locations:
    """The positions of all nodes of a file, kept by the C++ side."""

    def __init__(self, file: osmium.io.File) -> None:
        self._table = osmium.index.create_map("flex_mem")
        self.sorter = osmium.NodeLocationsForWays(self._table)
        """Sorts the table when it first meets a way; no look-up is right before that."""
        self.sorter.ignore_errors()
        with osmium.io.Reader(file, osmium.osm.NODE) as reader:
            osmium.apply(reader, self.sorter)

    def look_up(self, node_id: Integers) -> tuple[Floats, Floats]:
        """Return longitudes and latitudes; NaN for a node the file does not hold."""
        lon, lat = np.full(len(node_id), np.nan), np.full(len(node_id), np.nan)
        for row, node in enumerate(node_id.tolist()):
            try:
                place = self._table.get(node)
            except KeyError:
                continue
            if place.valid():
                lon[row], lat[row] = place.lon_without_check(), place.lat_without_check()
        return lon, lat


def _streets(file: osmium.io.File, locations: _Locations) -> Iterator[osmium.osm.Way]:
    ways = osmium.FileProcessor(file, osmium.osm.WAY)
    ways = ways.with_filter(osmium.filter.KeyFilter("highway")).with_filter(locations.sorter)
    return (way for way in ways if isinstance(way, osmium.osm.Way))


def _check_ids(path: Path, node_id: Integers) -> None:
    if len(node_id) and node_id[0] < 0:
        raise RefusedData(
            f"Node {node_id[0]} has an id below zero: it was never uploaded to OpenStreetMap, "
            "so its streets have no lasting names.",
            where=path.name,
            remedy="Upload it, or give the nodes ids above zero.",
        )
