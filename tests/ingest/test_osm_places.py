"""Tagged nodes, ways and relations are found in any file, and broken ones are told."""

import bz2
import gzip
from collections.abc import Callable
from pathlib import Path

import osmium
import pytest

from geo_service.errors import UnreadableFile
from geo_service.ingest.osm_places import OsmPlace, read_places

Write = Callable[[str, str | bytes], Path]

WANTED = [("amenity", "shelter"), ("amenity", "bench")]
TAG = '<tag k="amenity" v="shelter"/>'
SPOT = f'<node id="9" lat="32.5" lon="112.5" version="1">{TAG}<tag k="name" v="亭"/></node>'
CORNERS = "".join(
    f'<node id="{number}" lat="{lat}" lon="{lon}" version="1"/>'
    for number, lon, lat in (
        (1, 112.0, 32.0),
        (2, 112.4, 32.0),
        (3, 112.4, 32.4),
        (4, 112.0, 32.4),
        (5, 112.1, 32.1),
        (6, 112.3, 32.1),
        (7, 112.3, 32.3),
        (8, 112.1, 32.3),
    )
)


def osm(*parts: str) -> str:
    return f'<?xml version="1.0"?><osm version="0.6" generator="test">{"".join(parts)}</osm>'


def way(number: int, *nodes: int, tags: str = TAG) -> str:
    refs = "".join(f'<nd ref="{node}"/>' for node in nodes)
    return f'<way id="{number}" version="1">{refs}{tags}</way>'


def relation(number: int, *members: tuple[str, int, str], sort: str = "multipolygon") -> str:
    listed = "".join(f'<member type="{kind}" ref="{ref}" role="{r}"/>' for kind, ref, r in members)
    return f'<relation id="{number}" version="1">{listed}<tag k="type" v="{sort}"/>{TAG}</relation>'


HALVES = way(21, 1, 2, 3, tags="") + way(22, 1, 4, 3, tags="")
HOLE = way(23, 5, 6, 7, 8, 5, tags="")
RING = relation(30, ("way", 21, "outer"), ("way", 22, "outer"), ("way", 23, "inner"))
WHOLE = (SPOT, CORNERS, way(20, 1, 2, 3, 4, 1), way(24, 1, 2), HALVES, HOLE, RING)


def read(write: Write, *parts: str) -> list[OsmPlace]:
    return read_places(write("a.osm", osm(*parts)), WANTED)


def check_whole(found: list[OsmPlace]) -> None:
    places = {place.osm_id: place for place in found}
    assert list(places) == ["osm/node/9", "osm/way/20", "osm/way/24", "osm/relation/30"]
    assert places["osm/node/9"].tags == {"amenity": "shelter", "name": "亭"}
    assert places["osm/node/9"].point == (112.5, 32.5)
    assert places["osm/way/20"].point == (112.2, 32.2)
    assert places["osm/way/24"].point == (112.2, 32.0)
    lon, lat = places["osm/relation/30"].point or (0.0, 0.0)
    assert 112.0 < lon < 112.4
    assert 32.0 < lat < 32.4
    assert not (112.1 < lon < 112.3 and 32.1 < lat < 32.3)
    assert {place.fault for place in found} == {""}


def test_nodes_ways_and_relations_are_found(write: Write) -> None:
    check_whole(read(write, *WHOLE))


def test_any_order_will_do(write: Write) -> None:
    check_whole(read(write, RING, HOLE, way(20, 1, 2, 3, 4, 1), HALVES, way(24, 1, 2), *WHOLE[:2]))


def test_packed_files_are_read(write: Write, tmp_path: Path) -> None:
    text = osm(*WHOLE).encode()
    check_whole(read_places(write("a.osm.bz2", bz2.compress(text)), WANTED))
    check_whole(read_places(write("a.OSM.gz", gzip.compress(text, mtime=0)), WANTED))
    with osmium.SimpleWriter(tmp_path / "a.osm.pbf") as writer:
        for entity in osmium.FileProcessor(write("a.osm", text)):
            writer.add(entity)
    check_whole(read_places(tmp_path / "a.osm.pbf", WANTED))


def test_other_tags_are_passed_over(write: Write) -> None:
    other = '<tag k="amenity" v="cafe"/><tag k="shelter" v="amenity"/>'
    assert read(write, CORNERS, way(20, 1, 2, 3, 1, tags=other)) == []


def test_elements_deleted_since_are_passed_over(write: Write) -> None:
    assert read(write, SPOT.replace('version="1"', 'version="2" visible="false"')) == []


def test_ways_that_leave_the_file_lie_where_they_are_known(write: Write) -> None:
    found = read(write, CORNERS, way(20, 1, 2, 3, 98, 4, 1), way(24, 99, 4, 98))
    assert [place.point for place in found] == [(112.4, 32.4), (112.0, 32.4)]
    assert {place.fault for place in found} == {""}


@pytest.mark.parametrize(
    "lost",
    [
        way(20, 98, 99, 98),
        way(20),
        relation(30, ("way", 98, "outer"), ("node", 99, ""), ("relation", 97, "")),
        relation(30),
        relation(30, ("way", 23, "inner")),
        f'<node id="40" version="1">{TAG}</node>',
        f'<node id="40" lat="112" lon="32" version="1">{TAG}</node>',
    ],
)
def test_places_without_any_position_have_a_fault(write: Write, lost: str) -> None:
    spot, bad = sorted(read(write, SPOT, CORNERS, HOLE, lost), key=lambda place: bool(place.fault))
    assert (spot.osm_id, spot.fault) == ("osm/node/9", "")
    assert bad.point is None
    assert bad.fault.startswith("It has no position")


@pytest.mark.parametrize(
    ("members", "point"),
    [
        ([("way", 21, "outer"), ("way", 99, "outer")], (112.4, 32.0)),
        ([("way", 23, "inner"), ("way", 21, "outer"), ("node", 9, "label")], (112.4, 32.0)),
        ([("way", 99, "outer"), ("node", 8, "label")], (112.1, 32.3)),
        ([("relation", 97, ""), ("node", 98, ""), ("node", 7, "")], (112.3, 32.3)),
    ],
)
def test_broken_relations_lie_at_a_member_that_is_known(
    write: Write, members: list[tuple[str, int, str]], point: tuple[float, float]
) -> None:
    found = read(write, CORNERS, SPOT, HALVES, HOLE, relation(30, *members))
    assert found[-1] == OsmPlace("osm/relation/30", found[-1].tags, point, "")


def test_relation_of_another_sort_lies_at_its_members(write: Write) -> None:
    site = relation(30, ("node", 2, ""), ("node", 3, ""), sort="site")
    assert read(write, CORNERS, site)[0].point == (112.4, 32.0)


def test_elements_never_uploaded_have_a_fault(write: Write) -> None:
    new = SPOT.replace('id="9"', 'id="-9"'), way(-20, 1, 2, 3, 1), relation(-3, ("node", 1, ""))
    found = read(write, CORNERS, *new)
    assert [place.osm_id for place in found] == ["osm/node/-9", "osm/way/-20", "osm/relation/-3"]
    assert all("never uploaded" in place.fault for place in found)


def test_ways_of_nodes_never_uploaded_lie_at_the_others(write: Write) -> None:
    new = '<node id="-1" lat="32.9" lon="112.9"/>'
    assert read(write, new, CORNERS, way(20, -1, 2, -1))[0].point == (112.4, 32.0)


def test_huge_multipolygon_is_read_at_once(write: Write) -> None:
    count = 20_000
    nodes = "".join(
        f'<node id="{n + 1}" lat="{n / count:.7f}" lon="{n % 2 / count:.7f}"/>'
        for n in range(count)
    )
    side = "".join(
        way(100 + at, *range(at, min(at + 101, count + 1)), tags="") for at in range(1, count, 100)
    )
    back = way(99, count, count + 1, 1, tags="")
    far = f'<node id="{count + 1}" lat="0.5" lon="1.0"/>'
    members = [("way", 100 + at, "outer") for at in range(1, count, 100)]
    found = read(write, nodes, far, side, back, relation(7, *members, ("way", 99, "outer")))
    lon, lat = found[0].point or (0.0, 0.0)
    assert 0.0 < lon < 1.0
    assert 0.0 < lat < 1.0


def test_text_longer_than_openstreetmap_allows_is_told(write: Write) -> None:
    assert read(write, SPOT.replace("亭", "x" * 1024))[0].tags["name"] == "x" * 1024
    with pytest.raises(UnreadableFile, match="longer than OpenStreetMap allows"):
        read(write, SPOT.replace("亭", "x" * 10_000))


@pytest.mark.parametrize("wrong", ["999", "nan", "", "1" * 5000, "12,5"])
def test_positions_that_are_none_are_told(write: Write, wrong: str) -> None:
    with pytest.raises(UnreadableFile, match="not a whole OpenStreetMap file"):
        read(write, SPOT.replace('"32.5"', f'"{wrong}"'))


@pytest.mark.parametrize("name", ["a.osm", "a.osm.bz2"])
def test_truncated_file_is_unreadable(write: Write, name: str) -> None:
    text = osm(*WHOLE).encode()
    content = bz2.compress(text) if name.endswith("bz2") else text
    with pytest.raises(UnreadableFile, match="not a whole OpenStreetMap file") as refused:
        read_places(write(name, content[: len(content) * 2 // 3]), WANTED)
    assert refused.value.where == name


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.osm.pbf", "id,name\n1,not a map at all\n", "not a whole OpenStreetMap file"),
        ("a.osm", "", "The file is empty"),
        ("a.csv", "id\n1\n", "kind '.csv' is none of OpenStreetMap"),
        ("osm", "x", "'without an ending'"),
    ],
)
def test_files_of_another_kind_are_unreadable(
    write: Write, name: str, content: str, reason: str
) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_places(write(name, content), WANTED)


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no such file"):
        read_places(tmp_path / "a.osm", WANTED)
    (tmp_path / "b.osm").mkdir()
    with pytest.raises(UnreadableFile, match="This is a folder"):
        read_places(tmp_path / "b.osm", WANTED)
