"""Metres against pyproj's geodesics, at all latitudes and across the 180th meridian."""

import numpy as np
import pytest
from pyproj import Geod

from geo_service.geometry.metric import (
    GEOD,
    geodesic_m,
    metres_per_degree_east,
    metres_per_degree_north,
    segment_lengths_m,
    wrap_degrees,
)

EXACT = Geod(a=6_378_137.0, rf=298.257223563)
LATITUDES = [0.0, 1.0, -23.0, 32.04, 45.0, -60.0, 70.0, -80.0, 85.0, 89.0, -89.9]
SEAM = [180.0, -180.0, 179.9999, -179.9999, 112.15, 0.0]


@pytest.mark.parametrize("lat", LATITUDES)
@pytest.mark.parametrize("lon", SEAM)
@pytest.mark.parametrize("reach_m", [0.5, 25.0, 500.0])
def test_short_segments_are_within_a_thousandth_of_their_geodesics(
    lon: float, lat: float, reach_m: float
) -> None:
    bearing = np.arange(0.0, 360.0, 7.5)
    there_lon, there_lat, _ = EXACT.fwd(
        np.full_like(bearing, lon),
        np.full_like(bearing, lat),
        bearing,
        np.full_like(bearing, reach_m),
    )
    lengths = segment_lengths_m(
        np.full_like(bearing, lon), np.full_like(bearing, lat), there_lon, there_lat
    )
    assert lengths == pytest.approx(np.full_like(bearing, reach_m), rel=0.001)


def test_a_city_is_far_more_exact_than_promised() -> None:
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(112, 113, 500), rng.uniform(31, 33, 500)
    far_lon, far_lat = lon + rng.uniform(-0.005, 0.005, 500), lat + rng.uniform(-0.005, 0.005, 500)
    exact = EXACT.inv(lon, lat, far_lon, far_lat)[2]
    assert segment_lengths_m(lon, lat, far_lon, far_lat) == pytest.approx(exact, rel=1e-6)


@pytest.mark.parametrize("lat", [0.0, 32.04, -55.0, 70.0, 89.0])
def test_a_degree_is_as_long_as_the_geodesic_of_a_thousandth(lat: float) -> None:
    here = np.array([lat])
    north = EXACT.inv(10.0, lat - 0.0005, 10.0, lat + 0.0005)[2] * 1000.0
    east = EXACT.inv(10.0, lat, 10.001, lat)[2] * 1000.0
    assert metres_per_degree_north(here)[0] == pytest.approx(north, rel=1e-7)
    assert metres_per_degree_east(here)[0] == pytest.approx(east, rel=1e-7)


def test_differences_of_longitude_take_the_short_way() -> None:
    asked = np.array([0.0, 179.0, 180.0, 181.0, -180.0, -181.0, 359.9, -359.9, 540.0])
    expected = [0.0, 179.0, -180.0, -179.0, -180.0, 179.0, -0.1, 0.1, -180.0]
    assert wrap_degrees(asked) == pytest.approx(np.array(expected), abs=1e-9)


def test_the_180th_meridian_is_no_seam() -> None:
    here = np.array([179.999]), np.array([10.0])
    there = np.array([-179.999]), np.array([10.0])
    assert segment_lengths_m(*here, *there)[0] == pytest.approx(219.27, abs=0.01)
    assert segment_lengths_m(*there, *here)[0] == pytest.approx(219.27, abs=0.01)


def test_a_segment_without_length_is_zero() -> None:
    none = segment_lengths_m(*(np.array([part]) for part in (112.0, 32.0, 112.0, 32.0)))
    assert none.tolist() == [0.0]


def test_long_geodesics_are_exact_and_broadcast() -> None:
    cities = np.array([2.3522, 139.6917]), np.array([48.8566, 35.6895])
    lengths = geodesic_m(np.array(112.15), np.array(32.04), *cities)
    assert lengths.tolist() == [
        pytest.approx(EXACT.inv(112.15, 32.04, lon, lat)[2], abs=0.001)
        for lon, lat in zip(*cities, strict=True)
    ]


def test_the_ellipsoid_is_wgs84() -> None:
    assert (GEOD.a, GEOD.f) == pytest.approx((EXACT.a, EXACT.f), rel=1e-12)
