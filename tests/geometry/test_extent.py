import numpy as np
import pytest

from geo_service.geometry.datum import Datum, convert
from geo_service.geometry.extent import Extent, metres_outside, read_otherwise
from geo_service.geometry.metric import geodesic_m

CITY = Extent(112.0, 31.9, 112.3, 32.1)


def outside(lon: np.ndarray, lat: np.ndarray, extent: Extent) -> np.ndarray:
    return metres_outside(lon, lat, extent) > extent.margin_m


def test_inside_is_no_distance() -> None:
    lon, lat = np.array([112.0, 112.15, 112.3]), np.array([31.9, 32.0, 32.1])
    assert metres_outside(lon, lat, CITY) == pytest.approx(np.zeros(3), abs=1e-6)


@pytest.mark.parametrize(
    ("lon", "lat", "near_lon", "near_lat"),
    [(113.0, 32.0, 112.3, 32.0), (112.1, 31.0, 112.1, 31.9), (111.0, 33.0, 112.0, 32.1)],
)
def test_outside_is_the_way_to_the_nearest_side_or_corner(
    lon: float, lat: float, near_lon: float, near_lat: float
) -> None:
    here = metres_outside(np.array([lon]), np.array([lat]), CITY)
    there = geodesic_m(np.array([lon]), np.array([lat]), np.array([near_lon]), np.array([near_lat]))
    assert here == pytest.approx(there)


def test_the_margin_decides() -> None:
    lon, lat = np.array([113.09, 113.1]), np.array([32.0, 32.0])
    assert outside(lon, lat, CITY).tolist() == [False, True]
    assert outside(lon, lat, Extent(112.0, 31.9, 112.3, 32.1, 1000.0)).all()


def test_a_box_across_the_180th_meridian() -> None:
    fiji = Extent(179.5, -18.0, -179.5, -17.0)
    lon, lat = np.array([179.9, -179.9, 178.0, 0.0]), np.full(4, -17.5)
    assert outside(lon, lat, fiji).tolist() == [False, False, True, True]


def test_a_position_just_across_the_180th_meridian_is_near() -> None:
    east = Extent(179.0, 0.0, 179.9, 1.0)
    assert metres_outside(np.array([-179.9]), np.array([0.5]), east)[0] < 25_000


def test_the_whole_world_holds_everything() -> None:
    world = Extent(-180.0, -90.0, 180.0, 90.0)
    assert not outside(np.array([-180.0, 0.0, 180.0]), np.zeros(3), world).any()


@pytest.mark.parametrize("declared", list(Datum))
def test_the_same_numbers_read_in_the_other_datums(declared: Datum) -> None:
    numbers = np.array([112.14, 112.2]), np.array([32.04, 32.0])
    read = convert(*numbers, source=declared, target=Datum.WGS84)
    others = read_otherwise(*read, declared)
    assert set(others) == set(Datum) - {declared}
    for datum, (lon, lat) in others.items():
        expected = convert(*numbers, source=datum, target=Datum.WGS84)
        assert np.allclose((lon, lat), expected, rtol=0, atol=1e-8)
