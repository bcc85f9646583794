from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.content import MapContent
from geo_service.maps.layers.exposure import draw_exposure
from geo_service.maps.view import view_of
from geo_service.overlay.cells import cell_centre


def test_picture_covers_the_ridden_cells(content: MapContent, picture: Callable) -> None:
    assert content.cells is not None
    (south, west), (north, east) = picture(content, "exposure")
    lon, lat = cell_centre(content.cells.key)
    ridden = content.cells.metres > 0
    assert south < lat[ridden].min() < lat[ridden].max() < north
    assert west < lon[ridden].min() < lon[ridden].max() < east


def test_legend_counts_kilometres(content: MapContent) -> None:
    assert content.cells is not None
    drawn = draw_exposure(content, view_of(content))
    assert drawn is not None
    assert "trip&#45;kilometres&#32;per&#32;km" in drawn.legend
    kilometres = float(np.sum(content.cells.metres)) / 1000.0
    assert kilometres == pytest.approx(39.6)
    assert ">39&#46;6<" in drawn.legend


def test_no_ride_no_layer(content: MapContent, bare: MapContent) -> None:
    assert content.cells is not None
    assert draw_exposure(bare, view_of(bare)) is None
    still = replace(content, cells=replace(content.cells, metres=content.cells.metres * 0))
    assert draw_exposure(still, view_of(content)) is None
