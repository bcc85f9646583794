"""The picture in a layer, and the legend that gives its numbers."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from geo_service.maps.drawn_layer import new_group
from geo_service.maps.heat import DrawnHeat, draw_heat
from geo_service.maps.palette import PASS_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import Words
from geo_service.overlay.heat import BANDWIDTH_M, Weights

UNIT = Words("每平方公里", "per km²")
WHY = Words("因为。", "Because.")
VIEW = View(112.14, 32.0, 112.0, 33.0, 113.0)


@pytest.fixture
def drawn() -> Callable[..., DrawnHeat]:
    def draw(lon: list[float], lat: list[float], view: View = VIEW) -> DrawnHeat:
        weights = Weights(np.array(lon), np.array(lat), np.ones(len(lon)))
        return draw_heat(new_group("x"), weights, view, UNIT, PASS_RAMP)

    return draw


def test_legend_gives_the_unit_the_limits_and_the_highest_value(drawn: Callable) -> None:
    heat = drawn([112.14], [32.04])
    assert "per&#32;km" in heat.scale
    # One weight of 1 has a top of 15.9; a tenth of it is where the classes begin.
    for limit in ("1.5", "2", "3", "5", "7", "10"):
        assert f"</i>{limit.replace('.', '&#46;')}</li>" in heat.scale
    assert heat.highest[2] == "15.9"


def test_legend_says_the_bandwidth_and_why_it_is_wider(drawn: Callable) -> None:
    near, far = drawn([112.14], [32.04]), drawn([112.14, 113.5], [32.04, 33.1])
    assert "Gaussian of 100 m" in plain(near.explain(WHY))
    assert "wider than usual" not in plain(near.explain(WHY))
    assert far.surface.bandwidth_m > BANDWIDTH_M
    assert f"Gaussian of {far.surface.bandwidth_m:.0f} m" in plain(far.explain(WHY))
    assert "wider than usual" in plain(far.explain(WHY))


def test_legend_says_what_share_is_left_out(drawn: Callable) -> None:
    heat = drawn([112.14], [32.04])
    cut = replace(heat, surface=replace(heat.surface, left_out=0.0123))
    assert "left out" not in plain(heat.explain(WHY))
    assert "1.23 % lie too far away" in plain(cut.explain(WHY))


def test_places_on_both_sides_of_the_180th_meridian_are_one_picture(drawn: Callable) -> None:
    seam = View(179.999, -18.0, 179.9, -16.0, 180.1)
    heat = drawn([179.999, -179.999], [-17.0, -17.0], seam)
    assert heat.surface.east - heat.surface.west < 0.02
    assert heat.surface.west < 179.999
    assert heat.surface.east > 180.001
    assert heat.surface.bandwidth_m == BANDWIDTH_M


def plain(html: str) -> str:
    """Undo the entities of spaces and a few signs."""
    for number, sign in ((32, " "), (37, "%"), (46, "."), (59, ";")):
        html = html.replace(f"&#{number};", sign)
    return html
