from collections.abc import Callable

import numpy as np
import pytest
import shapely

from geo_service.features.columns import Column, Field, Kind
from geo_service.features.meridian import cut_at_meridian
from geo_service.geometry.tile_address import BUFFER, EXTENT, Tile
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles import lines as lines_file
from geo_service.maps.tiles.coded import coded
from geo_service.maps.tiles.lines import WHOLE_FROM_ZOOM, LineLayer, on_square

INSIDE = shapely.box(0, 0, EXTENT, EXTENT)


def wandering(dice: np.random.Generator, count: int = 60) -> list[np.ndarray]:
    """Make lines of different lengths that wander about."""
    lines = []
    for _ in range(count):
        points = int(dice.integers(2, 40))
        steps = dice.normal(0, 0.0008, (points, 2))
        steps[0] = dice.normal(0, 0.02, 2)
        lines.append(np.array([112.14, 32.04]) + np.cumsum(steps, axis=0))
    return lines


def layer_of(
    lines: list[np.ndarray], rank: list[float] | None = None, first_zoom: list[int] | None = None
) -> LineLayer:
    ids = Column.of(Kind.TEXT, [f"l{n}" for n in range(len(lines))])
    return LineLayer(
        on_square(np.array([shapely.LineString(line) for line in lines], dtype=np.object_)),
        (coded(Field("id", Kind.TEXT, ""), ids),),
        rank=np.array(rank or range(len(lines)), dtype=np.float64),
        first_zoom=np.array(first_zoom or [0] * len(lines), dtype=np.int64),
    )


@pytest.mark.parametrize("zoom", [WHOLE_FROM_ZOOM, WHOLE_FROM_ZOOM + 2])
def test_stitched_together_lines_are_as_long_as_they_were(
    dice: np.random.Generator, read: Callable, over: Callable, zoom: int
) -> None:
    lines = wandering(dice)
    layer = layer_of(lines)
    stitched = dict.fromkeys((f"l{n}" for n in range(len(lines))), 0.0)
    for tile in over(layer, zoom):
        for line, told in read(layer, tile):
            stitched[told["id"]] += line.intersection(INSIDE).length
    for n, line in enumerate(lines):
        x, y = to_square(*line.T)
        expected = np.hypot(np.diff(x), np.diff(y)).sum() * EXTENT * 2.0**zoom
        # Each point is moved by less than a unit.
        assert stitched[f"l{n}"] == pytest.approx(expected, abs=1.0 * len(line) + 4)


@pytest.mark.parametrize("zoom", [8, 11, 14, 15])
def test_lines_lie_where_they_were_and_end_at_the_buffer(
    dice: np.random.Generator, read: Callable, over: Callable, zoom: int
) -> None:
    lines = wandering(dice)
    layer = layer_of(lines)
    around = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)
    well_inside = around.buffer(-8)
    for tile in over(layer, zoom):
        told = {one["id"]: line for line, one in read(layer, tile)}
        for n, points in enumerate(lines):
            exact = shapely.linestrings(np.column_stack(tile.units(*to_square(*points.T))))
            drawn = told.get(f"l{n}", shapely.LineString())
            # Simplified by up to 4 units, rounded to whole ones.
            assert drawn.is_empty or (around.covers(drawn) and exact.buffer(6).covers(drawn))
            missing = exact.intersection(well_inside).difference(drawn.buffer(6))
            assert missing.is_empty or exact.length < 8


def test_where_there_is_no_room_the_foremost_are_told_and_lie_on_top(
    dice: np.random.Generator, read: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = wandering(dice)
    rank = dice.permutation(len(lines)).astype(float).tolist()
    layer, tile = layer_of(lines, rank), Tile(9, 415, 207)
    seen = {one["id"] for _, one in read(layer, tile)}
    monkeypatch.setattr(lines_file, "MOST_BYTES", 1_500)
    told = [one["id"] for _, one in read(layer, tile)]
    assert 2 < len(told) < len(seen)
    by_rank = [f"l{n}" for n in np.argsort(rank)]
    assert told == [name for name in by_rank if name in seen][-len(told) :]


def test_small_streets_are_told_from_their_zoom_on(read: Callable) -> None:
    line = np.array([[112.14, 32.04], [112.16, 32.05]])
    layer = layer_of([line, line, line], first_zoom=[0, 13, 12])
    x, y = to_square(*line[:1].T)
    some, everything = {"l0", "l2"}, {"l0", "l1", "l2"}
    for zoom, expected in ((11, {"l0"}), (12, some), (13, everything), (18, everything)):
        tile = Tile.at(zoom, x[0], y[0])
        assert {told["id"] for _, told in read(layer, tile)} == expected


def test_from_afar_what_is_shorter_than_a_pixel_is_left_out(read: Callable) -> None:
    layer = layer_of([np.array([[112.14, 32.04], [112.1401, 32.04]])])
    x, y = to_square(np.array([112.14]), np.array([32.04]))
    assert read(layer, Tile.at(6, x[0], y[0])) == []
    assert len(read(layer, Tile.at(16, x[0], y[0]))) == 1


def test_a_line_over_the_180th_meridian_is_on_both_sides(read: Callable) -> None:
    line = np.array([(179.9, 10.0), (-179.9, 10.0), (-179.8, 10.0)])
    layer = layer_of([line])
    zoom = 8
    east, west = Tile(zoom, 0, 120), Tile(zoom, 2**zoom - 1, 120)
    ((right, _),), ((left, _),) = read(layer, east), read(layer, west)
    unit = 360.0 / 2**zoom / EXTENT
    assert right.intersection(INSIDE).length == pytest.approx(0.2 / unit, abs=2)
    assert left.intersection(INSIDE).length == pytest.approx(0.1 / unit, abs=2)


def test_what_was_cut_at_the_180th_meridian_goes_on_beyond_it() -> None:
    line = shapely.LineString([(-179.8, 10.0), (-179.9, 10.1), (-180.2, 10.0), (-180.3, 10.0)])
    cut = cut_at_meridian([line, shapely.Point(-170.0, 1.0)])
    assert shapely.get_num_geometries(cut).tolist() == [2, 1]
    there, point = on_square(cut)
    assert there.length == pytest.approx(on_square(np.array([line]))[0].length)
    assert there.bounds[2] - there.bounds[0] == pytest.approx(0.5 / 360)
    assert (point.x, cut[1].x) == (pytest.approx(10 / 360), -170.0)


def test_nothing_is_in_an_empty_layer(read: Callable) -> None:
    layer = layer_of([])
    assert layer.box is None
    assert read(layer, Tile(0, 0, 0)) == read(layer, Tile(15, 0, 0)) == []


@pytest.mark.parametrize("room", [400_000, 1_500])
def test_looking_at_a_few_at_a_time_changes_nothing(
    dice: np.random.Generator, read: Callable, monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    layer, tile = layer_of(wandering(dice)), Tile(12, 3323, 1663)
    monkeypatch.setattr(lines_file, "MOST_BYTES", room)
    expected = [(line.wkt, told) for line, told in read(layer, tile)]
    assert len(expected) > 5
    monkeypatch.setattr(lines_file, "AT_ONCE", 4)
    assert [(line.wkt, told) for line, told in read(layer, tile)] == expected
