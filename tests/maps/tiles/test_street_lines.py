from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_service.geometry.tile_address import EXTENT
from geo_service.maps.content import MapContent
from geo_service.maps.tiles import street_lines as street_lines_file
from geo_service.maps.tiles.street_lines import street_lines
from geo_service.streets.network import Network

INSIDE = shapely.box(0, 0, EXTENT, EXTENT)


@pytest.fixture
def network(content: MapContent) -> Network:
    assert content.network is not None
    return content.network


def test_all_of_each_street_is_told_under_its_name_and_class(
    network: Network, read: Callable, over: Callable
) -> None:
    zoom = 15
    expected: dict[tuple[str, str], float] = {}
    for edge in range(network.edges):
        rows = slice(network.edge_shape[edge], network.edge_shape[edge + 1])
        lat = np.radians(network.shape_lat[rows])
        x = network.shape_lon[rows] / 360.0
        y = np.arcsinh(np.tan(lat)) / (2.0 * np.pi)
        key = (network.names[network.edge_name[edge]], network.classes[network.edge_class[edge]])
        length = np.hypot(np.diff(x), np.diff(y)).sum() * EXTENT * 2**zoom
        expected[key] = expected.get(key, 0.0) + length
    found = dict.fromkeys(expected, 0.0)
    layer = street_lines(network)
    for tile in over(layer, zoom):
        for line, told in read(layer, tile):
            found[told.get("name", ""), told["class"]] += line.intersection(INSIDE).length
    assert found == pytest.approx(expected, rel=0.01)


def test_of_a_city_only_the_strongest_streets_are_seen_from_afar(
    network: Network, read: Callable, over: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    def classes(zoom: int) -> set[str]:
        layer = street_lines(network)
        return {told["class"] for tile in over(layer, zoom) for _, told in read(layer, tile)}

    everything = classes(16)
    assert len(everything) > 1
    assert classes(12) == everything
    monkeypatch.setattr(street_lines_file, "MANY_EDGES", 1)
    assert classes(16) == everything
    assert classes(12) < everything
    assert classes(12)
