from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np
import pytest

from geo_service.features.columns import Column, Field, Kind, Value
from geo_service.geometry.tile_address import BUFFER, EXTENT, Tile
from geo_service.geometry.web_mercator import to_square
from geo_service.maps.tiles import points as points_file
from geo_service.maps.tiles.coded import Coded, coded, total_sizes
from geo_service.maps.tiles.points import PointLayer

Read = Callable
COUNT = 400


def field(name: str, values: Iterable[Value], kind: Kind = Kind.TEXT) -> Coded:
    return coded(Field(name, kind, ""), Column.of(kind, list(values)))


def made(dice: np.random.Generator, count: int = COUNT) -> tuple[np.ndarray, np.ndarray]:
    """Make positions, some of them at one place."""
    lon, lat = dice.normal(112.14, 0.02, count), dice.normal(32.04, 0.02, count)
    lon[: count // 10], lat[: count // 10] = 112.14, 32.04
    return lon, lat


def layer_of(lon: np.ndarray, lat: np.ndarray) -> PointLayer:
    fields = (
        field("id", [f"p{n}" for n in range(len(lon))]),
        field("kind", ["even" if n % 2 == 0 else "odd" for n in range(len(lon))]),
        field("three", [n if n % 3 == 0 else None for n in range(len(lon))], Kind.INTEGER),
    )
    return PointLayer(*to_square(lon, lat), fields)


def slow_tile(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Find a position's tile by the formula of https://wiki.openstreetmap.org."""
    n = 2**zoom
    rad = np.radians(lat)
    row = (1.0 - np.log(np.tan(rad) + 1.0 / np.cos(rad)) / np.pi) / 2.0 * n
    return int((lon + 180.0) / 360.0 * n), int(row)


@pytest.mark.parametrize("zoom", [0, 5, 10, 13, 16])
@pytest.mark.parametrize("room", [400_000, 3_000, 400])
def test_every_point_is_in_one_tile_of_each_zoom(
    dice: np.random.Generator,
    read: Read,
    over: Callable,
    monkeypatch: pytest.MonkeyPatch,
    zoom: int,
    room: int,
) -> None:
    monkeypatch.setattr(points_file, "MOST_BYTES", room)
    lon, lat = made(dice)
    layer = layer_of(lon, lat)
    expected = Counter(slow_tile(*place, zoom) for place in zip(lon, lat, strict=True))
    found: Counter[tuple[int, int]] = Counter()
    for tile in over(layer, zoom):
        for place, told in read(layer, tile):
            if 0 <= place.x < EXTENT and 0 <= place.y < EXTENT:
                found[tile.column, tile.row] += told["count"]
    assert found == expected


@pytest.mark.parametrize("zoom", [10, 14])
def test_marks_stand_where_their_points_are_and_tell_what_they_tell(
    dice: np.random.Generator, read: Read, over: Callable, zoom: int
) -> None:
    lon, lat = made(dice)
    layer = layer_of(lon, lat)
    x, y = to_square(lon, lat)
    seen = set()
    for tile in over(layer, zoom):
        u, v = tile.units(x, y)
        here = {
            f"p{n}": n
            for n in range(COUNT)
            if -BUFFER <= u[n] < EXTENT + BUFFER and -BUFFER <= v[n] < EXTENT + BUFFER
        }
        marks = {told["id"]: (place, told) for place, told in read(layer, tile)}
        assert marks.keys() == here.keys()
        for name, (place, told) in marks.items():
            n = here[name]
            assert abs(place.x - u[n]) <= 1
            assert abs(place.y - v[n]) <= 1
            expected = {"id": name, "kind": "odd" if n % 2 else "even", "count": 1}
            assert told == (expected | {"three": n} if n % 3 == 0 else expected)
            seen.add(name)
    assert len(seen) == COUNT


def test_a_heap_tells_what_all_in_it_have_alike(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points_file, "MOST_BYTES", 150)
    layer = PointLayer(
        *to_square(np.array([112.0] * 4 + [-60.0]), np.array([32.0] * 4 + [-30.0])),
        (
            field("id", list("abcde")),
            field("kind", ["same"] * 4 + ["other"]),
            field("some", ["x", "x", "x", None, None]),
        ),
    )
    told = sorted((told for _, told in read(layer, Tile(0, 0, 0))), key=lambda one: one["count"])
    assert told == [{"id": "e", "kind": "other", "count": 1}, {"kind": "same", "count": 4}]


def test_tiles_have_a_size_that_is_bounded(
    dice: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(points_file, "MOST_BYTES", 5_000)
    layer = layer_of(*made(dice, 5_000))
    for zoom in range(20):
        x, y = to_square(np.array([112.14]), np.array([32.04]))
        tile = Tile.at(zoom, x[0], y[0])
        cut = layer.cut(tile)
        sizes = points_file.FEATURE_BYTES + total_sizes(cut.fields, len(cut))
        assert sizes.sum() <= 5_000 * 1.25


def test_a_buffer_full_of_others_points_is_told_as_far_as_there_is_room(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just beyond each side of a tile is a row of points that fills the neighbour there."""
    tile = Tile(12, 3323, 1662)
    west, north, east, south = tile.box()
    step = (east - west) / EXTENT
    along = np.arange(20) * 100 * step
    beyond = [(west + along, north - step), (west + along, south + step)]
    beyond += [(west - step, north + along), (east + step, north + along)]
    x, y = np.hstack([np.broadcast_arrays(*side) for side in beyond])
    layer = PointLayer(x, y, (field("id", map(str, range(80))),))
    assert len(read(layer, tile)) == 80
    monkeypatch.setattr(points_file, "MOST_BYTES", 20 * 60)
    layer = PointLayer(x, y, (field("id", map(str, range(80))),))
    for beside in (Tile(12, 3323, 1661), Tile(12, 3324, 1662)):
        own = [told for place, told in read(layer, beside) if min(place.x, place.y) >= 0]
        assert sum(told["count"] for told in own) >= 20
    assert len(read(layer, tile)) < 20


def test_points_beyond_the_world_are_on_it(read: Read) -> None:
    lon, lat = np.array([180.0, -180.0, 190.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0, 90.0, -90.0])
    layer = PointLayer(*to_square(lon, lat), (field("id", list("abcde")),))
    marks = {told["id"]: place for place, told in read(layer, Tile(0, 0, 0))}
    assert marks.keys() == set("abcde")
    assert marks["a"].x == marks["b"].x == 0
    assert marks["c"].x == pytest.approx(EXTENT * 10 / 360, abs=1)
    assert (marks["d"].y, marks["e"].y) == (0, EXTENT - 1)


def test_nothing_is_in_an_empty_layer(read: Read) -> None:
    nowhere = np.array([], dtype=np.float64)
    layer = PointLayer(nowhere, nowhere, (field("id", []),))
    assert layer.box is None
    assert read(layer, Tile(0, 0, 0)) == []


def test_cutting_again_gives_the_same(dice: np.random.Generator, read: Read) -> None:
    lon, lat = made(dice)
    one, other = layer_of(lon, lat), layer_of(lon, lat)
    tile = Tile(12, *slow_tile(112.14, 32.04, 12))
    assert str(read(one, tile)) == str(read(one, tile)) == str(read(other, tile))
