import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo_service.geometry.metric import geodesic_m
from geo_service.geometry.web_mercator import (
    FARTHEST_NORTH,
    from_square,
    side_on_the_ground_m,
    to_square,
)

HALF_SIDE_M = np.pi * 6_378_137.0
LON = st.floats(-179.9, 179.9)
LAT = st.floats(-85.0, 85.0)


@given(LON, LAT)
def test_square_is_that_of_web_maps(lon: float, lat: float) -> None:
    east, north = Transformer.from_crs(4326, 3857, always_xy=True).transform(lon, lat)
    x, y = to_square(np.array([lon]), np.array([lat]))
    assert x[0] == pytest.approx(0.5 + east / HALF_SIDE_M / 2, abs=1e-12)
    assert y[0] == pytest.approx(0.5 - north / HALF_SIDE_M / 2, abs=1e-12)


@given(st.floats(-300.0, 300.0), LAT)
def test_way_back_leads_to_the_same_place(lon: float, lat: float) -> None:
    back = from_square(*to_square(np.array([lon]), np.array([lat])))
    assert np.array(back)[:, 0] == pytest.approx([lon, lat], abs=1e-9)


def test_poles_lie_on_the_border() -> None:
    _, y = to_square(np.zeros(3), np.array([90.0, FARTHEST_NORTH, -90.0]))
    assert y == pytest.approx([0.0, 0.0, 1.0], abs=1e-9)


@given(LON, LAT)
def test_a_short_way_is_as_long_as_the_sides_say(lon: float, lat: float) -> None:
    step = 1e-7
    x, y = to_square(np.array([lon]), np.array([lat]))
    east_m, north_m = side_on_the_ground_m(np.array([lat]))
    for there, side_m in ((from_square(x + step, y), east_m), (from_square(x, y - step), north_m)):
        assert geodesic_m(lon, lat, *there) == pytest.approx(step * side_m, rel=1e-5)
