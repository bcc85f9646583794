from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geo_service.ingest.streets.read import read_streets
from geo_service.maps.escape import as_script
from geo_service.maps.street_ground import draw_background
from geo_service.maps.view import View
from geo_service.streets.assemble import build_network
from geo_service.streets.network import Network
from geo_service.streets.profile import Profile

VIEW = View(112.14, 32.0, 112.0, 33.0, 113.0)


def groups(network: Network, view: View = VIEW) -> dict[str, dict]:
    return {group["name"]: group for group in draw_background(network, view)["groups"]}


def steps(lines: dict) -> int:
    """Count the straight pieces that lines are of."""
    return lines["points"] - lines["lines"]


def repeated(network: Network, times: int) -> Network:
    """Return the same streets many times over."""
    points, nodes = len(network.shape_lon), network.nodes
    shape = [network.edge_shape[:-1] + points * turn for turn in range(times)]
    names = ("edge_length_mm", "edge_name", "edge_class", "shape_lon", "shape_lat", "shape_mm")
    many = {
        name: np.tile(getattr(network, name), times) for name in (*names, "node_lon", "node_lat")
    }
    ends = {
        name: np.concatenate([getattr(network, name) + nodes * turn for turn in range(times)])
        for name in ("edge_from", "edge_to")
    }
    return replace(network, edge_shape=np.concatenate([*shape, [points * times]]), **many, **ends)


def test_streets_are_grouped_by_their_class(chequerboard: Network) -> None:
    found = groups(chequerboard)
    assert {name: steps(group["lines"]) for name, group in found.items()} == {
        "path": 2,
        "lane": 8,
        "main": 2,
    }


def test_link_goes_with_its_road_and_the_unknown_is_a_lane(chequerboard: Network) -> None:
    odd = replace(chequerboard, classes=("trunk_link", "moon_way", "tertiary_link"))
    assert set(groups(odd)) == {"main", "lane", "street"}


def test_street_layer_without_classes_is_all_lanes(chequerboard: Network) -> None:
    edges = chequerboard.edges
    bare = replace(chequerboard, classes=("",), edge_class=np.zeros(edges, dtype=np.int64))
    assert steps(groups(bare)["lane"]["lines"]) == edges


def test_points_on_a_straight_street_are_left_out(chequerboard: Network) -> None:
    assert len(chequerboard.shape_lon) > 2 * chequerboard.edges
    assert steps(groups(chequerboard)["lane"]["lines"]) == 8


def test_streets_that_meet_are_drawn_on_as_one_line(chequerboard: Network) -> None:
    found = groups(replace(chequerboard, classes=("path",) * 3))["path"]["lines"]
    assert found["lines"] < chequerboard.edges == steps(found)


def test_small_town_is_drawn_whole_from_every_zoom(chequerboard: Network) -> None:
    assert {group["from_zoom"] for group in groups(chequerboard).values()} == {0}


def test_large_city_shows_only_main_streets_from_afar(chequerboard: Network) -> None:
    found = groups(repeated(chequerboard, 1_400))
    zooms = [found[name]["from_zoom"] for name in ("main", "lane", "path")]
    assert zooms[0] == 0 < zooms[1] < zooms[2]


def test_large_city_without_main_streets_is_not_empty_from_afar(chequerboard: Network) -> None:
    city = repeated(replace(chequerboard, classes=("path",) * 3), 1_400)
    assert [group["from_zoom"] for group in groups(city).values()] == [0]


def test_edges_of_a_large_city_stay_few_bytes(chequerboard: Network) -> None:
    city = repeated(chequerboard, 1_400)
    held = sum(len(group["lines"]["text"]) for group in groups(city).values())
    assert held < 20 * city.edges


def test_streets_across_the_180th_meridian_stay_together(chequerboard: Network) -> None:
    lon = np.where(np.arange(len(chequerboard.shape_lon)) % 2 == 0, 179.999, -179.999)
    across = replace(chequerboard, shape_lon=lon)
    seam = groups(across, View(180.0, 32.0, 179.9, 33.0, 180.1))
    assert sum(len(group["lines"]["text"]) for group in seam.values()) < 20 * across.edges


@pytest.mark.real
@pytest.mark.slow
def test_streets_of_porto_take_under_a_megabyte(shared_data: Path) -> None:
    ways = read_streets(shared_data / "streets" / "porto_conveyal_r5.osm.pbf")
    network = build_network(ways, Profile.WALK).network
    drawn = draw_background(network, View(-8.6, 41.0, -9.0, 41.3, -8.0))
    assert network.edges > 80_000
    assert len(as_script(drawn)) < 1_000_000


@pytest.mark.parametrize("field", ["groups", "names"])
def test_background_is_the_same_every_time(chequerboard: Network, field: str) -> None:
    first, second = (draw_background(chequerboard, VIEW)[field] for _ in range(2))
    assert first == second
