from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers.exposure import draw_exposure
from geo_service.maps.view import view_of
from geo_service.overlay.cells import cell_centre


def test_spot_lies_in_the_middle_of_each_ridden_cell(
    content: MapContent, drawn_data: Callable
) -> None:
    assert content.cells is not None
    (spots, look) = drawn_data(content, "exposure", "heat")
    lon, lat = cell_centre(content.cells.key)
    expected = np.column_stack((lat, lon, content.cells.trips))[content.cells.trips > 0]
    assert np.array(spots) == pytest.approx(expected, abs=1e-6)
    assert 200 < look["across_m"] < 600


def test_no_trips_no_layer(content: MapContent, bare: MapContent) -> None:
    assert content.cells is not None
    assert draw_exposure(bare, view_of(bare)) is None
    still = replace(content, cells=replace(content.cells, trips=content.cells.trips * 0))
    assert draw_exposure(still, view_of(content)) is None
