"""What the layers of heat share: a picture of a density, and the legend that gives its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import folium

from geo_service.maps.elements import Picture
from geo_service.maps.figures import round_limits, say_length, say_number
from geo_service.maps.legend import explain, scale, swatch
from geo_service.maps.picture import paint, translucent
from geo_service.maps.view import View
from geo_service.maps.words import Words
from geo_service.overlay.heat import BANDWIDTH_M, Surface, Weights, spread

_CLEAR = 0.1
"""The share of all that lies in clear parts of the picture, where it is thinnest."""
_HIGHEST = Words("最高", "highest")


@dataclass(frozen=True, slots=True, eq=False)
class DrawnHeat:
    """What was drawn, and the parts of its legend."""

    surface: Surface
    bandwidth_m: float
    """As it was asked for."""
    scale: str
    """HTML: the unit, and the classes of colour with the numbers between them."""
    highest: tuple[str, str, str]
    """A row for ``legend.keys``: the strongest colour, and the highest value."""

    def explain(self, why: Words) -> str:
        """Explain what is counted, in the layer's own words, and then how it was spread."""
        surface, length = self.surface, say_length(self.surface.bandwidth_m)
        zh = f"以高斯核（带宽 {length}）摊到周围地面；约九成落在着色处。"
        en = f"Spread over the ground by a Gaussian of {length} bandwidth; "
        en += "about nine tenths of it lie where there is colour."
        if surface.bandwidth_m > self.bandwidth_m:
            zh += "范围较大，带宽已放宽。"
            en += " The area is large, so this is wider than usual."
        if surface.left_out > 0:
            share = say_number(100.0 * surface.left_out)
            zh += f"距离过远的 {share}% 未绘出。"
            en += f" {share} % lie too far away to be drawn."
        return explain(Words(why.zh + zh, f"{why.en} {en}"))


def draw_heat(
    group: folium.FeatureGroup,
    weights: Weights,
    view: View,
    unit: Words,
    ramp: Sequence[str],
    bandwidth_m: float = BANDWIDTH_M,
) -> DrawnHeat:
    """Put the picture of a density into a layer.

    Parameters
    ----------
    group : FeatureGroup
        The layer.
    weights : Weights
        At least one.
    view : View
        Brings longitudes to the page's frame.
    unit : Words
        Of the density.
    ramp : sequence of str
        Six colours, one a class, from the lowest on; fewer classes take the last of them.
    bandwidth_m : float
        How far weights are spread, metres.
    """
    surface = spread(replace(weights, lon=view.unwrapped(weights.lon)), bandwidth_m)
    highest = float(surface.density.max())
    limits = round_limits(surface.lower(_CLEAR), highest, len(ramp))
    colours = translucent(ramp)[-len(limits) :]
    corners = [[surface.south, surface.west], [surface.north, surface.east]]
    group.add_child(Picture(group.get_name(), paint(surface, limits, colours), corners))
    row = (swatch(colours[-1]), _HIGHEST.html, say_number(highest))
    return DrawnHeat(surface, bandwidth_m, scale(unit, colours, limits), row)
