import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo_service.geometry.reference_systems import (
    CRS84,
    EPSG,
    WGS84,
    reference_systems,
    utm_code,
)

XIANGYANG = (112.14, 32.04)
SYSTEMS = {system.uri: system for system in reference_systems(*XIANGYANG)}


def test_a_city_s_systems_are_the_world_s_and_its_zone() -> None:
    codes = [4326, 3857, 4490, 32649]
    assert list(SYSTEMS) == [CRS84, *(f"{EPSG}{code}" for code in codes)]
    assert len(reference_systems(None, None)) == 4


def test_axes_stand_in_the_order_of_the_authority() -> None:
    lon, lat = (np.array([value]) for value in XIANGYANG)
    assert [one[0] for one in WGS84.from_wgs84(lon, lat)] == list(XIANGYANG)
    for code in (4326, 4490):
        told = [float(one[0]) for one in SYSTEMS[f"{EPSG}{code}"].from_wgs84(lon, lat)]
        assert told == pytest.approx(list(reversed(XIANGYANG)), abs=1e-9)
        assert CRS.from_epsg(code).axis_info[0].direction == "north"
    # Spherical Mercator: x = R lon, y = R ln tan(45 deg + lat / 2), R = 6,378,137 m.
    x, y = (float(one[0]) for one in SYSTEMS[f"{EPSG}3857"].from_wgs84(lon, lat))
    radians = np.radians(XIANGYANG)
    assert x == pytest.approx(6_378_137 * radians[0], abs=1e-3)
    assert y == pytest.approx(6_378_137 * np.log(np.tan(np.pi / 4 + radians[1] / 2)), abs=1e-3)


@given(st.sampled_from(list(SYSTEMS)), st.floats(109, 113.99), st.floats(-80, 80))
def test_there_and_back_is_where_one_was(uri: str, lon: float, lat: float) -> None:
    system = SYSTEMS[uri]
    there = system.from_wgs84(np.array([lon]), np.array([lat]))
    back = system.to_wgs84(*there)
    assert [float(one[0]) for one in back] == pytest.approx([lon, lat], abs=1e-8)


def test_what_a_system_does_not_reach_is_not_finite() -> None:
    east, _ = SYSTEMS[f"{EPSG}32649"].from_wgs84(np.array([22.0, 112.0]), np.array([0.0, 0.0]))
    assert np.isfinite(east).tolist() == [False, True]


@given(st.floats(-180, 179.99), st.floats(-80, 84))
def test_the_zone_is_the_one_whose_middle_is_near(lon: float, lat: float) -> None:
    code = utm_code(lon, lat)
    middle = Transformer.from_crs(f"EPSG:{code}", "OGC:CRS84").transform(
        500_000, 0 if lat >= 0 else 10_000_000
    )[0]
    assert abs((lon - middle + 180) % 360 - 180) <= 3.000001
    assert (code > 32_700) is (lat < 0)


def test_the_zone_at_180_degrees_is_the_first() -> None:
    assert utm_code(180, 10) == utm_code(-180, 10) == 32_601
