"""Heat of exposure: where riders go."""

from geo_service.maps.content import MapContent
from geo_service.maps.elements import HeatSpots
from geo_service.maps.figures import say_count
from geo_service.maps.layers.cell_shapes import spacing_m
from geo_service.maps.layers.drawn_layer import DrawnLayer, new_group, spots_of
from geo_service.maps.legend import explain, keys, ramp
from geo_service.maps.palette import EXPOSURE_RAMP, gradient
from geo_service.maps.view import View
from geo_service.maps.words import Words
from geo_service.overlay.heat import exposure_heat

_SPREAD = 2.6
"""A spot reaches over its neighbours, or the heat would show as dots."""
_WHY = Words(
    "每个网格内的行程数：一次行程多次进入只计一次。颜色越深，行程越多。",
    "Trips in each cell; a trip counts once however often it enters. The darker, the more trips.",
)


def draw_exposure(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw a spot at the middle of each cell, as strong as its trips; None without any."""
    if content.cells is None:
        return None
    heat = exposure_heat(content.cells)
    if not len(heat):
        return None
    group = new_group("exposure")
    across_m = _SPREAD * spacing_m(content.cells.key)
    spots = spots_of(heat, view)
    group.add_child(HeatSpots("exposure", spots, across_m=across_m, ramp=gradient(EXPOSURE_RAMP)))
    mark = '<i class="gm-dot gm-dot-blue"></i>'
    listed = [(mark, Words("有行程的网格", "cells with trips").html, say_count(len(heat)))]
    band = ramp(EXPOSURE_RAMP, "1", say_count(int(heat.weight.max())))
    return DrawnLayer("exposure", group, band + keys(listed) + explain(_WHY))
