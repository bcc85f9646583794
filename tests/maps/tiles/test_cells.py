from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_service.export.frames import cell_shapes
from geo_service.features.columns import Column, Field, Kind
from geo_service.geometry.tile_address import EXTENT, Tile
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles import cells as cells_file
from geo_service.maps.tiles.cells import RING_POINTS, CellLayer
from geo_service.maps.tiles.coded import coded, total_sizes
from geo_service.maps.tiles.cut import FEATURE_BYTES, POINT_BYTES
from geo_service.maps.tiles.lines import on_square
from geo_service.overlay.cells import cell_boundary, cell_names, cell_of

INSIDE = shapely.box(0, 0, EXTENT, EXTENT)


def layer_of(cells: list[str]) -> CellLayer:
    told = ((Kind.TEXT, "cell", cells), (Kind.INTEGER, "trips", range(0, 10 * len(cells), 10)))
    fields = (coded(Field(name, kind, ""), Column.of(kind, one)) for kind, name, one in told)
    return CellLayer(on_square(cell_shapes(cells)), tuple(fields))


@pytest.fixture
def cells(dice: np.random.Generator) -> list[str]:
    lon, lat = dice.normal(112.14, 0.02, 300), dice.normal(32.04, 0.02, 300)
    return sorted(set(cell_names(cell_of(lon, lat, 9))))


@pytest.mark.parametrize("zoom", [10, 13, 15])
def test_stitched_together_cells_have_the_area_they_had(
    cells: list[str], read: Callable, over: Callable, zoom: int
) -> None:
    layer = layer_of(cells)
    stitched, told_trips = dict.fromkeys(cells, 0.0), {}
    for tile in over(layer, zoom):
        for place, told in read(layer, tile):
            assert place.is_valid
            stitched[told["cell"]] += place.intersection(INSIDE).area
            told_trips[told["cell"]] = told["trips"]
    for n, (cell, ring) in enumerate(zip(cells, cell_boundary(cells), strict=True)):
        points = np.column_stack(to_square(*np.array(ring).T)) * EXTENT * 2.0**zoom
        exact = shapely.Polygon(points)
        # Its border is moved by less than a unit.
        assert stitched[cell] == pytest.approx(exact.area, abs=exact.length + 4)
        assert told_trips[cell] == 10 * n


def test_rings_run_with_the_sun(cells: list[str]) -> None:
    cut = layer_of(cells).cut(Tile(10, 830, 415))
    assert len(cut) > 10
    for first, last in zip(cut.parts[:-1], cut.parts[1:], strict=True):
        x, y = cut.x[first:last], cut.y[first:last]
        # The surveyor's formula, south down, positive for outer rings: the format's words.
        assert (x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0


def test_cells_are_told_from_the_zoom_on_at_which_there_is_room_for_all(
    cells: list[str], read: Callable, over: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cells_file, "MOST_BYTES", 3_000)
    layer = layer_of(cells)
    assert 9 < layer.from_zoom < 16
    afar = [read(layer, tile) for tile in over(layer, layer.from_zoom - 1)]
    assert not any(afar)
    sizes = FEATURE_BYTES + POINT_BYTES * RING_POINTS + total_sizes(layer.fields, len(cells))
    x, y = to_square(*np.array([ring[0] for ring in cell_boundary(cells)]).T)
    for zoom, too_full in ((layer.from_zoom - 1, True), (layer.from_zoom, False)):
        held: Counter[Tile] = Counter()
        for place, size in zip(zip(x, y, strict=True), sizes, strict=True):
            held[Tile.at(zoom, *place)] += size
        assert bool(max(held.values()) > 3_000) is too_full
    near = {told["cell"] for tile in over(layer, layer.from_zoom) for _, told in read(layer, tile)}
    assert near == set(cells)


def test_cells_too_small_to_be_seen_are_left_out(cells: list[str], read: Callable) -> None:
    layer = layer_of(cells)
    assert layer.from_zoom == 0
    assert read(layer, Tile(0, 0, 0)) == []


def test_a_cell_over_the_180th_meridian_is_on_both_sides(read: Callable) -> None:
    layer = layer_of(list(cell_names(cell_of(np.array([179.9999]), np.array([10.0]), 5))))
    east, west = Tile(8, 0, 120), Tile(8, 255, 120)
    areas = [sum(one.intersection(INSIDE).area for one, _ in read(layer, t)) for t in (east, west)]
    assert min(areas) > 0


def test_nothing_is_in_an_empty_layer(read: Callable) -> None:
    layer = layer_of([])
    assert layer.box is None
    assert read(layer, Tile(0, 0, 0)) == []
