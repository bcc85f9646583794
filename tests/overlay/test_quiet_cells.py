"""Where it is quiet, no issue is near: told by distances that know nothing of squares."""

import numpy as np
import pytest
from pyproj import Geod

from geo_service.overlay.issue_grid import IssuePoints, build_grid
from geo_service.overlay.quiet_cells import (
    CELL_M,
    QuietCells,
    are_beside,
    cell_at,
    quiet_cells,
)

GEODESIC = Geod(ellps="WGS84")
PLACES = [(112.15, 32.04), (179.9995, 10.0), (-180.0, -45.0), (0.0, 0.0), (25.0, 70.0)]
PLACES += [(10.0, -85.0), (77.0, 89.99)]
RADII = [5.0, 25.0, 100.0]


def beside(
    place: tuple[float, float], random: np.random.Generator, count: int, most_m: float
) -> tuple[np.ndarray, np.ndarray]:
    """Scatter positions around a place."""
    lon, lat, _ = GEODESIC.fwd(
        np.full(count, place[0]),
        np.full(count, place[1]),
        random.uniform(0, 360, count),
        most_m * np.sqrt(random.random(count)),
    )
    return np.asarray(lon), np.asarray(lat)


def is_quiet(quiet: QuietCells, start: tuple[float, float], end: tuple[float, float]) -> bool:
    """Ask as the kernel does."""
    here, there = cell_at(quiet.squares, *start), cell_at(quiet.squares, *end)
    return not (quiet.near[here[2]] or quiet.near[there[2]]) and are_beside(here, there)


def points_of(lon: np.ndarray, lat: np.ndarray) -> IssuePoints:
    every = np.arange(len(lon))
    return IssuePoints(lon, lat, np.arange(len(lon) + 1), every * 0, every * 0 + 1, every * 0)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("radius_m", RADII)
def test_no_issue_is_near_a_segment_that_is_quiet(
    place: tuple[float, float], radius_m: float
) -> None:
    random = np.random.default_rng(int(radius_m))
    lon, lat = beside(place, random, 12, 1500.0)
    issues = np.arange(len(lon))
    grid = build_grid(points_of(lon, lat), issues, radius_m=radius_m, longest_m=500.0)
    start = beside(place, random, 4000, 2500.0)
    end_lon, end_lat, _ = GEODESIC.fwd(
        *start, random.uniform(0, 360, 4000), random.choice([0.0, 10.0, 40.0, 90.0, 300.0], 4000)
    )
    quiet = np.array(
        [
            is_quiet(grid.quiet, here, there)
            for here, there in zip(
                zip(*start, strict=True), zip(end_lon, end_lat, strict=True), strict=True
            )
        ]
    )
    nearest = np.full(4000, np.inf)
    for share in np.linspace(0, 1, 21):
        azimuth, _, metres = GEODESIC.inv(*start, end_lon, end_lat)
        at_lon, at_lat, _ = GEODESIC.fwd(*start, azimuth, share * np.asarray(metres))
        for issue in issues:
            whole = np.full(4000, 1.0)
            _, _, away = GEODESIC.inv(at_lon, at_lat, whole * lon[issue], whole * lat[issue])
            nearest = np.minimum(nearest, away)
    assert (nearest[quiet] > radius_m).all()
    if abs(place[1]) < 80.0:
        far = nearest > 6 * max(radius_m, 32.0) + 320.0
        # All but those across the western edge of the squares, where their numbers begin anew.
        assert quiet[far & (np.asarray(metres) < 20.0)].mean() > 0.99
        assert quiet.mean() > 0.2


def test_issues_all_round_the_earth_leave_nothing_quiet() -> None:
    lon, lat = np.array([-120.0, 0.0, 120.0]), np.zeros(3)
    grid = build_grid(points_of(lon, lat), np.arange(3), radius_m=25.0, longest_m=500.0)
    assert not is_quiet(grid.quiet, (60.0, 45.0), (60.0, 45.0))


def test_far_from_all_issues_it_is_quiet_on_every_side() -> None:
    grid = build_grid(
        points_of(np.array([112.14]), np.array([32.04])),
        np.array([0]),
        radius_m=25.0,
        longest_m=500.0,
    )
    here = (112.14, 32.04)
    assert not is_quiet(grid.quiet, here, here)
    for there in [(112.2, 32.04), (112.0, 32.04), (112.14, 33.0), (112.14, 31.0), (-60.0, 0.0)]:
        assert is_quiet(grid.quiet, there, there)
        assert not is_quiet(grid.quiet, there, here)
    west, east = (112.13, 32.04), (112.15, 32.04)
    assert not is_quiet(grid.quiet, west, east), "what lies between is not looked at"


PER_DEGREE = 110_000.0
REACH = (0.0001, 0.0002)
"""Degrees north and east: less than a square is high."""
HIGH = CELL_M / PER_DEGREE
WIDE = 2 * HIGH


@pytest.mark.parametrize("west", [112.14, 179.9999])
def test_two_squares_around_an_issue_are_not_quiet_and_all_others_are(west: float) -> None:
    lat = np.array([32.0, 32.0 + 10.5 * HIGH])
    quiet = quiet_cells(lat, np.array([0.5, 20.5]) * WIDE, west, REACH, PER_DEGREE)
    for north in range(-5, 17):
        for east in range(-5, 27):
            lon = (west + (east + 0.5) * WIDE + 180.0) % 360.0 - 180.0
            square = cell_at(quiet.squares, lon, 32.0 + (north + 0.5) * HIGH)[2]
            around = [max(abs(north), abs(east)), max(abs(north - 10), abs(east - 20))]
            assert quiet.near[square] == (min(around) <= 2), (north, east)
    assert (quiet.squares.rows, quiet.squares.columns) == (2 + 11 + 2, 2 + 21 + 2)


def test_issues_far_apart_have_squares_as_small_as_memory_allows() -> None:
    most = 1 << 24
    side = int(1.2 * most**0.5)
    lat, east = np.array([20.0, 20.0 + side * HIGH]), np.array([0.0, side * WIDE])
    quiet = quiet_cells(lat, east, 112.0, REACH, PER_DEGREE)
    assert most / 1.5**2 < len(quiet.near) <= most + 1
    for place in zip((112.0 + east).tolist(), lat.tolist(), strict=True):
        assert not is_quiet(quiet, place, place)
    middle = float(112.0 + east.mean()), float(lat.mean())
    assert is_quiet(quiet, middle, middle)
