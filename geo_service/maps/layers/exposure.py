"""Heat of exposure: where riders go."""

import numpy as np

from geo_service.maps.content import MapContent
from geo_service.maps.elements import Heat
from geo_service.maps.figures import say_count
from geo_service.maps.layers.cell_shapes import cell_positions, spacing_m
from geo_service.maps.layers.drawn import DrawnLayer, new_group
from geo_service.maps.legend import explain, keys, ramp
from geo_service.maps.palette import EXPOSURE_RAMP, gradient
from geo_service.maps.view import View
from geo_service.maps.words import Words

_WHY = Words(
    "每个网格内的行程数：一次行程多次进入只计一次。颜色越深，行程越多。",
    "Trips in each cell; a trip counts once however often it enters. The darker, the more trips.",
)


def draw_exposure(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw a spot at the middle of each cell, as strong as its trips; None without cells."""
    cells = content.cells
    if cells is None or not len(cells.key):
        return None
    trips = np.asarray(cells.trips)
    lon, lat = cell_positions(cells.key, view)
    spots = [
        [round(float(lat[row]), 5), round(float(lon[row]), 5), int(trips[row])]
        for row in np.flatnonzero(trips > 0)
    ]
    group = new_group("exposure", show=False)
    if spots:
        across = 1.5 * spacing_m(cells.key)
        group.add_child(Heat("exposure", spots, across_m=across, ramp=gradient(EXPOSURE_RAMP)))
    most = int(trips.max(initial=0))
    listed = [
        (
            '<i class="gm-dot gm-dot-blue"></i>',
            Words("有行程的网格", "cells with trips").html,
            say_count(len(spots)),
        )
    ]
    legend = ramp(EXPOSURE_RAMP, "1", say_count(most)) + keys(listed) + explain(_WHY)
    return DrawnLayer("exposure", group, legend)
