import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_service.geometry.metric import ECCENTRICITY_SQUARED, SEMI_MAJOR_M
from geo_service.geometry.polygon_area import polygon_area_m2, ring_area_m2

EARTH_M2 = 5.10065621724e14
"""The ellipsoid's whole surface, from the tables of WGS 84."""


def band_m2(south: float, north: float, width: float) -> float:
    """Integrate slices of a degree rectangle between parallels: M(lat) N(lat) cos(lat)."""
    lat = np.radians(np.linspace(south, north, 2001))
    curvature = 1.0 - ECCENTRICITY_SQUARED * np.sin(lat) ** 2
    a_slice = SEMI_MAJOR_M**2 * (1.0 - ECCENTRICITY_SQUARED) * np.cos(lat) / curvature**2
    return float(np.trapezoid(a_slice, lat)) * math.radians(width)


def rectangle(west: float, south: float, east: float, north: float):  # noqa: ANN201
    return np.array([west, east, east, west]), np.array([south, south, north, north])


@given(
    west=st.floats(-180.0, 179.0),
    south=st.floats(-89.0, 88.0),
    width=st.floats(0.01, 0.1),
    height=st.floats(0.01, 0.1),
)
def test_small_rectangles_are_as_large_as_their_slices(
    west: float, south: float, width: float, height: float
) -> None:
    lon, lat = rectangle(west, south, west + width, south + height)
    expected = band_m2(south, south + height, width)
    assert ring_area_m2(lon, lat) == pytest.approx(expected, rel=1e-3)


def test_the_order_of_turning_does_not_matter() -> None:
    lon, lat = rectangle(112.1, 32.0, 112.2, 32.1)
    assert ring_area_m2(lon[::-1], lat[::-1]) == ring_area_m2(lon, lat) > 0.0


def test_the_180th_meridian_is_no_seam() -> None:
    across = ring_area_m2(np.array([179.9, -179.9, -179.9, 179.9]), np.array([0.0, 0.0, 0.1, 0.1]))
    elsewhere = ring_area_m2(*rectangle(10.0, 0.0, 10.2, 0.1))
    assert across == pytest.approx(elsewhere, rel=1e-9)


def test_an_eighth_of_the_earth_is_an_eighth() -> None:
    octant = ring_area_m2(np.array([0.0, 90.0, 0.0]), np.array([0.0, 0.0, 90.0]))
    assert octant == pytest.approx(EARTH_M2 / 8.0, rel=1e-9)


def test_holes_are_left_out() -> None:
    outer, hole = rectangle(0.0, 0.0, 0.3, 0.3), rectangle(0.1, 0.1, 0.2, 0.2)
    left = polygon_area_m2(outer, [hole])
    assert left == pytest.approx(ring_area_m2(*outer) * 8.0 / 9.0, rel=1e-4)
