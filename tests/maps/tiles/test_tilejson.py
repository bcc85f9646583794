import numpy as np
import pytest
import shapely

from geo_service.features.columns import Column, Field, Kind
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles.coded import coded
from geo_service.maps.tiles.lines import LineLayer, on_square
from geo_service.maps.tiles.points import PointLayer
from geo_service.maps.tiles.tilejson import describe_tiles

ADDRESS = "https://x.example/tiles/a/{z}/{x}/{y}.mvt"


def points(lon: list[float], lat: list[float]) -> PointLayer:
    ids = Column.of(Kind.TEXT, [str(n) for n in range(len(lon))])
    fields = (coded(Field("id", Kind.TEXT, "Which it is."), ids),)
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
    line = np.array([shapely.LineString([(179.9, 0.0), (180.1, 0.0)])])
    around = LineLayer(on_square(line), (), np.zeros(1), np.zeros(1, dtype=np.int64))
    assert describe_tiles("a", "", around, [ADDRESS])["bounds"] == world
