import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.maps.packing import near_order, pack_lines, pack_steps, take_lines, to_pixels

WORLD = 256 * 2**18
points = st.tuples(st.integers(-WORLD, 2 * WORLD), st.integers(0, WORLD))


def unpacked(text: str, lines: int) -> list[list[tuple[int, int]]]:
    """Read one number after the other, as slowly as can be."""
    numbers, held, shift = [], 0, 0
    for byte in base64.b64decode(text):
        held |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(held)
            held = shift = 0
    found, x, y = [], 0, 0
    rest = iter(numbers)
    for _ in range(lines):
        line = []
        for _ in range(next(rest)):
            step_x, step_y = (-(n + 1) // 2 if n % 2 else n // 2 for n in (next(rest), next(rest)))
            x, y = x + step_x, y + step_y
            line.append((x, y))
        found.append(line)
    assert next(rest, None) is None
    return found


@given(st.lists(st.lists(points, max_size=6), max_size=8))
def test_packed_lines_come_back_whole(lines: list[list[tuple[int, int]]]) -> None:
    flat = np.array([point for line in lines for point in line], dtype=np.int64).reshape(-1, 2)
    offsets = np.cumsum([0, *map(len, lines)]).astype(np.int64)
    packed = pack_lines(flat[:, 0], flat[:, 1], offsets)
    assert (packed.lines, packed.points) == (len(lines), len(flat))
    assert unpacked(packed.text, len(lines)) == lines


def test_neighbours_take_two_bytes_a_point() -> None:
    x = np.cumsum(np.full(999, 30))
    packed = pack_lines(x, np.full(999, 5), np.array([0, 999]))
    assert len(base64.b64decode(packed.text)) < 2 * 999 + 8


@pytest.mark.parametrize(
    ("lon", "lat", "x", "y"),
    [
        (-180.0, 85.0511287798066, 0, 0),
        (0.0, 0.0, WORLD // 2, WORLD // 2),
        (180.0, -85.0511287798066, WORLD, WORLD),
        (190.0, 0.0, WORLD + round(WORLD / 36), WORLD // 2),
        (0.0, 90.0, WORLD // 2, 0),
    ],
)
def test_pixels_are_those_of_web_maps(lon: float, lat: float, x: int, y: int) -> None:
    found = to_pixels(np.array([lon]), np.array([lat]))
    assert (int(found[0][0]), int(found[1][0])) == (x, y)


def test_taken_lines_keep_the_order_asked_for() -> None:
    rows, offsets = take_lines(np.array([0, 2, 5, 5, 9]), np.array([3, 0, 2]))
    assert rows.tolist() == [5, 6, 7, 8, 0, 1]
    assert offsets.tolist() == [0, 4, 6, 6]


@given(st.lists(st.integers(-WORLD, 2 * WORLD), max_size=9))
def test_packed_steps_are_those_of_lines(numbers: list[int]) -> None:
    held = np.array(numbers, dtype=np.int64)
    # A line is a count, and steps east and south in turn; here they take turns by themselves.
    text = base64.b64encode(
        bytes([len(numbers)]) + base64.b64decode(pack_steps(np.repeat(held, 2)))
    )
    steps = unpacked(text.decode(), 1)[0]
    east, south = np.array(steps, dtype=np.int64).reshape(-1, 2).T
    assert (east + south).tolist() == numbers


def test_coarse_grain_rounds_places_and_saves_bytes() -> None:
    random = np.random.default_rng(4)
    x, y = (1_000_000 + np.cumsum(random.integers(-150, 150, 400)) for _ in range(2))
    offsets = np.array([0, 150, 400])
    fine, coarse = pack_lines(x, y, offsets), pack_lines(x, y, offsets, 4)
    assert coarse.as_values()["grain"] == 4
    assert len(coarse.text) < 0.75 * len(fine.text)
    flat = np.array([place for line in unpacked(coarse.text, 2) for place in line]) * 4
    assert np.abs(flat - np.column_stack((x, y))).max() <= 2


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), max_size=50))
def test_near_order_names_every_place_once(places: list[tuple[float, float]]) -> None:
    x, y = np.array(places, dtype=np.float64).reshape(-1, 2).T
    order = near_order(x, y)
    assert sorted(order.tolist()) == list(range(len(places)))
    same = [row for row in order.tolist() if places[row] == places[order[0]]]
    assert same == sorted(same)


def test_near_order_goes_quarter_by_quarter() -> None:
    x, y = np.meshgrid(np.arange(4.0), np.arange(4.0))
    order = near_order(x.ravel(), y.ravel())
    quarters = 2 * (y.ravel()[order] // 2) + x.ravel()[order] // 2
    assert quarters.tolist() == sorted(quarters.tolist())
