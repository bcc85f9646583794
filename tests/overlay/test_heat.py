"""Heat against a slow, direct sum of kernels, and what is weighed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h3
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo_service.domain.pass_rule import PassRule
from geo_service.geometry.web_mercator import from_square, to_square
from geo_service.overlay.cell_finder import CellFinder
from geo_service.overlay.cells import cell_centre
from geo_service.overlay.exposure import Exposure, count_cell_exposure
from geo_service.overlay.heat import (
    BANDWIDTH_M,
    MOST_PIXELS,
    Surface,
    Weights,
    _within,
    bandwidth_for_cells,
    exposure_weights,
    issue_weights,
    pass_weights,
    spread,
)
from geo_service.overlay.issue_grid import issue_points
from geo_service.overlay.pass_counts import count_passes
from geo_service.overlay.seen import seen_in_cells

if TYPE_CHECKING:
    from tests.overlay.conftest import FixesFrom, Plan

GEOD = Geod(ellps="WGS84")


def places(lon: list[float], lat: list[float], weight: list[float] | None = None) -> Weights:
    return Weights(np.array(lon), np.array(lat), np.array(weight or [1.0] * len(lon)))


def centres(surface: Surface) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of each pixel, as whoever draws the picture between its borders has it."""
    rows, columns = surface.density.shape
    x, y = to_square(
        np.array([surface.west, surface.east]), np.array([surface.north, surface.south])
    )
    across = x[0] + (np.arange(columns) + 0.5) / columns * (x[1] - x[0])
    down = y[0] + (np.arange(rows) + 0.5) / rows * (y[1] - y[0])
    lon, lat = from_square(*np.meshgrid(across, down))
    return lon, lat


def direct_sum(weights: Weights, surface: Surface) -> np.ndarray:
    """Add up the kernels at the middle of each pixel, by geodesics."""
    lon, lat = centres(surface)
    total = np.zeros(lon.shape)
    area_km2 = 2.0 * np.pi * (surface.bandwidth_m / 1000.0) ** 2
    for west, south, weight in zip(weights.lon, weights.lat, weights.weight, strict=True):
        away_m = GEOD.inv(np.full(lon.shape, west), np.full(lon.shape, south), lon, lat)[2]
        total += weight / area_km2 * np.exp(-0.5 * (away_m / surface.bandwidth_m) ** 2)
    return total


def mass(surface: Surface) -> float:
    return float((surface.density * surface.pixel_km2[:, None]).sum())


def hottest(surface: Surface) -> tuple[float, float]:
    lon, lat = centres(surface)
    at = np.unravel_index(np.argmax(surface.density), surface.density.shape)
    return float(lon[at]), float(lat[at])


@given(
    st.floats(-179.0, 181.0),
    st.floats(-80.0, 80.0),
    st.lists(
        st.tuples(st.floats(-900, 900), st.floats(-900, 900), st.floats(0.1, 9.0)),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([MOST_PIXELS, 900]),
)
@example(22.0, 70.0, [(0.0, 0.0, 1.0), (0.0, 900.0, 4.0)], MOST_PIXELS)
@example(180.0, -17.0, [(-300.0, 0.0, 1.0), (300.0, 0.0, 1.0)], MOST_PIXELS)
@settings(max_examples=25, deadline=None)
def test_surface_is_the_sum_of_its_kernels(
    lon: float, lat: float, spots: list[tuple[float, float, float]], most_pixels: int
) -> None:
    metres = 111_320.0
    east, north, weight = np.array(spots).T
    weights = Weights(lon + east / metres / np.cos(np.radians(lat)), lat + north / metres, weight)
    surface = spread(weights, most_pixels=most_pixels)
    right = direct_sum(weights, surface)
    # With few pixels to a bandwidth, where in its pixel a place lies begins to tell.
    near_enough = 0.01 if most_pixels == MOST_PIXELS else 0.04
    assert np.abs(surface.density - right).max() <= near_enough * right.max()
    assert mass(surface) == pytest.approx(weights.weight.sum(), rel=1e-9)
    assert surface.left_out == 0.0


@pytest.mark.parametrize("lat", [0.0, 32.0, 70.0, -70.0])
def test_one_issue_is_a_round_hill_on_the_ground(lat: float) -> None:
    surface = spread(places([15.0], [lat]))
    lon, latitude = hottest(surface)
    assert GEOD.inv(15.0, lat, lon, latitude)[2] < 15.0
    peak = 1e6 / (2 * np.pi * BANDWIDTH_M**2)
    assert surface.density.max() == pytest.approx(peak, rel=0.01)
    # As far east as north: a bandwidth away it has sunk to exp(-1/2).
    half = surface.density >= peak * np.exp(-0.5)
    area_m2 = (half * surface.pixel_km2[:, None]).sum() * 1e6
    assert area_m2 == pytest.approx(np.pi * BANDWIDTH_M**2, rel=0.05)
    rows, columns = np.nonzero(half)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=1)


def test_a_city_gets_a_picture_of_bounded_size_and_a_wider_bandwidth_that_is_told() -> None:
    random = np.random.default_rng(5)
    weights = places(
        random.uniform(-9.0, -8.0, 3000).tolist(), random.uniform(40.9, 41.5, 3000).tolist()
    )
    surface = spread(weights)
    assert surface.density.size <= MOST_PIXELS
    assert BANDWIDTH_M < surface.bandwidth_m < 2 * BANDWIDTH_M
    assert mass(surface) == pytest.approx(3000.0, rel=1e-9)


def test_the_whole_world_can_be_drawn() -> None:
    weights = places([-170.0, 0.0, 170.0], [-84.0, 0.0, 89.0], [1.0, 2.0, 3.0])
    surface = spread(weights)
    assert surface.density.size <= MOST_PIXELS
    assert mass(surface) == pytest.approx(6.0, rel=1e-9)


def test_one_place_far_away_does_not_blur_a_city() -> None:
    random = np.random.default_rng(6)
    lon = [*random.uniform(112.1, 112.2, 4000), 116.0]
    lat = [*random.uniform(32.0, 32.1, 4000), 40.0]
    surface = spread(places(lon, lat))
    assert surface.bandwidth_m == BANDWIDTH_M
    assert 0.0 < surface.left_out < 0.002
    assert mass(surface) == pytest.approx(4001 * (1.0 - surface.left_out), rel=1e-9)


def test_two_cities_are_both_drawn_though_blurred() -> None:
    surface = spread(places([112.0, 114.0], [32.0, 30.0]))
    assert surface.bandwidth_m > 2 * BANDWIDTH_M
    assert surface.left_out == 0.0
    assert mass(surface) == pytest.approx(2.0, rel=1e-9)


@pytest.mark.parametrize("resolution", [8, 9, 10])
def test_a_field_of_equal_cells_shows_no_dots(resolution: int) -> None:
    one = h3.latlng_to_cell(32.04, 112.14, resolution)
    lon, lat = cell_centre(sorted(h3.grid_disk(one, 30)))
    surface = spread(Weights(lon, lat, np.ones(len(lon))), bandwidth_for_cells(resolution))
    rows, columns = surface.density.shape
    middle = surface.density[rows // 2 - 20 : rows // 2 + 20, columns // 2 - 20 : columns // 2 + 20]
    assert np.ptp(middle) < 0.002 * middle.mean()


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_share_of_a_hill_that_lies_lower_is_the_share_of_its_height(share: float) -> None:
    # Outside the circle at which a Gaussian has sunk to a share of its top lies that share of it.
    surface = spread(places([112.14], [32.04]))
    assert surface.lower(share) == pytest.approx(share * surface.density.max(), rel=0.02)
    lower = surface.density < surface.lower(share)
    assert (surface.density * lower * surface.pixel_km2[:, None]).sum() <= share


def test_passes_weigh_at_the_issues(plan: Plan, fixes_from: FixesFrom) -> None:
    points = issue_points([plan.issue(900, 900), plan.issue(0, 5), plan.issue(70, 0)])
    fixes = fixes_from(
        plan.trip("a", [(0, 0, 0)]), plan.trip("a", [(0, 0, 0), (9, 70, 0)]), plan.trip("b", [])
    )
    weights = pass_weights(points, count_passes([fixes], points, PassRule()))
    assert weights.weight.tolist() == [2.0, 1.0]
    assert weights.lon.tolist() == points.lon[1:].tolist()
    assert weights.lat.tolist() == points.lat[1:].tolist()
    assert len(weights) == 2


def test_issues_weigh_one_each_while_they_are_open(plan: Plan) -> None:
    issues = [plan.issue(0, 0, (0, 10)), plan.issue(5, 0, (0, None)), plan.issue(9, 0, (20, None))]
    weights = issue_weights(issues, issues[2].reported_at)
    assert weights.weight.tolist() == [1.0, 1.0]
    assert weights.lon.tolist() == [issues[1].lon, issues[2].lon]
    assert len(issue_weights(issues[:1], issues[2].reported_at)) == 0


def test_kilometres_weigh_amid_ridden_cells(plan: Plan, fixes_from: FixesFrom) -> None:
    fixes = fixes_from(plan.trip("a", [(0, 0, 0), (9, 30, 0)]), plan.trip("b", [(0, 900, 900)]))
    points = issue_points([plan.issue(2000, 0)])
    seen = seen_in_cells(fixes, points, PassRule(), CellFinder(10))
    exposure = count_cell_exposure([seen], points, 10)
    weights = exposure_weights(exposure)
    assert weights.weight.sum() == pytest.approx(0.030, rel=1e-3)
    ridden = [key for key, metres in zip(exposure.key, exposure.metres, strict=True) if metres > 0]
    lat, lon = np.array([h3.cell_to_latlng(key) for key in ridden]).T
    assert weights.lon == pytest.approx(lon)
    assert weights.lat == pytest.approx(lat)
    assert (weights.weight > 0).all()


def test_a_cell_that_was_hardly_ridden_in_weighs_little_and_one_never_ridden_in_nothing() -> None:
    cells = tuple(h3.grid_disk(h3.latlng_to_cell(32.04, 112.14, 10), 1)[:3])
    whole, rate = np.zeros(3, dtype=np.int64), np.full(3, np.nan)
    metres = np.array([0.5, 0.0, 2_000.0])
    weights = exposure_weights(
        Exposure(cells, whole, whole, metres, whole, whole, rate, rate, rate)
    )
    assert weights.weight.tolist() == [0.0005, 2.0]


def test_strays_on_either_side_are_left_out_of_the_picture() -> None:
    place, weight = np.array([9.0, 0.0, 1.0, -9.0]), np.array([1.0, 100.0, 100.0, 1.0])
    assert _within(place, weight, 0.01).tolist() == [False, True, True, False]
    assert _within(place, weight, 0.001).all()
