"""Ways growing row by row while a file of streets is read."""

from array import array
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from geo_service.arrays import Floats, Integers
from geo_service.streets.ways import KEPT_TAGS, Ways, WaysKind

_Key = TypeVar("_Key")
_Ref = TypeVar("_Ref", bound=Hashable)

_KEPT = frozenset(KEPT_TAGS)


class Street(NamedTuple, Generic[_Ref]):
    """One line as a file draws it."""

    way_ids: tuple[int, ...]
    """Usually one; an edge of a simplified graph may run along several OSM ways."""
    refs: tuple[_Ref, ...]
    """Its nodes in order, named by whatever tells them apart."""
    tags: Mapping[str, str]


def join_twins(streets: Iterable[Street[_Ref]], *, same_way: bool) -> list[Street[_Ref]]:
    """Make one two-way street of two that are drawn on the same nodes in opposite directions.

    Parameters
    ----------
    streets : iterable of Street
        Each open in one direction, or in both.
    same_way : bool
        Whether twins bear the same way ids, or each its own.

    Returns
    -------
    list of Street
        In the same order; of twins (equal in all tags but ``oneway``) the first is left, with
        ``oneway=no``. Raises nothing.
    """
    joined: list[Street[_Ref]] = []
    waiting: dict[Hashable, list[int]] = {}
    for street in streets:
        rest = frozenset(item for item in street.tags.items() if item[0] != "oneway")
        alike = (rest, frozenset(street.way_ids) if same_way else None)
        twins = waiting.get((alike, street.refs[::-1]))
        if twins:
            place = twins.pop(0)
            first = joined[place]
            joined[place] = first._replace(tags={**first.tags, "oneway": "no"})
        else:
            waiting.setdefault((alike, street.refs), []).append(len(joined))
            joined.append(street)
    return joined


class WayTable:
    """Columns that grow way by way; nodes are named by any whole numbers."""

    def __init__(self) -> None:
        self._refs = array("q")
        self._way_id, self._count = array("q"), array("q")
        self._tags, self._name = array("q"), array("q")
        self._tag_sets: dict[tuple[tuple[str, str], ...], int] = {}
        self._names: dict[tuple[str, str], int] = {("", ""): 0}

    def add(self, way_id: int, refs: Iterable[int], tags: Mapping[str, str]) -> None:
        """Add a way.

        Parameters
        ----------
        way_id : int
            OSM id, or row of a line layer.
        refs : iterable of int
            Its nodes in order.
        tags : mapping of str to str
            With OSM's keys; those that no profile needs are dropped, the names are kept.
        """
        before = len(self._refs)
        self._refs.extend(refs)
        self._way_id.append(way_id)
        self._count.append(len(self._refs) - before)
        kept = tuple(sorted((key, value) for key, value in tags.items() if key in _KEPT))
        self._tags.append(_index(self._tag_sets, kept))
        names = tags.get("name", ""), tags.get("name:en", "")
        self._name.append(_index(self._names, names))

    def refs(self) -> Integers:
        """Return the nodes of all ways, way after way."""
        return np.array(self._refs, dtype=np.int64)

    def finish(
        self, node: Integers, node_id: Integers, lon: Floats, lat: Floats, kind: WaysKind
    ) -> Ways:
        """Put the ways on their nodes; a way is cut where a node's position is not known.

        Parameters
        ----------
        node : ndarray of int, shape (r,)
            For each of ``refs()``, its row in the next three.
        node_id : ndarray of int, shape (n,)
            OSM ids; -1 where there is none.
        lon, lat : ndarray of float, shape (n,)
            WGS-84, decimal degrees; NaN where not known.
        kind : WaysKind
            Where the ways come from.
        """
        way = np.repeat(np.arange(len(self._way_id)), np.array(self._count, dtype=np.int64))
        known = ~np.isnan(lon)
        there = known[node]
        joined = there[1:] & there[:-1] & (way[1:] == way[:-1])
        piece = np.flatnonzero(there & ~np.concatenate(([False], joined))[: len(there)])
        offsets = np.concatenate(([0], np.cumsum(there)))
        row = np.cumsum(known) - 1
        return Ways(
            way_id=np.array(self._way_id, dtype=np.int64)[way[piece]],
            node_offsets=np.append(offsets[piece], offsets[-1]),
            node=row[node[there]],
            tags=np.array(self._tags, dtype=np.int64)[way[piece]],
            tag_sets=tuple(dict(tags) for tags in self._tag_sets),
            name=np.array(self._name, dtype=np.int64)[way[piece]],
            names=tuple(name for name, _ in self._names),
            names_en=tuple(name_en for _, name_en in self._names),
            node_id=node_id[known],
            node_lon=lon[known],
            node_lat=lat[known],
            kind=kind,
        )


def _index(known: dict[_Key, int], key: _Key) -> int:
    """Return a key's number, giving it the next one if it is new."""
    return known.setdefault(key, len(known))
