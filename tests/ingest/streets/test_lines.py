"""Layers of lines as streets: their rows, columns, meetings and twins."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, MultiLineString, Point

from geo_service.errors import MissingColumn, RefusedData, UnreadableFile
from geo_service.ingest.streets.read import read_streets
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile, directions
from geo_service.streets.ways import Ways, WaysKind

Write = Callable[[str, str | bytes], Path]
WEST_EAST = LineString([(112.140, 32.04), (112.141, 32.04), (112.142, 32.04)])
NORTHWARD = LineString([(112.141, 32.04), (112.141, 32.041)])
BRIDGE = LineString([(112.1415, 32.039), (112.1415, 32.042)])


def frame(*lines: object, **columns: Sequence[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(dict(columns), geometry=list(lines), crs="EPSG:4326")


def tags_of(ways: Ways) -> list[dict[str, str]]:
    return [dict(ways.tag_sets[tags]) for tags in ways.tags]


def edge_ids(network: Network) -> set[str]:
    return {network.edge_id(edge) for edge in range(network.edges)}


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".parquet"])
def test_lines_are_ways_that_meet_at_shared_vertices(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"streets{ending}"
    layer = frame(
        WEST_EAST, NORTHWARD, BRIDGE,
        highway=["residential", "service", "primary"], name=["长虹路", None, "Bridge"],
    )  # fmt: skip
    if ending == ".parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path, encoding="UTF-8")
    ways = read_streets(path)
    assert ways.kind is WaysKind.LINES
    assert ways.way_id.tolist() == [0, 1, 2]
    assert [tags["highway"] for tags in tags_of(ways)] == ["residential", "service", "primary"]
    assert [ways.names[name] for name in ways.name] == ["长虹路", "", "Bridge"]
    assert set(ways.node_id.tolist()) == {-1}
    assert len(ways.node_id) == 6


def test_row_that_another_meets_in_its_middle_is_named_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    frame(WEST_EAST, NORTHWARD).to_file(path)
    network = build_network(read_streets(path), Profile.EBIKE).network
    assert edge_ids(network) == {"0.1/forward", "0.2/forward", "1/forward"}


def test_columns_of_other_names_are_mapped(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    frame(
        WEST_EAST, NORTHWARD,
        CLASS=["Residential", "service"], one=[1, 0], limit=[20, None], label=["a", "b"],
    ).to_file(path)  # fmt: skip
    ways = read_streets(
        path,
        columns={"highway": "CLASS", "oneway": "one", "maxspeed": "limit", "name": "label"},
    )
    assert tags_of(ways) == [
        {"highway": "residential", "oneway": "1", "maxspeed": "20"},
        {"highway": "service", "oneway": "0"},
    ]
    assert [ways.names[name] for name in ways.name] == ["a", "b"]


def test_columns_with_a_colon_may_be_written_with_a_line(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    frame(WEST_EAST, oneway_bicycle=["no"], oneway=["yes"]).to_file(path)
    assert tags_of(read_streets(path)) == [{"oneway": "yes", "oneway:bicycle": "no"}]


def test_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    frame(WEST_EAST, highway=["service"]).to_file(path)
    with pytest.raises(MissingColumn, match="'class'"):
        read_streets(path, columns={"highway": "class"})


@pytest.mark.parametrize(
    ("values", "open_to"),
    [
        ([True, False], [(True, False), (True, True)]),
        (["yes", "no"], [(True, False), (True, True)]),
        ([1, -1], [(True, False), (False, True)]),
        (["F", "T", "B"], [(True, False), (False, True), (True, True)]),
    ],
)
def test_one_way_is_understood_as_it_is_commonly_written(
    tmp_path: Path, values: list[object], open_to: list[tuple[bool, bool]]
) -> None:
    lines = [LineString([(0.0, 0.01 * row), (0.001, 0.01 * row)]) for row in range(len(values))]
    path = tmp_path / "streets.geojson"
    frame(*lines, oneway=values).to_file(path)
    ways = read_streets(path)
    assert [directions(tags, Profile.EBIKE) for tags in tags_of(ways)] == open_to


def test_line_drawn_both_ways_is_one_two_way_street(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    back = LineString(list(WEST_EAST.coords)[::-1])
    frame(
        WEST_EAST, NORTHWARD, back,
        highway=["service"] * 3, oneway=["yes", "no", "yes"],
    ).to_file(path)  # fmt: skip
    ways = read_streets(path)
    assert ways.way_id.tolist() == [0, 1]
    assert tags_of(ways)[0] == {"highway": "service", "oneway": "no"}


def test_streets_of_two_classes_on_one_line_stay_two(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    back = LineString(list(WEST_EAST.coords)[::-1])
    frame(WEST_EAST, back, highway=["primary", "cycleway"]).to_file(path)
    assert read_streets(path).way_id.tolist() == [0, 1]


def test_line_of_several_parts_is_several_edges_of_one_row(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    frame(NORTHWARD, MultiLineString([WEST_EAST, BRIDGE])).to_file(path)
    assert read_streets(path).way_id.tolist() == [0, 1, 1]


def test_layer_of_lines_is_found_among_others(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    frame(Point(112.14, 32.04)).to_file(path, layer="trees")
    frame(WEST_EAST).to_file(path, layer="roads")
    assert len(read_streets(path)) == 1


def test_two_layers_of_lines_are_not_guessed_between(tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    frame(WEST_EAST).to_file(path, layer="roads")
    frame(BRIDGE).to_file(path, layer="rivers")
    with pytest.raises(UnreadableFile, match="roads, rivers"):
        read_streets(path)


def test_other_reference_systems_are_brought_to_degrees(tmp_path: Path) -> None:
    path = tmp_path / "streets.gpkg"
    frame(WEST_EAST).to_crs("EPSG:32649").to_file(path)
    ways = read_streets(path)
    assert ways.node_lon.tolist() == pytest.approx([112.140, 112.141, 112.142], abs=1e-7)


def test_metres_without_a_reference_system_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "streets.shp"
    frame(WEST_EAST).to_crs("EPSG:32649").to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(RefusedData, match="no degrees of longitude and latitude"):
        read_streets(path)


def test_layer_without_lines_says_what_it_holds(write: Write) -> None:
    points = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    ] * 3
    text = json.dumps({"type": "FeatureCollection", "features": points})
    with pytest.raises(RefusedData, match=r"no line in this file; found Point \(3\)"):
        read_streets(write("streets.geojson", text))


def test_points_among_the_lines_are_left_out(write: Write) -> None:
    shapes = [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "LineString", "coordinates": [[0, 0], [0.001, 0]]},
    ]
    features = [{"type": "Feature", "properties": {}, "geometry": shape} for shape in shapes]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    assert read_streets(write("streets.geojson", text)).way_id.tolist() == [1]


def test_line_that_makes_no_sense_is_named(write: Write) -> None:
    feature = {
        "type": "Feature", "properties": {},
        "geometry": {"type": "LineString", "coordinates": [[0, 0], ["east", 0]]},
    }  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with pytest.raises(RefusedData, match="Record 1"):
        read_streets(write("streets.geojson", text))


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".parquet"])
def test_truncated_layer_is_unreadable(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"streets{ending}"
    layer = frame(*[WEST_EAST] * 500, highway=["service"] * 500)
    if ending == ".parquet":
        layer.to_parquet(path)
    else:
        layer.to_file(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UnreadableFile):
        read_streets(path)


def test_streets_across_the_180th_meridian_meet_there(write: Write) -> None:
    lines = [[[179.999, 0], [180, 0]], [[-180, 0], [-179.999, 0]]]
    features = [
        {
            "type": "Feature", "properties": {},
            "geometry": {"type": "LineString", "coordinates": line},
        }
        for line in lines
    ]  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features})
    network = build_network(read_streets(write("streets.geojson", text)), Profile.WALK).network
    assert network.edges == 2
    assert network.edge_length_mm.sum() / 1000 == pytest.approx(222.6, abs=0.1)


@pytest.mark.real
@pytest.mark.parametrize(
    ("file", "nodes"),
    [("jinan_roads_mtrajrec.gpkg", 12_256), ("beijing_roads_sparsetaxi.gpkg", 23_003)],
)
def test_real_layers_give_networks(shared_data: Path, file: str, nodes: int) -> None:
    network = build_network(read_streets(shared_data / "streets" / file), Profile.EBIKE).network
    assert network.nodes == pytest.approx(nodes, rel=0.05)
    assert len(edge_ids(network)) == network.edges
