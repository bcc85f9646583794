import base64
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from geo_service.maps import palette
from geo_service.maps.picture import paint, translucent
from geo_service.overlay.heat import Surface

COLOURS = ("#11223344", "#55667788")
GROUND = (0xF2, 0xF1, 0xEC)


def surface(density: list[list[float]]) -> Surface:
    held = np.array(density)
    return Surface(held, np.ones(len(held)), 32.0, 112.0, 33.0, 113.0, 100.0, 0.0)


def picture(density: list[list[float]]) -> Image.Image:
    head, _, text = paint(surface(density), [1.0, 5.0], COLOURS).partition(",")
    assert head == "data:image/png;base64"
    return Image.open(BytesIO(base64.b64decode(text)))


def test_each_pixel_has_the_colour_of_its_class() -> None:
    pixels = np.asarray(picture([[0.0, 0.99, 1.0], [4.99, 5.0, 900.0]]).convert("RGBA"))
    assert pixels[0, 0].tolist()[3] == pixels[0, 1].tolist()[3] == 0
    assert pixels[0, 2].tolist() == pixels[1, 0].tolist() == [0x11, 0x22, 0x33, 0x44]
    assert pixels[1, 1].tolist() == pixels[1, 2].tolist() == [0x55, 0x66, 0x77, 0x88]


def test_clear_pixels_do_not_darken_the_border_when_they_are_blended() -> None:
    assert np.asarray(picture([[0.0, 1.0]]).convert("RGBA"))[0, 0].tolist() == [0x11, 0x22, 0x33, 0]


def test_a_million_pixels_of_few_classes_are_few_bytes() -> None:
    x, y = np.meshgrid(np.linspace(-3, 3, 1000), np.linspace(-3, 3, 1000))
    text = paint(surface((9.0 * np.exp(-x * x - y * y)).tolist()), [1.0, 5.0], COLOURS)
    assert len(text) < 30_000


@pytest.mark.parametrize("ramp", [palette.PASS_RAMP, palette.ISSUE_RAMP, palette.EXPOSURE_RAMP])
def test_classes_differ_by_lightness_also_where_the_ground_shines_through(
    ramp: tuple[str, ...],
) -> None:
    grey = []
    for colour in translucent(ramp):
        *parts, opacity = bytes.fromhex(colour[1:])
        share = opacity / 255
        mixed = [
            share * part + (1 - share) * ground for part, ground in zip(parts, GROUND, strict=True)
        ]
        grey.append(float(np.dot(mixed, (0.2126, 0.7152, 0.0722))))
    assert min(-np.diff([240.0, *grey])) > 12.0
    # The darkest leaves streets and their casings to be seen.
    assert grey[-1] > 60.0
