"""Heat of exposure: where riders go."""

from geo_service.maps.content import MapContent
from geo_service.maps.drawn_layer import DrawnLayer, new_group
from geo_service.maps.figures import say_number
from geo_service.maps.heat import draw_heat
from geo_service.maps.legend import NO_MARK, keys
from geo_service.maps.palette import EXPOSURE_RAMP
from geo_service.maps.view import View
from geo_service.maps.words import Words
from geo_service.overlay.cells import resolution_of
from geo_service.overlay.heat import bandwidth_for_cells, exposure_weights

_UNIT = Words("每平方公里骑行公里数", "trip-kilometres per km²")
_WHY = Words(
    "所有行程在每平方公里内骑行的公里数合计，按网格统计。",
    "The kilometres that all trips together rode on each square kilometre, counted by cell.",
)


def draw_exposure(content: MapContent, view: View) -> DrawnLayer | None:
    """Draw the kilometres ridden per square kilometre; None without any."""
    if content.cells is None:
        return None
    weights = exposure_weights(content.cells)
    if not len(weights):
        return None
    group = new_group("exposure")
    bandwidth_m = bandwidth_for_cells(resolution_of(content.cells.key[0]))
    heat = draw_heat(group, weights, view, _UNIT, EXPOSURE_RAMP, bandwidth_m)
    ridden = say_number(float(weights.weight.sum()))
    rows = [heat.highest, (NO_MARK, Words("骑行公里合计", "trip-kilometres in all").html, ridden)]
    return DrawnLayer("exposure", group, heat.scale + keys(rows) + heat.explain(_WHY))
