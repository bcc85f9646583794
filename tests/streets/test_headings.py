"""Headings are those of the last and first metres around each junction."""

import numpy as np
import pytest

from geo_service.streets.headings import read_headings, turned
from geo_service.streets.way import Way

METRE = 1.0 / 111_319.5
"""Degrees of longitude at the equator; of latitude, 0.7 % more."""


def drawn(
    points: list[tuple[float, float]], lengths: list[float], off: tuple[float, float], lon: float
) -> Way:
    """A way over points given in metres, with stretches of some lengths."""
    east, north = np.array(points, dtype=np.float64).T
    whole = np.array([round(length * 1000) for length in lengths], dtype=np.int64)
    return Way(
        lon=(lon + east * METRE + 180.0) % 360.0 - 180.0,
        lat=north / 110_574.3,
        edge=np.zeros(len(lengths), dtype=np.int64),
        start_mm=np.zeros(len(lengths), dtype=np.int64),
        end_mm=whole,
        distance_mm=int(whole.sum()) + round(sum(off) * 1000),
        duration_ms=0,
        off_start_mm=round(off[0] * 1000),
        off_end_mm=round(off[1] * 1000),
    )


@pytest.mark.parametrize("lon", [20.0, 179.9995])
def test_walks_are_left_out_of_the_headings_of_streets(lon: float) -> None:
    points = [(0.0, -30.0), (0.0, 0.0), (100.0, 0.0), (100.0, 40.0), (90.0, 40.0)]
    headings = read_headings(drawn(points, [100.0, 40.0], (30.0, 10.0), lon))
    assert headings.off_start == pytest.approx(0.0, abs=0.1)
    assert headings.after == pytest.approx([90.0, 0.0], abs=0.1)
    assert headings.before == pytest.approx([90.0, 0.0], abs=0.1)
    assert turned(0.0, turned(lon, headings.lon[1])) == pytest.approx(100.0 * METRE, abs=1e-8)
    assert headings.lat == pytest.approx([0.0, 0.0, 40.0 / 110_574.3], abs=1e-8)
    assert all(abs(each) <= 180.0 for each in headings.lon)


def test_walks_are_left_out_of_the_headings_of_the_shortest_stretches() -> None:
    points = [(0.0, -30.0), (0.0, 0.0), (2.0, 0.0), (2.0, 30.0)]
    headings = read_headings(drawn(points, [2.0], (30.0, 30.0), 0.0))
    assert headings.after == pytest.approx([90.0], abs=0.1)
    assert headings.before == pytest.approx([90.0], abs=0.1)


def test_heading_is_that_of_fifteen_metres() -> None:
    points = [(0.0, 0.0), (12.0, 0.0), (12.0, 20.0), (60.0, 20.0), (60.0, 70.0)]
    headings = read_headings(drawn(points, [80.0, 50.0], (0.0, 0.0), 0.0))
    assert headings.after[0] == pytest.approx(76.0, abs=0.1)
    assert headings.before[0] == pytest.approx(90.0, abs=0.1)


def test_heading_ends_at_the_next_junction_but_spans_five_metres() -> None:
    points = [(0.0, 0.0), (50.0, 0.0), (50.0, 7.0), (100.0, 7.0), (100.0, 9.0), (150.0, 9.0)]
    headings = read_headings(drawn(points, [50.0, 7.0, 50.0, 2.0, 50.0], (0.0, 0.0), 0.0))
    assert headings.after[1] == pytest.approx(0.0, abs=0.1)
    assert headings.before[1] == pytest.approx(0.0, abs=0.1)
    assert headings.after[3] == pytest.approx(56.3, abs=0.1)
    assert headings.before[3] == pytest.approx(56.3, abs=0.1)


def test_way_without_stretches_has_the_place_where_it_meets_the_street() -> None:
    headings = read_headings(drawn([(0.0, 0.0), (0.0, 20.0), (0.0, 0.0)], [], (20.0, 20.0), 0.0))
    assert (headings.after, headings.before) == ([], [])
    assert headings.lat == pytest.approx([20.0 / 110_574.3])
    one_place = read_headings(drawn([(0.0, 0.0), (0.0, 0.0)], [], (0.0, 0.0), 7.0))
    assert (one_place.lon, one_place.lat) == ([7.0], [0.0])


def test_turn_is_to_the_right_and_no_more_than_half_a_circle() -> None:
    assert turned(350.0, 10.0) == 20.0
    assert turned(10.0, 350.0) == -20.0
    assert abs(turned(0.0, 540.0)) == 180.0
