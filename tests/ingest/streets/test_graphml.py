"""GraphML files: what is understood, and what is said of those that are not whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from geo_service.errors import RefusedData, UnreadableFile
from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.profile import Profile

Write = Callable[[str, str | bytes], Path]
GRAPHML = """<?xml version='1.0' encoding='utf-8'?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
<key id="d0" for="node" attr.name="x" attr.type="string"/>
<key id="d1" for="node" attr.name="y" attr.type="string"/>
<key id="d2" for="edge" attr.name="osmid" attr.type="string"/>
<key id="d3" for="edge" attr.name="highway" attr.type="string"/>
<key id="d4" for="edge" attr.name="oneway" attr.type="string"/>
<key id="d5" for="edge" attr.name="geometry" attr.type="string"/>
<key id="d6" for="edge" attr.name="name" attr.type="string"/>
<graph edgedefault="directed">
<node id="5"><data key="d0">112.14</data><data key="d1">32.04</data></node>
<node id="6"><data key="d0">112.15</data><data key="d1">32.04</data></node>
<edge source="5" target="6"><data key="d2">[71, 72]</data><data key="d3">service</data>
<data key="d4">False</data><data key="d6">[长虹路</data>
<data key="d5">LINESTRING (112.14 32.04, 112.145 32.05, 112.15 32.04)</data></edge>
<edge source="6" target="5"><data key="d2">[72, 71]</data><data key="d3">service</data>
<data key="d4">False</data><data key="d6">[长虹路</data>
<data key="d5">LINESTRING (112.15 32.04, 112.145 32.05, 112.14 32.04)</data></edge>
</graph></graphml>"""


def test_graph_is_read_with_its_lists_truths_and_shapes(write: Write) -> None:
    ways = read_streets(write("a.graphml", GRAPHML))
    assert ways.way_id.tolist() == [71]
    assert ways.node_id[ways.node].tolist() == [5, -1, 6]
    assert ways.node_lat[ways.node].tolist() == [32.04, 32.05, 32.04]
    assert dict(ways.tag_sets[ways.tags[0]]) == {"highway": "service", "oneway": "no"}
    assert ways.names[ways.name[0]] == "[长虹路"
    network = build_network(ways, Profile.EBIKE).network
    assert network.edge_id(0) == "71/5/6"


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_truncated_graph_is_unreadable(write: Write, share: float) -> None:
    content = GRAPHML.encode()
    with pytest.raises(UnreadableFile, match="not a whole GraphML file") as refused:
        read_streets(write("a.graphml", content[: int(len(content) * share)]))
    assert refused.value.where == "a.graphml"


def test_file_that_is_no_xml_is_unreadable(write: Write) -> None:
    with pytest.raises(UnreadableFile, match="not a whole GraphML file"):
        read_streets(write("a.graphml", "no graph"))


def test_xml_of_another_kind_is_unreadable(write: Write) -> None:
    with pytest.raises(
        UnreadableFile, match="XML, but not GraphML: its outermost element is 'gpx'"
    ):
        read_streets(write("a.graphml", "<gpx/>"))


def test_entities_are_not_expanded(write: Write) -> None:
    bomb = '<!DOCTYPE graphml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<graphml'
    text = GRAPHML.replace("<graphml", bomb, 1).replace("[长虹路", "&b;")
    with pytest.raises(UnreadableFile, match="not a whole GraphML file"):
        read_streets(write("a.graphml", text))


def test_graph_without_positions_is_refused(write: Write) -> None:
    with pytest.raises(RefusedData, match="Node 5 has no position") as refused:
        read_streets(write("a.graphml", GRAPHML.replace('"x"', '"easting"')))
    assert refused.value.where == "a.graphml"


def test_what_only_looks_like_a_list_is_a_text(write: Write) -> None:
    ways = read_streets(write("a.graphml", GRAPHML.replace("[长虹路", "[长 虹路]")))
    assert ways.names[ways.name[0]] == "[长 虹路]"


@pytest.mark.real
def test_real_graph_gives_a_network_with_its_names(shared_data: Path) -> None:
    ways = read_streets(shared_data / "streets" / "shenzhen_futian_transbigdata.graphml")
    network = build_network(ways, Profile.EBIKE).network
    assert "景田路" in network.names
    assert network.nodes == pytest.approx(1216, rel=0.05)
    names = {network.edge_id(edge) for edge in range(network.edges)}
    assert len(names) == network.edges
    one_way = network.edge_forward != network.edge_backward
    assert 0.3 < one_way.mean() < 0.8


def test_an_encoding_that_is_not_known_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.graphml"
    path.write_text('<?xml version="1.0" encoding="foo-9"?><graphml/>')
    with pytest.raises(UnreadableFile, match="unknown encoding: foo-9"):
        read_streets(path)
