import numpy as np
import pytest

from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles.coded import coded
from geo_service.maps.tiles.lines import LineLayer
from geo_service.maps.tiles.points import PointLayer
from geo_service.maps.tiles.tilejson import describe_tiles

ADDRESS = "https://x.example/tiles/a/{z}/{x}/{y}.mvt"


def points(lon: list[float], lat: list[float]) -> PointLayer:
    fields = (coded("id", "Which it is.", map(str, range(len(lon)))),)
    return PointLayer(*to_square(np.array(lon), np.array(lat)), fields)


def test_it_says_all_that_maps_ask_for() -> None:
    told = describe_tiles("a", "Places.", points([112.1, 112.2], [32.0, 32.1]), [ADDRESS], "© x")
    west, south, east, north = told.pop("bounds")
    assert [west, south] == pytest.approx([112.1, 32.0], abs=2e-6)
    assert [east, north] == pytest.approx([112.2, 32.1], abs=2e-6)
    assert west <= 112.1
    assert east >= 112.2
    (layer,) = told.pop("vector_layers")
    assert told == {
        "tilejson": "3.0.0",
        "name": "a",
        "description": "Places.",
        "scheme": "xyz",
        "tiles": [ADDRESS],
        "minzoom": 0,
        "maxzoom": 16,
        "attribution": "© x",
    }
    assert (layer["id"], layer["minzoom"], layer["maxzoom"]) == ("a", 0, 16)
    assert layer["fields"]["id"] == "Which it is."
    assert layer["fields"].keys() == {"id", "count"}


def test_what_is_nowhere_or_goes_around_the_world_has_the_worlds_bounds() -> None:
    world = [-180.0, -85.05112878, 180.0, 85.05112878]
    told = describe_tiles("a", "", points([], []), [ADDRESS])
    assert told["bounds"] == world
    assert "attribution" not in told
    x, y = to_square(np.array([179.9, 180.1]), np.array([0.0, 0.0]))
    around = LineLayer(x, y, np.array([0, 2]), (), np.zeros(1), np.zeros(1, dtype=np.int64))
    assert describe_tiles("a", "", around, [ADDRESS])["bounds"] == world
