from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from geo_service.maps.app_icon import app_icon

BLUE = (0, 0x55, 0x8F)


@pytest.mark.parametrize("pixels", [192, 512])
def test_any_shape_may_be_cut_out_of_it(pixels: int) -> None:
    picture = Image.open(BytesIO(app_icon(pixels)))
    assert (picture.format, picture.size) == ("PNG", (pixels, pixels))
    colours = np.asarray(picture.convert("RGB"), dtype=int)
    across, down = np.meshgrid(np.arange(pixels), np.arange(pixels))
    away = np.hypot(across - (pixels - 1) / 2, down - (pixels - 1) / 2)
    assert (colours[away > 0.4 * pixels] == BLUE).all()
    white = (colours > 250).all(axis=2)
    assert 0.05 < white.mean() < 0.2
    assert (white == white.T).mean() > 0.99, "the same from all four sides"
    assert tuple(colours[pixels // 2, pixels // 2]) == BLUE
