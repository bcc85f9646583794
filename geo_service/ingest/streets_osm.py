"""Ways from OpenStreetMap files, read by pyosmium; its only home."""

from array import array
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import osmium
from numpy.typing import NDArray

from geo_service.errors import RefusedData, UnreadableFile
from geo_service.streets.ways import KEPT_TAGS, Ways, WaysKind

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

_KEPT = frozenset(KEPT_TAGS)
_Tags: TypeAlias = tuple[tuple[str, str], ...]
_Key = TypeVar("_Key")


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
    try:
        ways = _WayTable()
        has_highway = osmium.filter.KeyFilter("highway")
        for way in osmium.FileProcessor(path, osmium.osm.WAY).with_filter(has_highway):
            if isinstance(way, osmium.osm.Way):
                ways.add(way)
        refs = np.array(ways.refs, dtype=np.int64)
        node_id = np.unique(refs)
        _check_ids(path, node_id)
        lon, lat = _positions(path, node_id)
    except (RuntimeError, ValueError) as problem:
        raise UnreadableFile(
            f"This is not a whole OpenStreetMap file: {problem}.",
            where=str(path),
            remedy="Get the file again; it may have been cut off on the way.",
        ) from problem
    return ways.finish(np.searchsorted(node_id, refs), node_id, lon, lat)


def _check_ids(path: Path, node_id: Integers) -> None:
    if len(node_id) and node_id[0] < 0:
        raise RefusedData(
            f"Node {node_id[0]} has an id below zero: it was never uploaded to OpenStreetMap, "
            "so its streets have no lasting names.",
            where=str(path),
            remedy="Upload it, or give the nodes ids above zero.",
        )


def _positions(path: Path, node_id: Integers) -> tuple[Floats, Floats]:
    """Look up the nodes' positions; NaN for a node the file does not hold."""
    table = osmium.index.create_map("flex_mem")
    with osmium.io.Reader(path, osmium.osm.NODE) as reader:
        osmium.apply(reader, osmium.NodeLocationsForWays(table))
    lon, lat = np.full(len(node_id), np.nan), np.full(len(node_id), np.nan)
    for row, node in enumerate(node_id.tolist()):
        try:
            place = table.get(node)
        except KeyError:
            continue
        lon[row], lat[row] = place.lon_without_check(), place.lat_without_check()
    return lon, lat


class _WayTable:
    """Grows column by column while a file is read."""

    def __init__(self) -> None:
        self.refs = array("q")
        self._way_id, self._count = array("q"), array("q")
        self._tags, self._name = array("q"), array("q")
        self._tag_sets: dict[_Tags, int] = {}
        self._names: dict[tuple[str, str], int] = {("", ""): 0}

    def add(self, way: osmium.osm.Way) -> None:
        before = len(self.refs)
        self.refs.extend([node.ref for node in way.nodes])
        self._way_id.append(way.id)
        self._count.append(len(self.refs) - before)
        kept, name, name_en = [], "", ""
        for tag in way.tags:
            if tag.k in _KEPT:
                kept.append((tag.k, tag.v))
            elif tag.k == "name":
                name = tag.v
            elif tag.k == "name:en":
                name_en = tag.v
        self._tags.append(_index(self._tag_sets, tuple(sorted(kept))))
        self._name.append(_index(self._names, (name, name_en)))

    def finish(self, node: Integers, node_id: Integers, lon: Floats, lat: Floats) -> Ways:
        """Drop missing nodes, cutting their ways in pieces."""
        way = np.repeat(np.arange(len(self._way_id)), np.array(self._count, dtype=np.int64))
        there = ~np.isnan(lon[node])
        joined = there[1:] & there[:-1] & (way[1:] == way[:-1])
        piece = np.flatnonzero(there & ~np.concatenate(([False], joined))[: len(there)])
        offsets = np.concatenate(([0], np.cumsum(there)))
        kept = np.flatnonzero(~np.isnan(lon))
        row = np.cumsum(~np.isnan(lon)) - 1
        return Ways(
            way_id=np.array(self._way_id, dtype=np.int64)[way[piece]],
            node_offsets=np.append(offsets[piece], offsets[-1]),
            node=row[node[there]],
            tags=np.array(self._tags, dtype=np.int64)[way[piece]],
            tag_sets=tuple(dict(tags) for tags in self._tag_sets),
            name=np.array(self._name, dtype=np.int64)[way[piece]],
            names=tuple(name for name, _ in self._names),
            names_en=tuple(name_en for _, name_en in self._names),
            node_id=node_id[kept],
            node_lon=lon[kept],
            node_lat=lat[kept],
            kind=WaysKind.OSM,
        )


def _index(known: dict[_Key, int], key: _Key) -> int:
    return known.setdefault(key, len(known))
