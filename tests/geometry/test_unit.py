"""Squares of 100 m are named as the grid says, worked out from eastings and northings of UTM."""

import numpy as np
import pytest
from pyproj import Transformer

from geo_service.geometry.unit import unit_of

ROWS = "ABCDEFGHJKLMNPQRSTUV"
"""Of 100 km, from the equator, in zones of odd numbers."""


@pytest.mark.parametrize(
    ("zone", "band", "west", "south", "columns"),
    [(49, "S", 109.0, 32.1, "ABCDEFGH"), (31, "U", 1.0, 52.0, "ABCDEFGH")],
)
def test_square_has_the_name_of_its_place_in_its_zone(
    zone: int, band: str, west: float, south: float, columns: str
) -> None:
    random = np.random.default_rng(zone)
    lon, lat = west + 4.0 * random.random(50), south + 3.0 * random.random(50)
    to_metres = Transformer.from_crs(4326, 32600 + zone, always_xy=True)
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        east, north = (int(metres) for metres in to_metres.transform(x, y))
        letters = columns[east // 100_000 - 1] + ROWS[north // 100_000 % 20]
        digits = f"{east % 100_000 // 100:03}{north % 100_000 // 100:03}"
        assert unit_of(x, y) == f"{zone}{band}{letters}{digits}"


def test_180th_meridian_belongs_to_the_zone_east_of_it() -> None:
    assert unit_of(180.0, 10.0) == unit_of(-180.0, 10.0)
    assert unit_of(180.0, 10.0).startswith("01P")
