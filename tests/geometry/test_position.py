import numpy as np
import pytest

from geo_service.geometry.position import is_on_earth


@pytest.mark.parametrize(
    ("lon", "lat", "on_earth"),
    [
        (112.14, 32.04, True),
        (180.0, 90.0, True),
        (-180.0, -90.0, True),
        (180.000001, 0.0, False),
        (0.0, -90.000001, False),
        (32.04, 112.14, False),
        (float("nan"), 0.0, False),
        (0.0, float("inf"), False),
    ],
)
def test_only_degrees_that_there_are_are_on_earth(lon: float, lat: float, on_earth: bool) -> None:
    assert is_on_earth(lon, lat) is on_earth
    lons, lats = np.array([lon, 112.14]), np.array([lat, 32.04])
    assert is_on_earth(lons, lats).tolist() == [on_earth, True]


def test_a_number_too_large_for_an_array_is_not_on_earth() -> None:
    assert is_on_earth(10**400, 0) is False
