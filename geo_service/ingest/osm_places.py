"""The elements of an OpenStreetMap file that bear certain tags, and where each of them lies."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypeVar

import osmium

from geo_service.errors import UnreadableFile
from geo_service.ingest.osm_file import OSM_ENDINGS, osm_file, unreadable_osm
from geo_service.ingest.osm_points import Line, Point, point_of_areas, point_of_line

Wanted: TypeAlias = Sequence[tuple[str, str]]
Element = TypeVar("Element", osmium.osm.Node, osmium.osm.Way, osmium.osm.Relation)

_BITS = {
    osmium.osm.Node: osmium.osm.NODE,
    osmium.osm.Way: osmium.osm.WAY,
    osmium.osm.Relation: osmium.osm.RELATION,
}

_NEVER_UPLOADED = (
    "Its id is below zero: it was never uploaded to OpenStreetMap, so it has no lasting name. "
    "Upload it, or give it an id above zero."
)
_NOWHERE = (
    "It has no position: the file says none on earth, or holds none of its nodes. Extract the "
    "file again with the nodes of its ways and relations."
)


class OsmPlace(NamedTuple):
    """One element with a tag that was asked for."""

    osm_id: str
    """``osm/node/1``, ``osm/way/1`` or ``osm/relation/1``."""
    tags: dict[str, str]
    point: Point | None
    """On or inside it: longitude, latitude, WGS-84, decimal degrees; None where there is a
    fault."""
    fault: str
    """Why it can't be taken, as a sentence; blank if it can."""


class _Relation(NamedTuple):
    """A relation before its members are known."""

    relation_id: int
    tags: dict[str, str]
    members: tuple[tuple[str, int, str], ...]
    """Type (``n``, ``w``, ``r``), id and role of each."""


def read_places(path: Path, wanted: Wanted) -> list[OsmPlace]:
    """Read the nodes, ways and relations that bear one of the tags.

    Nodes, ways and relations may come in any order. Of a closed way and of a relation that draws
    areas the point lies inside, outside of holes; of an open way it is about the middle; where
    nodes are missing, or a relation draws no area, it is a point of what is known.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.bz2``, ``.osm.gz`` or ``.osm.pbf``.
    wanted : sequence of (str, str)
        Keys and values; one is enough.

    Returns
    -------
    list of OsmPlace
        First nodes, then ways, then relations, each as the file has them. May be empty.

    Raises
    ------
    UnreadableFile
        If it is not there, empty, cut off, no OpenStreetMap file, or holds a text of more than
        1,024 bytes.
    """
    _check_file(path)
    try:
        return _read(osm_file(path), wanted)
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as problem:
        raise unreadable_osm(path, problem) from problem


def _check_file(path: Path) -> None:
    if not path.name.lower().endswith(OSM_ENDINGS):
        raise UnreadableFile(
            f"A file of the kind {path.suffix or 'without an ending'!r} is none of OpenStreetMap.",
            where=path.name,
            remedy=f"Those end in {', '.join(OSM_ENDINGS)}; load others without --from-osm.",
        )
    if not path.is_file():
        what = "This is a folder, not a file." if path.is_dir() else "There is no such file."
        raise UnreadableFile(what, where=str(path), remedy="Name a file of OpenStreetMap.")
    if path.stat().st_size == 0:
        raise UnreadableFile("The file is empty.", where=path.name, remedy="Get it again.")


def _read(file: osmium.io.File, wanted: Wanted) -> list[OsmPlace]:
    tagged = osmium.filter.TagFilter(*wanted)
    relations = [
        _Relation(
            relation.id,
            dict(relation.tags),
            tuple((member.type, member.ref, member.role) for member in relation.members),
        )
        for relation in _elements(file, osmium.osm.Relation, tagged)
    ]
    locations = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    locations.ignore_errors()
    # Its filter takes every node's location down before the next one drops those without the tag.
    places = [
        _place("node", node.id, dict(node.tags), _point(node))
        for node in _elements(file, osmium.osm.Node, locations, tagged)
    ]
    places += [
        _place("way", way.id, dict(way.tags), point_of_line(_line(way)))
        for way in _elements(file, osmium.osm.Way, tagged, locations)
    ]
    members = _Members(file, relations, locations)
    return places + [
        _place("relation", relation.relation_id, relation.tags, members.point_of(relation))
        for relation in relations
    ]


def _elements(
    file: osmium.io.File, sort: type[Element], *filters: osmium.BaseHandler | osmium.BaseFilter
) -> Iterator[Element]:
    """Yield a file's elements of one sort that pass the filters, without those deleted since."""
    reading = osmium.FileProcessor(file, _BITS[sort])
    for each in filters:
        reading = reading.with_filter(each)
    return (element for element in reading if isinstance(element, sort) and not element.deleted)


def _place(kind: str, element_id: int, tags: dict[str, str], point: Point | None) -> OsmPlace:
    osm_id = f"osm/{kind}/{element_id}"
    if element_id < 0:
        return OsmPlace(osm_id, tags, None, _NEVER_UPLOADED)
    return OsmPlace(osm_id, tags, point, "" if point else _NOWHERE)


class _Members:
    """Where the members of relations lie; read only if there are relations."""

    def __init__(
        self,
        file: osmium.io.File,
        relations: Iterable[_Relation],
        locations: osmium.NodeLocationsForWays,
    ) -> None:
        asked = [member for relation in relations for member in relation.members]
        self.points: dict[int, Point | None] = {}
        self.lines: dict[int, Line] = {}
        if nodes := {ref for kind, ref, _ in asked if kind == "n"}:
            chosen = osmium.filter.IdFilter(nodes)
            for node in _elements(file, osmium.osm.Node, chosen):
                self.points[node.id] = _point(node)
        if ways := {ref for kind, ref, _ in asked if kind == "w"}:
            chosen = osmium.filter.IdFilter(ways)
            for way in _elements(file, osmium.osm.Way, chosen, locations):
                self.lines[way.id] = _line(way)

    def point_of(self, relation: _Relation) -> Point | None:
        """Return a point inside what a relation draws, else one of its first known member."""
        ways = [
            (self.lines[ref], role)
            for kind, ref, role in relation.members
            if kind == "w" and ref in self.lines
        ]
        outer = [line for line, role in ways if role != "inner"]
        inner = [line for line, role in ways if role == "inner"]
        nodes = [self.points.get(ref) for kind, ref, _ in relation.members if kind == "n"]
        known = (point for point in (*map(point_of_line, outer), *nodes) if point)
        return point_of_areas(outer, inner) or next(known, None)


def _point(node: osmium.osm.Node) -> Point | None:
    if not node.location.valid():
        return None
    return node.location.lon, node.location.lat


def _line(way: osmium.osm.Way) -> Line:
    points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
    return Line(points, len(points) == len(way.nodes), way.is_closed())
