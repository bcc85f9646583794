import numpy as np
import pytest

import geo_service as gs
from geo_service.geometry.metric import geodesic_m


@pytest.mark.parametrize("source", ["gcj02", "bd09"])
def test_there_and_back_is_the_same_place(source: str) -> None:
    lon, lat = np.linspace(73.6, 135.0, 50), np.linspace(18.2, 53.5, 50)
    there = gs.convert(lon, lat, source="wgs84", target=source)
    back = gs.convert(*there, source=source, target="wgs84")
    assert np.max(geodesic_m(lon, lat, *back)) < 0.01
    off = geodesic_m(lon, lat, *there)
    assert off.min() > 50, "the datums differ everywhere in China"


def test_lists_come_back_as_arrays_and_datums_have_three_names() -> None:
    lon, lat = gs.convert([112.14], [32.04], source="wgs84", target="wgs84")
    assert (lon.tolist(), lat.tolist()) == ([112.14], [32.04])
    with pytest.raises(ValueError, match="mars"):
        gs.convert([1], [1], source="mars", target="wgs84")
