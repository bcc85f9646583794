import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.geometry.tile_address import (
    BUFFER,
    EXTENT,
    FARTHEST_ZOOM,
    Tile,
    finest_units,
    span_of,
    tile_code,
)
from geo_service.geometry.web_mercator import to_square

PLACE = st.floats(0, 1)
ZOOM = st.integers(0, FARTHEST_ZOOM)


@pytest.mark.parametrize(
    ("zoom", "lon", "lat", "column", "row"),
    [
        # Reckoned by hand: (lon + 180) / 360 * n; (1 - arsinh(tan(lat)) / pi) / 2 * n.
        (11, 112.14, 32.04, 1661, 831),
        (16, 13.377714963, 52.516280112, 35203, 21493),
        (0, 13.3777, 52.5163, 0, 0),
        (10, -180.0, 85.06, 0, 0),
        (10, 180.0, -85.06, 1023, 1023),
    ],
)
def test_a_place_lies_in_the_tile_others_say(
    zoom: int, lon: float, lat: float, column: int, row: int
) -> None:
    x, y = to_square(np.array([lon]), np.array([lat]))
    assert Tile.at(zoom, x[0], y[0]) == (zoom, column, row)


@given(zoom=ZOOM, x=PLACE, y=PLACE)
def test_whole_units_agree_with_the_tile_and_its_number(zoom: int, x: float, y: float) -> None:
    tile = Tile.at(zoom, x, y)
    assert tile.is_there
    units = finest_units(np.array([x])), finest_units(np.array([y]))
    coarser = FARTHEST_ZOOM - zoom
    there = [int(unit[0]) >> coarser for unit in units]
    assert [place // EXTENT for place in there] == [tile.column, tile.row]
    first, after = span_of(tile)
    assert first <= tile_code(*units)[0] < after
    exact = tile.units(np.array([x]), np.array([y]))
    for place, corner, unit in zip(there, (tile.column, tile.row), exact, strict=True):
        # On the far border of the square the last unit stands for what lies just beyond it.
        assert unit[0] - 1.0 <= place - corner * EXTENT <= unit[0] + 1e-6


def test_spans_of_four_tiles_are_that_of_the_one_they_make() -> None:
    parts = sorted(span_of(Tile(5, 6 + right, 8 + down)) for right in (0, 1) for down in (0, 1))
    assert (parts[0][0], parts[-1][1]) == span_of(Tile(4, 3, 4))
    assert [one[1] for one in parts[:-1]] == [one[0] for one in parts[1:]]


def test_the_box_holds_the_tile_and_its_buffer() -> None:
    assert Tile(1, 1, 0).box() == (0.5, 0.0, 1.0, 0.5)
    west, north, east, south = Tile(1, 1, 0).box(BUFFER)
    assert (west, south) == (0.5 - 0.5 * BUFFER / EXTENT, 0.5 + 0.5 * BUFFER / EXTENT)
    assert (north, east) == (-0.5 * BUFFER / EXTENT, 1.0 + 0.5 * BUFFER / EXTENT)


@pytest.mark.parametrize("tile", [Tile(3, 8, 0), Tile(3, 0, 8), Tile(3, -1, 0), Tile(3, 0, -1)])
def test_no_tile_lies_beyond_the_square(tile: Tile) -> None:
    assert not tile.is_there
    assert Tile(3, 7, 7).is_there
