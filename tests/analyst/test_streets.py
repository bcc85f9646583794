from pathlib import Path

import numpy as np
import pyproj
import pytest

import geo_service as gs
from geo_service.analyst.streets import Streets
from geo_service.errors import UnreadableFile


def test_edges_are_lines_with_id_name_class_and_length(streets: Streets) -> None:
    edges = streets.edges
    assert edges.columns.tolist() == ["edge_id", "name", "highway", "length_m", "geometry"]
    assert edges.crs.to_epsg() == 4326
    assert edges["edge_id"].is_unique
    assert sorted(edges["name"]) == ["", "", "", "南街"]
    assert set(edges["highway"]) == {"residential"}
    ellipsoid = pyproj.Geod(ellps="WGS84")
    for length, line in zip(edges["length_m"], edges.geometry, strict=True):
        assert length == pytest.approx(ellipsoid.geometry_length(line), rel=1e-4)


def test_graph_of_osmnx_is_read_as_the_file_is() -> None:
    networkx = pytest.importorskip("networkx")
    graph = networkx.MultiDiGraph(crs="epsg:4326")
    for node, lon in ((1, 112.14), (2, 112.15)):
        graph.add_node(node, x=lon, y=32.04)
    for start, end in ((1, 2), (2, 1)):
        graph.add_edge(start, end, osmid=5, highway="residential", oneway=False, length=940.0)
    edges = gs.read_streets(graph, "walk").edges
    assert np.allclose(edges["length_m"].sum(), 944, rtol=0.01)


def test_file_that_is_not_there_and_profile_that_is_none(
    streets_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableFile, match=r"no such file"):
        gs.read_streets(tmp_path / "none.osm.pbf")
    with pytest.raises(ValueError, match="horse"):
        gs.read_streets(streets_file, "horse")
