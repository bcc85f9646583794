from itertools import pairwise

import pytest

from geo_service.maps import palette

HEAT_RAMPS = (palette.PASS_RAMP, palette.ISSUE_RAMP, palette.EXPOSURE_RAMP)
RAMPS = (*HEAT_RAMPS, palette.RATE_RAMP, palette.RELEASE_RAMP)
MARKS = {
    *palette.KIND_COLOURS.values(),
    *palette.CATEGORY_COLOURS,
    palette.OTHER_KIND_COLOUR,
    palette.OTHER_CATEGORY_COLOUR,
    palette.QUIET,
}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", sorted(MARKS))
def test_white_sign_is_legible_on_every_mark(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 3.0


@pytest.mark.parametrize("ramp", RAMPS)
def test_ramp_darkens_at_every_step(ramp: tuple[str, ...]) -> None:
    steps = [luminance(colour) for colour in ramp]
    assert all(later < earlier * 0.85 for earlier, later in pairwise(steps))


def test_services_are_cool_and_problems_warm() -> None:
    for colour in palette.KIND_COLOURS.values():
        assert int(colour[5:7], 16) > int(colour[1:3], 16)
    for colour in palette.CATEGORY_COLOURS:
        assert int(colour[1:3], 16) > int(colour[5:7], 16)
