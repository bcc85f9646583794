"""What the tests of tiles share: reading tiles with a library that others read them with."""

from collections.abc import Callable, Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from geo_service.geometry.tile_address import EXTENT, Tile
from geo_service.maps.tiles.cut import Cutter
from geo_service.maps.tiles.encode import encode

Told = tuple[shapely.Geometry, dict[str, Any]]
"""A feature as read: its shape in the tile's units, south down, and its values."""


def read_tile(layer: Cutter, tile: Tile) -> list[Told]:
    text = encode("layer", layer.cut(tile))
    if not text:
        return []
    read = mapbox_vector_tile.decode(text, default_options={"y_coord_down": True})
    assert read["layer"]["extent"] == EXTENT
    assert read["layer"]["version"] == 2
    return [(shape(one["geometry"]), one["properties"]) for one in read["layer"]["features"]]


def tiles_over(layer: Cutter, zoom: int) -> Iterator[Tile]:
    """Yield all tiles of a zoom that can hold something of a layer in one piece of the world."""
    assert layer.box is not None
    west, north, east, south = layer.box
    first, last = Tile.at(zoom, west, north), Tile.at(zoom, east, south)
    for column in range(first.column, last.column + 1):
        for row in range(first.row, last.row + 1):
            yield Tile(zoom, column, row)


@pytest.fixture
def read() -> Callable[[Cutter, Tile], list[Told]]:
    return read_tile


@pytest.fixture
def over() -> Callable[[Cutter, int], Iterator[Tile]]:
    return tiles_over


@pytest.fixture
def dice() -> np.random.Generator:
    return np.random.default_rng(20261118)
